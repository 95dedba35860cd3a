internal import Foundation
internal import HTTPLine
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTPLineTests {
  private let patience = Duration.seconds(30)

  /// A plain HTTP server on a Unix-domain socket, for as long as `use` takes.
  private func onSocket(_ use: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("line-\(UUID().uuidString.prefix(8)).sock").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let router = Router()
    router.post("echo") { request, _ in
      Response(
        status: .ok,
        headers: [.contentType: "text/plain"],
        body: .init(byteBuffer: try await request.body.collect(upTo: 1 << 20))
      )
    }
    router.get("bye") { _, _ in
      Response(
        status: .ok,
        headers: [.connection: "close"],
        body: .init(byteBuffer: .init(bytes: [1]))
      )
    }
    router.get("stream") { _, _ in
      Response(
        status: .ok,
        body: .init { writer in
          for _ in 0..<4 { try await writer.write(ByteBuffer(bytes: [1, 2, 3, 4])) }
          try await writer.finish(nil)
        }
      )
    }
    let (ready, signal) = AsyncStream.makeStream(of: Void.self)
    let silent = Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() })
    let app = Application(
      router: router,
      configuration: .init(address: .unixDomainSocket(path: path)),
      onServerRunning: { _ in signal.finish() },
      logger: silent
    )
    let group = ServiceGroup(configuration: .init(services: [app], logger: silent))
    async let running: Void = group.run()
    for await _ in ready {}
    do {
      try await use(path)
    } catch {
      await group.triggerGracefulShutdown()
      try await running
      throw error
    }
    await group.triggerGracefulShutdown()
    try await running
  }

  @Test("A Unix-domain socket carries one request after the other")
  func roundTrip() async throws {
    try await onSocket { path in
      let line = try await HTTPLine.connect(to: .unix(path: path))
      for size in [0, 1, 70_000] {
        let body = [UInt8](repeating: 7, count: size)
        let answer = try await line.send(
          HTTPLineRequest(method: "POST", path: "/echo", body: body),
          timeout: patience
        )
        #expect(answer.status == 200)
        #expect(answer.body == body)
        #expect(answer.header("Content-Type") == "text/plain")
      }
      #expect(line.isOpen)
      line.close()
      #expect(!line.isOpen)
    }
  }

  @Test("Nobody at the socket is a failed connection")
  func nobody() async {
    await #expect(throws: HTTPLineFailure.connectFailed) {
      try await HTTPLine.connect(to: .unix(path: "/nonexistent/line.sock"))
    }
  }

  @Test(
    "An answer longer than the limit is refused, announced or not",
    arguments: ["/stream", "/echo"]
  )
  func tooLarge(_ path: String) async throws {
    try await onSocket { socket in
      let line = try await HTTPLine.connect(
        to: .unix(path: socket),
        limits: HTTPLineLimits(responseBodyBytes: 15)
      )
      let method = path == "/echo" ? "POST" : "GET"
      let body = path == "/echo" ? [UInt8](repeating: 0, count: 16) : []
      await #expect(throws: HTTPLineFailure.tooLarge) {
        try await line.send(
          HTTPLineRequest(method: method, path: path, body: body),
          timeout: patience
        )
      }
      #expect(!line.isOpen)
    }
  }

  @Test("A streamed answer within the limit arrives whole")
  func streamed() async throws {
    try await onSocket { socket in
      let line = try await HTTPLine.connect(
        to: .unix(path: socket),
        limits: HTTPLineLimits(responseBodyBytes: 16)
      )
      let answer = try await line.send(
        HTTPLineRequest(method: "GET", path: "/stream"),
        timeout: patience
      )
      #expect(answer.body == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4])
    }
  }

  @Test("An answer that ends the connection also ends the line")
  func bye() async throws {
    try await onSocket { socket in
      let line = try await HTTPLine.connect(to: .unix(path: socket))
      let said = try await line.send(
        HTTPLineRequest(method: "GET", path: "/bye"),
        timeout: patience
      )
      #expect(said.body == [1])
      #expect(!line.isOpen)
    }
  }

  @Test(
    "A request that could be read as two is not sent",
    arguments: [
      ("GET", "/a b"), ("GET", "/a\r\nx: y"), ("GET", "a"), ("GET", ""), ("G T", "/"), ("", "/"),
    ]
  )
  func injection(_ method: String, _ path: String) async throws {
    try await onSocket { socket in
      let line = try await HTTPLine.connect(to: .unix(path: socket))
      await #expect(throws: HTTPLineFailure.malformed) {
        try await line.send(HTTPLineRequest(method: method, path: path), timeout: patience)
      }
    }
  }
}

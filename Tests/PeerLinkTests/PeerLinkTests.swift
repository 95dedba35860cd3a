internal import HTTPLine
internal import NIOSSL
internal import PeerLink
internal import Synchronization
internal import Testing

@Suite(.timeLimit(.minutes(10))) struct PeerLinkTests {
  private let server: TLSIdentity
  private let client: TLSIdentity
  private let desk = Desk()
  private let patience = Duration.seconds(30)

  init() throws {
    server = try Minting.identity("server")
    client = try Minting.identity("client")
  }

  private func connection(_ endpoint: PeerEndpoint, as client: TLSIdentity? = nil) -> PeerConnection
  {
    let shown = client ?? self.client
    return PeerConnection(
      endpoints: [endpoint],
      pins: [server.certificateDER],
      identity: { shown }
    )
  }

  @Test("A body of 400 KB comes back as it went, several times over one connection")
  func roundTrip() async throws {
    let body = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      for _ in 0..<4 {
        let answer = try await peer.post("/echo?x=1", body: body, timeout: patience)
        #expect(answer.status == 200)
        #expect(answer.body == body)
      }
    }
    #expect(desk.seen.map(\.path) == Array(repeating: "/echo?x=1", count: 4))
  }

  @Test("A body at the limit is taken, one byte more is answered 413 and never handled")
  func bodyLimit() async throws {
    let limits = PeerServerLimits(bodyBytes: 100_000, shutdownGrace: .milliseconds(100))
    try await serving(desk, as: { [server] in server }, limits: limits) { _, endpoint in
      let peer = connection(endpoint)
      let fits = try await peer.post(
        "/echo",
        body: [UInt8](repeating: 1, count: 100_000),
        timeout: patience
      )
      #expect(fits.status == 200)
      let over = try await peer.post(
        "/echo",
        body: [UInt8](repeating: 1, count: 100_001),
        timeout: patience
      )
      #expect(over.status == 413)
      let after = try await peer.get("/who", timeout: patience)
      #expect(after.status == 200)
    }
    #expect(desk.seen.map(\.body.count) == [100_000, 0])
  }

  @Test("The handler's own limit for a path and a certificate holds before the body is read")
  func pathLimit() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      let first = try await peer.post(
        "/small",
        body: [UInt8](repeating: 0, count: 17),
        timeout: patience
      )
      #expect(first.status == 413)
      let second = try await peer.post(
        "/small",
        body: [UInt8](repeating: 0, count: 16),
        timeout: patience
      )
      #expect(second.status == 200)
    }
    #expect(desk.seen.count == 1)
  }

  @Test("A huge announced length is answered 413 and the connection ends")
  func hugeLength() async throws {
    var tls = RawClient.configuration()
    tls.certificateChain = [.certificate(try .init(bytes: client.certificateDER, format: .der))]
    tls.privateKey = .privateKey(try .init(bytes: client.privateKeyDER, format: .der))
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let said = try await RawClient.exchange(
        Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n12".utf8),
        with: endpoint,
        tls
      )
      #expect(said.starts(with: Array("HTTP/1.1 413".utf8)))
    }
    #expect(desk.seen.isEmpty)
  }

  @Test("An answer that does not come is cancelled when the server has been asked to stop")
  func shutdown() async throws {
    let call = try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      let call = Task { () -> HTTPLineFailure? in
        do throws(HTTPLineFailure) {
          _ = try await peer.post("/sleep", body: [], timeout: .seconds(50), held: true)
          return nil
        } catch {
          return error
        }
      }
      while desk.seen.isEmpty { await Task.yield() }
      return call
    }
    #expect(await call.value == .closed)
  }

  @Test("A chunked body is counted as it comes and cut at the limit")
  func chunked() async throws {
    var tls = RawClient.configuration()
    tls.certificateChain = [
      .certificate(try .init(bytes: client.certificateDER, format: .der))
    ]
    tls.privateKey = .privateKey(try .init(bytes: client.privateKeyDER, format: .der))
    let head = "POST /small HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n"
    let chunk = "8\r\n12345678\r\n"
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let over = try await RawClient.exchange(
        Array("\(head)\r\n\(chunk)\(chunk)\(chunk)0\r\n\r\n".utf8),
        with: endpoint,
        tls
      )
      #expect(over.starts(with: Array("HTTP/1.1 413".utf8)))
      let fits = try await RawClient.exchange(
        Array("\(head)connection: close\r\n\r\n\(chunk)\(chunk)0\r\n\r\n".utf8),
        with: endpoint,
        tls
      )
      #expect(fits.starts(with: Array("HTTP/1.1 200".utf8)))
    }
    #expect(desk.seen.map(\.body) == [Array("1234567812345678".utf8)])
  }

  @Test("The handler tells two clients apart by their certificates")
  func twoClients() async throws {
    let other = try Minting.identity("client")
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let one = try await connection(endpoint).get("/who", timeout: patience)
      let two = try await connection(endpoint, as: other).get("/who", timeout: patience)
      #expect(one.body == client.certificateDER)
      #expect(two.body == other.certificateDER)
    }
  }

  @Test("A held call does not keep another back")
  func heldCall() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      async let held = peer.post("/hold", body: [], timeout: patience, held: true)
      while desk.seen.isEmpty { await Task.yield() }
      for _ in 0..<8 {
        let answer = try await peer.post("/echo", body: [9], timeout: patience)
        #expect(answer.body == [9])
      }
      desk.release()
      let first = try await held
      #expect(first.status == 204)
    }
  }

  @Test("Many calls at once share the lines and each gets its own answer")
  func manyCalls() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<40 as Range<UInt8> {
          group.addTask {
            let body = [UInt8](repeating: number, count: 5_000)
            return try await peer.post("/echo", body: body, timeout: .seconds(30)).body == body
          }
        }
        return try await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(answers == Array(repeating: true, count: 40))
    }
  }

  @Test("A call that gets no answer in time ends, and the next one works")
  func timeout() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      await #expect(throws: HTTPLineFailure.timedOut) {
        try await peer.post("/hold", body: [], timeout: .milliseconds(50))
      }
      let first = try await peer.get("/who", timeout: patience)
      #expect(first.status == 200)
    }
  }

  @Test("After a restart of the server the next call gets through by itself")
  func restart() async throws {
    let (peer, port) = try await serving(desk, as: { [server] in server }) {
      (_, endpoint) -> (PeerConnection, UInt16) in
      let peer = connection(endpoint)
      let first = try await peer.get("/who", timeout: patience)
      #expect(first.status == 200)
      return (peer, endpoint.port)
    }
    await #expect(throws: HTTPLineFailure.connectFailed) {
      try await peer.get("/who", timeout: patience)
    }
    try await serving(desk, as: { [server] in server }, port: port) { _, _ in
      let second = try await peer.get("/who", timeout: patience)
      #expect(second.status == 200)
    }
    #expect(desk.seen.count == 2)
  }

  @Test("A renewed certificate is shown to new connections without a restart")
  func renewal() async throws {
    let renewed = try Minting.identity("server")
    let boxed = Box(server)
    try await serving(desk, as: { boxed.value }) { _, endpoint in
      let peer = connection(endpoint)
      let first = try await peer.get("/who", timeout: patience)
      #expect(first.status == 200)
      boxed.value = renewed
      // The open connection lives on; a new one is with the new certificate.
      let second = try await peer.get("/who", timeout: patience)
      #expect(second.status == 200)
      await peer.close()
      await #expect(throws: HTTPLineFailure.peerRefused) {
        try await peer.get("/who", timeout: patience)
      }
      await peer.replace(endpoints: [endpoint], pins: [renewed.certificateDER])
      let third = try await peer.get("/who", timeout: patience)
      #expect(third.status == 200)
    }
  }

  @Test("A disconnected certificate loses its connections, another keeps its own")
  func disconnect() async throws {
    let other = try Minting.identity("client")
    try await serving(desk, as: { [server] in server }) { running, endpoint in
      let cut = try await line(endpoint, as: client)
      let kept = try await line(endpoint, as: other)
      let ask = HTTPLineRequest(method: "GET", path: "/who")
      _ = try await cut.send(ask, timeout: patience)
      _ = try await kept.send(ask, timeout: patience)
      running.disconnect(peerCertificateDER: client.certificateDER)
      while cut.isOpen { await Task.yield() }
      await #expect(throws: HTTPLineFailure.closed) { try await cut.send(ask, timeout: patience) }
      let first = try await kept.send(ask, timeout: patience)
      #expect(first.status == 200)
    }
  }

  @Test("An endpoint that does not answer is passed over for the next")
  func secondEndpoint() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = PeerConnection(
        endpoints: [PeerEndpoint(host: "127.0.0.1", port: 1), endpoint],
        pins: [server.certificateDER],
        identity: { [client] in client }
      )
      let first = try await peer.get("/who", timeout: patience)
      #expect(first.status == 200)
    }
  }

  @Test("A cancelled call ends without waiting for the answer")
  func cancelled() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = connection(endpoint)
      await withTaskGroup(of: HTTPLineFailure?.self) { group in
        group.addTask {
          do throws(HTTPLineFailure) {
            _ = try await peer.post("/hold", body: [], timeout: .seconds(50), held: true)
            return nil
          } catch {
            return error
          }
        }
        while desk.seen.isEmpty { await Task.yield() }
        group.cancelAll()
        #expect(await group.next() == .closed)
      }
    }
  }

  @Test("A method other than GET and POST is answered 405")
  func method() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let line = try await line(endpoint, as: client)
      let first = try await line.send(
        HTTPLineRequest(method: "PUT", path: "/echo"),
        timeout: patience
      )
      #expect(first.status == 405)
    }
    #expect(desk.seen.isEmpty)
  }

  private func line(_ endpoint: PeerEndpoint, as identity: TLSIdentity) async throws -> HTTPLine {
    let pin = server.certificateDER
    return try await HTTPLine.connect(
      to: .tls(
        host: endpoint.host,
        port: endpoint.port,
        identity: identity,
        verifyPeer: { $0 == pin }
      )
    )
  }
}

/// A value that a test changes while a server reads it.
final class Box<Value: Sendable>: Sendable {
  private let held: Mutex<Value>

  init(_ value: Value) { held = Mutex(value) }

  var value: Value {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}

internal import HTTPLine
internal import NIOCore
internal import NIOSSL
internal import PeerLink
internal import Testing

/// What a connection is before it has asked anything: its first words, and how long it may take.
@Suite(.timeLimit(.minutes(10))) struct DoorTests {
  private let server: TLSIdentity
  private let client: TLSIdentity
  private let desk = Desk()
  private static let supportedGroups = 10
  private static let preSharedKey = 41
  private static let earlyData = 42
  private static let keyShare = 51

  init() throws {
    server = try Minting.identity("server")
    client = try Minting.identity("client")
  }

  /// A head that takes longer to trickle in than any limit here.
  private static let longHead =
    Array("GET /who HTTP/1.1\r\nhost: x\r\nx: ".utf8) + [UInt8](repeating: 0x61, count: 600)

  /// The client hello of a node, as it goes over the wire.
  private func ownHello() async throws -> [UInt8] {
    let ear = RawWire.Ear()
    let (listener, port) = try await RawWire.listen(ear)
    defer { listener.close(promise: nil) }
    let dialling = Task { [client] in
      _ = try? await HTTPLine.connect(
        to: .tls(host: "127.0.0.1", port: port, identity: client, verifyPeer: { _ in true })
      )
    }
    while ClientHello.judge(ear.bytes) == .incomplete, !ear.isOver {
      try await Task.sleep(for: .milliseconds(5))
    }
    dialling.cancel()
    return ear.bytes
  }

  private func shown(
    _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) throws
    -> TLSConfiguration
  {
    var tls = RawClient.configuration()
    tls.certificateChain = [.certificate(try .init(bytes: client.certificateDER, format: .der))]
    tls.privateKey = .privateKey(try .init(bytes: client.privateKeyDER, format: .der))
    change(&tls)
    return tls
  }

  @Test("Two nodes agree on the hybrid group, which both put first (TLS-009)")
  func hybridFirst() async throws {
    let said = try await ownHello()
    let hello = try #require(TLSHello(records: said))
    let groups = try #require(hello.body(of: Self.supportedGroups))
    #expect(groups == [0, 4, 0x11, 0xec, 0x00, 0x1d], "X25519MLKEM768, then X25519")
    let shares = try #require(hello.body(of: Self.keyShare))
    #expect(shares[2..<4] == [0x11, 0xec], "its share is sent at once")
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let answer = try await RawWire.say(said, to: endpoint, untilHeard: 1_300)
      let chosen = try #require(TLSHello(records: answer.heard)?.body(of: Self.keyShare))
      #expect(chosen.prefix(2) == [0x11, 0xec])
      #expect(chosen.count == 4 + 1_088 + 32, "an ML-KEM-768 ciphertext and an X25519 share")
    }
  }

  @Test(
    "A client without the hybrid group gets X25519, and one with neither gets nothing (TLS-009)"
  )
  func otherGroups() async throws {
    let plea = Array("GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8)
    for (curves, isTaken) in [([NIOTLSCurve.x25519], true), ([.secp256r1, .secp384r1], false)] {
      let tls = try shown { $0.curves = curves }
      try await serving(desk, as: { [server] in server }) { _, endpoint in
        let said = try await RawClient.exchange(plea, with: endpoint, tls)
        #expect(said.starts(with: Array("HTTP/1.1 200".utf8)) == isTaken)
      }
    }
    #expect(desk.seen.count == 1)
  }

  @Test("A node shows no ticket and sends nothing ahead of the handshake (TLS-011)")
  func freshHello() async throws {
    let said = try await ownHello()
    let types = try #require(TLSHello(records: said)).extensions.map(\.type)
    #expect(!types.isEmpty)
    #expect(!types.contains(Self.preSharedKey) && !types.contains(Self.earlyData))
    #expect(ClientHello.judge(said) == .fresh)
  }

  @Test("Who shows a ticket, or sends data ahead of the handshake, gets not a word (TLS-011)")
  func resuming() async throws {
    let hello = try await ownHello()
    let ticket = TLSHello.big(40, 2) + TLSHello.big(32, 2) + [UInt8](repeating: 7, count: 36)
    let binders = TLSHello.big(33, 2) + [32] + [UInt8](repeating: 9, count: 32)
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      // The same words without these get their answer.
      let taken = try await RawWire.say(hello, to: endpoint, untilHeard: 5)
      #expect(taken.heard.first == 22)
      for (type, body) in [
        (Self.preSharedKey, ticket + binders), (Self.preSharedKey, []), (Self.earlyData, []),
      ] {
        let bad = TLSHello.adding(type, body, to: hello)
        #expect(ClientHello.judge(bad) == .refused)
        let answer = try await RawWire.say(bad, to: endpoint)
        #expect(answer.isOver && answer.heard.isEmpty, "extension \(type)")
      }
      // An extension that nobody knows is no ticket.
      let odd = TLSHello.adding(0x7a7a, [1], to: hello)
      let heard = try await RawWire.say(odd, to: endpoint, untilHeard: 5).heard
      #expect(heard.first == 22)
    }
  }

  @Test("A client hello is judged only when it is whole, in records of any size")
  func pieces() async throws {
    let hello = try await ownHello()
    for length in hello.indices {
      #expect(ClientHello.judge(Array(hello[..<length])) == .incomplete, "\(length)")
    }
    #expect(ClientHello.judge(hello + [23, 3, 3]) == .fresh)
    // The same handshake message in records of 100 bytes.
    let message = Array(hello.dropFirst(5))
    var split: [UInt8] = []
    for start in stride(from: 0, to: message.count, by: 100) {
      let part = message[start..<min(start + 100, message.count)]
      split += [22, 3, 1] + TLSHello.big(part.count, 2) + part
    }
    #expect(ClientHello.judge(split) == .fresh)
    #expect(ClientHello.judge(Array(split.dropLast())) == .incomplete)
    for bad in [
      [0x47, 0x45, 0x54], [21, 3, 3, 0, 2, 1, 0], [22, 3, 1, 0, 0], [22, 3, 1, 0x50, 0],
      [22, 3, 1, 0, 4, 2, 0, 0, 0],
      [22, 3, 1, 0, 5, 1, 0, 0, 1, 0],
    ] as [[UInt8]] {
      #expect(ClientHello.judge(bad) == .refused, "\(bad)")
    }
    // Longer than any client's: refused before it is whole.
    let long = [UInt8](repeating: 0, count: 16_000)
    let record = [22, 3, 1] + TLSHello.big(long.count, 2)
    #expect(ClientHello.judge(record + [1, 0, 0xff, 0xff] + long.dropFirst(4)) == .refused)
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let taken = try await RawWire.say(split, to: endpoint, untilHeard: 5)
      #expect(taken.heard.first == 22)
      let plain = try await RawWire.say(Array("GET / HTTP/1.1\r\n\r\n".utf8), to: endpoint)
      #expect(plain.heard.isEmpty && plain.isOver)
    }
  }

  /// Limits that pass while a test waits; whatever is not under test is long.
  private func limits(
    _ change: (inout PeerServerLimits) -> Void
  ) -> PeerServerLimits {
    var limits = PeerServerLimits(shutdownGrace: .milliseconds(100))
    change(&limits)
    return limits
  }

  /// While one line is slow, another peer is served; then the slow one has been ended.
  private func slow(
    _ limits: PeerServerLimits,
    _ hold: (PeerEndpoint) async throws -> any Channel
  ) async throws {
    try await serving(desk, as: { [server] in server }, limits: limits) { _, endpoint in
      let line = try await hold(endpoint)
      let pin = server.certificateDER
      for _ in 0..<3 {
        let other = PeerConnection(
          endpoints: [endpoint],
          pins: [pin],
          identity: { [client] in client }
        )
        let answer = try await other.get("/who", timeout: .seconds(30))
        #expect(answer.status == 200, "a slow line holds nobody else up")
        await other.close()
      }
      try await line.closeFuture.get()
    }
    #expect(desk.seen.count == 3, "nothing of the slow line was handled")
  }

  @Test("Half a handshake, or silence, is ended after its time, and nobody else waits (TLS-012)")
  func slowHandshake() async throws {
    let hello = try await ownHello()
    for first in [[], Array(hello.prefix(40)), hello] as [[UInt8]] {
      let idle = Desk()
      try await serving(
        idle,
        as: { [server] in server },
        limits: limits { $0.handshakeTimeout = .seconds(1) }
      ) { _, endpoint in
        let ear = RawWire.Ear()
        let line = try await RawWire.connect(endpoint, ear)
        if !first.isEmpty { try await line.writeAndFlush(ByteBuffer(bytes: first)) }
        try await line.closeFuture.get()
      }
      #expect(idle.seen.isEmpty)
    }
    try await slow(limits { $0.handshakeTimeout = .seconds(3) }) { endpoint in
      try await RawWire.connect(endpoint, RawWire.Ear())
    }
  }

  @Test("A line that asks nothing after its handshake is ended after its time (TLS-012)")
  func silentLine() async throws {
    let tls = try shown()
    try await slow(limits { $0.firstRequestTimeout = .seconds(3) }) { endpoint in
      try await RawClient.connect(to: endpoint, tls)
    }
  }

  @Test("A head that trickles in is ended after its time, however steadily it comes (TLS-012)")
  func trickle() async throws {
    let tls = try shown()
    try await slow(limits { $0.firstRequestTimeout = .seconds(3) }) { endpoint in
      let line = try await RawClient.connect(to: endpoint, tls)
      RawClient.trickle(Self.longHead, on: line)
      return line
    }
  }

  @Test("A later head on a kept line has the idle time, all of it together")
  func laterHead() async throws {
    let tls = try shown()
    let quick = limits { $0.idleTimeout = .seconds(4) }
    try await serving(desk, as: { [server] in server }, limits: quick) { _, endpoint in
      let line = try await RawClient.connect(to: endpoint, tls)
      try await line.writeAndFlush(ByteBuffer(string: "GET /who HTTP/1.1\r\nhost: x\r\n\r\n"))
      while desk.seen.isEmpty, line.isActive { try await Task.sleep(for: .milliseconds(5)) }
      RawClient.trickle(Self.longHead, on: line)
      try await line.closeFuture.get()
    }
    #expect(desk.seen.count == 1)
  }

  @Test("A body that does not come in its time is cut off, and nobody else waits for it")
  func slowBody() async throws {
    let tls = try shown()
    try await slow(limits { $0.transferTimeout = .seconds(3) }) { endpoint in
      let line = try await RawClient.connect(to: endpoint, tls)
      let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"
      RawClient.trickle(Array(head.utf8) + [UInt8](repeating: 1, count: 500), on: line)
      return line
    }
  }

  @Test("An answer that nobody takes is cut off in its time")
  func slowReader() async throws {
    let tls = try shown()
    let quick = limits { $0.idleTimeout = .seconds(3) }
    try await serving(desk, as: { [server] in server }, limits: quick) { _, endpoint in
      let ear = RawWire.Ear()
      let line = try await RawClient.connect(to: endpoint, tls, ear)
      try await line.writeAndFlush(ByteBuffer(string: "GET /big HTTP/1.1\r\nhost: x\r\n\r\n"))
      // It stops listening until the time is long over; had the line lived, all would come now.
      try await line.setOption(.autoRead, value: false).get()
      try await Task.sleep(for: .seconds(7))
      try await line.setOption(.autoRead, value: true).get()
      try await line.closeFuture.get()
      #expect(ear.bytes.count < Desk.bigBytes)
    }
    #expect(desk.seen.count == 1)
  }

  @Test("A certificate that the node does not admit ends in the handshake (HEL-007)")
  func notAdmitted() async throws {
    let plea = Array("GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8)
    let other = try Minting.identity("client")
    let tls = try shown()
    try await serving(
      desk,
      as: { [server] in server },
      admits: { [other] in $0 == other.certificateDER }
    ) { _, endpoint in
      let said = try await RawClient.exchange(plea, with: endpoint, tls)
      #expect(said.isEmpty)
    }
    #expect(desk.seen.isEmpty)
  }
}

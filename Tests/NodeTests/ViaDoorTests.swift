internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import Trust

extension NodeTests {
  /// What a keeper of parcels refuses.
  @Suite(.serialized) struct ViaDoorTests {
    @Test(
      "A via takes what it should, from members alone, within its limits, and gives it to its recipient until that has it (PCL-021, PCL-025, PCL-027)"
    )
    func door() async throws {
      let pair = try Pair(clinicAs: ["via"])
      defer { pair.end() }
      try Data(#"{"via": "on", "via-parcels": 2, "via-daily": 6}"#.utf8)
        .write(to: pair.clinic.state.appendingPathComponent("amonatd.json"))
      try await pair.harness.start()
      pair.ministry.stop()
      let node = try await Self.opened(pair)
      let (ministry, realm) = (node.trust.me, node.trust.view.directory.realm)
      func call(
        _ path: String,
        _ body: [UInt8],
        as identity: TLSIdentity,
        patience: Duration = .seconds(20)
      ) async throws -> (status: Int, body: [UInt8]) {
        try await Self.call(path, body, as: identity, at: pair.clinic, patience: patience)
      }
      func put(_ body: [UInt8]) async throws -> String {
        let answer = try await call("/v1/parcels", body, as: node.tls.current)
        return "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
      }
      func parcel(_ number: UInt64) throws -> [UInt8] { try Self.parcel(number, for: node) }

      // Nobody knows this certificate.
      let minted = try NodeCertificate.mint(for: CertificateName(realm: realm, agency: ministry))
      let stranger = try TLSIdentity(
        certificateDER: minted.der,
        privateKey: minted.privateKeyDER.copyBytes()
      )
      for path in ["/v1/parcels", "/v1/parcels/next"] {
        let answer = try await call(path, [], as: stranger)
        #expect(answer.status == 403 && answer.body == Array(#"{"code":"unpinned"}"#.utf8))
      }
      // The ministry has named nobody.
      #expect(try await put(try parcel(1)) == #"404 {"code":"via-unknown"}"#)
      #expect(try await call("/v1/parcels/next", [], as: node.tls.current).status == 404)
      #expect(try await put([]) == #"400 {"code":"malformed"}"#)
      #expect(try await put(Array("no parcel".utf8)) == #"400 {"code":"malformed"}"#)

      let key = try String(
        contentsOf: pair.ministry.state.appendingPathComponent("agency.key"),
        encoding: .utf8
      )
      let card = try await CardService(node: node).sign(
        CardSign(passphrase: Pair.passphrase, keyFile: key, via: ["clinic.example"])
      )
      _ = try await pair.clinic.client().importPeers(NotesImport(notes: [card.card, card.link]))
      let (first, second) = (try parcel(1), try parcel(2))
      #expect(try await put(first) == "200 ")
      // The same again lies there once.
      #expect(try await put(first) == "200 ")
      #expect(try await put(second) == "200 ")
      #expect(try await put(try parcel(3)) == #"503 {"code":"via-full"}"#)

      func next(_ taken: [UInt8]) async throws -> [UInt8] {
        try await call("/v1/parcels/next", taken, as: node.tls.current).body
      }
      // Given again until it is named as taken.
      #expect(try await next([]) == first)
      #expect(try await next([]) == first)
      #expect(try await next([1]) == Array(#"{"code":"malformed"}"#.utf8))
      #expect(try await next(Randomness.digest().bytes) == first)
      // A start in between loses nothing.
      pair.clinic.stop()
      try await pair.clinic.start()
      #expect(try await next(Hash256.of(first).bytes) == second)
      _ = try? await call(
        "/v1/parcels/next",
        Hash256.of(second).bytes,
        as: node.tls.current,
        patience: .seconds(2)
      )
      try await eventually("nothing lies there") {
        try await pair.clinic.client().metrics().contains("amonat_via_parcels 0\n")
      }
      // One member's day has an end: what was handed in before the start is not written anywhere.
      for number in 4..<10 as Range<UInt64> {
        let said = try await put(try parcel(number))
        #expect(said == (number < 6 ? "200 " : #"503 {"code":"via-full"}"#))
      }
      #expect(try await put(try parcel(10)) == #"429 {"code":"busy"}"#)

      // Switched off, it keeps nothing.
      pair.clinic.stop()
      try Data(#"{"via": "off"}"#.utf8)
        .write(to: pair.clinic.state.appendingPathComponent("amonatd.json"))
      try await pair.clinic.start()
      #expect(try await put(try parcel(11)) == #"404 {"code":"via-off"}"#)
      #expect(try await next([]) == Array(#"{"code":"via-off"}"#.utf8))
    }

    @Test(
      "A member without the role keeps nothing, whatever its settings say and whoever asks for it (PCL-011)"
    )
    func role() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try Data(#"{"via": "on"}"#.utf8)
        .write(to: pair.clinic.state.appendingPathComponent("amonatd.json"))
      pair.ministry.vias = ["clinic.example"]
      try await pair.harness.start()
      pair.ministry.stop()
      let node = try await Self.opened(pair)
      for (path, body) in [
        ("/v1/parcels", try Self.parcel(1, for: node)), ("/v1/parcels/next", []),
      ] as [(String, [UInt8])] {
        let answer = try await Self.call(path, body, as: node.tls.current, at: pair.clinic)
        #expect(answer.status == 404 && answer.body == Array(#"{"code":"via-off"}"#.utf8))
      }
      #expect(try await pair.clinic.client().metrics().contains("amonat_via_parcels 0\n"))
    }

    // MARK: Parts

    /// The ministry's node, in this process.
    private static func opened(_ pair: Pair) async throws -> Node {
      try await Node(
        folder: StateFolder(pair.ministry.state),
        settings: NodeSettings(
          socketPath: pair.root.appendingPathComponent("unused.sock").path,
          passphraseCost: .least
        )
      )
    }

    /// A parcel of a node to itself.
    private static func parcel(_ number: UInt64, for node: Node) throws -> [UInt8] {
      let view = node.trust.view
      let card = try #require(view.directory.card(of: node.trust.me))
      return try ParcelSeal.seal(
        ExchangeParts(held: number),
        realm: view.directory.realm,
        sender: node.trust.me,
        recipient: node.trust.me,
        courierKey: card.card.courierKey
      )
    }

    private static func call(
      _ path: String,
      _ body: [UInt8],
      as identity: TLSIdentity,
      at keeper: HarnessNode,
      patience: Duration = .seconds(20)
    ) async throws -> (status: Int, body: [UInt8]) {
      let line = try await HTTPLine.connect(
        to: .tls(
          host: "127.0.0.1",
          port: keeper.port,
          identity: identity,
          verifyPeer: { _ in true }
        )
      )
      defer { line.close() }
      let answer = try await line.send(
        HTTPLineRequest(method: "POST", path: path, body: body),
        timeout: patience
      )
      return (Int(answer.status), answer.body)
    }
  }
}

internal import Foundation
internal import LocalContract
internal import NIOSSL
internal import PeerLink
internal import TestSupport
internal import Testing

/// The door of a real `amonatd`, before anything of HTTP.
@Suite(.serialized) struct DaemonDoorTests {
  @Test("Without a certificate, or with TLS 1.2, nobody gets a word out of a node, and it runs on")
  func handshakes() async throws {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("d" + UUID().uuidString.prefix(8))
    let harness = try NodeHarness(root: root)
    defer {
      harness.stop()
      try? FileManager.default.removeItem(at: root)
    }
    let spec = NodeHarness.AgencySpec(
      id: "clinic.example",
      sector: "international",
      name: "Clinic",
      nameTg: "Дармонгоҳ",
      nameRu: "Клиника",
      listens: true,
      desks: [("health", ["need"])]
    )
    try harness.found([spec])
    let node = try #require(harness.nodes["clinic.example"])
    try await node.start()
    let endpoint = PeerEndpoint(host: "127.0.0.1", port: node.port)
    let hello = Array("POST /v1/hello HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n".utf8)
    var old = RawClient.configuration()
    old.minimumTLSVersion = .tlsv1
    old.maximumTLSVersion = .tlsv12
    for tls in [RawClient.configuration(), old] {
      let said = (try? await RawClient.exchange(hello, with: endpoint, tls)) ?? []
      #expect(said.isEmpty)
    }
    #expect(try await node.client().health().status == "ok")
    #expect(try await node.client().metrics().contains("amonat_exchanges_served_total 0"))
  }
}

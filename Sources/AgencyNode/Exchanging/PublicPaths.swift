internal import NodeStore
internal import PeerLink
internal import TransparencyLog

/// The log's public paths: heartbeats, tiles, the ends of past logs (CHK-022; C2SP tlog-tiles).
///
/// Leaves are commitments, which tell a stranger nothing; pair checkpoints are never shown (K2).
struct PublicPaths: Sendable {
  let node: Node

  /// Answers a path; `nil` for one that is not among them.
  func answer(_ path: String) async -> PeerResponse? {
    if path == "/checkpoint" { return await checkpoint() }
    if path.hasPrefix("/tile/") { return await tile(path, past: nil) }
    guard path.hasPrefix("/log/") else { return nil }
    let rest = path.dropFirst(5)
    guard let slash = rest.firstIndex(of: "/"), let number = UInt64(rest[..<slash]),
      String(number) == rest[..<slash], number < node.store.identity.number
    else { return nil }
    let below = String(rest[slash...])
    return below == "/checkpoint" ? await ended(number) : await tile(below, past: number)
  }

  private func checkpoint() async -> PeerResponse {
    let note = (try? await node.store.read { try $0.newestHeartbeat() }) ?? nil
    return Self.text(note)
  }

  private func ended(_ number: UInt64) async -> PeerResponse {
    let lines = try? await node.store.read { try $0.pastLogs() }
    return Self.text(lines?.first { $0.number == number && !$0.note.isEmpty }?.note)
  }

  private func tile(_ path: String, past: UInt64?) async -> PeerResponse {
    guard let request = TileRequest(path: path),
      let bytes = (try? await node.store.tile(request, past: past)) ?? nil
    else { return PeerResponse(status: 404) }
    return PeerResponse(status: 200, body: bytes)
  }

  private static func text(_ note: String?) -> PeerResponse {
    guard let note else { return PeerResponse(status: 404) }
    return PeerResponse(
      status: 200,
      contentType: "text/plain; charset=utf-8",
      body: Array(note.utf8)
    )
  }
}

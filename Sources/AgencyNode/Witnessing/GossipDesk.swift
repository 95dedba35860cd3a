internal import CanonicalBytes
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// What to hand a peer about logs, at the next exchange with it.
///
/// Only heartbeats leave, never the checkpoint of a pair (K2); the one exception is the two halves of
/// a contradiction, which everybody must see.
struct GossipDesk: Sendable {
  let node: Node

  /// The texts, at most ``GossipBook/batchLimit``; mostly none, which costs one look.
  func texts(for peer: AgencyID) async throws(NodeError) -> [String] {
    let nowMs = node.clock.nowMs()
    guard node.gossip.mayHave(for: peer.text, nowMs: nowMs) else { return [] }
    let version = node.gossip.version
    var out = node.gossip.takeReplies(for: peer.text)
    func add(_ text: String, needsAnswer: Bool = false) {
      guard out.count < GossipBook.batchLimit,
        node.gossip.hands(text, to: peer.text, nowMs: nowMs, needsAnswer: needsAnswer)
      else { return }
      out.append(text)
    }
    let held = node.peersHeld.size(of: peer.text)
    for text in try await SuccessionDesk(node: node).texts(for: peer, peerHolds: held) {
      add(text, needsAnswer: true)
    }
    let facts = try await NodeError.wrapping {
      try await node.store.read { reader in
        (
          mark: try reader.newestMark(), settled: try reader.newestSettledMark(),
          heard: try reader.newestHeard(), settledHeard: try reader.newestHeardSettled(),
          unproved: try reader.unproved().map(\.note) + reader.unproven().map(\.note),
          evidence: try reader.evidence(kind: "log")
        )
      }
    }
    for evidence in facts.evidence where !Self.isOwner(peer, of: evidence.first) {
      add(evidence.first)
      add(evidence.second)
    }
    if let mark = facts.mark {
      if isCosigned(mark.note, by: peer) {
        if mark.settledMs != nil { add(mark.note) }
      } else if out.count < GossipBook.batchLimit,
        node.gossip.hands(
          "proved \(mark.note)",
          to: peer.text,
          nowMs: nowMs,
          needsAnswer: true
        ), let text = try await proved(mark, from: held)
      {
        // One heartbeat, however much the peer has taken since it was last handed over.
        out.append(text)
      }
    }
    if let settled = facts.settled, settled.size != facts.mark?.size { add(settled.note) }
    for heard in facts.heard + facts.settledHeard where !Self.isOwner(peer, of: heard.note) {
      add(heard.note)
    }
    // A view of the peer's own log that nobody has proved: it is shown to it, and thereby asked.
    for note in facts.unproved where Self.isOwner(peer, of: note) {
      add(note, needsAnswer: true)
    }
    if out.count < GossipBook.batchLimit {
      node.gossip.looked(for: peer.text, version: version, nowMs: nowMs)
    }
    return out
  }

  private static func isOwner(_ peer: AgencyID, of note: String) -> Bool {
    note.utf8.starts(with: "\(peer.text)/".utf8)
  }

  private func isCosigned(_ note: String, by peer: AgencyID) -> Bool {
    guard let key = node.trust.view.directory.witness(of: peer)?.noteKey,
      let signed = try? SignedNote(parsing: note)
    else { return false }
    return signed.signatures.contains { $0.claims(key) }
  }

  /// The newest heartbeat with the proof from what the peer holds.
  private func proved(_ mark: OwnMark, from held: UInt64) async throws(NodeError) -> String? {
    let proof = try await NodeError.wrapping {
      try await node.store.change { _ in
      } after: { _, log -> [Digest32]? in
        guard held <= log.size, mark.size <= log.size else { return nil }
        return try log.consistency(between: held, and: mark.size)
      }
    }
    return proof.map { ProvedCheckpoint(from: held, proof: $0, note: mark.note).text }
  }
}

internal import AgencyNode
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport
internal import Testing

/// What people do at a node of the tests.
extension Living {
  func openCase() async throws -> String {
    try await CaseService(node: node).open(
      CaseOpen(desk: desk, sections: ["identity": ["name": .text("Example Person")]]),
      presence()
    ).case
  }

  /// One grant in a case.
  func consent(_ name: String, to peer: Living, days: UInt32 = 30) async throws -> UInt64 {
    try await ConsentService(node: node).record(
      ConsentRecord(
        case: name,
        grants: [
          GrantAsk(peer: peer.id, purpose: "health", groups: ["identity", "need"], days: days)
        ],
        record: Pair.facts
      ),
      presence()
    ).grants[0].grant
  }

  /// Refers under a grant, in the queue.
  func refer(_ grant: UInt64) async throws -> ReferResult {
    try await ReferralService(node: node).refer(
      ReferBatch(referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])]),
      presence()
    ).results[0]
  }

  /// Refers under a grant with what the case holds: the rest follows after the acceptance.
  func referAll(_ grant: UInt64) async throws -> ReferResult {
    try await ReferralService(node: node).refer(
      ReferBatch(
        referrals: [ReferAsk(grant: grant, content: ["need": Pair.need], fromCase: true)]
      ),
      presence()
    ).results[0]
  }

  func list(_ box: ReferralBox) async throws -> [ReferralLine] {
    try await ReferralActions(node: node).list(box: box, state: nil).referrals
  }

  /// A referral by the id of its offer.
  func line(_ message: String?) async throws -> ReferralLine? {
    try await ReferralActions(node: node).list(box: nil, state: nil).referrals.first {
      $0.message == message
    }
  }

  func act(_ action: ReferralAction, on line: ReferralLine) async throws {
    _ = try await ReferralActions(node: node).act(
      line.referral,
      action,
      ReferralAct(),
      presence()
    )
  }

  /// A person acts on a referral, by the id of its offer.
  func act(
    _ action: ReferralAction,
    _ message: String,
    _ request: ReferralAct
  ) async throws {
    let line = try #require(try await line(message))
    _ = try await ReferralActions(node: node).act(line.referral, action, request, presence())
  }

  /// Pieces of every sealed group that is held of a received referral.
  func sealedPieces(_ message: String) async throws -> [Data] {
    let referral = try #require(try await line(message)?.referral)
    let envelopes = try await node.store.read { reader in
      try reader.referral(referral).map { try reader.inbound(referral: $0.row).map(\.envelope) }
    }
    let groups = ["need", "identity", "contact", "safety", "health"].compactMap { FieldGroup($0) }
    return (envelopes ?? []).flatMap { EnvelopeStripper.strip($0, of: groups).gone }
      .map { Data($0.prefix(256).suffix(64)) }
  }

  /// The files of its state that hold some bytes.
  func files(holding bytes: Data) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: state.path).filter { name in
      let file = try? Data(contentsOf: state.appendingPathComponent(name))
      return file?.range(of: bytes) != nil
    }
  }

  /// The lines of its audit bundle that hold all of some texts, with the bundle's file.
  func bundle(with texts: [String]) throws -> (file: String, lines: [Substring]) {
    try member.unlockAgain()
    // Beside its state, which other steps look through.
    let file = state.deletingLastPathComponent()
      .appendingPathComponent("\(id)-\(UUID().uuidString).bundle")
    try member.cli(["audit", "export", "--force", "--out", file.path])
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return (file.path, lines.filter { line in texts.allSatisfy { line.contains($0) } })
  }

  func counts() async throws -> [String: UInt64] {
    try await StatusService(node: node).status().counts
  }
}

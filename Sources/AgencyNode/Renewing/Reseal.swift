internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Sealing

/// Wraps what stands under the keys of past epochs to the present one, while a person has unlocked the
/// desk: content stays as it is, only its keys are wrapped anew (CRD-009).
struct Reseal: Sendable {
  let node: Node

  /// Most messages in one go; the rest follows.
  private static let batch = 32

  /// Does some of what there is to do with the desks of one person.
  func run(_ presence: SessionVault.Presence) async throws {
    let nowMs = Int64(clamping: node.clock.nowMs())
    let rows = try node.store.keyring.deskKeys()
    for held in presence.desks {
      guard let row = rows.first(where: { $0.keyID == held.keyID }), row.notAfterMs <= nowMs,
        let present = rows.last(where: { $0.desk == row.desk && $0.fromMs <= nowMs }),
        present.notAfterMs > row.notAfterMs
      else { continue }
      let key = try KeyWrap.PublicKey(present.publicBytes)
      for name in try node.store.keyring.cases(onlyUnder: row) {
        try CaseKeys.rewrap(caseName: name, from: held, to: present.keyID, key, node: node)
      }
      try await messages(held, to: present.keyID, key)
    }
  }

  private func messages(
    _ held: UnlockedDesk,
    to present: Digest32,
    _ key: KeyWrap.PublicKey
  ) async throws {
    let found = try await node.store.read { reader in
      try reader.sealed(to: held.keyID, notYetTo: present, limit: Self.batch).map {
        (row: $0.row, envelope: $0.envelope, wraps: try reader.resealed($0.row))
      }
    }
    for message in found {
      guard let envelope = try? CheckedEnvelope(stored: message.envelope),
        envelope.stanzas.contains(where: { $0.keyID == held.keyID }),
        !message.wraps.contains(where: { $0.oldKey == held.keyID })
      else { continue }
      guard
        let wrapped = try? EnvelopeOpener.rewrap(
          envelope,
          from: nil,
          oldKey: held.keyID,
          heldKeyID: held.keyID,
          heldKey: held.key,
          to: present,
          newKey: key
        )
      else { continue }
      try await keep(
        ResealedKeys(oldKey: held.keyID, keyID: present, wrapped: wrapped),
        message.row
      )
    }
    // What was wrapped again in an earlier epoch goes on to the present one.
    for (row, bytes, wrap) in try await node.store.read({ try $0.resealedRows(to: held.keyID) }) {
      guard let envelope = try? CheckedEnvelope(stored: bytes),
        let wrapped = try? EnvelopeOpener.rewrap(
          envelope,
          from: wrap.wrapped,
          oldKey: wrap.oldKey,
          heldKeyID: held.keyID,
          heldKey: held.key,
          to: present,
          newKey: key
        )
      else { continue }
      try await keep(ResealedKeys(oldKey: wrap.oldKey, keyID: present, wrapped: wrapped), row)
    }
  }

  private func keep(_ keys: ResealedKeys, _ row: Int64) async throws {
    try await node.store.change { try $0.keep(keys, of: row) }
  }
}

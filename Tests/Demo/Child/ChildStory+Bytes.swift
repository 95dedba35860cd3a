internal import AgencyNode
internal import Exchange
internal import Foundation
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport

/// What lies in the nodes' files.
extension ChildStory {
  /// Pieces of the sealed bytes of a group that a recipient holds under its referral.
  func sealed(_ group: String, at name: String) async throws -> [[UInt8]] {
    let (node, referral) = try (living(name).node, at(name))
    guard let group = FieldGroup(group) else { throw Programs.Failure("no group") }
    let envelopes = try await node.store.read { reader in
      try reader.referral(referral).map { try reader.inbound(referral: $0.row).map(\.envelope) }
    }
    return (envelopes ?? []).flatMap { EnvelopeStripper.strip($0, of: [group]).gone }
      .map { Array($0.prefix(256).suffix(64)) }
  }

  /// Whether a file of a node's state holds some bytes.
  func holds(_ name: String, _ bytes: [UInt8]) throws -> Bool {
    let folder = try living(name).state
    return try ["node.db", "node.db-wal"].contains { file in
      try Data(contentsOf: folder.appendingPathComponent(file)).range(of: Data(bytes)) != nil
    }
  }

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
  }
}

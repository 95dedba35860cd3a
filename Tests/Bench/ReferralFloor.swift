internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import TransparencyLog

/// What a referral costs at least: key wrap and secretstream, the proofs, and one insert of the
/// envelope at each side; CPU of one thread, no network, no API, no log.
struct ReferralFloor {
  /// Rows of one transaction, as in a full batch.
  private static let batch = 64

  /// Wrap and seal of one envelope, µs.
  private(set) var sealUs = 0.0
  /// Two openings at the recipient and one receipt's at the sender, µs.
  private(set) var proofUs = 0.0
  /// One insert a side, µs.
  private(set) var insertUs = 0.0

  /// All three, µs.
  var totalUs: Double { sealUs + proofUs + insertUs }

  /// Measures, in a folder of its own.
  init(desks: Int, rounds: Int) throws {
    let folder = try BenchOptions.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let draft = try Self.draft(desks: desks)
    // The first seals load code and tables.
    for _ in 0..<Self.batch { _ = try EnvelopeSealer.seal(draft) }
    var envelopes: [[UInt8]] = []
    envelopes.reserveCapacity(rounds)
    sealUs = try Self.microseconds(rounds) {
      for _ in 0..<rounds { envelopes.append(try EnvelopeSealer.seal(draft).bytes) }
    }
    let (openings, size, root) = try Self.openings(rounds)
    proofUs = try Self.microseconds(rounds) {
      for opening in openings { _ = try opening.verify(size: size, root: root) }
    }
    let sides = [
      try FloorStore(folder.appendingPathComponent("a.db")),
      try FloorStore(folder.appendingPathComponent("b.db")),
    ]
    insertUs = try Self.microseconds(rounds) {
      for start in stride(from: 0, to: rounds, by: Self.batch) {
        for side in sides {
          try side.insert(envelopes[start..<min(start + Self.batch, rounds)])
        }
      }
    }
  }

  private static func microseconds(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
    let before = ProcessFigures.ownCPU()
    try body()
    return (ProcessFigures.ownCPU() - before) / Double(rounds) * 1e6
  }

  private static func draft(desks: Int) throws -> EnvelopeDraft {
    guard let sender = AgencyID(NodePair.senderID), let recipient = AgencyID(NodePair.recipientID),
      let need = FieldGroup("need")
    else { throw Programs.Failure("names") }
    let keys = try (0..<desks).map { place -> EnvelopeDraft.Desk in
      guard let desk = DeskName("desk-\(place + 1)") else { throw Programs.Failure("desk") }
      let key = try KeyWrap.PublicKey(KeyWrap.PrivateKey.generate().publicBytes)
      return EnvelopeDraft.Desk(
        keyID: DeskKeyID.of(agency: recipient, desk: desk, publicKey: key.bytes),
        publicKey: key,
        groups: [need]
      )
    }
    return EnvelopeDraft(
      realm: Hash256.of([1]),
      sender: sender,
      recipient: recipient,
      parts: [.init(group: need, content: SampleReferral.encoded(SampleReferral.need))],
      desks: keys
    )
  }

  /// For each round a grant, the offer under it, and the receipt, in one log.
  private static func openings(
    _ rounds: Int
  ) throws -> (openings: [EventOpening], size: UInt64, root: Digest32) {
    let events = SampleEvents(realm: Hash256.of([1]), policy: Hash256.of([2]))
    let count = UInt64(rounds)
    var log = MemoryLog()
    var entries: [SampleEvents.Entry] = []
    entries.reserveCapacity(rounds * 3)
    for number in 0..<count { entries.append(try events.grant(at: number)) }
    for number in 0..<count {
      entries.append(try events.disclose(number, under: number, at: count + number))
    }
    for number in 0..<count {
      entries.append(try events.receipt(number, at: 2 * count + number))
    }
    for entry in entries { log.append(entry.leaf.hash) }
    let proofs = try log.proofs()
    let openings = try entries.enumerated().map { place, entry in
      EventOpening(
        event: entry.event,
        salt: entry.salts.event,
        staff: entry.leaf.staff,
        personal: entry.leaf.personal,
        path: try proofs.inclusionProof(index: UInt64(place))
      )
    }
    return (openings, log.tree.size, log.tree.root)
  }
}

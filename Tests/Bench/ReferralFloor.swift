internal import CanonicalBytes
internal import Dispatch
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Synchronization
internal import TestSupport
internal import TransparencyLog

/// What a referral costs at least: key wrap and secretstream, the proofs, and one insert of the
/// envelope at each side; no network, no API, no log.
///
/// The cores of one machine share caches, memory and clock rate: the same work costs each of them more
/// while the others are busy, as they are while the two nodes are measured. So the floor is taken on as
/// many threads as there are cores, each of which does all of the work.
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

  /// Measures, in a folder of its own, on so many threads at once.
  init(desks: Int, rounds: Int, threads: Int) throws {
    let folder = try BenchOptions.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let draft = try Self.draft(desks: desks)
    // The first seals load code and tables.
    let envelopes = try (0..<Self.batch).map { _ in try EnvelopeSealer.seal(draft).bytes }
    sealUs = try Self.microseconds(rounds, threads) { _ in
      for _ in 0..<rounds { _ = try EnvelopeSealer.seal(draft) }
    }
    let (openings, size, root) = try Self.openings(rounds)
    proofUs = try Self.microseconds(rounds, threads) { _ in
      for opening in openings { _ = try opening.verify(size: size, root: root) }
    }
    let sides = try (0..<threads * 2).map {
      try FloorStore(folder.appendingPathComponent("\($0).db"))
    }
    insertUs = try Self.microseconds(rounds, threads) { thread in
      for _ in 0..<(rounds / Self.batch) {
        for side in sides[(thread * 2)...].prefix(2) { try side.insert(envelopes[...]) }
      }
    }
  }

  /// What one round costs a thread, in microseconds of CPU, while all of them work.
  private static func microseconds(
    _ rounds: Int,
    _ threads: Int,
    _ body: @Sendable (Int) throws -> Void
  ) throws -> Double {
    let failures = Mutex<[any Error]>([])
    let before = ProcessFigures.ownCPU()
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      do { try body(thread) } catch { failures.withLock { $0.append(error) } }
    }
    let spent = ProcessFigures.ownCPU() - before
    if let failure = failures.withLock({ $0.first }) { throw failure }
    return spent / Double(rounds * threads) * 1e6
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

internal import Audit
internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import TransparencyLog

/// How fast a bundle is verified, and in how much memory: grants, offers with their receipts, messages
/// received, openings.
///
/// Each verification is a process of its own, so that its memory is its own.
enum AuditVerify {
  /// The word that makes this program verify one file and tell what it took.
  static let word = "audit-verify-file"

  /// Register and policy stand first.
  private static let founding: UInt64 = 2

  /// What one verification took.
  private struct Outcome: Codable {
    let cpuSeconds: Double
    let peakMiB: Double
    let isWhole: Bool
    let receipts: UInt64
    let findings: String
  }

  static func measure(_ options: BenchOptions) throws -> Figure {
    let folder = try BenchOptions.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let realm = try SampleRealm()
    let events = SampleEvents(realm: realm.realm, policy: Hash256.of(realm.policy))
    let small = folder.appendingPathComponent("small.bundle")
    try write(leaves(10_000), events, realm, to: small)
    let size = leaves(UInt64(options.count ?? 1_000_000))
    let file = folder.appendingPathComponent("bench.bundle")
    Progress.say("  writing \(size) leaves")
    try write(size, events, realm, to: file)
    let bytes = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
    Progress.say("  verifying \(bytes) bytes")
    let (first, second, few) = (try verify(file), try verify(file), try verify(small))
    guard first.isWhole, second.isWhole, few.isWhole else {
      throw Programs.Failure("a bundle was not read to its end")
    }
    let spent = min(first.cpuSeconds, second.cpuSeconds)
    let floor = try AuditFloor.microseconds(events, bytesPerLeaf: Double(bytes) / Double(size))
    let each = spent / Double(size) * 1e6
    return Figure(
      "audit-verify",
      Double(size) / spent,
      "leaves/s",
      [
        ("leaves", .whole(Int(size))), ("receipts", .whole(Int(first.receipts))),
        ("bytes", .whole(bytes)), ("cpu_s", .number(spent)), ("cpu_us_per_leaf", .number(each)),
        ("floor_us_per_leaf", .number(floor)), ("ratio", .number(each / floor)),
        ("rss_mib_10k", .number(few.peakMiB)), ("rss_mib_1m", .number(first.peakMiB)),
        ("findings", .text(first.findings)),
      ]
    )
  }

  /// The size of a log that holds whole groups of four.
  private static func leaves(_ wanted: UInt64) -> UInt64 { founding + (wanted + 3) / 4 * 4 }

  private static func verify(_ file: URL) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [word, file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.awaitExit()
    guard process.terminationStatus == 0 else { throw Programs.Failure(word) }
    return try JSONDecoder().decode(Outcome.self, from: output)
  }

  /// Verifies one file and writes what it took to standard output.
  static func verifyHere(_ path: String) throws {
    let found = Counts()
    let source = try BundleFile.open(path)
    let before = ProcessFigures.ownCPU()
    var verifier = BundleVerifier(name: "bench.bundle") { found.add($0) }
    while case let chunk = try source(), !chunk.isEmpty { verifier.feed(chunk) }
    let summary = verifier.finish()
    let outcome = Outcome(
      cpuSeconds: ProcessFigures.ownCPU() - before,
      peakMiB: try ProcessFigures.ownPeakMiB(),
      isWhole: summary.isWhole,
      receipts: summary.receipts,
      findings: found.text
    )
    FileHandle.standardOutput.write(try JSONEncoder().encode(outcome))
  }

  /// Findings by code.
  private final class Counts {
    private var codes: [String: Int] = [:]

    func add(_ finding: Finding) { codes["\(finding.code.rawValue)", default: 0] += 1 }

    var text: String {
      codes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
  }

  // MARK: The bundle

  private static func entry(_ index: UInt64, _ events: SampleEvents) throws -> SampleEvents.Entry {
    if index == 0 {
      return try events.entry(
        .register,
        events.log,
        0,
        [.digest(.message, events.realm)],
        isAboutPerson: false
      )
    }
    if index == 1 {
      return try events.entry(
        .policy,
        events.log,
        1,
        [.digest(.message, events.policy)],
        isAboutPerson: false
      )
    }
    let number = (index - founding) / 4
    return switch (index - founding) % 4 {
    case 0: try events.grant(at: index)
    case 1: try events.disclose(number, under: index - 1, at: index)
    case 2: try events.receive(number, at: index)
    default: try events.open(at: index)
    }
  }

  private static func write(
    _ size: UInt64,
    _ events: SampleEvents,
    _ realm: SampleRealm,
    to file: URL
  ) throws {
    var log = LogTree()
    for index in 0..<size {
      log.append(try entry(index, events).leaf.hash)
      _ = log.takeCompletedTiles()
    }
    var peer = MemoryLog()
    for number in 0..<(size - founding) / 4 {
      peer.append(try events.receipt(number, at: number).leaf.hash)
    }
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    guard let id = LogID(events.log), let peerID = LogID(events.peerLog) else {
      throw Programs.Failure(events.log)
    }
    let head = BundleHead(
      log: id,
      madeMs: SampleEvents.startMs + (size + 3_600) * 1_000,
      realm: realm.realm,
      root: log.root,
      size: size
    )
    var writer = try BundleWriter(head: head, padKey: Randomness.digest()) {
      try handle.write(contentsOf: Data($0))
    }
    try writer.register(realm.register.bytes)
    try writer.policy(realm.policy)
    try writer.card(try realm.sender.card(realm: realm.realm).bytes)
    try writer.card(try realm.recipient.card(realm: realm.realm).bytes)
    try writer.checkpoint(try note(log, events, realm, size: size))
    let peerNote = Checkpoint.sign(
      origin: events.peerLog,
      size: peer.tree.size,
      root: peer.tree.root,
      key: realm.recipient.logKey
    )
    let proofs = try peer.proofs()
    for index in 0..<size {
      try leaf(index, events, to: &writer)
      guard index >= founding, (index - founding) % 4 == 1 else { continue }
      let number = (index - founding) / 4
      if number == 0 { try writer.view(Array(peerNote.utf8)) }
      let answer = try events.receipt(number, at: number)
      try writer.receipt(
        event: answer.event,
        salt: answer.salts.event,
        staff: answer.leaf.staff,
        personal: answer.leaf.personal,
        path: try proofs.inclusionProof(index: number)
      )
    }
    try writer.seen(origin: peerID, size: peer.tree.size, root: peer.tree.root)
    try writer.finish()
  }

  private static func leaf(
    _ index: UInt64,
    _ events: SampleEvents,
    to writer: inout BundleWriter
  ) throws {
    let entry = try entry(index, events)
    let isAboutPerson = index >= founding && (index - founding) % 4 != 2
    try writer.leaf(
      hash: entry.leaf.hash,
      event: entry.event,
      eventSalt: entry.salts.event,
      staff: entry.staff,
      staffSalt: entry.salts.staff,
      personalCommitment: entry.leaf.personal,
      person: isAboutPerson ? .held : .salt(entry.salts.personal)
    )
  }

  private static func note(
    _ log: LogTree,
    _ events: SampleEvents,
    _ realm: SampleRealm,
    size: UInt64
  ) throws -> [UInt8] {
    let note = Checkpoint.sign(
      origin: events.log,
      size: size,
      root: log.root,
      key: realm.sender.logKey
    )
    let line = try Cosignature.sign(
      checkpointNote: note,
      witness: Names.witness(agency: SampleEvents.recipient, number: 1),
      key: realm.recipient.witnessKey,
      timeSeconds: (SampleEvents.startMs + size * 1_000) / 1_000
    )
    return Array(try Cosignature.append([line], to: note).utf8)
  }
}

internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

@testable internal import Audit

/// Bundles of several agencies, read together.
@Suite struct ReconcileTests {
  let referral: Referral
  let world: World

  init() throws {
    referral = try Referral()
    world = referral.world
  }

  private struct Result {
    var status = AuditRun.Status.clean
    var text = ""
  }

  /// Runs the whole command over bytes.
  private func run(
    _ task: AuditRun.Task,
    _ bundles: [(String, [UInt8])],
    json: Bool = false,
    language: AuditLanguage = .en,
    realm: String? = nil
  ) throws -> Result {
    let box = TextBox()
    var run = try unwrapped(
      AuditRun(task: task, realm: realm, json: json, language: language) { box.text += $0 }
    )
    let status = run.run(
      bundles.map { name, bytes in
        AuditRun.Input(name: name) {
          var rest = bytes[...]
          return {
            defer { rest = rest.dropFirst(10_000) }
            return Array(rest.prefix(10_000))
          }
        }
      }
    )
    return Result(status: status, text: box.text)
  }

  @Test("Two complete bundles reconcile, in either order (AUD-049)", arguments: [false, true])
  func clean(_ turned: Bool) throws {
    var bundles = [
      ("ministry.bundle", try referral.ministryBundle.bytes()),
      ("shelter.bundle", try referral.shelterBundle.bytes()),
    ]
    if turned { bundles.reverse() }
    let result = try run(.reconcile, bundles, realm: world.realm.hex)
    #expect(result.status == .clean, "\(result.text)")
    #expect(result.text.contains("messages that stand in both logs: 4"))
    #expect(!result.text.contains("counterpart-missing"))
  }

  @Test("The worked examples of the chapter, made by a second implementation, reconcile")
  func examples() throws {
    let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Protocol/examples")
    let bundles = try ["ministry.bundle", "shelter.bundle"].map {
      ($0, Array(try Data(contentsOf: examples.appending(path: $0))))
    }
    let result = try run(.reconcile, bundles)
    #expect(result.status == .clean, "\(result.text)")
    #expect(result.text.contains("messages that stand in both logs: 1"), "\(result.text)")
  }

  @Test("An absent agency is named, with what cannot be concluded (AUD-049)")
  func absent() throws {
    let result = try run(.reconcile, [("m", try referral.ministryBundle.bytes())])
    #expect(result.status == .clean, "\(result.text)")
    #expect(result.text.contains("agency-absent"))
    #expect(
      result.text.contains("No bundle of shelter.example was given: 3 messages to it and 1 from it")
    )
  }

  @Test("A message that the recipient proves and the sender does not have (AUD-049)")
  func unknownToSender() throws {
    let index = try referral.shelter.receive(message("secret"), from: world.ministry)
    var ministry = referral.ministryBundle
    ministry.madeMs = referral.shelter.clock + World.day
    var shelter = TestBundle(referral.shelter)
    shelter.receipts = referral.shelterBundle.receipts
    let result = try run(
      .reconcile,
      [("m", try ministry.bytes()), ("s", try shelter.bytes())]
    )
    #expect(result.status == .findings)
    #expect(result.text.contains("error  counterpart-missing  (leaf \(index))"), "\(result.text)")
  }

  @Test("A receipt for what the recipient's log does not show (AUD-049)")
  func answeredElsewhere() throws {
    // The recipient hands over another log than the one it answered from.
    let other = try TestLog(world, world.shelter)
    while other.size < referral.shelter.size { try other.pad() }
    let result = try run(
      .reconcile,
      [("m", try referral.ministryBundle.bytes()), ("s", try TestBundle(other).bytes())]
    )
    #expect(result.status == .findings)
    #expect(result.text.contains("log-forked"), "\(result.text)")
    #expect(result.text.contains("proves that shelter.example answered"))
  }

  @Test(
    "Attack C7: a message that was cancelled and taken all the same (AUD-049)",
    arguments: [
      false, true,
    ]
  )
  func cancelledAndTaken(_ turned: Bool) throws {
    let log = try TestLog(world, world.ministry)
    let grant = try log.grant(to: world.shelter)
    try log.disclose(message("m"), to: world.shelter, under: grant)
    try log.add(
      .cancel,
      [
        .digest(.message, message("m")), .string(.peer, "shelter.example"),
        .integer(.seq, log.next(world.shelter)),
      ]
    )
    let peer = try TestLog(world, world.shelter)
    try peer.receive(message("m"), from: world.ministry)
    var bundles = [("m", try TestBundle(log).bytes()), ("s", try TestBundle(peer).bytes())]
    if turned { bundles.reverse() }
    let result = try run(.reconcile, bundles)
    #expect(result.status == .findings, "\(result.text)")
    #expect(result.text.contains("error  counterpart-missing"), "\(result.text)")
    #expect(result.text.contains("logged as never sent"), "\(result.text)")
  }

  @Test("An answer given again in the recipient's next log is the same answer (RCP-003)")
  func answeredAgain() throws {
    let log = try TestLog(world, world.ministry)
    let grant = try log.grant(to: world.shelter)
    try log.disclose(message("m"), to: world.shelter, under: grant)
    let first = try TestLog(world, world.shelter)
    try first.receive(message("m"), from: world.ministry)
    let next = try TestLog(world, world.shelter, number: 2)
    next.leaves = []
    try next.add(
      .succeed,
      [
        .string(.oldLog, first.name), .digest(.root, first.root(first.size)),
        .integer(.size, first.size),
      ]
    )
    try next.receive(message("m"), from: world.ministry)
    let bundles = [
      ("m", try TestBundle(log).bytes()), ("s", try TestBundle(first).bytes()),
      ("t", try TestBundle(next).bytes()),
    ]
    let result = try run(.reconcile, bundles)
    #expect(!result.text.contains("counterpart-missing"), "\(result.text)")
    // In one and the same log it is a fault.
    try first.receive(message("m"), from: world.ministry)
    let twice = try run(
      .reconcile,
      [("m", try TestBundle(log).bytes()), ("s", try TestBundle(first).bytes())]
    )
    #expect(twice.text.contains("error  counterpart-missing"), "\(twice.text)")
  }

  @Test("A message under way is a note; one that never came and has run out, a warning (AUD-049)")
  func underWay() throws {
    let log = try TestLog(world, world.ministry)
    let grant = try log.grant(to: world.shelter)
    try log.disclose(message("m"), to: world.shelter, under: grant)
    let peer = TestBundle(try TestLog(world, world.shelter))
    var sender = TestBundle(log)
    let early = try run(.reconcile, [("m", try sender.bytes()), ("s", try peer.bytes())])
    #expect(early.status == .clean, "\(early.text)")
    #expect(early.text.contains("may be under way"))
    sender.madeMs = log.clock + 20 * World.day
    let late = try run(.reconcile, [("m", try sender.bytes()), ("s", try peer.bytes())])
    #expect(late.status == .findings)
    #expect(late.text.contains("never reached shelter.example"))
  }

  @Test(
    "Two views of one log are log-forked, by a view, a seen line or two bundles (AUD-034, AUD-035)",
    arguments: 0..<3
  )
  func forked(_ variant: Int) throws {
    let log = try TestLog(world, world.ministry)
    let grant = try log.grant(to: world.shelter)
    let sent = try log.disclose(message("m"), to: world.shelter, under: grant)
    let shown = try TestLog(world, world.shelter)
    let index = try shown.receive(message("m"), from: world.ministry)
    var sender = TestBundle(log)
    sender.receipts = [sent: (shown, index)]
    // The shelter's own bundle: as long, with another leaf.
    let kept = try TestLog(world, world.shelter)
    try kept.receive(message("m"), from: world.ministry)
    var keeper = TestBundle(kept)
    switch variant {
    case 0: break
    case 1:
      sender.receipts = [:]
      sender.seen = [(shown, 2, nil)]
    default:
      sender = TestBundle(shown)
      keeper.madeMs = kept.clock
    }
    let result = try run(.verify, [("m", try sender.bytes()), ("s", try keeper.bytes())])
    #expect(result.status == .findings, "\(result.text)")
    #expect(result.text.contains("error  log-forked"), "\(result.text)")
  }

  @Test("JSON is one object, with the same findings and the status")
  func json() throws {
    var bytes = try referral.ministryBundle.bytes()
    bytes[bytes.count - 5] = bytes[bytes.count - 5] == 0x30 ? 0x31 : 0x30
    let result = try run(.verify, [("a \"quoted\" name", bytes)], json: true)
    let object = try CanonicalJSON.parse(Array(result.text.utf8), profile: .document)
    #expect(object["status"]?.integer == 1)
    let found = try unwrapped(object["findings"]?.list)
    #expect(found.compactMap { $0.object?["code"]?.string } == ["quorum-one", "bundle-altered"])
    let bundle = try unwrapped(object["bundles"]?.list?.first?.object)
    #expect(bundle["log"]?.string == referral.ministry.name)
    #expect(bundle["errors"]?.integer == 1)
  }

  @Test("Status 2 when a bundle cannot be read to its end, or not at all")
  func unchecked() throws {
    let bytes = try referral.shelterBundle.bytes()
    let cut = try run(.verify, [("s", Array(bytes.dropLast(100)))])
    #expect(cut.status == .unchecked)
    #expect(cut.text.contains("bundle-truncated"))
    var run = try unwrapped(
      AuditRun(task: .verify, realm: nil, json: false, language: .en) { _ in }
    )
    let status = run.run([AuditRun.Input(name: "gone") { throw Absent() }])
    #expect(status == .unchecked)
    #expect(AuditRun(task: .verify, realm: "xyz", json: false, language: .en) { _ in } == nil)
  }

  @Test(
    "Inspect says what is there, in the reader's language, without a verdict",
    arguments: AuditLanguage.allCases
  )
  func inspect(_ language: AuditLanguage) throws {
    let result = try run(
      .inspect,
      [("s", try referral.shelterBundle.bytes())],
      language: language
    )
    #expect(result.status == .clean)
    #expect(result.text.contains("shelter.example/amonat/log/1"))
    #expect(result.text.contains("ministry.example 1"))
    #expect(result.text.contains("verify"))
  }
}

/// Text that a closure gathers.
final class TextBox {
  var text = ""
}

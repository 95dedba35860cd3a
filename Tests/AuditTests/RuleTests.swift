internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

@testable internal import Audit

/// One broken rule each, and exactly its finding.
@Suite struct RuleTests {
  let world: World
  let log: TestLog
  let shelter: Party

  init() throws {
    world = try World.shared.get()
    log = try TestLog(world, world.ministry)
    shelter = world.shelter
  }

  /// What is found in the bundle of the log as it stands.
  private func found(_ change: (inout TestBundle) throws -> Void = { _ in }) throws -> [Finding] {
    var bundle = TestBundle(log)
    try change(&bundle)
    return findings(try bundle.bytes()).filter { $0.code != .quorumOne }
  }

  private func expect(
    _ code: FindingCode,
    _ severity: Severity = .error,
    leaves: ClosedRange<UInt64>? = nil,
    _ change: (inout TestBundle) throws -> Void = { _ in },
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let found = try found(change)
    #expect(found.map(\.code) == [code], "\(found)", sourceLocation: location)
    #expect(found.first?.severity == severity, sourceLocation: location)
    if let leaves { #expect(found.first?.leaves == leaves, sourceLocation: location) }
  }

  /// An answered offer, so that no other finding stands beside the one that is tested.
  private func answered(_ index: UInt64, _ label: String) throws -> (TestLog, UInt64) {
    let peer = try TestLog(world, shelter)
    return (peer, try peer.receive(message(label), from: world.ministry))
  }

  // MARK: Leaves and checkpoints

  @Test("A salt that is not the leaf's is leaf-mismatch (AUD-014)")
  func leafMismatch() throws {
    log.leaves[1].salts = EventSalts.random()
    try expect(.leafMismatch, leaves: 1...1)
  }

  @Test("A personal salt that does not open an empty part is leaf-mismatch (AUD-012)")
  func personSalt() throws {
    log.leaves[1].person = .salt(Randomness.digest())
    try expect(.leafMismatch, leaves: 1...1)
  }

  @Test("A signed root that the leaves do not give is root-mismatch, with its range (AUD-022)")
  func rootMismatch() throws {
    for _ in 0..<4 { try log.pad() }
    let wrong = try log.note(4, root: message("other"))
    try expect(.rootMismatch, leaves: 3...3) {
      $0.marks = [3: try log.note(3), 4: wrong]
    }
  }

  @Test("A pad that does not follow from the pad key is root-mismatch (AUD-015)")
  func foreignPad() throws {
    try log.pad()
    let other = try TestLog(world, world.ministry)
    log.leaves[2].leaf = try other.padKey.leaf(log: log.name, realm: world.realm, index: 2)
    try expect(.rootMismatch, leaves: 0...2)
  }

  @Test("A mark signed by another key is checkpoint-signature (AUD-023)")
  func markSignature() throws {
    try log.pad()
    let note = Checkpoint.sign(
      origin: log.name,
      size: 2,
      root: log.root(2),
      key: world.ministry.nextKey
    )
    try expect(.checkpointSignature) { $0.marks = [2: note] }
  }

  @Test("A witness's line over something else is cosignature-invalid (AUD-024)")
  func cosignature() throws {
    try log.pad()
    let note = try log.note(2)
    let line = try Cosignature.sign(
      checkpointNote: try log.note(1),
      witness: shelter.witness,
      key: shelter.witnessKey,
      timeSeconds: log.clock / 1000
    )
    try expect(.cosignatureInvalid) { $0.marks = [2: note + line] }
  }

  @Test("A line of an unknown witness is passed over (AUD-024)")
  func unknownWitness() throws {
    try log.pad()
    let stranger = try Party("stranger.example")
    #expect(try found { $0.marks = [2: try log.note(2, by: [stranger])] }.isEmpty)
  }

  @Test("Leaves without a settled checkpoint are a note, and a warning after 24 h (AUD-025)")
  func notSettled() throws {
    try expect(.notSettled, .note, leaves: 0...1) { $0.witnesses = [] }
    log.clock += 2 * World.day
    try log.receive(message("late"), from: shelter)
    try expect(.notSettled, .warning, leaves: 0...2) { $0.witnesses = [] }
  }

  @Test("The log's own witness settles nothing (AUD-024)")
  func ownWitness() throws {
    try expect(.notSettled, .note) { $0.witnesses = [world.ministry] }
  }

  // MARK: Events

  @Test("A leaf that the agency cannot open is event-unopened (AUD-016)")
  func unopened() throws {
    log.leaves[1].isClosed = true
    try expect(.eventUnopened, leaves: 1...1)
  }

  @Test("A peer part with a foreign key is event-malformed (AUD-017)")
  func malformedEvent() throws {
    log.append(
      Array("{\"bogus\":1}".utf8),
      try StaffPart(timeMs: log.clock, isAboutPerson: false).bytes,
      [0x7B, 0x7D],
      nil
    )
    try expect(.eventMalformed, leaves: 2...2)
  }

  @Test("An event that says person and a line that does not, is event-malformed (AUD-012)")
  func personDisagrees() throws {
    let index = try log.grant(to: shelter)
    log.leaves[Int(index)].person = .salt(log.leaves[Int(index)].salts.personal)
    let found = try found()
    #expect(Set(found.map(\.code)) == [.eventMalformed, .leafMismatch])
  }

  @Test("A pad never stands as a leaf line (AUD-013)")
  func padAsLeaf() throws {
    let event = try LogEvent(
      type: .pad,
      log: log.name,
      realm: world.realm,
      index: 2,
      fields: []
    )
    log.append(
      event.bytes,
      try StaffPart(timeMs: log.clock, isAboutPerson: false).bytes,
      [0x7B, 0x7D],
      nil
    )
    try expect(.eventMalformed, leaves: 2...2)
  }

  @Test("Another index, or another log, is index-mismatch (AUD-017)")
  func indexMismatch() throws {
    try log.add(.card, [.digest(.message, message("card"))], index: 7)
    try expect(.indexMismatch, leaves: 2...2)
    log.leaves.removeLast()
    try log.add(.card, [.digest(.message, message("card"))], log: "shelter.example/amonat/log/1")
    try expect(.indexMismatch, leaves: 2...2)
  }

  @Test("Attack C15: time that goes back is time-decreasing (AUD-041)")
  func timeBack() throws {
    try log.receive(message("first"), from: shelter)
    log.clock -= World.hour
    try log.receive(message("second"), from: shelter)
    try expect(.timeDecreasing, .warning, leaves: 3...3) {
      $0.checkpoint = try log.note(log.size, by: [shelter], atMs: log.clock + World.day)
    }
  }

  @Test("Attack C15: time a day past a witness's is time-decreasing (AUD-041)")
  func timeAhead() throws {
    let before = log.clock
    log.clock += 3 * World.day
    try log.receive(message("future"), from: shelter)
    try log.pad()
    try expect(.timeDecreasing, .warning, leaves: 2...2) {
      $0.marks = [3: try log.note(3, by: [shelter], atMs: before)]
    }
  }

  @Test("Unknown policy, register and peer are named (AUD-008)")
  func unknownNames() throws {
    func refused(_ policy: Digest32, _ register: Digest32, _ peer: String) throws {
      try log.add(
        .consentRefused,
        [
          .strings(.groups, ["need"]), .string(.peer, peer), .digest(.policy, policy),
          .string(.purpose, "health"), .digest(.register, register),
        ]
      )
    }
    try refused(message("policy"), world.realm, "shelter.example")
    try expect(.policyMissing, leaves: 2...2)
    log.leaves.removeLast()
    try refused(world.policyHash, message("register"), "shelter.example")
    try expect(.registerUnknown, leaves: 2...2)
    log.leaves.removeLast()
    try refused(world.policyHash, world.realm, "nobody.example")
    try expect(.agencyUnknown, leaves: 2...2)
  }

  // MARK: Grants

  @Test("Attack A1: a disclosure after the grant's end is grant-expired (AUD-042)")
  func expired() throws {
    let grant = try log.grant(to: shelter, until: log.clock + 2000)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    try expect(.grantExpired, leaves: sent...sent) { $0.receipts = [sent: try answered(sent, "m")] }
  }

  @Test("Attack A2: a second offer under one grant is grant-used-twice (AUD-042)")
  func usedTwice() throws {
    let grant = try log.grant(to: shelter)
    let first = try log.disclose(message("m"), to: shelter, under: grant)
    let second = try log.disclose(message("n"), to: shelter, under: grant)
    let peer = try TestLog(world, shelter)
    let answers = [
      first: (peer, try peer.receive(message("m"), from: world.ministry)),
      second: (peer, try peer.receive(message("n"), from: world.ministry)),
    ]
    try expect(.grantUsedTwice, leaves: second...second) { $0.receipts = answers }
  }

  @Test("Attack A3: a disclosure after the withdrawal is grant-withdrawn (AUD-042)")
  func withdrawn() throws {
    let grant = try log.grant(to: shelter)
    let end = try log.withdraw(grant)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    try expect(.grantWithdrawn, leaves: sent...sent) {
      $0.receipts = [sent: try answered(sent, "m")]
    }
    #expect(end < sent)
  }

  @Test("A disclosure without a grant is grant-missing (AUD-042)")
  func missing() throws {
    let sent = try log.disclose(message("m"), to: shelter, under: 1)
    try expect(.grantMissing, leaves: sent...sent) { $0.receipts = [sent: try answered(sent, "m")] }
  }

  @Test("Other peer, purpose or groups than granted is grant-scope (AUD-042)", arguments: 0..<3)
  func scope(_ variant: Int) throws {
    let grant = try log.grant(to: variant == 0 ? world.health : shelter)
    let sent = try log.disclose(
      message("m"),
      to: shelter,
      under: grant,
      groups: variant == 1 ? ["health"] : ["need"],
      purpose: variant == 2 ? "health" : "accommodation"
    )
    try expect(.grantScope, leaves: sent...sent) { $0.receipts = [sent: try answered(sent, "m")] }
  }

  @Test("A grant of a past log that was not read is a note (AUD-043)")
  func pastLog() throws {
    let sent = try log.disclose(
      message("m"),
      to: shelter,
      under: 3,
      grantLog: "ministry.example/amonat/log/2"
    )
    try expect(.grantNotInBundle, .note, leaves: sent...sent) {
      $0.receipts = [sent: try answered(sent, "m")]
    }
  }

  @Test("A grant of a past log is judged when that log was read before (AUD-043)")
  func pastLogRead() throws {
    let grant = try log.grant(to: shelter)
    let first = try log.disclose(message("m"), to: shelter, under: grant)
    var old = TestBundle(log)
    let (peer, index) = try answered(first, "m")
    old.receipts = [first: (peer, index)]
    let later = try TestLog(world, world.ministry, number: 2)
    later.leaves = []
    try later.add(
      .succeed,
      [.string(.oldLog, log.name), .digest(.root, log.root(log.size)), .integer(.size, log.size)]
    )
    let second = try later.disclose(
      message("n"),
      to: shelter,
      under: grant,
      seq: 2,
      grantLog: log.name
    )
    var new = TestBundle(later)
    new.receipts = [second: (peer, try peer.receive(message("n"), from: world.ministry))]
    let session = AuditSession()
    #expect(codes(findings(try old.bytes(), session: session)) == [])
    let found = findings(try new.bytes(), session: session)
    #expect(codes(found) == [.grantUsedTwice], "\(found)")
  }

  // MARK: Finality

  @Test("A receipt that no settled checkpoint extends after a day is receipt-not-final (AUD-052)")
  func notFinal() throws {
    let grant = try log.grant(to: shelter)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    let (peer, index) = try answered(sent, "m")
    func codes(
      day: UInt64,
      _ settled: [String],
      _ change: (inout TestBundle) -> Void = { _ in }
    ) throws -> [FindingCode] {
      try found { bundle in
        bundle.receipts = [sent: (peer, index)]
        bundle.madeMs = log.clock + day * World.day + World.hour
        bundle.settled = settled
        change(&bundle)
      }.map(\.code)
    }
    #expect(try codes(day: 0, []) == [])
    #expect(try codes(day: 1, []) == [.receiptNotFinal])
    let good = try peer.note(peer.size, by: [world.ministry])
    #expect(try codes(day: 1, [good]) == [])
    // Too small; cosigned by nobody, or by its owner alone; signed by another key.
    let small = try peer.note(1, by: [world.ministry])
    #expect(try codes(day: 1, [small]) == [.receiptNotFinal])
    #expect(try codes(day: 1, [peer.note(peer.size)]) == [.receiptNotFinal])
    #expect(try codes(day: 1, [peer.note(peer.size, by: [shelter])]) == [.receiptNotFinal])
    let stranger = Checkpoint.sign(
      origin: peer.name,
      size: peer.size,
      root: peer.root(peer.size),
      key: world.health.logKey
    )
    #expect(try codes(day: 1, [stranger]) == [.checkpointSignature, .receiptNotFinal])
    // Another root than the view's is another history; one line for each log.
    let other = try peer.note(peer.size, by: [world.ministry], root: Randomness.digest())
    #expect(try codes(day: 1, [other]).contains(.logForked))
    #expect(try codes(day: 1, [good, good]) == [.bundleMalformed])
  }

  // MARK: A log that follows another

  /// Two bundles of the ministry, read in either order.
  private func followed(
    size: UInt64? = nil,
    root: Digest32? = nil,
    old: String? = nil,
    turned: Bool = false
  ) throws -> [FindingCode] {
    let later = try TestLog(world, world.ministry, number: 2)
    later.leaves = []
    try later.add(
      .succeed,
      [
        .string(.oldLog, old ?? log.name), .digest(.root, root ?? log.root(log.size)),
        .integer(.size, size ?? log.size),
      ]
    )
    let session = AuditSession()
    var bundles = [try TestBundle(log).bytes(), try TestBundle(later).bytes()]
    if turned { bundles.reverse() }
    return bundles.flatMap { codes(findings($0, session: session)) }
  }

  @Test("A log ends where its next one says (AUD-050; attack B3)", arguments: [false, true])
  func succession(_ turned: Bool) throws {
    #expect(try followed(turned: turned) == [])
    #expect(try followed(size: log.size - 1, turned: turned) == [.logClosed])
    #expect(try followed(root: Randomness.digest(), turned: turned) == [.logForked])
    // Grown beyond what this bundle shows: nothing can be said.
    #expect(try followed(size: log.size + 5, turned: turned) == [])
    #expect(
      try followed(old: "shelter.example/amonat/log/1", turned: turned).contains(.succeedMisplaced)
    )
  }

  @Test("Only leaf 0 of a log after the first follows another (AUD-050)")
  func succeedMisplaced() throws {
    let fields: [EventField] = [
      .string(.oldLog, log.name), .digest(.root, .zero), .integer(.size, 1),
    ]
    let index = try log.add(.succeed, fields)
    try expect(.succeedMisplaced, leaves: index...index)
    let later = try TestLog(world, world.ministry, number: 2)
    #expect(codes(findings(try TestBundle(later).bytes())) == [.succeedMisplaced])
  }

  @Test("After a restore event a missing number is a note: what was sent since the copy is gone")
  func gapAfterRestore() throws {
    let grant = try log.grant(to: shelter)
    try log.add(.restore, [.string(.kind, "backup")])
    let sent = try log.disclose(message("m"), to: shelter, under: grant, seq: 5)
    try expect(.seqGap, .note, leaves: sent...sent) {
      $0.receipts = [sent: try answered(sent, "m")]
    }
  }

  // MARK: Sequence numbers and receipts

  @Test("A number left out is seq-gap, one used again is seq-reused (AUD-044)", arguments: [2, 0])
  func sequence(_ step: Int) throws {
    let grant = try log.grant(to: shelter)
    let first = try log.disclose(message("m"), to: shelter, under: grant)
    let second = try log.disclose(
      message("n"),
      to: shelter,
      under: grant,
      ref: message("m"),
      seq: UInt64(1 + step)
    )
    let peer = try TestLog(world, shelter)
    let answers = [
      first: (peer, try peer.receive(message("m"), from: world.ministry)),
      second: (peer, try peer.receive(message("n"), from: world.ministry)),
    ]
    try expect(
      step == 0 ? .seqReused : .seqGap,
      step == 0 ? .error : .warning,
      leaves: second...second
    ) { $0.receipts = answers }
  }

  @Test("A disclosure without a receipt is a note, and a warning after its time (AUD-045)")
  func receiptMissing() throws {
    let grant = try log.grant(to: shelter)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    try expect(.receiptMissing, .note, leaves: sent...sent)
    try expect(.receiptMissing, .warning, leaves: sent...sent) {
      $0.madeMs = log.clock + 20 * World.day
    }
  }

  @Test("A cancelled message needs no receipt (AUD-045)")
  func cancelled() throws {
    let grant = try log.grant(to: shelter)
    try log.disclose(message("m"), to: shelter, under: grant)
    try log.add(
      .cancel,
      [
        .digest(.message, message("m")), .string(.peer, "shelter.example"),
        .integer(.seq, log.next(shelter)),
      ]
    )
    #expect(try found().isEmpty)
  }

  @Test(
    "A receipt of another message, agency or tree is receipt-mismatch (AUD-033)",
    arguments: 0..<4
  )
  func receiptMismatch(_ variant: Int) throws {
    let grant = try log.grant(to: shelter)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    let peer = try TestLog(world, variant == 1 ? world.health : shelter)
    let index: UInt64
    switch variant {
    case 0: index = try peer.receive(message("other"), from: world.ministry)
    case 2: index = try peer.receive(message("m"), from: world.health)
    default: index = try peer.receive(message("m"), from: world.ministry)
    }
    var views: [String: String] = [:]
    if variant == 3 {
      let other = try TestLog(world, shelter)
      try other.receive(message("x"), from: world.ministry)
      views[peer.name] = try other.note(other.size)
    }
    try expect(.receiptMismatch, leaves: sent...sent) {
      $0.receipts = [sent: (peer, index)]
      $0.views = views
    }
  }

  @Test("A view signed by another key is checkpoint-signature (AUD-032)")
  func viewSignature() throws {
    let grant = try log.grant(to: shelter)
    let sent = try log.disclose(message("m"), to: shelter, under: grant)
    let (peer, index) = try answered(sent, "m")
    let view = Checkpoint.sign(
      origin: peer.name,
      size: peer.size,
      root: peer.root(peer.size),
      key: world.health.logKey
    )
    try expect(.checkpointSignature) {
      $0.receipts = [sent: (peer, index)]
      $0.views = [peer.name: view]
    }
  }

  // MARK: Erasure

  @Test("What is gone without an erasure is person-unopened-without-erase (AUD-046)")
  func goneWithoutErase() throws {
    let grant = try log.grant(to: shelter, person: .gone)
    try expect(.personUnopenedWithoutErase, leaves: grant...grant)
  }

  @Test("What an erasure names and still opens is erase-not-done (AUD-046)")
  func eraseNotDone() throws {
    let grant = try log.grant(to: shelter, person: .held)
    let end = try log.withdraw(grant)
    try log.erase(["\(grant)-\(grant)"], cause: end)
    try expect(.eraseNotDone, leaves: grant...grant)
  }

  @Test("Attack C5: an erasure whose cause is no withdrawal is erase-without-cause (AUD-047)")
  func eraseWithoutCause() throws {
    let grant = try log.grant(to: shelter, person: .gone)
    let erased = try log.erase(["\(grant)-\(grant)"], cause: grant)
    try expect(.eraseWithoutCause, leaves: erased...erased)
  }

  // MARK: Exceptions

  @Test("An exception is always noted (AUD-048)")
  func exceptionUsed() throws {
    try log.grant(
      to: shelter,
      basis: "vital-interest",
      until: log.clock + World.hour,
      actor2: "u-two"
    )
    try expect(.exceptionUsed, .note)
  }

  @Test("Attack C13: an exception whose second person never came is an error in time (AUD-053)")
  func secondPerson() throws {
    try log.grant(to: shelter, basis: "vital-interest", until: log.clock + World.hour)
    #expect(try found().map(\.code) == [.exceptionUsed])
    let later = try found { $0.madeMs = log.clock + 3 * World.day }
    #expect(later.map(\.code) == [.exceptionUsed, .secondPersonMissing])
    #expect(later.last?.leaves == 2...2 && later.last?.severity == .error)
  }

  @Test("An exception of more than 72 h is exception-too-long (AUD-048)")
  func tooLong() throws {
    try log.grant(
      to: shelter,
      basis: "vital-interest",
      until: log.clock + 73 * World.hour,
      actor2: "u-two"
    )
    #expect(try found().map(\.code) == [.exceptionUsed, .exceptionTooLong])
  }
}

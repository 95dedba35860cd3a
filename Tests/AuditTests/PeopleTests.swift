internal import CanonicalBytes
internal import ReferralModel
internal import Testing
internal import TransparencyLog

@testable internal import Audit

/// What people did, or owe: which leaf, how grave, and what a person reads.
@Suite struct PeopleTests {
  let world: World
  let log: TestLog
  let shelter: Party

  init() throws {
    world = try World.shared.get()
    log = try TestLog(world, world.ministry)
    shelter = world.shelter
  }

  private func found(madeMs: UInt64? = nil) throws -> [Finding] {
    var bundle = TestBundle(log)
    bundle.madeMs = madeMs
    return findings(try bundle.bytes()).filter {
      $0.code != .quorumOne && $0.code != .exceptionUsed
    }
  }

  private func exception() throws -> UInt64 {
    try log.grant(
      to: shelter,
      basis: "vital-interest",
      until: log.clock + World.hour,
      actor2: "u-two"
    )
  }

  private func review(_ subject: UInt64, by actor: String) throws -> UInt64 {
    try log.add(
      .review,
      [.integer(.grant, subject), .string(.outcome, "in-order")],
      actor: actor,
      cause: subject
    )
  }

  private func outside(saidAgoMs: UInt64) throws -> UInt64 {
    try log.add(
      .outside,
      [
        .string(.basis, "consent"), .integer(.from, log.clock + 1000 - saidAgoMs),
        .strings(.groups, ["need"]), .digest(.policy, world.policyHash),
        .string(.purpose, "accommodation"), .string(.receiver, "relative"),
        .digest(.register, world.realm),
      ],
      person: .held
    )
  }

  @Test("An exception that nobody else looked at is a warning only when the week is over (AUD-054)")
  func reviewMissing() throws {
    let grant = try exception()
    let byMs = log.clock + 7 * World.day
    #expect(try found(madeMs: byMs).isEmpty)
    let late = try found(madeMs: byMs + 1)
    #expect(late.map(\.code) == [.reviewMissing])
    #expect(late.first?.leaves == grant...grant && late.first?.severity == .warning)
  }

  @Test("A review by whoever granted it is an error at the review, and counts as none (AUD-054)")
  func reviewerSame() throws {
    let grant = try exception()
    let first = try review(grant, by: "u-one")
    #expect(try found().map(\.code) == [.reviewerSamePerson])
    #expect(try found().first?.leaves == first...first)
    let late = try found(madeMs: log.clock + 8 * World.day)
    #expect(late.map(\.code) == [.reviewerSamePerson, .reviewMissing])
    _ = try review(grant, by: "u-three")
    #expect(try found(madeMs: log.clock + 8 * World.day).map(\.code) == [.reviewerSamePerson])
  }

  @Test(
    "What was recorded a moment before a day is over is in time, and a moment after is late (AUD-055)"
  )
  func recordLate() throws {
    log.clock += 2 * World.day
    _ = try outside(saidAgoMs: World.day)
    #expect(try found().isEmpty)
    let index = try outside(saidAgoMs: World.day + 1)
    let late = try found()
    #expect(late.map(\.code) == [.recordLate])
    #expect(late.first?.leaves == index...index && late.first?.severity == .warning)
    // It was late already; a week later nobody else has looked either.
    let byMs = log.clock + 7 * World.day
    #expect(try found(madeMs: byMs + 1).map(\.code) == [.recordLate, .reviewMissing])
    _ = try review(index, by: "u-two")
    #expect(try found(madeMs: byMs + 1).map(\.code) == [.recordLate])
  }

  @Test("A grant that ran out is missed a day later, and not before (AUD-057)")
  func expireMissing() throws {
    let grant = try log.grant(to: shelter, until: log.clock + World.hour)
    let untilMs = log.clock - 1000 + World.hour
    log.clock = untilMs + World.day - 1000
    try log.receive(message("one"), from: shelter)
    #expect(try found().isEmpty)
    try log.receive(message("two"), from: shelter)
    #expect(try found().map(\.code) == [.expireMissing])
    #expect(try found().first?.leaves == grant...grant)
    try log.add(
      .expire,
      [.integer(.grant, grant), .string(.grantLog, log.name), .string(.kind, "grant")],
      actor: nil
    )
    #expect(try found().isEmpty)
  }

  @Test("A note about nobody names nobody and goes to the statistics; else it is misused (AUD-064)")
  func anonymous() throws {
    func note(to peer: Party, groups: [String] = ["tally"], actor: String? = nil) throws -> UInt64 {
      try log.add(
        .disclose,
        [
          .string(.basis, "anonymous"), .integer(.expires, log.clock + World.day),
          .strings(.groups, groups), .string(.kind, "tally"),
          .digest(.message, message("\(log.size)")),
          .string(.peer, peer.id.text), .digest(.policy, world.policyHash),
          .string(.purpose, "statistics"), .digest(.register, world.realm),
          .integer(.seq, log.next(peer)),
        ],
        actor: actor
      )
    }
    func misused() throws -> [UInt64] {
      try found().filter { $0.code == .anonymousMisused }.compactMap { $0.leaves?.lowerBound }
    }
    _ = try note(to: world.health)
    #expect(try misused() == [])
    let elsewhere = try note(to: shelter)
    let wide = try note(to: world.health, groups: ["identity", "tally"])
    let somebody = try note(to: world.health, actor: "u-one")
    #expect(try misused() == [elsewhere, wide, somebody])
  }

  @Test("Each finding has a plain sentence in three languages, with every place filled")
  func sentences() {
    for code in FindingCode.allCases {
      let finding = Finding(code, .note, bundle: "b", details: ["a", "b", "c", "d"])
      let texts = AuditLanguage.allCases.map(finding.sentence)
      #expect(Set(texts).count == 3, "\(code)")
      for text in texts { #expect(!text.contains("{") && text != code.rawValue, "\(text)") }
    }
  }
}

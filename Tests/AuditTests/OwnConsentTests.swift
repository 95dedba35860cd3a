internal import CanonicalBytes
internal import ReferralModel
internal import Testing
internal import TransparencyLog

@testable internal import Audit

/// A service that began: the sender's log and the provider's, read together.
@Suite struct OwnConsentTests {
  let world: World
  let sender: TestLog

  init() throws {
    world = try World.shared.get()
    sender = try TestLog(world, world.ministry)
  }

  /// An offer, as the sender logs it.
  private func offer(basis: String = "consent", purpose: String = "accommodation") throws -> UInt64
  {
    let grant = try sender.grant(
      to: world.shelter,
      groups: ["need"],
      basis: basis,
      purpose: purpose,
      until: sender.clock + World.day,
      actor2: basis == "consent" ? nil : "u-two"
    )
    _ = try sender.add(
      .disclose,
      [
        .string(.basis, basis), .integer(.expires, sender.clock + World.day),
        .integer(.grant, grant), .string(.grantLog, sender.name), .strings(.groups, ["need"]),
        .string(.kind, "offer"), .digest(.message, message("offer")),
        .string(.peer, world.shelter.id.text), .digest(.policy, world.policyHash),
        .string(.purpose, purpose), .digest(.register, world.realm),
        .integer(.seq, sender.next(world.shelter)),
      ],
      person: .held
    )
    return grant
  }

  private enum Step {
    case start
    case own
    case pass(UInt64)
  }

  /// How grave the finding about the start is; `nil` for none.
  private func found(_ grant: UInt64, log number: UInt32 = 1, _ steps: [Step]) throws -> String? {
    let provider = try TestLog(world, world.shelter, number: number)
    provider.clock = sender.clock
    try provider.receive(message("offer"), from: world.ministry)
    for step in steps {
      switch step {
      case .start:
        try provider.notify(message("start"), "start", to: world.ministry, ref: message("offer"))
      case .own:
        try provider.add(
          .consent,
          [
            .integer(.grant, grant), .string(.grantLog, sender.name), .string(.outcome, "own"),
            .string(.peer, world.ministry.id.text), .digest(.policy, world.policyHash),
            .string(.purpose, "accommodation"), .digest(.register, world.realm),
          ]
        )
      case .pass(let ms):
        provider.clock += ms
        try provider.add(.unlock, [.string(.outcome, "unlocked")])
      }
    }
    let box = TextBox()
    var run = try unwrapped(
      AuditRun(task: .reconcile, realm: nil, json: false, language: .en) { box.text += $0 }
    )
    let bundles = try [TestBundle(sender), TestBundle(provider)].map { try $0.bytes() }
    _ = run.run(
      bundles.enumerated().map { number, bytes in
        AuditRun.Input(name: "\(number)") {
          var rest: [UInt8]? = bytes
          return {
            defer { rest = nil }
            return rest ?? []
          }
        }
      }
    )
    let line = box.text.split(separator: "\n").first { $0.contains("own-consent-missing") }
    return line.map { String($0.split(separator: " ")[0]) }
  }

  @Test("A start comes after the provider's own consent, or is found (AUD-059, REF-011)")
  func before() throws {
    let grant = try offer()
    #expect(try found(grant, [.own, .start]) == nil)
    #expect(try found(grant, [.start]) == "error")
    #expect(try found(grant, [.start, .pass(World.day), .own]) == "warning")
    // The consent of another leg is not that of this one.
    #expect(try found(grant + 1, [.own, .start]) == "error")
  }

  @Test("An exception lets the consent follow in its time, and no later (AUD-059)")
  func within() throws {
    let grant = try offer(basis: "vital-interest")
    #expect(try found(grant, [.start]) == "note")
    #expect(try found(grant, [.start, .pass(2 * World.day), .own]) == nil)
    #expect(try found(grant, [.start, .pass(4 * World.day), .own]) == "warning")
    #expect(try found(grant, [.start, .pass(4 * World.day)]) == "error")
  }

  @Test("A narrowed purpose asks for no consent of the provider's own (AUD-059)")
  func narrow() throws {
    let grant = try offer(purpose: "information")
    #expect(try found(grant, [.start]) == nil)
  }

  @Test("What may stand in an earlier log that was not read is only noted (AUD-059)")
  func earlier() throws {
    let grant = try offer()
    #expect(try found(grant, log: 2, [.start]) == "note")
  }
}

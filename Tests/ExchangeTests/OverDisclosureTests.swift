internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Testing

/// ENV-032: what a desk finds when it opens more than was granted.
@Suite struct OverDisclosureTests {
  private static func policy() throws -> Policy {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Protocol/policy/tj-nrm.json"))
    return try Policy.parse([UInt8](data))
  }

  private func opened(_ parts: [(String, String)]) throws -> [EnvelopeOpener.Opened] {
    let groups = parts.map { known(FieldGroup($0.0)) }
    let sealed = try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: Fixture.realm,
        sender: Fixture.ministry,
        recipient: Fixture.shelter,
        parts: parts.map {
          EnvelopeDraft.Part(group: known(FieldGroup($0.0)), content: Array($0.1.utf8))
        },
        desks: [try Fixture.desk(groups)]
      )
    )
    return try EnvelopeOpener.open(
      CheckedEnvelope(stored: sealed.bytes),
      keyID: Fixture.deskID,
      deskKey: Fixture.deskSeed.key
    )
  }

  @Test("Fields of the granted groups may be shown")
  func within() throws {
    let parts = try opened([("identity", #"{"name":"Зарина","alias":"Z"}"#)])
    #expect(throws: Never.self) {
      try OverDisclosure.check(parts, granted: [Fixture.identity], policies: [Self.policy()])
    }
  }

  @Test("A group that was not granted, and a name hidden in another group, are over-disclosed")
  func beyond() throws {
    let policy = try Self.policy()
    let identity = try opened([("identity", #"{"name":"Зарина"}"#)])
    #expect(throws: FormFailure.overDisclosed(Fixture.identity)) {
      try OverDisclosure.check(identity, granted: [Fixture.need], policies: [policy])
    }
    let hidden = try opened([("need", #"{"name":"Зарина"}"#)])
    #expect(throws: FormFailure.overDisclosed(Fixture.need)) {
      try OverDisclosure.check(
        hidden,
        granted: [Fixture.identity, Fixture.need],
        policies: [policy]
      )
    }
  }

  @Test("Content that is no form is refused, but for files")
  func files() throws {
    let policy = try Self.policy()
    let need = try opened([("need", "%PDF")])
    #expect(throws: FormFailure.unknownField(Fixture.need)) {
      try OverDisclosure.check(need, granted: [Fixture.need], policies: [policy])
    }
    let file = try opened([("documents", "%PDF")])
    #expect(throws: Never.self) {
      try OverDisclosure.check(file, granted: [known(FieldGroup("documents"))], policies: [policy])
    }
  }
}

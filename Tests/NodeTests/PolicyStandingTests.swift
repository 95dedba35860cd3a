internal import AgencyNode
internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Testing
internal import Trust

/// Which policies count, and when.
@Suite struct PolicyStandingTests {
  private static let day: UInt64 = 86_400_000
  private static let first = Hash256.of(Array("first".utf8))
  private static let second = Hash256.of(Array("second".utf8))
  private static let third = Hash256.of(Array("third".utf8))

  private static func reference(_ hash: Digest32, fromDay day: UInt64) -> Register.PolicyReference {
    Register.PolicyReference(activeFromMs: day * Self.day, sha256: hash, version: 1)
  }

  /// The national policy with another overlap, or none.
  private static func policy(overlap: String?) throws -> Policy {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let bytes = try Data(contentsOf: root.appending(path: "Protocol/policy/tj-nrm.json"))
    let text = String(decoding: bytes, as: UTF8.self).replacing(
      #""overlap": "30d","#,
      with: overlap.map { #""overlap": "\#($0)","# } ?? ""
    )
    return try Policy.parse(Array(text.utf8))
  }

  private static let references = [
    reference(first, fromDay: 0), reference(first, fromDay: 0), reference(second, fromDay: 100),
    reference(third, fromDay: 110),
  ]

  @Test("POL-020 A policy counts from its day, and the one before for the overlap it states")
  func overlap() throws {
    let held = [
      Self.first: try Self.policy(overlap: nil), Self.second: try Self.policy(overlap: "30d"),
      Self.third: try Self.policy(overlap: "5d"),
    ]
    func standing(_ day: UInt64) -> PolicyStanding {
      PolicyStanding(Self.references, held: held, atMs: day * Self.day)
    }
    #expect(standing(0).inForce == Self.first && standing(0).overlapping.isEmpty)
    #expect(standing(99).inForce == Self.first && !standing(99).allows(Self.second))
    #expect(standing(100).inForce == Self.second && standing(100).allows(Self.first))
    #expect(standing(109).overlapping == [Self.first])
    // Two steps back, while both steps overlap.
    #expect(standing(110).inForce == Self.third)
    #expect(standing(114).overlapping == [Self.first, Self.second])
    // The chain ends at the first that is over, even if an earlier one would still run.
    #expect(standing(115).overlapping.isEmpty)
    #expect(standing(1_000).inForce == Self.third && standing(1_000).overlapping.isEmpty)
  }

  @Test(
    "POL-022 Without its file a policy decides nothing; the one before goes on as long as it says"
  )
  func missing() throws {
    let held = [Self.first: try Self.policy(overlap: "7d")]
    func standing(_ day: UInt64) -> PolicyStanding {
      PolicyStanding(Array(Self.references.prefix(3)), held: held, atMs: day * Self.day)
    }
    #expect(standing(106).inForce == Self.first)
    #expect(standing(107).inForce == Self.second && standing(107).overlapping.isEmpty)
    let early = [Self.first: try Self.policy(overlap: nil)]
    let none = PolicyStanding(Array(Self.references.prefix(3)), held: early, atMs: 100 * Self.day)
    #expect(none.inForce == Self.second && !none.allows(Self.first))
  }

  @Test("A clock far in the past finds the first policy, not a trap")
  func past() throws {
    let late = [Self.reference(Self.first, fromDay: 100)]
    #expect(PolicyStanding(late, held: [:], atMs: 0).inForce == Self.first)
  }
}

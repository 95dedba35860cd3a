internal import Testing

@testable internal import Audit

@Suite struct QuorumOneTests {
  @Test("D5: a realm where one witness settles is told so, in every bundle")
  func told() throws {
    let referral = try Referral()
    for bundle in [referral.ministryBundle, referral.shelterBundle] {
      let found = findings(try bundle.bytes()).filter { $0.code == .quorumOne }
      #expect(found.map(\.severity) == [.note])
    }
  }
}

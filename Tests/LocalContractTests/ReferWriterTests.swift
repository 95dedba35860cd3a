internal import Foundation
internal import LocalContract
internal import Testing

/// The quick writer of a batch's answers says what the general encoder says, or leaves it to that one.
@Suite struct ReferWriterTests {
  private static let plain = ReferResult(
    referral: "0123456789abcdef0123456789abcdef",
    message: String(repeating: "ab", count: 32),
    state: "queued",
    peer: "clinic.example",
    purpose: "health",
    groups: ["identity", "need"]
  )

  /// Answers of every form, the usual ones first.
  private static let answers: [[ReferResult]] = [
    [], [plain], [plain, plain], [ReferResult()], [ReferResult(state: "allowed")],
    [ReferResult(peer: "a/b", groups: [])], [ReferResult(state: "a \"quoted\" \\ word")],
    [ReferResult(state: "ғӣқӯҳҷ\n")], [ReferResult(state: "\u{7F}")],
    [plain, ReferResult(reasons: ["grant-used"], problem: Problem(.grantMissing))],
    [ReferResult(state: "queued", telephone: "+992 00 000 00 00")],
  ]

  @Test("Answers are written as the general encoder writes them", arguments: answers)
  func same(_ results: [ReferResult]) throws {
    let answers = ReferResults(results: results)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(try LocalJSON.encode(answers) == Array(try encoder.encode(answers)))
    #expect(try LocalJSON.decode(ReferResults.self, from: LocalJSON.encode(answers)) == answers)
  }
}

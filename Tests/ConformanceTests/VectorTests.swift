internal import TestSupport
internal import Testing

/// The vectors of `Protocol/vectors`, made by the second implementation.
///
/// A test here owns no cases: it reads the input, calls the one function and compares the label.
@Suite struct VectorTests {
  static let chapters = [
    "01-bytes", "02-events", "03-envelope", "04-exchange", "05-receipts", "06-checkpoints",
    "07-register", "08-card-link", "09-tls-hello", "10-parcels", "11-referrals", "12-audit-bundle",
  ]

  @Test("Every vector of a chapter gives its label", arguments: chapters)
  func chapter(_ name: String) throws {
    let vectors = try Vector.all(in: name)
    #expect(!vectors.isEmpty)
    for vector in vectors {
      guard let check = Check.all[vector.check] else {
        Issue.record("\(vector.id): nothing checks \(vector.check)")
        continue
      }
      do {
        let answer = try check(vector.input)
        #expect(answer.label == vector.expect, "\(vector.id), covers \(vector.covers)")
        for (name, wanted) in vector.gives ?? [:] {
          #expect(answer.gives[name]?.matches(wanted) == true, "\(vector.id): \(name)")
        }
      } catch {
        Issue.record("\(vector.id): \(error)")
      }
    }
  }
}

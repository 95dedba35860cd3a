internal import Foundation
internal import NodeSupport
internal import TestSupport

/// A girl of sixteen who came back from abroad: a call without a name, an advocate, a plan of three
/// legs, one more by stick, a part taken back, and the day on which she is eighteen.
///
/// Whole nodes in this process, with a time of their own; people work with the command line. A chapter
/// is a file.
final class ChildStory: Story {
  let realm: LivingRealm
  let adultOnMs: UInt64
  private(set) var forms: ChildForms
  var caseID = ""
  var grants: [UInt64] = []
  var planID = ""
  /// The leg that takes the place of the school's, until it is in the plan.
  var fourth: [String: Any] = [:]
  /// The legs at the lead, by agency.
  var legs: [String: Leg] = [:]
  /// The referral as the recipient names it, by agency.
  var inside: [String: String] = [:]

  struct Leg {
    let referral: String
    let message: String
  }

  /// In how many days she comes of age.
  static let daysToMajority: UInt64 = 75

  static let agencies: [NodeHarness.AgencySpec] = [
    ("centre", "ngo", ["need", "identity", "contact", "safety", "health", "child"]),
    ("shelter", "state", ["need", "identity", "contact", "safety", "child"]),
    ("clinic", "international", ["need", "identity", "contact", "health"]),
    ("hospital", "state", ["need", "identity", "contact", "health"]),
    ("school", "state", ["need", "identity"]),
    ("counsel", "ngo", ["need", "identity", "contact"]),
  ].map {
    .init(
      id: "\($0.0).example",
      sector: $0.1,
      name: $0.0,
      nameTg: $0.0,
      nameRu: $0.0,
      listens: true,
      desks: [("desk", $0.2)]
    )
  }

  /// Founds the agencies of the story and switches their nodes on.
  init(in root: URL, report: DemoReport) async throws {
    realm = try await LivingRealm(Self.agencies, root: root)
    adultOnMs = realm.time.nowMs + Self.daysToMajority * TestTime.dayMs
    forms = ChildForms(example: [:], adultOnMs: adultOnMs)
    super.init(root: root, report: report)
    forms = ChildForms(example: try example("returned-tg"), adultOnMs: adultOnMs)
  }

  /// Tells the story.
  func run() async {
    do {
      try unlock()
      try hotline()
      try await consent()
      try await plan()
      try await services()
      try await redirect()
      try await courier()
      try outside()
      try await partlyTakenBack()
      try await comingOfAge()
      try await audit()
    } catch {
      report.check("the second story runs to its end", false, "\(error)")
    }
    await realm.end()
  }
}

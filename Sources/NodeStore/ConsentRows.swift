internal import Foundation
internal import GRDB

/// A grant with what surrounds it.
package struct GrantStanding: Sendable {
  package let grant: OwnGrant
  /// The grant that renews it.
  package let renewedBy: UInt64?
  /// The EXPIRE event, once it has run out.
  package let expireIndex: UInt64?
  /// For an exception: who granted it and who stands by it.
  package let exception: ExceptionRow?
}

/// An exception and who answers for it.
package struct ExceptionRow: Sendable {
  package let grant: UInt64
  package let granter: String
  package let second: String?
  /// By when the second person must have stood by it; `nil` where that was done at once.
  package let secondByMs: UInt64?
  package let countersignIndex: UInt64?
  /// The EXPIRE event, where the second person did not come.
  package let lapsedIndex: UInt64?
  package let reviewByMs: UInt64

  init(_ row: Row) {
    grant = UInt64(row["grant_idx"] as Int64)
    granter = row["granter"]
    second = row["second"]
    secondByMs = (row["second_by"] as Int64?).map { UInt64($0) }
    countersignIndex = (row["countersign_idx"] as Int64?).map { UInt64($0) }
    lapsedIndex = (row["lapsed_idx"] as Int64?).map { UInt64($0) }
    reviewByMs = UInt64(row["review_by"] as Int64)
  }
}

/// Something said by telephone or handed over on paper.
package struct OutsideRow: Sendable {
  package let index: UInt64
  package let caseName: String
  /// `verbal` or `outside`.
  package let kind: String
  /// An agency, or a class of receivers.
  package let receiver: String
  package let purpose: String
  package let groups: [String]
  package let actor: String
  package let saidAtMs: UInt64
  package let atMs: UInt64
  package let late: Bool
  package let reviewByMs: UInt64

  static let selection =
    "SELECT o.*, c.name AS case_name FROM outside_entry o JOIN case_file c ON c.id = o.case_id"

  init(_ row: Row) {
    index = UInt64(row["idx"] as Int64)
    caseName = row["case_name"]
    kind = row["kind"]
    receiver = row["receiver"]
    purpose = row["purpose"]
    groups = (row["groups"] as String).split(separator: " ").map(String.init)
    actor = row["actor"]
    saidAtMs = UInt64(row["said_at"] as Int64)
    atMs = UInt64(row["at"] as Int64)
    late = (row["late"] as Int64) == 1
    reviewByMs = UInt64(row["review_by"] as Int64)
  }
}

/// Who looked at something, and what came of it.
package struct ReviewRow: Sendable {
  package let subject: UInt64
  package let index: UInt64
  package let reviewer: String
  package let outcome: String
  package let atMs: UInt64

  init(_ row: Row) {
    subject = UInt64(row["subject_idx"] as Int64)
    index = UInt64(row["idx"] as Int64)
    reviewer = row["reviewer"]
    outcome = row["outcome"]
    atMs = UInt64(row["at"] as Int64)
  }
}

/// A journey across a border.
package struct JourneyRow: Sendable {
  package let referral: String
  package let peer: String
  package let state: String
  package let travelsAtMs: UInt64
  package let dueMs: UInt64
  package let arrivedMs: UInt64?

  init(_ row: Row) {
    referral = row["name"]
    peer = row["agency"]
    state = row["state"]
    travelsAtMs = UInt64(row["travels_at"] as Int64)
    dueMs = UInt64(row["due_at"] as Int64)
    arrivedMs = (row["arrived_at"] as Int64?).map { UInt64($0) }
  }
}

/// The few codes of somebody who refused everything.
package struct AnonymousRow: Sendable, Hashable {
  /// `YYYY-MM`: the day is not kept.
  package let month: String
  package let sex: String
  package let age: String
  package let nationality: String
  package let exploitation: String
  package let region: String
  package let reason: String

  package init(
    month: String,
    sex: String,
    age: String,
    nationality: String,
    exploitation: String,
    region: String,
    reason: String
  ) {
    (self.month, self.sex, self.age) = (month, sex, age)
    (self.nationality, self.exploitation) = (nationality, exploitation)
    (self.region, self.reason) = (region, reason)
  }

  init(_ row: Row) {
    self.init(
      month: row["month"],
      sex: row["sex"],
      age: row["age"],
      nationality: row["nationality"],
      exploitation: row["exploitation"],
      region: row["region"],
      reason: row["reason"]
    )
  }
}

internal import Foundation
internal import GRDB
package import TransparencyLog

extension NodeTransaction {
  /// Files what makes a grant an exception.
  package func fileException(
    _ index: UInt64,
    granter: String,
    second: String?,
    secondByMs: UInt64?,
    reviewByMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO exception_grant (grant_idx, granter, second, second_by, review_by)
        VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        Int64(index), granter, second, secondByMs.map { Int64(clamping: $0) },
        Int64(clamping: reviewByMs),
      ]
    )
  }

  /// A sealed section of a case, or `nil`.
  package func section(caseName: String, section: String) throws -> [UInt8]? {
    try Data.fetchOne(
      database,
      sql: """
        SELECT s.sealed FROM case_section s JOIN case_file c ON c.id = s.case_id
        WHERE c.name = ? AND s.section = ?
        """,
      arguments: [caseName, section]
    ).map { [UInt8]($0) }
  }

  /// An exception, or `nil`.
  package func exception(_ index: UInt64) throws -> ExceptionRow? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM exception_grant WHERE grant_idx = ?",
      arguments: [Int64(clamping: index)]
    ).map(ExceptionRow.init)
  }

  /// The second person stands by an exception: the COUNTERSIGN event.
  package func countersign(_ index: UInt64, staff: Staff) throws -> UInt64 {
    let event = try append(.countersign, [.integer(.grant, index)], staff: staff)
    try database.execute(
      sql: "UPDATE exception_grant SET second = ?, countersign_idx = ? WHERE grant_idx = ?",
      arguments: [staff.actor, Int64(event), Int64(index)]
    )
    return event
  }

  /// The second person did not come: the exception ends, with an EXPIRE event.
  package func lapse(_ index: UInt64, log: String, atMs: UInt64) throws -> UInt64 {
    let event = try append(
      .expire,
      [.integer(.grant, index), .string(.grantLog, log), .string(.kind, "exception")],
      staff: .init(atMs: atMs)
    )
    try database.execute(
      sql: "UPDATE exception_grant SET lapsed_idx = ? WHERE grant_idx = ?",
      arguments: [Int64(event), Int64(index)]
    )
    return event
  }

  /// A grant has run out: the EXPIRE event, once.
  package func expire(_ index: UInt64, log: String, atMs: UInt64) throws {
    let told = try ownGrant(index)?.toldIndex ?? index
    let event = try append(
      .expire,
      [.integer(.grant, told), .string(.grantLog, log), .string(.kind, "grant")],
      staff: .init(atMs: atMs)
    )
    try database.execute(
      sql: "INSERT OR IGNORE INTO grant_end (grant_idx, idx) VALUES (?, ?)",
      arguments: [Int64(index), Int64(event)]
    )
  }

  /// Files that a grant renews another.
  package func fileRenewal(_ index: UInt64, of renewed: UInt64) throws {
    try database.execute(
      sql: "INSERT INTO renewal (grant_idx, renews) VALUES (?, ?)",
      arguments: [Int64(index), Int64(renewed)]
    )
  }

  /// Files something said or handed over, and logs it.
  ///
  /// - Returns: The index of the VERBAL or OUTSIDE event.
  package func recordOutside(
    _ type: EventType,
    _ fields: [EventField],
    caseName: String,
    receiver: String,
    purpose: String,
    groups: [String],
    saidAtMs: UInt64,
    late: Bool,
    reviewByMs: UInt64,
    staff: Staff,
    person: Person?
  ) throws -> UInt64 {
    let index = try append(type, fields, staff: staff, person: person)
    try database.execute(
      sql: """
        INSERT INTO outside_entry (idx, case_id, kind, receiver, purpose, groups, actor, said_at, at,
          late, review_by)
        VALUES (?, (SELECT id FROM case_file WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        Int64(index), caseName, type.rawValue, receiver, purpose,
        groups.sorted().joined(separator: " "), staff.actor ?? "", Int64(clamping: saidAtMs),
        Int64(clamping: staff.atMs), late ? 1 : 0, Int64(clamping: reviewByMs),
      ]
    )
    return index
  }

  /// Something outside the network, or `nil`.
  package func outsideEntry(_ index: UInt64) throws -> OutsideRow? {
    try Row.fetchOne(
      database,
      sql: OutsideRow.selection + " WHERE o.idx = ?",
      arguments: [Int64(clamping: index)]
    ).map(OutsideRow.init)
  }

  /// Whether somebody has looked at an event.
  package func isReviewed(_ index: UInt64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM review WHERE subject_idx = ?)",
      arguments: [Int64(clamping: index)]
    ) ?? false
  }

  /// Somebody has looked: the REVIEW event.
  package func review(
    _ subject: UInt64,
    grant: UInt64?,
    outcome: String,
    reviewer: String,
    atMs: UInt64
  ) throws -> UInt64 {
    var fields: [EventField] = [.string(.outcome, outcome)]
    if let grant { fields.append(.integer(.grant, grant)) }
    let index = try append(
      .review,
      fields,
      staff: .init(actor: reviewer, cause: subject, atMs: atMs)
    )
    try database.execute(
      sql: """
        INSERT INTO review (subject_idx, idx, reviewer, outcome, at) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        Int64(clamping: subject), Int64(index), reviewer, outcome, Int64(clamping: atMs),
      ]
    )
    return index
  }

  /// Sets, or takes away, the date on which something about a case is due.
  package func setDueDate(caseName: String, atMs: UInt64?) throws {
    guard let atMs else {
      return try database.execute(
        sql: "DELETE FROM due_date WHERE case_id = (SELECT id FROM case_file WHERE name = ?)",
        arguments: [caseName]
      )
    }
    try database.execute(
      sql: """
        INSERT INTO due_date (case_id, at)
        VALUES ((SELECT id FROM case_file WHERE name = ?), ?)
        ON CONFLICT (case_id) DO UPDATE SET at = excluded.at
        """,
      arguments: [caseName, Int64(clamping: atMs)]
    )
  }

  /// Sets where a case stands.
  package func setCaseState(_ name: String, _ state: String) throws {
    try database.execute(
      sql: "UPDATE case_file SET state = ? WHERE name = ?",
      arguments: [state, name]
    )
  }

  /// Whether the recipient's own consent for a leg is filed.
  package func hasOwnConsent(_ referral: Int64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM own_consent WHERE referral = ?)",
      arguments: [referral]
    ) ?? false
  }

  /// Files the recipient's own consent for a leg, and which groups stay open on it; what was filed
  /// before is replaced.
  ///
  /// `untilMs`: How long the groups are kept at least; while the case is open they are kept anyhow.
  package func fileOwnConsent(
    referral: Int64,
    caseName: String,
    index: UInt64,
    groups: [String],
    untilMs: UInt64,
    actor: String,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: "DELETE FROM kept_part WHERE referral = ? AND class IS NULL",
      arguments: [referral]
    )
    try keepPart(
      referral: referral,
      keptClass: nil,
      basis: nil,
      groups: groups,
      untilMs: untilMs,
      actor: actor,
      atMs: atMs
    )
    try database.execute(
      sql: """
        INSERT INTO own_consent (referral, case_id, idx, at)
        VALUES (?, (SELECT id FROM case_file WHERE name = ?), ?, ?)
        ON CONFLICT (referral) DO UPDATE SET case_id = excluded.case_id, idx = excluded.idx,
          at = excluded.at
        """,
      arguments: [referral, caseName, Int64(index), Int64(clamping: atMs)]
    )
  }

  /// Files a journey, or its new date.
  package func fileJourney(referral: Int64, travelsAtMs: UInt64, dueMs: UInt64) throws {
    try database.execute(
      sql: """
        INSERT INTO journey (referral, travels_at, due_at) VALUES (?, ?, ?)
        ON CONFLICT (referral) DO UPDATE SET travels_at = excluded.travels_at,
          due_at = excluded.due_at, arrived_at = NULL
        """,
      arguments: [referral, Int64(clamping: travelsAtMs), Int64(clamping: dueMs)]
    )
  }

  /// Files that somebody has arrived.
  ///
  /// - Returns: Whether a journey was filed.
  package func arrived(referral: Int64, atMs: UInt64) throws -> Bool {
    try database.execute(
      sql: "UPDATE journey SET arrived_at = ? WHERE referral = ? AND arrived_at IS NULL",
      arguments: [Int64(clamping: atMs), referral]
    )
    return database.changesCount > 0
  }

  /// Counts somebody who refused everything.
  package func addAnonymous(_ note: AnonymousRow) throws {
    try database.execute(
      sql: """
        INSERT INTO anonymous_note (month, sex, age, nationality, exploitation, region, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        note.month, note.sex, note.age, note.nationality, note.exploitation, note.region,
        note.reason,
      ]
    )
  }
}

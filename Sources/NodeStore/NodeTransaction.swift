package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import Sealing
package import TransparencyLog

/// One state change of a node, with its events, in one SQLite transaction.
///
/// Valid only inside the closure it is lent to, on the writer's queue.
package struct NodeTransaction {
  let database: Database
  let book: LogBook
  /// The request that this change belongs to, if its caller gave a key.
  var once: OnceMark?

  /// Who did something, for the staff part of an event.
  package struct Staff: Sendable {
    package let actor: String?
    package let second: String?
    package let desk: String?
    package let cause: UInt64?
    package let atMs: UInt64

    package init(
      actor: String? = nil,
      second: String? = nil,
      desk: String? = nil,
      cause: UInt64? = nil,
      atMs: UInt64
    ) {
      self.actor = actor
      self.second = second
      self.desk = desk
      self.cause = cause
      self.atMs = atMs
    }
  }

  /// The personal part of an event: whose key salts it, and what it says.
  package struct Person: Sendable {
    /// The row of the personal key in the keyring, 16 bytes.
    package let id: [UInt8]
    package let key: PersonalKey
    package let subject: String
    package let evidence: Digest32?

    package init(id: [UInt8], key: PersonalKey, subject: String, evidence: Digest32? = nil) {
      self.id = id
      self.key = key
      self.subject = subject
      self.evidence = evidence
    }
  }

  /// How often sharing was stopped up to this change.
  package var stops: UInt64 { book.stops.value }

  /// Whose log this is.
  package var identity: LogIdentity { book.identity }

  /// Whether anybody here wants to be told of what happens.
  package var tellsPeople: Bool { book.tellsPeople }

  /// Says whether anybody here wants to be told, from now on.
  package func setTellsPeople(_ tells: Bool) { book.tellsPeople = tells }

  /// The number of leaves so far: the index of the next event.
  package var nextIndex: UInt64 { book.tree.size }

  /// Appends an event to the log.
  ///
  /// - Returns: Its index.
  @discardableResult
  package func append(
    _ type: EventType,
    _ fields: [EventField],
    staff: Staff,
    person: Person? = nil
  ) throws -> UInt64 {
    let index = book.tree.size
    let event = try LogEvent(
      type: type,
      log: book.identity.log,
      realm: book.identity.realm,
      index: index,
      fields: fields
    )
    let staffBytes = try StaffPart(
      timeMs: book.time(of: staff.atMs),
      isAboutPerson: person != nil,
      actor: staff.actor,
      actor2: staff.second,
      cause: staff.cause,
      desk: staff.desk
    ).bytes
    let personalBytes =
      try person.map { try PersonalPart(subject: $0.subject, evidence: $0.evidence).bytes }
      ?? Commitments.emptyPart
    let salts = EventSalts.random(
      personal: person?.key.salt(log: book.identity.log, index: index)
    )
    let leaf = LogLeaf(
      event: event.bytes,
      staff: staffBytes,
      personal: personalBytes,
      salts: salts
    )
    let hash = leaf.hash
    try hot(
      """
      INSERT INTO event (idx, type, e, e_salt, a, a_salt, p_commit, p_salt, person, leaf_hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run([
      .number(index), .text(type.rawValue), .bytes(event.bytes), .digest(salts.event),
      .bytes(staffBytes), .digest(salts.staff), .digest(leaf.personal),
      person == nil ? .digest(salts.personal) : .null, person.map { .bytes($0.id) } ?? .null,
      .digest(hash),
    ])
    book.remember(
      LogBook.Written(
        event: event.bytes,
        salt: salts.event,
        staff: leaf.staff,
        personal: leaf.personal
      ),
      at: index
    )
    try book.append(hash, database)
    return index
  }

  /// Appends pads: leaves that look like any other and cost no row.
  package func appendPads(_ count: UInt64) throws {
    guard count > 0 else { return }
    let first = book.tree.size
    for index in first..<first + count {
      let leaf = try book.padKey.leaf(
        log: book.identity.log,
        realm: book.identity.realm,
        index: index
      )
      try book.append(leaf.hash, database)
    }
    try database.execute(
      sql: "INSERT INTO pad (first, last) VALUES (?, ?)",
      arguments: [Int64(first), Int64(first + count - 1)]
    )
  }

  /// The row of a peer, made when it is first met.
  package func peer(_ agency: String) throws -> Int64 {
    if let known = book.peers[agency] { return known }
    let stored = try hot("SELECT id FROM peer WHERE agency = ?").first([.text(agency)]) {
      $0.integer(0)
    }
    if let stored {
      book.peers[agency] = stored
      return stored
    }
    try database.execute(sql: "INSERT INTO peer (agency) VALUES (?)", arguments: [agency])
    // Remembered when it is looked up again: this transaction may not be the one that stays.
    return database.lastInsertedRowID
  }

  /// Remembers that a peer has been heard from.
  package func heard(_ peer: Int64, atMs: UInt64) throws {
    try hot("UPDATE peer SET heard_at = ? WHERE id = ?").run([.number(atMs), .integer(peer)])
  }

  /// A named value of the node.
  package func meta(_ key: String) throws -> String? {
    try String.fetchOne(
      database,
      sql: "SELECT value FROM meta WHERE key = ?",
      arguments: [key]
    )
  }

  /// Removes a named value of the node.
  package func removeMeta(_ key: String) throws {
    try database.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [key])
  }

  /// Sets a named value of the node.
  package func setMeta(_ key: String, _ value: String) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
      arguments: [key, value]
    )
  }
}

extension Digest32 {
  /// The bytes as SQLite takes them.
  var data: Data { unsafe withUnsafeBytes { unsafe Data($0) } }
}

extension Row {
  /// A 32-byte column; a row that holds anything else is a broken file.
  func digest(_ column: String) throws -> Digest32 {
    guard let digest = Digest32([UInt8](self[column] as Data)) else {
      throw StoreFailure.unreadable("node.db")
    }
    return digest
  }
}

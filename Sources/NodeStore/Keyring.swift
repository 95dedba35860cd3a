package import CanonicalBytes
internal import Foundation
internal import GRDB
package import Sealing

/// `keyring.db`: every secret of a node, each row wrapped under the state key.
///
/// Small and separate: destroying a row *is* the erasure of what it opened. Safe to share: the
/// database serialises itself and the state key is read-only.
package final class Keyring: Sendable {
  private let database: DatabaseQueue
  private let stateKey: GuardedSecret
  private let file: URL

  /// Opens or creates the keyring.
  ///
  /// - Throws: ``StoreFailure/stateKey`` when the state key is not the one that wrapped it.
  package init(_ folder: StateFolder) throws(StoreFailure) {
    file = folder.keyring
    stateKey = try Keyring.loadStateKey(folder)
    database = try Databases.writer(folder.keyring, role: "keyring.db", pageBytes: 4096)
    do {
      try Keyring.migrator().migrate(database)
    } catch {
      throw StoreFailure.from(error, file: "keyring.db")
    }
    if let probe = try secret(named: "probe") {
      guard probe.count == 1 else { throw .stateKey }
    } else {
      try set("probe", to: SecretBytes([1]))
    }
  }

  /// The state key: 32 bytes in a file of mode 0400, made at the first start.
  private static func loadStateKey(_ folder: StateFolder) throws(StoreFailure) -> GuardedSecret {
    do {
      if !folder.has(folder.stateKey) {
        guard !folder.has(folder.keyring) else { throw StoreFailure.stateKey }
        var bytes = Randomness.bytes(32)
        defer { SecretBytes.wipe(&bytes) }
        try Data(bytes).write(to: folder.stateKey, options: [.atomic])
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o400],
          ofItemAtPath: folder.stateKey.path
        )
      }
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.stateKey.path)
      let mode = (attributes[.posixPermissions] as? NSNumber)?.uint16Value ?? 0o777
      guard mode & 0o077 == 0 else { throw StoreFailure.stateKey }
      var bytes = [UInt8](try Data(contentsOf: folder.stateKey))
      guard bytes.count == 32 else { throw StoreFailure.stateKey }
      return GuardedSecret(consuming: &bytes)
    } catch let failure as StoreFailure {
      throw failure
    } catch {
      throw .unreadable("state.key")
    }
  }

  private static func migrator() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 keyring") { db in
      try db.execute(
        sql: """
          CREATE TABLE secret (name TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
          -- Salts of personal parts derive from these, one for each grant.
          CREATE TABLE person (
            id BLOB PRIMARY KEY CHECK (length(id) = 16), case_name TEXT NOT NULL, box BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE user (
            name TEXT PRIMARY KEY, public BLOB NOT NULL CHECK (length(public) = 32),
            passes INTEGER NOT NULL, memory INTEGER NOT NULL, salt BLOB NOT NULL, box BLOB NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE desk_key (
            key_id BLOB PRIMARY KEY CHECK (length(key_id) = 32), desk TEXT NOT NULL,
            public BLOB NOT NULL, from_ms INTEGER NOT NULL, not_after INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          -- The private half of a desk key, sealed to each user who holds it, or to a paper key.
          CREATE TABLE desk_holder (
            key_id BLOB NOT NULL REFERENCES desk_key (key_id), user TEXT NOT NULL,
            sealed BLOB NOT NULL, PRIMARY KEY (key_id, user)
          ) STRICT, WITHOUT ROWID;
          -- A case key wrapped to a desk key: the node alone cannot open it.
          CREATE TABLE case_key (
            case_name TEXT NOT NULL, key_id BLOB NOT NULL, enc BLOB NOT NULL, wrapped BLOB NOT NULL,
            PRIMARY KEY (case_name, key_id)
          ) STRICT, WITHOUT ROWID;
          """
      )
    }
    return migrator
  }

  // MARK: Secrets of the node

  /// A secret of the node by its name, or `nil`.
  package func secret(named name: String) throws(StoreFailure) -> SecretBytes? {
    let box = try read { db in
      try Data.fetchOne(db, sql: "SELECT box FROM secret WHERE name = ?", arguments: [name])
    }
    guard let box else { return nil }
    return try open(box, name: "secret/\(name)")
  }

  /// Keeps a secret of the node.
  package func set(_ name: String, to secret: SecretBytes) throws(StoreFailure) {
    let box = Data(KeyBox.seal(secret, key: stateKey, name: Array("secret/\(name)".utf8)))
    try write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO secret (name, box) VALUES (?, ?)",
        arguments: [name, box]
      )
    }
  }

  /// Destroys secrets of the node, and looks whether their boxes are gone from the files.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when a byte was still found.
  package func erase(_ names: [String]) throws(StoreFailure) {
    let boxes = try read { db in
      try names.compactMap {
        try Data.fetchOne(db, sql: "SELECT box FROM secret WHERE name = ?", arguments: [$0])
      }
    }
    try write { db in
      for name in names {
        try db.execute(sql: "DELETE FROM secret WHERE name = ?", arguments: [name])
      }
    }
    try finishErasure(of: boxes)
  }

  // MARK: Keys of personal salts

  /// Makes and keeps the personal keys of new grants; committed before any event uses them, because
  /// an orphan key is harmless and a leaf without its salt is not.
  package func addPersonKeys(
    _ keys: [(id: [UInt8], caseName: String, key: Digest32)]
  ) throws(StoreFailure) {
    let rows = keys.map { entry in
      (
        Data(entry.id), entry.caseName,
        Data(
          KeyBox.seal(entry.key.bytes, key: stateKey, name: Array("person/".utf8) + entry.id)
        )
      )
    }
    try write { db in
      for (id, caseName, box) in rows {
        try db.execute(
          sql: "INSERT INTO person (id, case_name, box) VALUES (?, ?, ?)",
          arguments: [id, caseName, box]
        )
      }
    }
  }

  /// The personal key of a grant; `nil` once it has been erased.
  package func personKey(_ id: [UInt8]) throws(StoreFailure) -> Digest32? {
    let box = try read { db in
      try Data.fetchOne(db, sql: "SELECT box FROM person WHERE id = ?", arguments: [Data(id)])
    }
    guard let box else { return nil }
    let opened = try open(box, name: Array("person/".utf8) + id)
    return Digest32(opened.copyBytes())
  }

  /// The ids among these whose keys still exist.
  package func existingPersonKeys() throws(StoreFailure) -> Set<[UInt8]> {
    Set(try read { db in try Data.fetchAll(db, sql: "SELECT id FROM person") }.map { [UInt8]($0) })
  }

  /// Destroys personal keys, truncates the WAL, and looks whether the boxes are gone from the files.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when a byte was still found.
  package func erasePersonKeys(_ ids: [[UInt8]]) throws(StoreFailure) {
    let boxes = try read { db in
      try ids.compactMap {
        try Data.fetchOne(db, sql: "SELECT box FROM person WHERE id = ?", arguments: [Data($0)])
      }
    }
    try write { db in
      for id in ids {
        try db.execute(sql: "DELETE FROM person WHERE id = ?", arguments: [Data(id)])
      }
    }
    try finishErasure(of: boxes)
  }

  /// The rows of the personal keys of a case.
  package func persons(ofCase name: String) throws(StoreFailure) -> [[UInt8]] {
    try read { db in
      try Data.fetchAll(db, sql: "SELECT id FROM person WHERE case_name = ?", arguments: [name])
    }.map { [UInt8]($0) }
  }

  /// Destroys the key of a case and the personal keys under it, truncates the WAL, and looks whether the
  /// boxes are gone from the files.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when a byte was still found.
  package func eraseCase(_ name: String) throws(StoreFailure) {
    let boxes = try read { db in
      try Data.fetchAll(
        db,
        sql: """
          SELECT box FROM person WHERE case_name = ?1
          UNION ALL SELECT wrapped FROM case_key WHERE case_name = ?1
          """,
        arguments: [name]
      )
    }
    try write { db in
      try db.execute(sql: "DELETE FROM person WHERE case_name = ?", arguments: [name])
      try db.execute(sql: "DELETE FROM case_key WHERE case_name = ?", arguments: [name])
    }
    try finishErasure(of: boxes)
  }

  // MARK: Users

  /// A user as kept: the private half is under the user's passphrase.
  package struct UserRow: Sendable {
    package let name: String
    package let publicBytes: [UInt8]
    package let cost: Passphrase.Cost
    package let salt: [UInt8]
    package let box: [UInt8]

    package init(
      name: String,
      publicBytes: [UInt8],
      cost: Passphrase.Cost,
      salt: [UInt8],
      box: [UInt8]
    ) {
      self.name = name
      self.publicBytes = publicBytes
      self.cost = cost
      self.salt = salt
      self.box = box
    }
  }

  /// Keeps a new user.
  ///
  /// - Throws: ``StoreFailure/conflict(_:)`` when the name is taken.
  package func addUser(_ user: UserRow) throws(StoreFailure) {
    let box = Data(KeyBox.seal(user.box, key: stateKey, name: Array("user/\(user.name)".utf8)))
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO user (name, public, passes, memory, salt, box) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          user.name, Data(user.publicBytes), Int64(user.cost.passes), Int64(user.cost.memoryKiB),
          Data(user.salt), box,
        ]
      )
    }
  }

  /// A user by name, or `nil`.
  package func user(_ name: String) throws(StoreFailure) -> UserRow? {
    let row = try read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name])
    }
    guard let row,
      let cost = Passphrase.Cost(
        passes: UInt32(clamping: row["passes"] as Int64),
        memoryKiB: UInt32(clamping: row["memory"] as Int64)
      )
    else { return nil }
    let box = try open(row["box"], name: "user/\(name)")
    return UserRow(
      name: name,
      publicBytes: [UInt8](row["public"] as Data),
      cost: cost,
      salt: [UInt8](row["salt"] as Data),
      box: box.copyBytes()
    )
  }

  /// The names of all users.
  package func userNames() throws(StoreFailure) -> [String] {
    try read { db in try String.fetchAll(db, sql: "SELECT name FROM user ORDER BY name") }
  }

  // MARK: Desk keys

  /// A desk key: public half, epoch, and who holds the private half.
  package struct DeskKeyRow: Sendable {
    package let keyID: Digest32
    package let desk: String
    package let publicBytes: [UInt8]
    package let fromMs: Int64
    package let notAfterMs: Int64

    package init(
      keyID: Digest32,
      desk: String,
      publicBytes: [UInt8],
      fromMs: Int64,
      notAfterMs: Int64
    ) {
      self.keyID = keyID
      self.desk = desk
      self.publicBytes = publicBytes
      self.fromMs = fromMs
      self.notAfterMs = notAfterMs
    }
  }

  /// Keeps a desk key with the private half sealed to its holders.
  package func addDeskKey(
    _ row: DeskKeyRow,
    holders: [(user: String, sealed: [UInt8])]
  ) throws(StoreFailure) {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO desk_key (key_id, desk, public, from_ms, not_after) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(row.keyID.bytes), row.desk, Data(row.publicBytes), row.fromMs, row.notAfterMs,
        ]
      )
    }
    for holder in holders {
      try addHolder(keyID: row.keyID, user: holder.user, sealed: holder.sealed)
    }
  }

  /// Adds a holder to a desk key.
  package func addHolder(keyID: Digest32, user: String, sealed: [UInt8]) throws(StoreFailure) {
    let name = Array("holder/\(keyID.hex)/\(user)".utf8)
    let box = Data(KeyBox.seal(sealed, key: stateKey, name: name))
    try write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO desk_holder (key_id, user, sealed) VALUES (?, ?, ?)",
        arguments: [Data(keyID.bytes), user, box]
      )
    }
  }

  /// All desk keys, oldest epoch first.
  package func deskKeys() throws(StoreFailure) -> [DeskKeyRow] {
    let rows = try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM desk_key ORDER BY desk, from_ms")
    }
    return rows.compactMap { row in
      Digest32([UInt8](row["key_id"] as Data)).map {
        DeskKeyRow(
          keyID: $0,
          desk: row["desk"],
          publicBytes: [UInt8](row["public"] as Data),
          fromMs: row["from_ms"],
          notAfterMs: row["not_after"]
        )
      }
    }
  }

  /// Who holds the private half of a desk's keys.
  package func holders(ofDesk desk: String) throws(StoreFailure) -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT DISTINCT user FROM desk_holder JOIN desk_key USING (key_id) WHERE desk = ?
          ORDER BY user
          """,
        arguments: [desk]
      )
    }
  }

  /// The sealed private halves that a user holds: key id and sealed seed.
  package func sealedDeskKeys(
    of user: String
  ) throws(StoreFailure) -> [(key: DeskKeyRow, sealed: [UInt8])] {
    let rows = try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT desk_key.*, desk_holder.sealed FROM desk_holder JOIN desk_key USING (key_id)
          WHERE user = ?
          """,
        arguments: [user]
      )
    }
    var out: [(key: DeskKeyRow, sealed: [UInt8])] = []
    for row in rows {
      guard let keyID = Digest32([UInt8](row["key_id"] as Data)) else { continue }
      let opened = try open(row["sealed"], name: "holder/\(keyID.hex)/\(user)")
      out.append(
        (
          DeskKeyRow(
            keyID: keyID,
            desk: row["desk"],
            publicBytes: [UInt8](row["public"] as Data),
            fromMs: row["from_ms"],
            notAfterMs: row["not_after"]
          ), opened.copyBytes()
        )
      )
    }
    return out
  }

  // MARK: Case keys

  /// Keeps a case key wrapped to a desk key.
  package func addCaseKey(
    caseName: String,
    keyID: Digest32,
    wrapped: KeyWrap.Wrapped
  ) throws(StoreFailure) {
    try write { db in
      try db.execute(
        sql: "INSERT INTO case_key (case_name, key_id, enc, wrapped) VALUES (?, ?, ?, ?)",
        arguments: [
          caseName, Data(keyID.bytes), Data(wrapped.encapsulated), Data(wrapped.sealed),
        ]
      )
    }
  }

  /// The wraps of a case key, by desk key.
  package func caseKeys(
    _ caseName: String
  ) throws(StoreFailure) -> [(keyID: Digest32, wrapped: KeyWrap.Wrapped)] {
    let rows = try read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT * FROM case_key WHERE case_name = ?",
        arguments: [caseName]
      )
    }
    return rows.compactMap { row in
      Digest32([UInt8](row["key_id"] as Data)).map {
        (
          $0,
          KeyWrap.Wrapped(
            encapsulated: [UInt8](row["enc"] as Data),
            sealed: [UInt8](row["wrapped"] as Data)
          )
        )
      }
    }
  }

  // MARK: Plumbing

  private func open(_ box: Data, name: String) throws(StoreFailure) -> SecretBytes {
    try open(box, name: Array(name.utf8))
  }

  private func open(_ box: Data, name: [UInt8]) throws(StoreFailure) -> SecretBytes {
    do { return try KeyBox.open([UInt8](box), key: stateKey, name: name) } catch {
      throw .stateKey
    }
  }

  /// Truncates the WAL and looks whether deleted boxes are gone from the files.
  func finishErasure(of boxes: [Data]) throws(StoreFailure) {
    try Erasure.truncate(database, role: "keyring.db")
    try Erasure.verifyAbsent(boxes, from: file)
  }

  func read<T>(_ body: (Database) throws -> T) throws(StoreFailure) -> T {
    do { return try database.read(body) } catch {
      throw StoreFailure.from(error, file: "keyring.db")
    }
  }

  func write(_ body: (Database) throws -> Void) throws(StoreFailure) {
    do { try database.write(body) } catch {
      throw StoreFailure.from(error, file: "keyring.db")
    }
  }
}

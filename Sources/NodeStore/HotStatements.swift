internal import CanonicalBytes
internal import GRDB
internal import GRDBSQLite

/// The statements that every message runs, prepared once and driven by SQLite's own calls.
///
/// A referral costs some twenty statements in two nodes. GRDB boxes each argument and finds columns by
/// name, which was half of the writer's time; everything else stays with GRDB.
///
/// Touched on the writer's queue alone.
final class HotStatements {
  private var prepared: [UInt: HotStatement] = [:]

  /// The statement of a literal text, prepared when it is first asked for.
  func statement(_ sql: StaticString, _ database: Database) throws -> HotStatement {
    // A literal has one address for ever: a look-up without hashing its text.
    let address = unsafe UInt(bitPattern: sql.utf8Start)
    if let known = prepared[address] { return known }
    let made = HotStatement(try database.makeStatement(sql: "\(sql)"))
    prepared[address] = made
    return made
  }
}

/// One value of a hot statement.
enum HotValue {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])
  case digest(Digest32)

  /// A number of the protocol: none is beyond 2^53.
  static func number(_ value: UInt64) -> HotValue { .integer(Int64(clamping: value)) }
  static func number(_ value: UInt64?) -> HotValue { value.map { .number($0) } ?? .null }
  static func row(_ value: Int64?) -> HotValue { value.map { .integer($0) } ?? .null }
  static func text(_ value: String?) -> HotValue {
    if let value { .text(value) } else { .null }
  }
  static func digest(_ value: Digest32?) -> HotValue { value.map { .digest($0) } ?? .null }
}

/// A prepared statement.
@safe
final class HotStatement {
  /// Owns what ``pointer`` points to.
  private let statement: Statement
  private let pointer: OpaquePointer

  init(_ statement: Statement) {
    self.statement = statement
    unsafe pointer = statement.sqliteStatement
  }

  /// Runs it to its end; rows are not looked at.
  func run(_ values: [HotValue]) throws {
    defer { reset() }
    try bind(values)
    while try step() {}
  }

  /// Its first row, as a closure reads it; `nil` without one.
  func first<Out>(_ values: [HotValue], _ read: (HotRow) throws -> Out) throws -> Out? {
    defer { reset() }
    try bind(values)
    guard try step() else { return nil }
    return try unsafe read(HotRow(pointer))
  }

  /// All its rows.
  func all<Out>(_ values: [HotValue], _ read: (HotRow) throws -> Out) throws -> [Out] {
    defer { reset() }
    try bind(values)
    var out: [Out] = []
    while try step() { out.append(try unsafe read(HotRow(pointer))) }
    return out
  }

  private func bind(_ values: [HotValue]) throws {
    var place: CInt = 0
    for value in values {
      place += 1
      guard bind(value, at: place) == SQLITE_OK else { throw failure() }
    }
  }

  private func bind(_ value: HotValue, at place: CInt) -> CInt {
    // SQLite copies what it is given: the memory is lent for the call only.
    let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return unsafe sqlite3_bind_null(pointer, place)
    case .integer(let number): return unsafe sqlite3_bind_int64(pointer, place, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        guard let base = bytes.baseAddress else {
          return unsafe sqlite3_bind_text(pointer, place, "", 0, copied)
        }
        return unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
          unsafe sqlite3_bind_text(pointer, place, $0, CInt(bytes.count), copied)
        }
      }
    case .bytes(let bytes):
      guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(pointer, place, 0) }
      return unsafe bytes.withUnsafeBytes {
        unsafe sqlite3_bind_blob(pointer, place, $0.baseAddress, CInt($0.count), copied)
      }
    case .digest(let digest):
      return unsafe digest.withUnsafeBytes {
        unsafe sqlite3_bind_blob(pointer, place, $0.baseAddress, CInt($0.count), copied)
      }
    }
  }

  private func step() throws -> Bool {
    switch unsafe sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw failure()
    }
  }

  /// Ends the run and lets go of what was bound.
  private func reset() {
    unsafe sqlite3_reset(pointer)
    unsafe sqlite3_clear_bindings(pointer)
  }

  /// The failure as GRDB would have thrown it, without the arguments.
  private func failure() -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: unsafe sqlite3_errcode(sqlite3_db_handle(pointer)))
    )
  }
}

/// The present row of a hot statement; columns by their place from 0.
@safe
struct HotRow {
  private let pointer: OpaquePointer

  fileprivate init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  func isNull(_ column: CInt) -> Bool {
    unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL
  }

  func integer(_ column: CInt) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

  func number(_ column: CInt) -> UInt64 { UInt64(max(0, integer(column))) }

  func optionalInteger(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }

  func optionalNumber(_ column: CInt) -> UInt64? { isNull(column) ? nil : number(column) }

  func text(_ column: CInt) -> String {
    guard let start = unsafe sqlite3_column_text(pointer, column) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(pointer, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: CInt) -> String? { isNull(column) ? nil : text(column) }

  /// A list as rows keep it: words between blanks.
  func words(_ column: CInt) -> [String] {
    let buffer = unsafe buffer(column)
    guard unsafe !buffer.isEmpty else { return [] }
    return unsafe buffer.split(separator: 0x20).map { unsafe String(decoding: $0, as: UTF8.self) }
  }

  func bytes(_ column: CInt) -> [UInt8] { unsafe [UInt8](buffer(column)) }

  /// A 32-byte column; a row that holds anything else is a broken file.
  func digest(_ column: CInt) throws -> Digest32 {
    let buffer = unsafe buffer(column)
    guard buffer.count == Digest32.byteCount else { throw StoreFailure.unreadable("node.db") }
    return unsafe Digest32(reading: buffer)
  }

  func optionalDigest(_ column: CInt) throws -> Digest32? {
    isNull(column) ? nil : try digest(column)
  }

  private func buffer(_ column: CInt) -> UnsafeRawBufferPointer {
    let start = unsafe sqlite3_column_blob(pointer, column)
    return unsafe UnsafeRawBufferPointer(
      start: start,
      count: Int(sqlite3_column_bytes(pointer, column))
    )
  }
}

extension Database {
  /// A statement that is not on the path of every message, driven in the same way.
  func stepped(_ sql: String) throws -> HotStatement {
    HotStatement(try cachedStatement(sql: sql))
  }
}

extension NodeTransaction {
  /// A statement of the hot path.
  func hot(_ sql: StaticString) throws -> HotStatement { try book.hot.statement(sql, database) }
}

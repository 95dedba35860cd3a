internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// The log in memory: the right edge, a cache of full tiles, and the pad key.
///
/// Lives on the writer's queue and is never touched elsewhere. Work is done on ``tree``; a
/// transaction that rolls back restores it, so memory and disk never disagree.
final class LogBook {
  /// Tiles held in memory, 16 KiB each.
  static let tileCapacity = 256
  /// How far acts that overlap may stand in another order than they began (EVT-011), 10 minutes.
  static let overlapMs: UInt64 = 600_000

  let identity: LogIdentity
  let padKey: PadKey
  /// Message ids received; a roll-back may leave one too many, which only costs a look.
  let messages = MessageFilter()
  let offers = OfferIndex()
  /// The statements that every message runs.
  let hot = HotStatements()
  /// Rows of peers by agency: they are never deleted, and a roll-back forgets them.
  var peers: [String: Int64] = [:]
  /// How often sharing was stopped.
  let stops = StopCount()
  /// Whether anybody here wants to be told of what happens; without it no signal is written.
  var tellsPeople = false
  /// What the present round of jobs has written: openings of it need not be read back.
  private var written: [UInt64: Written] = [:]
  /// The own logs that have ended, by name.
  var past: [String: PastLog] = [:]
  private(set) var tree: LogTree
  /// The time in the newest event, Unix milliseconds; one that was taken back counts as well.
  private var lastTimeMs: UInt64
  private let suffix: String
  private var cache: TileCache?
  private let shelf: TileShelf

  /// Reads the log's edge from the database; `suffix` follows the names of its tables, and is empty
  /// for the log in use.
  init(
    identity: LogIdentity,
    padKey: PadKey,
    database: Database,
    suffix: String = ""
  ) throws {
    self.identity = identity
    self.padKey = padKey
    self.suffix = suffix
    tree = try LogBook.restore(identity: identity, padKey: padKey, database, suffix: suffix)
    lastTimeMs = try LogBook.lastTime(database, suffix: suffix)
    shelf = TileShelf(suffix: suffix)
    let shelf = shelf
    cache = TileCache(capacity: LogBook.tileCapacity) { level, index in
      try shelf.load(level: level, index: index)
    }
  }

  /// An event as it was just written: all of an opening but the path.
  struct Written {
    let event: [UInt8]
    let salt: Digest32
    let staff: Digest32
    let personal: Digest32
  }

  /// Keeps an event of this round.
  func remember(_ event: Written, at index: UInt64) { written[index] = event }

  /// An event of this round, or `nil`.
  func recent(_ index: UInt64) -> Written? { written[index] }

  /// Begins a round of jobs.
  func beginRound() { written.removeAll(keepingCapacity: true) }

  /// What follows the table names of a past log.
  static func suffix(_ number: UInt64) -> String { "_\(number)" }

  /// The full tiles, readable while a database is lent by ``reading(_:_:)``.
  var tiles: any TileSource {
    guard let cache else { preconditionFailure("the cache is made in init") }
    return cache
  }

  /// Lends a database for tile reads while a closure runs.
  func reading<T>(_ database: Database, _ body: () throws -> T) rethrows -> T {
    shelf.database = database
    defer { shelf.database = nil }
    return try body()
  }

  /// The time that the next event states: when its act began, but not before the event before it (EVT-011).
  func time(of beganMs: UInt64) -> UInt64 {
    let isOverlap = beganMs < lastTimeMs && lastTimeMs - beganMs <= LogBook.overlapMs
    lastTimeMs = isOverlap ? lastTimeMs : beganMs
    return lastTimeMs
  }

  /// Adds a leaf and stores the tiles it completes.
  func append(_ leafHash: Digest32, _ database: Database) throws {
    tree.append(leafHash)
    for tile in tree.takeCompletedTiles() {
      var hashes = Data(capacity: 8192)
      for hash in tile.hashes { hashes.append(contentsOf: hash.bytes) }
      try database.cachedStatement(
        sql: "INSERT INTO tile (id, root, hashes) VALUES (?, ?, ?)"
      ).execute(arguments: [
        TileShelf.row(level: tile.level, index: tile.index), Data(tile.root.bytes), hashes,
      ])
    }
  }

  /// Takes the log back to how it was before a transaction that failed.
  func restore(_ snapshot: LogTree) {
    tree = snapshot
    peers = [:]
    // What was taken back is read from the file, where it is not.
    written = [:]
    // A tile of the failed transaction may have been read back into the cache.
    cache?.removeAll()
  }

  private static func restore(
    identity: LogIdentity,
    padKey: PadKey,
    _ db: Database,
    suffix: String
  ) throws -> LogTree {
    let lastEvent = try Int64.fetchOne(db, sql: "SELECT max(idx) FROM event\(suffix)") ?? -1
    let lastPad = try Int64.fetchOne(db, sql: "SELECT max(last) FROM pad\(suffix)") ?? -1
    let size = UInt64(max(lastEvent, lastPad) + 1)
    var edges: [[Digest32]] = []
    var level = 0
    while size >> (8 * UInt64(level)) > 0 {
      let count = size >> (8 * UInt64(level))
      let first = count & ~0xFF
      edges.append(
        level == 0
          ? try leafHashes(first..<count, identity: identity, padKey: padKey, db, suffix: suffix)
          : try roots(level: level - 1, first..<count, db, suffix: suffix)
      )
      level += 1
    }
    return try LogTree(size: size, edges: edges)
  }

  /// The time in the newest event of a log, or 0.
  private static func lastTime(_ db: Database, suffix: String) throws -> UInt64 {
    let bytes = try Data.fetchOne(db, sql: "SELECT a FROM event\(suffix) ORDER BY idx DESC LIMIT 1")
    return try bytes.map { try StaffPart(parsing: [UInt8]($0)).timeMs } ?? 0
  }

  /// The roots of complete tiles of a level: hashes of the level above.
  static func roots(
    level: Int,
    _ range: Range<UInt64>,
    _ db: Database,
    suffix: String
  ) throws -> [Digest32] {
    try range.map { index in
      let root = try Data.fetchOne(
        db,
        sql: "SELECT root FROM tile\(suffix) WHERE id = ?",
        arguments: [TileShelf.row(level: level, index: index)]
      )
      guard let root, let digest = Digest32([UInt8](root)) else { throw StoreFailure.logChanged }
      return digest
    }
  }

  /// The leaf hashes of a range, pads computed.
  static func leafHashes(
    _ range: Range<UInt64>,
    identity: LogIdentity,
    padKey: PadKey,
    _ db: Database,
    suffix: String = ""
  ) throws -> [Digest32] {
    var hashes: [UInt64: Digest32] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT idx, leaf_hash FROM event\(suffix) WHERE idx >= ? AND idx < ?",
      arguments: [Int64(range.lowerBound), Int64(range.upperBound)]
    )
    while let row = try rows.next() {
      hashes[UInt64(row[0] as Int64)] = Digest32([UInt8](row[1] as Data))
    }
    return try range.map { index in
      if let hash = hashes[index] { return hash }
      let isPad =
        try Bool.fetchOne(
          db,
          sql: "SELECT EXISTS (SELECT 1 FROM pad\(suffix) WHERE first <= ? AND last >= ?)",
          arguments: [Int64(index), Int64(index)]
        ) ?? false
      guard isPad else { throw StoreFailure.logChanged }
      return try padKey.leaf(log: identity.log, realm: identity.realm, index: index).hash
    }
  }
}

extension LogBook {
  /// The hashes of a tile's lowest row, as far as they are asked for.
  static func hashes(
    level: Int,
    _ range: Range<UInt64>,
    identity: LogIdentity,
    padKey: PadKey,
    _ db: Database,
    suffix: String
  ) throws -> [Digest32] {
    level == 0
      ? try leafHashes(range, identity: identity, padKey: padKey, db, suffix: suffix)
      : try roots(level: level - 1, range, db, suffix: suffix)
  }
}

/// Reads full tiles through whichever database is lent at the moment.
private final class TileShelf {
  var database: Database?
  private let suffix: String

  init(suffix: String) { self.suffix = suffix }

  static func row(level: Int, index: UInt64) -> Int64 { Int64(level) << 40 | Int64(index) }

  func load(level: Int, index: UInt64) throws -> ExpandedTile {
    guard let database else { preconditionFailure("tiles are read while a database is lent") }
    let row = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT hashes, root FROM tile\(suffix) WHERE id = ?"),
      arguments: [TileShelf.row(level: level, index: index)]
    )
    // The root was written with the tile and stands in the level above: changed bytes show here.
    guard let row, let tile = ExpandedTile(bytes: [UInt8](row[0] as Data)),
      try row.digest("root") == tile.root
    else { throw StoreFailure.logChanged }
    return tile
  }
}

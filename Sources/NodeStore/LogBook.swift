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

  let identity: LogIdentity
  let padKey: PadKey
  /// Message ids received; a roll-back may leave one too many, which only costs a look.
  let messages = MessageFilter()
  let offers = OfferIndex()
  /// The statements that every message runs.
  let hot = HotStatements()
  /// Rows of peers by agency: they are never deleted, and a roll-back forgets them.
  var peers: [String: Int64] = [:]
  private(set) var tree: LogTree
  /// What the present round of jobs has written: openings of it need not be read back.
  private var written: [UInt64: Written] = [:]
  private var cache: TileCache?
  private let shelf = TileShelf()

  /// Reads the log's edge from the database.
  init(identity: LogIdentity, padKey: PadKey, database: Database) throws {
    self.identity = identity
    self.padKey = padKey
    tree = try LogBook.restore(identity: identity, padKey: padKey, database)
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
    _ db: Database
  ) throws -> LogTree {
    let lastEvent = try Int64.fetchOne(db, sql: "SELECT max(idx) FROM event") ?? -1
    let lastPad = try Int64.fetchOne(db, sql: "SELECT max(last) FROM pad") ?? -1
    let size = UInt64(max(lastEvent, lastPad) + 1)
    var edges: [[Digest32]] = []
    var level = 0
    while size >> (8 * UInt64(level)) > 0 {
      let count = size >> (8 * UInt64(level))
      let first = count & ~0xFF
      edges.append(
        level == 0
          ? try leafHashes(first..<count, identity: identity, padKey: padKey, db)
          : try roots(level: level - 1, first..<count, db)
      )
      level += 1
    }
    return try LogTree(size: size, edges: edges)
  }

  private static func roots(
    level: Int,
    _ range: Range<UInt64>,
    _ db: Database
  ) throws -> [Digest32] {
    try range.map { index in
      let root = try Data.fetchOne(
        db,
        sql: "SELECT root FROM tile WHERE id = ?",
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
    _ db: Database
  ) throws -> [Digest32] {
    var hashes: [UInt64: Digest32] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT idx, leaf_hash FROM event WHERE idx >= ? AND idx < ?",
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
          sql: "SELECT EXISTS (SELECT 1 FROM pad WHERE first <= ? AND last >= ?)",
          arguments: [Int64(index), Int64(index)]
        ) ?? false
      guard isPad else { throw StoreFailure.logChanged }
      return try padKey.leaf(log: identity.log, realm: identity.realm, index: index).hash
    }
  }
}

/// Reads full tiles through whichever database is lent at the moment.
private final class TileShelf {
  var database: Database?

  static func row(level: Int, index: UInt64) -> Int64 { Int64(level) << 40 | Int64(index) }

  func load(level: Int, index: UInt64) throws -> ExpandedTile {
    guard let database else { preconditionFailure("tiles are read while a database is lent") }
    let hashes =
      try database.cachedStatement(sql: "SELECT hashes FROM tile WHERE id = ?")
      .fetchData(TileShelf.row(level: level, index: index))
    guard let hashes, let tile = ExpandedTile(bytes: [UInt8](hashes)) else {
      throw StoreFailure.logChanged
    }
    return tile
  }
}

extension Statement {
  fileprivate func fetchData(_ id: Int64) throws -> Data? {
    try Data.fetchOne(self, arguments: [id])
  }
}

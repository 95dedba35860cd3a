internal import CanonicalBytes
internal import Foundation
internal import GRDB
package import TransparencyLog

extension NodeStore {
  /// A tile of a log as it is published: nothing beyond the newest heartbeat, or the end of a past log.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - past: The number of an own log that has ended; `nil` for the one in use.
  /// - Returns: `nil` for what is not published.
  /// - Throws: ``StoreFailure``.
  package func tile(
    _ request: TileRequest,
    past: UInt64? = nil
  ) async throws(StoreFailure) -> [UInt8]? {
    let number = past ?? identity.number
    let log = LogIdentity(agency: identity.agency, number: number, realm: identity.realm)
    let suffix = past.map { LogBook.suffix($0) } ?? ""
    guard let key = try? NodeStore.padKey(keyring, number: number) else { return nil }
    return try await read { reader in
      let published: UInt64?
      if let past {
        published = try reader.pastLogs().first { $0.number == past && $0.isProvable }?.size
      } else {
        published = try reader.lastHeartbeat()?.size
      }
      guard let published, let places = request.places(atSize: published) else { return nil }
      switch request.content {
      case .hashes(let level):
        return MerkleProof.flat(
          try LogBook.hashes(
            level: level,
            places,
            identity: log,
            padKey: key,
            reader.database,
            suffix: suffix
          )
        )
      case .entries:
        return try reader.leaves(places, identity: log, padKey: key, suffix: suffix)
      }
    }
  }
}

extension NodeReader {
  /// Leaves as an entry tile holds them: each after its length, two bytes.
  func leaves(
    _ places: Range<UInt64>,
    identity: LogIdentity,
    padKey: PadKey,
    suffix: String
  ) throws -> [UInt8] {
    var leaves: [UInt64: LogLeaf] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT idx, e, e_salt, a, a_salt, p_commit FROM event\(suffix) WHERE idx >= ? AND idx < ?
        """,
      arguments: [Int64(places.lowerBound), Int64(places.upperBound)]
    )
    while let row = try rows.next() {
      leaves[UInt64(row["idx"] as Int64)] = LogLeaf(
        event: Commitments.event([UInt8](row["e"] as Data), salt: try row.digest("e_salt")),
        staff: Commitments.staff([UInt8](row["a"] as Data), salt: try row.digest("a_salt")),
        personal: try row.digest("p_commit")
      )
    }
    var out: [UInt8] = []
    out.reserveCapacity(places.count * (LogLeaf.byteCount + 2))
    for index in places {
      let leaf =
        try leaves[index]
        ?? padKey.leaf(log: identity.log, realm: identity.realm, index: index)
      out += [0, UInt8(LogLeaf.byteCount)] + leaf.bytes
    }
    return out
  }
}

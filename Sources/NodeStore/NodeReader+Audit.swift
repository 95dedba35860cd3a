package import CanonicalBytes
internal import Foundation
internal import GRDB
package import TransparencyLog

/// One entry of the log for an auditor, in the order of the log.
package enum AuditEntry: Sendable {
  /// A leaf that opens.
  package struct Leaf: Sendable {
    package let hash: Digest32
    package let event: [UInt8]
    package let eventSalt: Digest32
    package let staff: [UInt8]
    package let staffSalt: Digest32
    package let personal: Digest32
    /// The salt of an empty personal part.
    package let personalSalt: Digest32?
    /// The key that a real personal part's salt derives from.
    package let person: [UInt8]?
    /// The peer's answer to the message that this leaf logs.
    package let receipt: Receipt?
  }

  /// A peer's receipt and the checkpoint it rests on.
  package struct Receipt: Sendable {
    package let opening: EventOpening
    package let origin: String
    package let view: String
  }

  case leaf(Leaf)
  /// A run of pads, both ends included.
  case pads(UInt64, UInt64)
  /// A heartbeat checkpoint of this log; its size is the number of leaves before it.
  case mark(String)
}

extension NodeReader {
  /// Walks the log from its first leaf; memory stays flat.
  ///
  /// `size`: Leaves to walk.
  /// `past`: The number of an own log that has ended; `nil` for the one in use.
  package func auditEntries(
    below size: UInt64,
    past: UInt64? = nil,
    _ body: (AuditEntry) throws -> Void
  ) throws {
    let suffix = past.map { LogBook.suffix($0) } ?? ""
    let events = try Row.fetchCursor(
      database,
      sql: "SELECT * FROM event\(suffix) WHERE idx < ? ORDER BY idx",
      arguments: [Int64(size)]
    )
    let receipts = try Row.fetchCursor(
      database,
      sql: """
        SELECT o.idx, r.*, v.note FROM receipt r JOIN outbound o ON o.id = r.id
        JOIN view v ON v.id = r.view ORDER BY o.idx
        """
    )
    var pads = try Row.fetchAll(
      database,
      sql: "SELECT first, last FROM pad\(suffix) ORDER BY first"
    )
    .map { (UInt64($0[0] as Int64), UInt64($0[1] as Int64)) }[...]
    var marks = try Row.fetchAll(
      database,
      sql: "SELECT size, note FROM mark\(suffix) WHERE size < ? ORDER BY size",
      arguments: [Int64(size)]
    ).map { (UInt64($0[0] as Int64), $0[1] as String) }[...]
    var receipt = try receipts.next().map(AuditReceiptRow.init)
    var index: UInt64 = 0
    func markHere() throws {
      while let mark = marks.first, mark.0 <= index {
        marks.removeFirst()
        if mark.0 == index { try body(.mark(mark.1)) }
      }
    }
    func padsHere() throws {
      while let run = pads.first, run.0 == index, index < size {
        pads.removeFirst()
        var first = run.0
        let end = min(run.1, size - 1)
        while first <= end {
          // A run ends where a mark stands.
          let stop = marks.first.map { $0.0 > first ? min($0.0 - 1, end) : end } ?? end
          try body(.pads(first, stop))
          index = stop + 1
          try markHere()
          first = index
        }
      }
    }
    try padsHere()
    while let row = try events.next() {
      while let held = receipt, held.index < index {
        receipt = try receipts.next().map(AuditReceiptRow.init)
      }
      let answer = receipt.flatMap { $0.index == index ? $0.receipt : nil }
      try body(.leaf(try Self.leaf(row, receipt: answer)))
      index += 1
      try markHere()
      try padsHere()
    }
  }

  private static func leaf(_ row: Row, receipt: AuditEntry.Receipt?) throws -> AuditEntry.Leaf {
    AuditEntry.Leaf(
      hash: try row.digest("leaf_hash"),
      event: [UInt8](row["e"] as Data),
      eventSalt: try row.digest("e_salt"),
      staff: [UInt8](row["a"] as Data),
      staffSalt: try row.digest("a_salt"),
      personal: try row.digest("p_commit"),
      personalSalt: (row["p_salt"] as Data?).flatMap { Digest32([UInt8]($0)) },
      person: (row["person"] as Data?).map { [UInt8]($0) },
      receipt: receipt
    )
  }
}

private struct AuditReceiptRow {
  let index: UInt64
  let receipt: AuditEntry.Receipt

  init(_ row: Row) throws {
    index = UInt64(row["idx"] as Int64)
    let note: String = row["note"]
    receipt = AuditEntry.Receipt(
      opening: EventOpening(
        event: [UInt8](row["e"] as Data),
        salt: try row.digest("salt"),
        staff: try row.digest("staff"),
        personal: try row.digest("personal"),
        path: MerkleProof.path(flat: [UInt8](row["path"] as Data)) ?? []
      ),
      origin: note.split(separator: "\n").first.map(String.init) ?? "",
      view: note
    )
  }
}

extension NodeStore {
  /// What a peer answered to a message, read beside a running node; `nil` while it waits.
  package static func outcome(
    of message: Digest32,
    in folder: StateFolder
  ) throws(StoreFailure) -> String? {
    let reader = try Databases.reader(folder.node, role: "node.db")
    do {
      return try reader.read { db in
        try String.fetchOne(
          db,
          sql: "SELECT code FROM outbound WHERE message = ? AND state > 1",
          arguments: [message.data]
        )
      }
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
  }
}

internal import CanonicalBytes

/// The grants of one log, a few bytes each: the one thing that an auditor must remember of a whole log
/// (AUD-060).
struct GrantTable {
  /// What a grant allows and to whom, as numbers.
  struct Scope: Hashable {
    let peer: UInt32
    let purpose: UInt32
    let policy: UInt32
    /// One bit a group.
    let groups: UInt128

    /// Whether a disclosure of another scope stays within this one.
    func covers(_ other: Scope) -> Bool {
      peer == other.peer && purpose == other.purpose && policy == other.policy
        && other.groups & ~groups == 0
    }
  }

  /// A grant, as far as disclosures are judged by it.
  struct Grant {
    let index: UInt64
    let scope: Scope
    let untilMs: UInt64
    /// The leaf that withdrew it.
    let withdrawnAt: UInt64?
  }

  private struct Record {
    let index: UInt64
    let untilMs: UInt64
    let scope: UInt32
  }

  /// Records in one piece; pieces are never copied to grow.
  private static let pieceCount = 4096

  private var pieces: [[Record]] = []
  private var scopes: [Scope] = []
  private var scopeNumbers: [Scope: UInt32] = [:]
  private var withdrawals: [UInt64: UInt64] = [:]
  private var offered = LeafBits()
  private var expired = LeafBits()

  /// Adds a grant, whose index is above all earlier ones.
  mutating func add(_ index: UInt64, _ scope: Scope, untilMs: UInt64) {
    let number = scopeNumbers[scope] ?? UInt32(scopes.count)
    if number == scopes.count {
      scopes.append(scope)
      scopeNumbers[scope] = number
    }
    if pieces.last.map({ $0.count == Self.pieceCount }) ?? true {
      pieces.append([])
      pieces[pieces.count - 1].reserveCapacity(Self.pieceCount)
    }
    pieces[pieces.count - 1].append(Record(index: index, untilMs: untilMs, scope: number))
  }

  /// The grant at an index; `nil` if there is none.
  subscript(_ index: UInt64) -> Grant? {
    guard let record = record(index) else { return nil }
    return Grant(
      index: index,
      scope: scopes[Int(record.scope)],
      untilMs: record.untilMs,
      withdrawnAt: withdrawals[index]
    )
  }

  /// Takes note of a withdrawal; the first one counts, and one of no grant does not.
  mutating func withdraw(_ index: UInt64, at leaf: UInt64) {
    guard record(index) != nil, withdrawals[index] == nil else { return }
    withdrawals[index] = leaf
  }

  /// Takes note of an offer under a grant; returns whether there was one before.
  mutating func offer(_ index: UInt64) -> Bool {
    if offered[index] { return true }
    offered.set(index)
    return false
  }

  /// Takes note that a grant ran out.
  mutating func expire(_ index: UInt64) { expired.set(index) }

  /// The grants that ran out before a time and of which no event says that they ended, in order.
  func unended(beforeMs: UInt64) -> [UInt64] {
    var found: [UInt64] = []
    for piece in pieces {
      for record in piece where record.untilMs < beforeMs {
        guard withdrawals[record.index] == nil, !expired[record.index] else { continue }
        found.append(record.index)
      }
    }
    return found
  }

  private func record(_ index: UInt64) -> Record? {
    let piece = pieces.firstPlace { $0[0].index > index } - 1
    guard piece >= 0 else { return nil }
    let place = pieces[piece].firstPlace { $0.index > index } - 1
    guard place >= 0, pieces[piece][place].index == index else { return nil }
    return pieces[piece][place]
  }
}

extension Array {
  /// The first place whose element, and all after it, fulfil a condition; found by halving.
  fileprivate func firstPlace(_ isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

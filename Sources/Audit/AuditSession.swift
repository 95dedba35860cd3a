package import CanonicalBytes

/// What several bundles that are read together share: words, roots, past logs, and, where they are
/// to be reconciled, the messages.
package final class AuditSession {
  /// A root that some note or `seen` line gives for a size of a log.
  package struct Claim: Sendable {
    /// The size.
    package let size: UInt64
    /// The root claimed.
    package let root: Digest32
    /// The bundle that holds the claim.
    package let bundle: String
  }

  struct RootKey: Hashable {
    let origin: String
    let size: UInt64
  }

  struct PastGrant: Hashable {
    let log: String
    let index: UInt64
  }

  let words = WordTable()
  private let groupWords = WordTable()
  private var roots: [RootKey: (root: Digest32, bundle: String)] = [:]
  /// Grants of logs already read, by log.
  var grants: [String: [UInt64: LogRules.Grant]] = [:]
  /// Withdrawals, in a later log, of grants of an earlier one.
  var withdrawals: [PastGrant: UInt64] = [:]
  /// The last sequence numbers of logs already read, by log.
  var lastSeq: [String: [UInt32: UInt64]] = [:]
  /// What other bundles claim of each log; sorted by size.
  private(set) var claims: [String: [Claim]] = [:]
  /// Collects messages where bundles are reconciled.
  let messages: MessageLedger?

  /// Starts a session.
  ///
  /// - Parameter reconciling: Whether messages are kept, to be matched across agencies.
  package init(reconciling: Bool = false) { messages = reconciling ? MessageLedger() : nil }

  /// Takes note of what a bundle that has yet to be read claims of other logs.
  package func expect(_ claims: [String: [Claim]]) {
    for (log, more) in claims {
      self.claims[log, default: []].append(contentsOf: more)
      self.claims[log]?.sort { $0.size < $1.size }
    }
  }

  /// Groups as bits; `nil` for more than 128 different words in all bundles.
  func groups(_ list: [String]) -> UInt128? {
    var mask: UInt128 = 0
    for group in list {
      let number = groupWords.number(group)
      guard number < 128 else { return nil }
      mask |= 1 << UInt128(number)
    }
    return mask
  }

  /// Records a root of a verified note; returns the bundle that holds another for the same size.
  func record(origin: String, size: UInt64, root: Digest32, bundle: String) -> String? {
    let key = RootKey(origin: origin, size: size)
    guard let held = roots[key] else {
      roots[key] = (root, bundle)
      return nil
    }
    return held.root == root ? nil : held.bundle
  }
}

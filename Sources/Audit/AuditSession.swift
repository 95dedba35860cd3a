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

  /// Most lists of groups that are kept with what they mean.
  private static let groupListLimit = 4096

  struct RootKey: Hashable {
    let origin: String
    let size: UInt64
  }

  /// A grant, by its log and its place there.
  struct PastGrant: Hashable {
    let log: String
    let index: UInt64
  }

  let words = WordTable()
  private let groupWords = WordTable()
  private let groupLists = WordTable()
  /// The groups of each list of ``groupLists``; `nil` for a list with too many different words.
  private var masks: [UInt128?] = []
  private var policies: [Digest32: UInt32] = [:]
  private var roots: [RootKey: (root: Digest32, bundle: String)] = [:]
  /// Grants of logs already read, by log.
  var grants: [String: GrantTable] = [:]
  /// Withdrawals, in a later log, of grants of an earlier one.
  var withdrawals: [PastGrant: UInt64] = [:]
  /// Registers and policies that logs already read took into use, by log.
  var adopted: [String: Set<Digest32>] = [:]
  /// Messages that logs already read left without an answer.
  var unanswered: Set<Digest32> = []
  /// Where the logs already read end.
  var finals: [String: (size: UInt64, root: Digest32, bundle: String)] = [:]
  /// Where later logs say that earlier ones ended.
  var ended: [String: (size: UInt64, root: Digest32, bundle: String)] = [:]
  /// The last sequence numbers of logs already read, by log.
  var lastSeq: [String: [UInt32: UInt64]] = [:]
  /// What other bundles claim of each log; sorted by size.
  private(set) var claims: [String: [Claim]] = [:]
  /// Collects messages where bundles are reconciled.
  let messages: MessageLedger?
  /// Collects what agencies owe each other where bundles are reconciled.
  let promises: PromiseLedger?

  /// Starts a session.
  ///
  /// - Parameter reconciling: Whether messages are kept, to be matched across agencies.
  package init(reconciling: Bool = false) {
    messages = reconciling ? MessageLedger() : nil
    promises = reconciling ? PromiseLedger() : nil
  }

  /// Takes note of what a bundle that has yet to be read claims of other logs.
  package func expect(_ claims: [String: [Claim]]) {
    for (log, more) in claims {
      self.claims[log, default: []].append(contentsOf: more)
      self.claims[log]?.sort { $0.size < $1.size }
    }
  }

  /// The groups of a list, as it stands in an event, as bits; `nil` for more than 128 different words
  /// in all bundles.
  func groups(_ list: ArraySlice<UInt8>) -> UInt128? {
    // A log has few different lists; one that has many gains nothing from their being kept.
    guard groupLists.count < Self.groupListLimit else { return mask(list) }
    let number = Int(groupLists.number(list))
    if number == masks.count { masks.append(mask(list)) }
    return masks[number]
  }

  private func mask(_ list: ArraySlice<UInt8>) -> UInt128? {
    var mask: UInt128 = 0
    // Elements hold neither quotes nor commas, by their grammar.
    for group in list.split(separator: UInt8(ascii: ",")) {
      let number = groupWords.number(group.dropFirst().dropLast())
      guard number < 128 else { return nil }
      mask |= 1 << UInt128(number)
    }
    return mask
  }

  /// The number of a policy.
  func policy(_ digest: Digest32) -> UInt32 {
    if let number = policies[digest] { return number }
    let number = UInt32(policies.count)
    policies[digest] = number
    return number
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

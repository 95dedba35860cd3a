package import CanonicalBytes
package import ReferralModel
package import Trust

/// Which policies count at a moment: the one in force, and those before it that still overlap.
///
/// Source: `Protocol/spec/14-policy.md`, POL-020 to POL-024.
package struct PolicyStanding: Equatable, Sendable {
  /// The one to decide by.
  package let inForce: Digest32
  /// Earlier ones that a message may still name.
  package let overlapping: Set<Digest32>

  /// Whether a message may name this policy.
  package func allows(_ policy: Digest32) -> Bool {
    policy == inForce || overlapping.contains(policy)
  }

  /// Judges the policies that the registers have named, in their order.
  ///
  /// A policy counts from its `active_from`, and only once its file is held: nothing is decided by
  /// rules that nobody here can read. Until the file comes, the one before goes on for as long as it
  /// says itself that policies overlap, and no longer.
  ///
  /// Parameters:
  /// `references`: What each register version names, from the first; never empty.
  /// `held`: The policies whose files are held.
  /// `nowMs`: Trusted time.
  package init(
    _ references: [Register.PolicyReference],
    held: [Digest32: Policy],
    atMs nowMs: UInt64
  ) {
    var named: [Register.PolicyReference] = []
    for reference in references where named.last?.sha256 != reference.sha256 {
      named.append(reference)
    }
    let begun = named.filter { $0.activeFromMs <= nowMs }
    guard let newest = begun.last ?? named.first else {
      preconditionFailure("a register names a policy")
    }
    if held[newest.sha256] == nil,
      let before = begun.dropLast().last(where: { held[$0.sha256] != nil }),
      Self.end(newest.activeFromMs, held[before.sha256]?.overlap) > nowMs
    {
      self.init(before, of: begun, held: held, atMs: nowMs)
    } else {
      self.init(newest, of: begun, held: held, atMs: nowMs)
    }
  }

  private init(
    _ current: Register.PolicyReference,
    of begun: [Register.PolicyReference],
    held: [Digest32: Policy],
    atMs nowMs: UInt64
  ) {
    inForce = current.sha256
    var overlapping: Set<Digest32> = []
    let upTo = begun.lastIndex { $0.sha256 == current.sha256 } ?? 0
    // Each policy says how long the one before it stays; the chain ends at the first that is over.
    for position in stride(from: upTo, to: 0, by: -1) {
      let (successor, earlier) = (begun[position], begun[position - 1])
      guard Self.end(successor.activeFromMs, held[successor.sha256]?.overlap) > nowMs else { break }
      if held[earlier.sha256] != nil, earlier.sha256 != inForce {
        overlapping.insert(earlier.sha256)
      }
    }
    self.overlapping = overlapping
  }

  private static func end(_ fromMs: UInt64, _ overlap: Span?) -> UInt64 {
    let (end, overflow) = fromMs.addingReportingOverflow(overlap?.nominalMs ?? 0)
    return overflow ? .max : end
  }
}

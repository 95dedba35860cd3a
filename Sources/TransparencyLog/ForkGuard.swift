public import CanonicalBytes

/// Whether a log may sign again after a start (K1): its last signed checkpoint is kept apart from the
/// tree and never in a backup.
public enum ForkGuard {
  /// The judgement.
  public enum Verdict: Equatable, Sendable {
    /// The tree contains what was signed last.
    case proceed
    /// The tree is shorter than what was signed: fetch the missing leaves; sign nothing.
    case treeBehind(signed: UInt64)
    /// What was signed is unknown or contradicted: this log's and witness's keys never sign again.
    case mustOpenNewLog
  }

  /// Judges.
  ///
  /// - Parameters:
  ///   - treeSize: Leaves in the tree.
  ///   - treeRootAt: The root of the tree at an earlier size; `nil` if it cannot be had.
  ///   - guardNote: The last checkpoint signed; `nil` if the guard's file is absent or empty.
  ///   - leavesExist: Whether this log has, or is known to have had, leaves.
  /// - Returns: Whether the log's keys may sign again.
  public static func judge(
    treeSize: UInt64,
    treeRootAt: (UInt64) -> Digest32?,
    guardNote: Checkpoint?,
    leavesExist: Bool
  ) -> Verdict {
    guard let guardNote else {
      return leavesExist || treeSize > 0 ? .mustOpenNewLog : .proceed
    }
    if guardNote.size > treeSize { return .treeBehind(signed: guardNote.size) }
    return treeRootAt(guardNote.size) == guardNote.root ? .proceed : .mustOpenNewLog
  }
}

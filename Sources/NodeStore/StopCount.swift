internal import Synchronization

/// How often sharing was stopped since the node began.
///
/// A delivery that was taken ahead of its turn is good as long as this has not moved: what was taken is
/// judged again otherwise (WDR-004). It moves before the change commits, and a change that is undone
/// leaves it moved, which costs one more look.
package final class StopCount: Sendable {
  private let count = Atomic<UInt64>(0)

  init() {}

  /// The count.
  package var value: UInt64 { count.load(ordering: .acquiring) }

  func add() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
}

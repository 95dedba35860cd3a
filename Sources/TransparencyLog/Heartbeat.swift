/// The sizes at which checkpoints are published, so that idle and busy look alike (K2).
public enum Heartbeat {
  /// Leaves between two possible sizes.
  public static let step: UInt64 = 16

  /// The next published size: the last one plus 16·k, with the smallest k ≥ 1 that reaches the
  /// present size; the difference is filled with pads.
  ///
  /// `nil` if the sum cannot be written.
  public static func nextSize(last: UInt64, size: UInt64) -> UInt64? {
    let grown = size > last ? size - last : 0
    let steps = max(1, grown / step + (grown % step == 0 ? 0 : 1))
    let (distance, overflow) = steps.multipliedReportingOverflow(by: step)
    let (next, carried) = last.addingReportingOverflow(distance)
    return overflow || carried || next > Checkpoint.sizeLimit ? nil : next
  }
}

extension Heartbeat {
  /// Whether a checkpoint of this size may be a heartbeat: only those travel beyond a pair (K2).
  public static func isSize(_ size: UInt64) -> Bool { size > 0 && size.isMultiple(of: step) }
}

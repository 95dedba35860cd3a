/// Why a receipt, or a part of one, counts for nothing; the text is the registered code.
///
/// Source: `Protocol/registries/error-codes.md`, RCP-005, RCP-006.
package enum ReceiptCode: String, Error, Sendable, CaseIterable, CustomStringConvertible {
  /// The event is not one: not canonical, or not of a type a receipt holds.
  case malformed
  /// The event is not in the peer's log, or speaks of something this node did not send to it.
  case receipt
  /// The witness's line does not hold.
  case cosignature

  /// The code.
  package var description: String { rawValue }
}

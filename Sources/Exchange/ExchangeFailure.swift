/// Why an envelope could not be built or opened.
///
/// Says nothing of the content.
package enum ExchangeFailure: Error, Equatable, Sendable {
  /// No compartment, more than ``ExchangeLimits/groups``, or groups not strictly ascending.
  case groups
  /// More content than an envelope carries.
  case tooLarge
  /// No desk, too many, or one key twice.
  case desks
  /// A desk is given a group that has no compartment, or none at all.
  case deskGroups
  /// A compartment that no desk could open.
  case unopenable
  /// A key that is not one.
  case key
  /// No stanza for this desk key.
  case notForThisKey
  /// The wrap or a compartment does not open: changed, or sealed for other names.
  case sealed
}

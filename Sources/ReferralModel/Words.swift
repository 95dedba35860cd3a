/// A coarse group of fields that is granted, sealed and opened as one, such as `need`.
///
/// Which groups exist is the policy's business. Source: DESIGN §5, domain §6.
public struct FieldGroup: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9]+(-[a-z0-9]+)*`, at most 48 bytes; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isCode(text) else { return nil }
    self.text = text
  }
}

/// What a disclosure is for, coarsely; the exact service is sealed.
///
/// Which purposes exist is the policy's business. Source: attacks C8, domain §6.5.
public struct Purpose: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9]+(-[a-z0-9]+)*`, at most 48 bytes; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isCode(text) else { return nil }
    self.text = text
  }
}

/// A code of a policy's lists: `[a-z0-9][a-z0-9.-]{0,47}`.
///
/// Source: domain §6.5.
public struct Code: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9]+(-[a-z0-9]+)*`, at most 48 bytes; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isCode(text) else { return nil }
    self.text = text
  }
}

/// The name of a desk inside an agency.
///
/// Source: DESIGN §2.
public struct DeskName: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9][a-z0-9.-]{0,47}`; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isName(text) else { return nil }
    self.text = text
  }
}

/// The account name of a person at a node; never the name of a survivor.
///
/// Source: DESIGN §2.
public struct UserName: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9][a-z0-9.-]{0,47}`; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isName(text) else { return nil }
    self.text = text
  }
}

/// A language of labels, such as `tg`.
///
/// Which languages a policy must speak is said in the policy.
public struct Language: DomainText {
  /// The word as it stands in messages and rows.
  public let text: String

  /// Admits `[a-z0-9]+(-[a-z0-9]+)*`, at most 48 bytes; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isCode(text) else { return nil }
    self.text = text
  }
}

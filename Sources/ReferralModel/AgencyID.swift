/// The name of a member agency: lower-case labels joined by dots, at most 64 bytes.
///
/// Source: PROTOCOL §1.
public struct AgencyID: DomainText {
  /// The id as it stands in messages.
  public let text: String

  /// Admits `label(.label)+`; `nil` for anything else.
  public init?(_ text: String) {
    guard Grammar.isAgency(text) else { return nil }
    self.text = text
  }
}

/// The name of one log of an agency: `<id>/amonat/log/<n>`.
///
/// Source: PROTOCOL §1.
public struct LogID: DomainText {
  /// Whose log this is.
  public let agency: AgencyID
  /// Which of its logs, from 1.
  public let number: UInt32
  /// The name as it stands in checkpoints and events.
  public let text: String

  /// Names the n-th log of an agency; `nil` for 0.
  public init?(agency: AgencyID, number: UInt32) {
    guard number >= 1 else { return nil }
    (self.agency, self.number) = (agency, number)
    text = "\(agency.text)/amonat/log/\(number)"
  }

  /// Reads a name; `nil` for anything that is not exactly one.
  public init?(_ text: String) {
    guard let (agency, number) = splitDerivedName(text, kind: "log") else { return nil }
    (self.agency, self.number, self.text) = (agency, number, text)
  }
}

/// The name of one witness key of an agency: `<id>/amonat/witness/<n>`.
///
/// Source: PROTOCOL §1.
public struct WitnessID: DomainText {
  /// Whose witness key this is.
  public let agency: AgencyID
  /// Which of its witness keys, from 1.
  public let number: UInt32
  /// The name as it stands in cosignatures.
  public let text: String

  /// Names the n-th witness of an agency; `nil` for 0.
  public init?(agency: AgencyID, number: UInt32) {
    guard number >= 1 else { return nil }
    (self.agency, self.number) = (agency, number)
    text = "\(agency.text)/amonat/witness/\(number)"
  }

  /// Reads a name; `nil` for anything that is not exactly one.
  public init?(_ text: String) {
    guard let (agency, number) = splitDerivedName(text, kind: "witness") else { return nil }
    (self.agency, self.number, self.text) = (agency, number, text)
  }
}

private func splitDerivedName(_ text: String, kind: String) -> (AgencyID, UInt32)? {
  guard text.utf8.count <= Grammar.agencyLimitBytes + 32 else { return nil }
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  guard parts.count == 4, parts[1] == "amonat", parts[2] == kind,
    let agency = AgencyID(String(parts[0])), let number = Grammar.ordinal(parts[3])
  else { return nil }
  return (agency, number)
}

/// Somebody who is to learn nothing, whatever else was allowed.
///
/// Written as `clinic.example` or `agency:clinic.example`, `district:sughd`, `person:…`.
///
/// Source: domain §7.1; CNS-005.
public enum Denial: Hashable, Sendable {
  /// One member of the mechanism.
  case agency(AgencyID)
  /// Every member that the register places in a region or district.
  case district(Code)
  /// One person: an official, a relative; at this node, the account of that name.
  case person(String)

  /// Longest name of a person, in bytes.
  static let personLimitBytes = 120

  /// Reads a denial; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      guard let agency = AgencyID(text) else { return nil }
      self = .agency(agency)
      return
    }
    switch parts[0] {
    case "agency":
      guard let agency = AgencyID(String(parts[1])) else { return nil }
      self = .agency(agency)
    case "district":
      guard let district = Code(String(parts[1])) else { return nil }
      self = .district(district)
    case "person":
      guard (1...Self.personLimitBytes).contains(parts[1].utf8.count) else { return nil }
      self = .person(String(parts[1]))
    default: return nil
    }
  }

  /// The denial as it is kept.
  public var text: String {
    switch self {
    case .agency(let agency): agency.text
    case .district(let district): "district:\(district.text)"
    case .person(let name): "person:\(name)"
    }
  }

  /// Whether it stands against a recipient.
  ///
  /// - Parameters:
  ///   - agency: The recipient.
  ///   - region: Where the register places it; where that is not known, a district's denial holds.
  /// - Returns: Whether that agency is to learn nothing.
  public func bars(_ agency: AgencyID, region: Code?) -> Bool {
    switch self {
    case .agency(let denied): denied == agency
    case .district(let denied): region.map { $0 == denied } ?? true
    case .person: false
    }
  }

  /// Whether it stands against a user of this node.
  public func bars(user: String) -> Bool {
    guard case .person(let name) = self else { return false }
    return name.lowercased().utf8.elementsEqual(user.lowercased().utf8)
  }
}

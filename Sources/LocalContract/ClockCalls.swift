/// What a person says of a clock that is not believed.
package enum ClockChoice: String, Codable, CaseIterable, Sendable {
  /// The machine's clock has been set right, or was right all along.
  case local
  /// The other members' clocks are right; go by them until the machine's is.
  case witnesses
}

/// Decides which clock is right.
package struct ClockDecide: Codable, Hashable, Sendable {
  /// `local` or `witnesses`.
  package var use: String

  /// Gathers the parts.
  package init(use: String) {
    self.use = use
  }

  private enum CodingKeys: String, CodingKey {
    case use
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    use = try fields.decode(String.self, forKey: .use)
  }
}

/// How the node stands in time.
package struct ClockStatus: Codable, Hashable, Sendable {
  /// What the machine's clock says, Unix ms.
  package var localMs: UInt64
  /// What the node goes by, Unix ms.
  package var usedMs: UInt64
  /// `right`, `behind` or `ahead`.
  package var standing: String
  /// What the other members' clocks say, where they are more than a day past this one, Unix ms.
  package var witnessMs: UInt64?

  /// Gathers the parts.
  package init(localMs: UInt64, usedMs: UInt64, standing: String, witnessMs: UInt64? = nil) {
    self.localMs = localMs
    self.usedMs = usedMs
    self.standing = standing
    self.witnessMs = witnessMs
  }
}

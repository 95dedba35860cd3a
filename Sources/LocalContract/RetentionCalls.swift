/// Keeps something longer than its time, or out of an erasure, under a class of the policy.
package struct RecordKeep: Codable, Hashable, Sendable {
  /// The class, a code of the policy's kept records.
  package var keptClass: String
  /// The legal ground that the policy names for that class.
  package var basis: String
  /// Until when, Unix ms; at most as long as the policy allows for the class.
  package var untilMs: UInt64
  /// Which groups of a received referral; empty for all, and for a case.
  package var groups: [String]
  /// Whether it is a received referral; otherwise a case.
  package var received: Bool

  /// Gathers the parts.
  package init(
    keptClass: String,
    basis: String,
    untilMs: UInt64,
    groups: [String] = [],
    received: Bool = false
  ) {
    self.keptClass = keptClass
    self.basis = basis
    self.untilMs = untilMs
    self.groups = groups
    self.received = received
  }

  private enum CodingKeys: String, CodingKey { case keptClass, basis, untilMs, groups, received }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    keptClass = try fields.decode(String.self, forKey: .keptClass)
    basis = try fields.decode(String.self, forKey: .basis)
    untilMs = try fields.decode(UInt64.self, forKey: .untilMs)
    groups = try fields.decodeIfPresent([String].self, forKey: .groups) ?? []
    received = try fields.decodeIfPresent(Bool.self, forKey: .received) ?? false
  }
}

/// What is kept, why, and until when.
package struct RecordKept: Codable, Hashable, Sendable {
  /// The case, or the referral's id here.
  package var id: String
  /// The class, a code of the policy; absent where the policy sets no time.
  package var keptClass: String?
  /// The legal ground, a code of the policy.
  package var basis: String?
  /// When it is erased by itself, Unix ms.
  package var untilMs: UInt64?

  /// Gathers the parts.
  package init(id: String, keptClass: String?, basis: String?, untilMs: UInt64?) {
    (self.id, self.keptClass, self.basis, self.untilMs) = (id, keptClass, basis, untilMs)
  }
}

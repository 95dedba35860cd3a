/// A part of what a holder has that outlives a withdrawal.
public struct KeptPart: Hashable, Sendable {
  /// Why it may be kept.
  public enum Ground: Hashable, Sendable {
    /// The recipient took her own consent when the service began.
    case ownConsent
    /// A class of record that a law binds this agency to keep; a code of the policy.
    case law(Code)
  }

  /// Why.
  public var ground: Ground
  /// What, ascending.
  public var groups: [FieldGroup]
  /// Until when, in Unix ms.
  public var untilMs: UInt64

  /// Describes a part.
  public init(ground: Ground, groups: [FieldGroup], untilMs: UInt64) {
    (self.ground, self.groups, self.untilMs) = (ground, groups, untilMs)
  }
}

/// What a holder destroys, what it keeps, and what its receipt says.
///
/// Source: `Protocol/spec/05-receipts.md` WDR-014, WDR-021, WDR-022.
public struct ErasurePlan: Hashable, Sendable {
  /// What is destroyed, ascending.
  public let erased: [FieldGroup]
  /// What is kept, ascending.
  public let kept: [FieldGroup]
  /// Until when the last of it is kept, in Unix ms; `nil` where nothing is.
  public let keptUntilMs: UInt64?
  /// The class of what the law keeps; `nil` where no law does.
  public let keptClass: Code?
  /// The word of the receipt.
  public let outcome: Outcome

  /// The words of a receipt.
  public enum Outcome: String, Sendable, CaseIterable {
    /// All of it is gone.
    case erased
    /// There was nothing.
    case nothingHeld = "nothing-held"
    /// A part is kept by law.
    case keptByLaw = "kept-by-law"
    /// A part is kept on the recipient's own consent.
    case keptOwnConsent = "kept-own-consent"
  }

  /// Plans an erasure.
  ///
  /// - Parameters:
  ///   - held: The groups that are here.
  ///   - taken: The groups that were taken back.
  ///   - parts: What outlives the withdrawal; parts that have run out count for nothing.
  ///   - nowMs: The time, in Unix ms.
  public init(
    held: [FieldGroup],
    taken: [FieldGroup],
    keeping parts: [KeptPart],
    atMs nowMs: UInt64
  ) {
    let affected = held.filter(taken.contains)
    let live = parts.filter { $0.untilMs > nowMs }
    let kept = affected.filter { group in live.contains { $0.groups.contains(group) } }
    let used = live.filter { part in part.groups.contains(where: kept.contains) }
    let lawful = used.compactMap { part -> Code? in
      if case .law(let code) = part.ground { code } else { nil }
    }
    self.kept = kept.sorted()
    erased = affected.filter { !kept.contains($0) }.sorted()
    keptUntilMs = used.map(\.untilMs).max()
    keptClass = lawful.min()
    outcome =
      affected.isEmpty
      ? .nothingHeld
      : kept.isEmpty ? .erased : lawful.isEmpty ? .keptOwnConsent : .keptByLaw
  }
}

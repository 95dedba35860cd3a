/// Who may decide on a person's consent at one age, and whether the person must agree beside them.
///
/// Source: domain §7.5.
public struct AgeRule: Hashable, Sendable {
  /// What a child must say beside the person who decides.
  public enum Assent: String, Sendable, CaseIterable {
    /// Nothing: the child is too young to be asked, or decides alone.
    case none
    /// Yes, in whatever way the child can.
    case needed
    /// Yes, in writing or by a mark.
    case written
  }

  /// The rule.
  public let code: Code
  /// The age bands, codes of the policy's list `age-band`.
  public let bands: [Code]
  /// Whether the bands are those of children; a doubtful age is a child's.
  public let isChild: Bool
  /// Who may decide, codes of the policy's list `decider`.
  public let deciders: [Code]
  /// What the child must say.
  public let assent: Assent
  /// What people read.
  public let labels: Labels
}

/// A question that is asked beside the legs of a consent, each by itself.
///
/// Source: CNS-028, CNS-053.
public struct ConsentQuestion: Hashable, Sendable {
  /// Its name, such as `statistics`.
  public let code: Code
  /// What people read.
  public let labels: Labels
  /// Whether a record may be kept only after a yes.
  public let isForRecord: Bool
  /// The purposes that a no refuses.
  public let purposes: [Purpose]
  /// The classes of receivers outside the network that are told something only after a yes.
  public let receivers: [Code]
}

/// A class of receivers outside the network.
public struct ReceiverClass: Hashable, Sendable {
  /// Its name, such as `court`.
  public let code: Code
  /// Whether these are her family or those who care for her.
  public let isFamily: Bool
  /// What people read.
  public let labels: Labels
}

/// What may be sent across a border, and by when the arrival must be heard of.
///
/// Source: domain §5.3, return.
public struct AbroadRule: Hashable, Sendable {
  /// The region that agencies of other countries have in the register.
  public let region: Code
  /// The purposes that may have a recipient there.
  public let purposes: [Purpose]
  /// How long after the journey the arrival must be confirmed.
  public let arrival: Span
}

/// A purpose that carries less of a group than the group's form has: information only, say.
///
/// Source: domain §5, prevention; CNS-080.
public struct NarrowRule: Hashable, Sendable {
  /// The purpose.
  public let purpose: Purpose
  /// The group.
  public let group: FieldGroup
  /// The only fields it may hold; what else the form requires is not required here.
  public let fields: [Code]
}

/// How a mechanism takes consent: ages, questions, warnings, deadlines.
///
/// Source: domain §7; `Protocol/spec/13-consent.md`.
public struct ConsentRules: Hashable, Sendable {
  /// When people are warned before a grant runs out, the longest first.
  public let warnings: [Span]
  /// When people are told before a child comes of age, the longest first; zero is the day itself.
  public let transition: [Span]
  /// The age of majority, in years.
  public let majority: UInt64
  /// Who decides at which age; every band of the policy's list stands in exactly one rule.
  public let ages: [AgeRule]
  /// How soon what was said by telephone or handed over on paper must be recorded.
  public let recordWithin: Span
  /// How soon an exception must have been looked at by somebody else.
  public let reviewWithin: Span
  /// Purposes on whose consent no service may ever depend.
  public let separate: [Purpose]
  /// What is asked beside the legs.
  public let questions: [ConsentQuestion]
  /// Purposes that need a written consent.
  public let writtenFor: [Purpose]
  /// The ways of saying yes that count as written, codes of the list `consent-expression`.
  public let written: [Code]
  /// Across a border.
  public let abroad: AbroadRule
  /// Purposes that carry less than the forms have.
  public let narrow: [NarrowRule]
  /// No count below this is ever shown.
  public let leastCount: UInt64
  /// The classes of receivers outside the network, as events name them.
  public let receivers: [ReceiverClass]

  /// The rule of an age band; `nil` for a band that no rule names.
  public func age(_ band: Code) -> AgeRule? { ages.first { $0.bands.contains(band) } }

  /// Whether a class of receivers is her family or those who care for her.
  public func isFamily(_ receiver: Code) -> Bool {
    receivers.contains { $0.code == receiver && $0.isFamily }
  }

  /// Whether these answers let a record be kept: no question that one needs is without its yes.
  public func mayKeep(_ answers: [String: Bool]) -> Bool {
    questions.allSatisfy { !$0.isForRecord || answers[$0.code.text] == true }
  }

  /// The purposes to which one of these answers is a no, sorted.
  public func refused(by answers: [String: Bool]) -> [Purpose] {
    Set(questions.filter { answers[$0.code.text] == false }.flatMap(\.purposes)).sorted()
  }

  /// Whether these answers let something be told to that class of receivers outside the network.
  public func mayTell(_ receiver: Code, _ answers: [String: Bool]) -> Bool {
    questions.allSatisfy { !$0.receivers.contains(receiver) || answers[$0.code.text] == true }
  }
}

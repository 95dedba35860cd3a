/// Something that a policy names, so that people can be told of it in their language.
public enum PolicyName: Hashable, Sendable {
  /// The policy itself.
  case policy
  /// A language that people are spoken to in.
  case language(Language)
  /// A field group that travels.
  case group(FieldGroup)
  /// A field of a group.
  case field(Code, FieldGroup)
  /// A form of the case document.
  case section(FieldGroup)
  /// A field of such a form.
  case sectionField(Code, FieldGroup)
  /// A kind of grant.
  case term(Code)
  /// A purpose.
  case purpose(Purpose)
  /// A service.
  case service(Code)
  /// A basis, or an exception.
  case basis(Basis)
  /// A kind of message.
  case kind(MessageKind)
  /// A priority.
  case priority(Code)
  /// A clock of a referral.
  case timer(TimerName)
  /// A time that belongs to no referral.
  case period(PeriodName)
  /// A code list.
  case list(Code)
  /// A code of a list.
  case entry(Code, Code)
  /// A role.
  case role(Code)
  /// A rule for some ages.
  case age(Code)
  /// A notice.
  case notice(Code)
  /// A class of what is kept after closure.
  case retained(Code)
  /// A class of what is kept after a withdrawal.
  case kept(Code)
  /// A foreign agency.
  case foreign(AgencyID)
  /// A question beside the legs of a consent.
  case question(Code)
  /// A class of receivers outside the network.
  case receiver(Code)
  /// A purpose that carries less of a group than its form has.
  case narrow(Purpose, FieldGroup)
  /// What the directory says of an agency.
  case office(AgencyID)

  /// What sort of thing it is.
  public var part: PolicyPart {
    switch self {
    case .policy: .policy
    case .language: .language
    case .group: .group
    case .field, .sectionField: .field
    case .section: .section
    case .term: .term
    case .purpose: .purpose
    case .service: .service
    case .basis: .basis
    case .kind: .kind
    case .priority: .priority
    case .timer, .period: .timer
    case .list: .list
    case .entry: .entry
    case .role: .role
    case .age: .age
    case .notice: .notice
    case .retained: .retained
    case .kept: .kept
    case .foreign: .foreign
    case .question: .question
    case .receiver: .receiver
    case .narrow: .narrow
    case .office: .office
    }
  }
}

/// The sorts of things that a policy names.
public enum PolicyPart: String, Sendable, CaseIterable {
  case policy
  case language
  case group
  case field
  case section
  case term
  case purpose
  case service
  case basis
  case kind
  case priority
  case timer
  case list
  case entry
  case role
  case age
  case notice
  case retained
  case kept
  case foreign
  case question
  case receiver
  case narrow
  case office
}

/// A property of which a policy has one value.
public enum PolicyAspect: String, Sendable, CaseIterable {
  case name
  case version
  case overlap
  case groupClass = "group-class"
  case fieldType = "field-type"
  case fieldLimit = "field-limit"
  case fieldClass = "field-class"
  case fieldRequired = "field-required"
  case fieldList = "field-list"
  case termLife = "term-life"
  case purposeOnward = "purpose-onward"
  case servicePurpose = "service-purpose"
  case acknowledge
  case decide
  case contact
  case messageLife = "message-life"
  case deputyAfter = "deputy-after"
  case nextProviderAfter = "next-provider-after"
  case remind
  case telephone
  case coordinator
  case legWindow = "leg-window"
  case exceptionLife = "exception-life"
  case secondWithin = "second-within"
  case ownWithin = "own-within"
  case exceptionRoles = "exception-roles"
  case kindLife = "kind-life"
  case timer
  case holdDown = "hold-down"
  case dailyRate = "daily-rate"
  case quorum
  case sectors
  case heartbeat
  case settledLimit = "settled-limit"
  case pads
  case untilStep = "until-step"
  case timeZone = "time-zone"
  case workdays
  case hours
  case holidays
  case officeHours = "office-hours"
  case officeTelephone = "office-telephone"
  case automatic
  case crosswalk
  case roleBearer = "role-bearer"
  case roleClass = "role-class"
  case adultYears = "adult-years"
  case warn
  case transition
  case ageBands = "age-bands"
  case ageChild = "age-child"
  case ageDecides = "age-decides"
  case ageAssent = "age-assent"
  case recordWithin = "record-within"
  case reviewWithin = "review-within"
  case abroadRegion = "abroad-region"
  case abroadArrival = "abroad-arrival"
  case questionRecord = "question-record"
  case receiverFamily = "receiver-family"
  case leastCount = "least-count"
  case noticeText = "notice-text"
  case retainedBasis = "retained-basis"
  case retainedLife = "retained-life"
  case retainedConfirmed = "retained-confirmed"
  case retainedAfter = "retained-after"
  case crossBorderPurpose = "cross-border-purpose"
  case foreignCountry = "foreign-country"
}

/// A property of which a policy has a set.
public enum PolicySet: String, Sendable, CaseIterable {
  /// What a recipient may see for a purpose.
  case purposeGroups = "purpose-groups"
  /// Which grants a purpose allows.
  case purposeTerms = "purpose-terms"
  /// What an exception may disclose.
  case exceptionGroups = "exception-groups"
  /// What an exception may serve.
  case exceptionPurposes = "exception-purposes"
  /// What a message may carry.
  case kindGroups = "kind-groups"
  /// What a message may rest on.
  case kindBases = "kind-bases"
  /// Which lists a message's outcome comes from.
  case kindOutcomes = "kind-outcomes"
  /// Purposes that need consent in writing.
  case writtenPurposes = "written-purposes"
  /// Expressions that count as writing.
  case writtenExpressions = "written-expressions"
  /// Purposes that are never a condition of a service.
  case neverCondition = "never-condition"
  /// Purposes that a no to a question refuses.
  case questionPurposes = "question-purposes"
  /// Receivers outside the network that need a yes to a question.
  case questionReceivers = "question-receivers"
  /// Purposes that may have a recipient abroad.
  case abroadPurposes = "abroad-purposes"
  /// What a purpose carries of a group that it narrows.
  case narrowFields = "narrow-fields"
}

/// The value of a property, before or after.
public enum PolicyValue: Hashable, Sendable {
  /// There is none.
  case none
  /// A length of time.
  case span(Span)
  /// Several, such as those before an end.
  case spans([Span])
  /// A number.
  case number(UInt64)
  /// Yes or no.
  case flag(Bool)
  /// A class.
  case sensitivity(SensitivityClass)
  /// Something that the policy names, or several.
  case names([PolicyName])
  /// A word of the protocol that people read in their language, such as `agency`.
  case word(String)
  /// A text that is the same in every language: a code, hours, dates.
  case text(String)
}

/// One difference between two editions of a policy.
public enum PolicyChange: Hashable, Sendable {
  /// There is a new one.
  case added(PolicyName)
  /// It is gone.
  case removed(PolicyName)
  /// People read something else for it.
  case renamed(PolicyName)
  /// A value is another.
  case set(PolicyAspect, PolicyName, from: PolicyValue, to: PolicyValue)
  /// A set has one more.
  case gains(PolicySet, PolicyName, PolicyName)
  /// A set has one less.
  case loses(PolicySet, PolicyName, PolicyName)

  /// A stable code of the sort of change, such as `purpose-groups-gained`.
  public var code: String {
    switch self {
    case .added(let name): "\(name.part.rawValue)-added"
    case .removed(let name): "\(name.part.rawValue)-removed"
    case .renamed(let name): "\(name.part.rawValue)-renamed"
    case .set(let aspect, _, _, _): "\(aspect.rawValue)-changed"
    case .gains(let set, _, _): "\(set.rawValue)-gained"
    case .loses(let set, _, _): "\(set.rawValue)-lost"
    }
  }
}

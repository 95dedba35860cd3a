/// How a consent was taken: who decided, in which language, with whose help, and how it was shown.
///
/// Kept at the origin, sealed; nothing of it travels. Names stand here as the case manager wrote
/// them and are never compared with anything but each other.
///
/// Source: ISO/IEC TS 27560 as read by domain §6.2; `Protocol/spec/13-consent.md`.
public struct ConsentCircumstances: Codable, Hashable, Sendable {
  /// Id and version of the notice that was explained.
  public var notice: String
  /// The language it was explained in, a code of the policy's list `language`.
  public var language: String
  /// The script or form of the notice, free; absent where it was only spoken.
  public var script: String?
  /// How it was explained, a code of the policy's list `notice-mode`.
  public var mode: String
  /// Who decided, a code of the policy's list `decider`.
  public var decidedBy: String
  /// How the decider stands to the person: free text such as `mother`; absent for the person herself.
  public var relation: String?
  /// `adult`, `child` or `doubtful`; a doubtful age is a child's.
  public var capacity: String
  /// The age band, a code of the policy's list `age-band`; needed for a child.
  public var ageBand: String?
  /// When a child comes of age, Unix ms; absent where the date of birth is not known.
  public var adultOnMs: UInt64?
  /// Doubts about the capacity to decide, in words; absent where there are none.
  public var doubts: String?
  /// What the child said: `given`, `written`, `refused` or `not-able`.
  public var assent: String?
  /// Whether a caregiver is suspected: such a person decides nothing and is told nothing.
  public var caregiverSuspect: Bool
  /// Who interpreted; absent where nobody did.
  public var interpreter: String?
  /// Whether the interpreter declared to be independent.
  public var interpreterIndependent: Bool
  /// Who came along; such a person is by default neither interpreter, nor witness, nor proxy.
  public var companion: String?
  /// Who helped to understand without deciding.
  public var supporter: String?
  /// Whether the person said in their own words what they agreed to.
  public var teachBack: Bool
  /// How consent was shown, a code of the policy's list `consent-expression`.
  public var expression: String
  /// Who witnessed it.
  public var witness: String?
  /// The consequences that were explained, codes.
  public var consequences: [String]
  /// Whether it was explained how to take it back.
  public var withdrawalExplained: Bool
  /// What is kept as proof: its SHA-256 in hexadecimal; the proof itself never enters the node.
  public var evidence: String?
  /// Where the proof is kept.
  public var evidencePlace: String?
  /// What happened to the receipt: `paper`, `digital`, `refused` or `withheld-safety`.
  public var receipt: String
  /// When the consent is to be looked at again, Unix ms.
  public var reviewMs: UInt64?

  /// Gathers the parts.
  public init(
    notice: String,
    language: String,
    script: String? = nil,
    mode: String,
    decidedBy: String,
    relation: String? = nil,
    capacity: String,
    ageBand: String? = nil,
    adultOnMs: UInt64? = nil,
    doubts: String? = nil,
    assent: String? = nil,
    caregiverSuspect: Bool = false,
    interpreter: String? = nil,
    interpreterIndependent: Bool = false,
    companion: String? = nil,
    supporter: String? = nil,
    teachBack: Bool,
    expression: String,
    witness: String? = nil,
    consequences: [String] = [],
    withdrawalExplained: Bool = false,
    evidence: String? = nil,
    evidencePlace: String? = nil,
    receipt: String,
    reviewMs: UInt64? = nil
  ) {
    (self.notice, self.language, self.script, self.mode) = (notice, language, script, mode)
    (self.decidedBy, self.relation, self.capacity) = (decidedBy, relation, capacity)
    (self.ageBand, self.adultOnMs, self.doubts) = (ageBand, adultOnMs, doubts)
    (self.assent, self.caregiverSuspect) = (assent, caregiverSuspect)
    (self.interpreter, self.interpreterIndependent) = (interpreter, interpreterIndependent)
    (self.companion, self.supporter, self.teachBack) = (companion, supporter, teachBack)
    (self.expression, self.witness, self.consequences) = (expression, witness, consequences)
    self.withdrawalExplained = withdrawalExplained
    (self.evidence, self.evidencePlace) = (evidence, evidencePlace)
    (self.receipt, self.reviewMs) = (receipt, reviewMs)
  }

  /// Whether the person is a child, or may be one.
  public var isChild: Bool { !capacity.utf8.elementsEqual("adult".utf8) }
}

extension ConsentCircumstances: CustomStringConvertible {
  /// Nothing of the content: names stand in it.
  public var description: String { "ConsentCircumstances" }
}

/// Why a consent does not count as taken.
///
/// Source: `Protocol/registries/error-codes.md`, consent.
public enum ConsentFault: String, Error, Sendable, Hashable, CaseIterable {
  /// A leg without a record of how consent was taken.
  case recordMissing = "record-missing"
  /// No notice is named.
  case noticeMissing = "notice-missing"
  /// A language that the policy does not list.
  case languageUnknown = "language-unknown"
  /// A mode that the policy does not list.
  case modeUnknown = "mode-unknown"
  /// Neither `adult`, nor `child`, nor `doubtful`; or a child without an age band.
  case ageUnknown = "age-unknown"
  /// The age band contradicts the capacity.
  case ageContradicts = "age-contradicts"
  /// At that age this person may not decide.
  case deciderNotAllowed = "decider-not-allowed"
  /// The basis of a leg does not fit who decided.
  case deciderBasis = "decider-basis"
  /// The child was not asked, or not in the way the policy wants.
  case assentMissing = "assent-missing"
  /// The child said no.
  case assentRefused = "assent-refused"
  /// A caregiver under suspicion decides nothing.
  case caregiverSuspect = "caregiver-suspect"
  /// An interpreter who has not declared to be independent.
  case interpreterNotIndependent = "interpreter-not-independent"
  /// Who came along is interpreter, witness or proxy.
  case companionRole = "companion-role"
  /// A way of saying yes that the policy does not list.
  case expressionUnknown = "expression-unknown"
  /// An oral consent or a mark without a witness.
  case witnessMissing = "witness-missing"
  /// The digest of the evidence is not one.
  case evidenceMalformed = "evidence-malformed"
  /// What happened to the receipt is not said.
  case receiptUnknown = "receipt-unknown"
  /// The purpose, or a recipient abroad, needs a written consent.
  case writtenMissing = "written-missing"
  /// A recipient abroad without the country in the consent.
  case countryMissing = "country-missing"
  /// A recipient abroad for a purpose that the policy does not send there.
  case abroadNotAllowed = "abroad-not-allowed"
  /// A recipient abroad that the policy does not name.
  case foreignAgency = "foreign-agency"
  /// The consent names another country than the policy does for that agency.
  case countryOther = "country-other"
  /// The grant outlives the day on which the child comes of age.
  case beyondMajority = "beyond-majority"
  /// A text is longer than it may be.
  case tooLong = "too-long"
}

/// How consent was taken, after ISO/IEC TS 27560; kept here, sealed.
///
/// Source: domain §6.2; `Protocol/spec/13-consent.md`.
package struct ConsentFacts: Codable, Hashable, Sendable {
  /// The id and version of the notice that was explained.
  package var notice: String
  /// The language it was explained in, a code of the policy's list `language`.
  package var language: String
  /// The script or form of the notice, where it was more than spoken.
  package var script: String?
  /// How it was explained, a code of the policy's list `notice-mode`.
  package var mode: String
  /// Who decided, a code of the policy's list `decider`.
  package var decidedBy: String
  /// How the decider stands to her; absent for herself.
  package var relation: String?
  /// `adult`, `child` or `doubtful`; a doubtful age is a child's.
  package var capacity: String
  /// The age band, a code of the policy's list `age-band`; needed for a child.
  package var ageBand: String?
  /// When a child comes of age, Unix ms, where the date of birth is known.
  package var adultOnMs: UInt64?
  /// Doubts about the capacity to decide.
  package var doubts: String?
  /// What the child said: `given`, `written`, `refused` or `not-able`.
  package var assent: String?
  /// Whether a caregiver is suspected: decides nothing, is told nothing.
  package var caregiverSuspect: Bool
  /// Who interpreted; absent where nobody did.
  package var interpreter: String?
  /// Whether the interpreter declared to be independent.
  package var interpreterIndependent: Bool
  /// Who came along: neither interpreter, nor witness, nor proxy.
  package var companion: String?
  /// Who helped to understand without deciding.
  package var supporter: String?
  /// Whether the person said in their own words what they agreed to.
  package var teachBack: Bool
  /// How consent was shown, a code of the policy's list `consent-expression`.
  package var expression: String
  /// What happened to the receipt: `paper`, `digital`, `refused` or `withheld-safety`.
  package var receipt: String
  /// Who witnessed an oral consent or a mark.
  package var witness: String?
  /// The consequences that were explained, codes.
  package var consequences: [String]
  /// Whether it was explained how to take it back.
  package var withdrawalExplained: Bool
  /// SHA-256 of what is kept as proof, hexadecimal; the proof itself never enters.
  package var evidence: String?
  /// Where the proof is kept.
  package var evidencePlace: String?
  /// When it is to be looked at again, Unix ms.
  package var reviewMs: UInt64?

  /// Gathers the parts.
  package init(
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
    receipt: String,
    witness: String? = nil,
    consequences: [String] = [],
    withdrawalExplained: Bool = false,
    evidence: String? = nil,
    evidencePlace: String? = nil,
    reviewMs: UInt64? = nil
  ) {
    self.notice = notice
    self.language = language
    self.script = script
    self.mode = mode
    self.decidedBy = decidedBy
    self.relation = relation
    self.capacity = capacity
    self.ageBand = ageBand
    self.adultOnMs = adultOnMs
    self.doubts = doubts
    self.assent = assent
    self.caregiverSuspect = caregiverSuspect
    self.interpreter = interpreter
    self.interpreterIndependent = interpreterIndependent
    self.companion = companion
    self.supporter = supporter
    self.teachBack = teachBack
    self.expression = expression
    self.receipt = receipt
    self.witness = witness
    self.consequences = consequences
    self.withdrawalExplained = withdrawalExplained
    self.evidence = evidence
    self.evidencePlace = evidencePlace
    self.reviewMs = reviewMs
  }

  private enum CodingKeys: String, CodingKey {
    case notice, language, script, mode, decidedBy, relation, capacity, ageBand, adultOnMs,
      doubts, assent, caregiverSuspect, interpreter, interpreterIndependent, companion,
      supporter, teachBack, expression, receipt, witness, consequences, withdrawalExplained,
      evidence, evidencePlace, reviewMs
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    notice = try fields.decode(String.self, forKey: .notice)
    language = try fields.decode(String.self, forKey: .language)
    script = try fields.decodeIfPresent(String.self, forKey: .script)
    mode = try fields.decode(String.self, forKey: .mode)
    decidedBy = try fields.decode(String.self, forKey: .decidedBy)
    relation = try fields.decodeIfPresent(String.self, forKey: .relation)
    capacity = try fields.decode(String.self, forKey: .capacity)
    ageBand = try fields.decodeIfPresent(String.self, forKey: .ageBand)
    adultOnMs = try fields.decodeIfPresent(UInt64.self, forKey: .adultOnMs)
    doubts = try fields.decodeIfPresent(String.self, forKey: .doubts)
    assent = try fields.decodeIfPresent(String.self, forKey: .assent)
    caregiverSuspect = try fields.decodeIfPresent(Bool.self, forKey: .caregiverSuspect) ?? false
    interpreter = try fields.decodeIfPresent(String.self, forKey: .interpreter)
    interpreterIndependent =
      try fields.decodeIfPresent(Bool.self, forKey: .interpreterIndependent) ?? false
    companion = try fields.decodeIfPresent(String.self, forKey: .companion)
    supporter = try fields.decodeIfPresent(String.self, forKey: .supporter)
    teachBack = try fields.decode(Bool.self, forKey: .teachBack)
    expression = try fields.decode(String.self, forKey: .expression)
    receipt = try fields.decode(String.self, forKey: .receipt)
    witness = try fields.decodeIfPresent(String.self, forKey: .witness)
    consequences = try fields.decodeIfPresent([String].self, forKey: .consequences) ?? []
    withdrawalExplained =
      try fields.decodeIfPresent(Bool.self, forKey: .withdrawalExplained) ?? false
    evidence = try fields.decodeIfPresent(String.self, forKey: .evidence)
    evidencePlace = try fields.decodeIfPresent(String.self, forKey: .evidencePlace)
    reviewMs = try fields.decodeIfPresent(UInt64.self, forKey: .reviewMs)
  }
}

internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing

/// A case that a desk has opened, for as long as one call needs it.
final class OpenedCase: Sendable {
  let line: NodeReader.CaseLine
  private let key: GuardedSecret

  /// Opens a case with a desk that somebody has unlocked.
  ///
  /// - Throws: ``NodeError`` `case-unknown`, `desk-locked`.
  init(_ name: String, _ presence: SessionVault.Presence, _ node: Node) async throws {
    guard let line = try await node.store.read({ try $0.caseLine(name) }) else {
      throw NodeError(.caseUnknown)
    }
    self.line = line
    key = try CaseKeys.open(caseName: name, presence: presence, node: node)
  }

  /// The case's id.
  var name: String { line.name }

  /// Seals a section.
  func seal(_ bytes: [UInt8], as section: String) -> [UInt8] {
    KeyBox.seal(bytes, key: key, name: CaseKeys.name(name, section))
  }

  /// Opens a section.
  func open(_ sealed: [UInt8], as section: String) throws -> SecretBytes {
    try KeyBox.open(sealed, key: key, name: CaseKeys.name(name, section))
  }
}

/// All that a case keeps of consent, sealed under its key.
///
/// Source: domain §6.2; `Protocol/schema/consent-record.schema.json`.
struct ConsentDossier: Codable, Sendable {
  /// One time that consent was taken.
  struct Taking: Codable, Sendable {
    var id: String
    var receipt: String
    var atMs: UInt64
    var actor: String
    var circumstances: ConsentCircumstances
  }

  /// What is known of a grant and never leaves the node.
  struct Leg: Codable, Sendable {
    var grant: UInt64
    var service: String?
    var authority: String?
    var country: String?
    var taking: String?
  }

  /// Why an exception was used.
  struct Reason: Codable, Sendable {
    var grant: UInt64
    var text: String
    var survivorTold: Bool
  }

  /// To whom something was said or handed over.
  struct Receiver: Codable, Sendable {
    var item: UInt64
    var to: String
  }

  /// The version of this form.
  static let version: UInt32 = 1
  /// Most times that consent is taken in one case.
  static let takingLimit = 512

  var schema = ConsentDossier.version
  var takings: [Taking] = []
  var legs: [Leg] = []
  var reasons: [Reason] = []
  var receivers: [Receiver] = []
  var refused: [RefusedAsk] = []
  var denied: [String] = []
  var answers: [String: Bool] = [:]
  var history = ConsentHistory()
  /// The cases of her siblings here: known to this node alone (CNS-075).
  var siblings: [String]?

  /// The hash that chains the history.
  static func hash(_ bytes: [UInt8]) -> String { Hash256.of(bytes).hex }

  /// The denials that stand.
  var denials: [Denial] { denied.compactMap { Denial($0) } }

  /// Whom she has denied by name sees nothing, whichever desk is open.
  func refuse(_ user: String) throws(NodeError) {
    guard !denials.contains(where: { $0.bars(user: user) }) else {
      throw NodeError(.notAllowed, reasons: ["survivor-deny"])
    }
  }

  /// The last taking of consent.
  var latest: ConsentCircumstances? { takings.last?.circumstances }

  /// The day of coming of age, as last taken down with a child's consent.
  var adultOnMs: UInt64? {
    takings.last { $0.circumstances.isChild && $0.circumstances.adultOnMs != nil }?
      .circumstances.adultOnMs
  }

  /// Whether the history is whole.
  var isWhole: Bool { (try? history.check(hash: Self.hash)) != nil }

  /// A dossier with the sealed bytes it came from.
  struct Loaded: Sendable {
    var dossier: ConsentDossier
    let sealed: [UInt8]?
  }

  /// Opens what a case keeps of consent.
  static func load(_ opened: OpenedCase, _ node: Node) async throws -> Loaded {
    let name = opened.name
    let sections = try await node.store.read { try $0.sections(caseName: name) }
    let found = sections.first { $0.section == CaseService.consentSection }
    guard let sealed = found?.sealed else { return Loaded(dossier: ConsentDossier(), sealed: nil) }
    var bytes = try opened.open(sealed, as: CaseService.consentSection).copyBytes()
    defer { SecretBytes.wipe(&bytes) }
    let dossier = try JSONDecoder().decode(ConsentDossier.self, from: Data(bytes))
    guard dossier.schema == Self.version else {
      throw NodeError(.storageUnreadable, detail: "consent record version")
    }
    return Loaded(dossier: dossier, sealed: sealed)
  }

  /// Writes it in the transaction of the change it belongs to.
  ///
  /// - Throws: ``NodeError`` `conflict` when somebody else has written in between.
  func save(
    _ transaction: NodeTransaction,
    _ opened: OpenedCase,
    over before: [UInt8]?,
    atMs: UInt64
  ) throws {
    let held = try transaction.section(
      caseName: opened.name,
      section: CaseService.consentSection
    )
    guard held == before else { throw NodeError(.conflict) }
    try transaction.setSection(
      caseName: opened.name,
      section: CaseService.consentSection,
      sealed: opened.seal(
        Array(try JSONEncoder().encode(self)),
        as: CaseService.consentSection
      ),
      atMs: atMs
    )
  }

  /// Writes down that consent was taken (CNS-004).
  mutating func take(
    _ circumstances: ConsentCircumstances,
    atMs: UInt64,
    actor: String
  ) throws(NodeError) {
    guard takings.count < Self.takingLimit else { throw NodeError(.tooLarge) }
    takings.append(
      Taking(
        id: Hex.encode(Randomness.bytes(16)),
        receipt: Hex.encode(Randomness.bytes(8)),
        atMs: atMs,
        actor: actor,
        circumstances: circumstances
      )
    )
  }

  /// Adds a step; one that must be asked for first is asked for first.
  mutating func add(
    _ step: ConsentStep,
    to question: ConsentQuestionKey,
    atMs: UInt64,
    actor: String?,
    grant: UInt64? = nil,
    reason: String? = nil
  ) throws {
    let (record, isEnd) = (takings.last?.id, step == .give || step == .refuse || step == .postpone)
    do {
      if isEnd, history.state(of: question).after(step) == nil {
        try history.add(
          .request,
          to: question,
          atMs: atMs,
          actor: actor,
          record: record,
          hash: Self.hash
        )
      }
      try history.add(
        step,
        to: question,
        atMs: atMs,
        actor: actor,
        grant: grant,
        reason: reason,
        record: record,
        hash: Self.hash
      )
    } catch {
      throw NodeError(.stateNotAllowed, detail: error.rawValue)
    }
  }

  /// A yes: the first, or again where one stands or has run out.
  mutating func agree(
    to question: ConsentQuestionKey,
    atMs: UInt64,
    actor: String?,
    grant: UInt64? = nil
  ) throws {
    let state = history.state(of: question)
    let step: ConsentStep = state.permits || state == .expired ? .renew : .give
    try add(step, to: question, atMs: atMs, actor: actor, grant: grant)
  }

  /// Writes down what has happened to grants since the case was last open: nobody needed its key for
  /// that, and so nobody could write it here.
  mutating func catchUp(with grants: [OwnGrant], nowMs: UInt64) throws {
    let latest = Dictionary(
      history.entries.compactMap { entry in entry.grant.map { ($0, entry) } }
    ) { $1 }
    for grant in grants where !(Basis(rawValue: grant.basis)?.isException ?? false) {
      guard let entry = latest[grant.index],
        // An older grant of a question that has a newer one says nothing about the question.
        history.entries.last(where: { $0.question == entry.question })?.grant == grant.index,
        history.state(of: entry.question).permits
      else { continue }
      if grant.withdrawIndex != nil || grant.stopped {
        try add(.withdraw, to: entry.question, atMs: nowMs, actor: nil, grant: grant.index)
      } else if grant.untilMs <= nowMs {
        try add(.expire, to: entry.question, atMs: grant.untilMs, actor: nil, grant: grant.index)
      }
    }
  }
}

extension ConsentFacts {
  /// The same as the model has it.
  var circumstances: ConsentCircumstances {
    ConsentCircumstances(
      notice: notice,
      language: language,
      script: script,
      mode: mode,
      decidedBy: decidedBy,
      relation: relation,
      capacity: capacity,
      ageBand: ageBand,
      adultOnMs: adultOnMs,
      doubts: doubts,
      assent: assent,
      caregiverSuspect: caregiverSuspect,
      interpreter: interpreter,
      interpreterIndependent: interpreterIndependent,
      companion: companion,
      supporter: supporter,
      teachBack: teachBack,
      expression: expression,
      witness: witness,
      consequences: consequences,
      withdrawalExplained: withdrawalExplained,
      evidence: evidence,
      evidencePlace: evidencePlace,
      receipt: receipt,
      reviewMs: reviewMs
    )
  }

  /// As the local API shows it.
  init(_ taken: ConsentCircumstances) {
    self.init(
      notice: taken.notice,
      language: taken.language,
      script: taken.script,
      mode: taken.mode,
      decidedBy: taken.decidedBy,
      relation: taken.relation,
      capacity: taken.capacity,
      ageBand: taken.ageBand,
      adultOnMs: taken.adultOnMs,
      doubts: taken.doubts,
      assent: taken.assent,
      caregiverSuspect: taken.caregiverSuspect,
      interpreter: taken.interpreter,
      interpreterIndependent: taken.interpreterIndependent,
      companion: taken.companion,
      supporter: taken.supporter,
      teachBack: taken.teachBack,
      expression: taken.expression,
      receipt: taken.receipt,
      witness: taken.witness,
      consequences: taken.consequences,
      withdrawalExplained: taken.withdrawalExplained,
      evidence: taken.evidence,
      evidencePlace: taken.evidencePlace,
      reviewMs: taken.reviewMs
    )
  }
}

internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Somebody calls or comes by herself: how to call back safely comes first, a name never.
///
/// Source: domain §5.3, self-referral; CNS-060 to CNS-064.
package struct ContactService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// The state of a case that is only a contact so far.
  static let state = "contact"
  /// The section that holds what a caller said; never a group, so that nothing of it can be referred.
  static let section = "-contact"
  /// Longest code word and longest topic, in bytes.
  static let (wordBytes, topicBytes) = (120, 1_000)

  /// What is kept of a contact, sealed.
  private struct Kept: Codable {
    var callBack: [String: FieldValue]
    var salt: String
    var word: String
    var caller: String
    var language: String
    var topic: String?
  }

  /// Opens a contact.
  package func open(
    _ request: ContactOpen,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ContactOpened {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    guard let form = FieldGroup("contact") else { throw NodeError(.internal) }
    guard ["self", "relative", "other"].contains(request.caller) else {
      throw NodeError(.malformed, detail: "caller: self, relative or other")
    }
    guard Self.plain(request.codeWord).utf8.count >= 4,
      request.codeWord.utf8.count <= Self.wordBytes,
      (request.topic?.utf8.count ?? 0) <= Self.topicBytes
    else { throw NodeError(.malformed, detail: "codeWord, topic") }
    let known = Code("language").flatMap { policy.list($0) }
    guard let language = Code(request.language), known?.contains(language) ?? true else {
      throw NodeError(.policy, detail: "language")
    }
    let node = node
    let atMs = node.clock.nowMs()
    return try await NodeError.wrapping {
      // Nothing without the rule for calling back: a form that is not whole is refused.
      try policy.check(content: request.callBack.canonical, of: form, granted: [form])
      let name = try await CaseService(node: node).open(
        CaseOpen(desk: request.desk, sections: [:]),
        presence
      ).case
      let opened = try await OpenedCase(name, presence, node)
      let salt = Hex.encode(Randomness.bytes(16))
      let kept = Kept(
        callBack: request.callBack,
        salt: salt,
        word: Self.digest(request.codeWord, salt),
        caller: request.caller,
        language: request.language,
        topic: request.topic
      )
      let sealed = opened.seal(Array(try JSONEncoder().encode(kept)), as: Self.section)
      try await node.store.change { transaction in
        try transaction.setCaseState(name, Self.state)
        try transaction.setSection(
          caseName: name,
          section: Self.section,
          sealed: sealed,
          atMs: atMs
        )
      }
      return ContactOpened(contact: name)
    }
  }

  /// Shows a contact.
  package func show(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ContactView {
    let node = node
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(name, presence, node)
      let kept = try await Self.kept(opened, node)
      return ContactView(
        contact: name,
        desk: opened.line.desk,
        openedMs: opened.line.atMs,
        state: opened.line.state,
        callBack: kept.callBack,
        caller: kept.caller,
        language: kept.language,
        topic: kept.topic
      )
    }
  }

  /// Whether a voice knows the word.
  package func check(
    _ request: ContactCheck,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ContactChecked {
    let node = node
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(request.contact, presence, node)
      let kept = try await Self.kept(opened, node)
      let said = Self.digest(request.codeWord, kept.salt)
      return ContactChecked(knows: said.utf8.elementsEqual(kept.word.utf8))
    }
  }

  /// Makes a case of a contact: only on her own word, never on a caller's for her.
  package func convert(
    _ request: ContactConvert,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseOpened {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let faults = policy.judge(request.record.circumstances)
    guard faults.isEmpty else {
      throw NodeError(.consentFacts, reasons: faults.map(\.rawValue))
    }
    guard policy.consent?.mayKeep(request.answers) ?? true else {
      throw NodeError(.consentRefused, reasons: ["survivor-deny"])
    }
    let node = node
    let name = request.contact
    let atMs = node.clock.nowMs()
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(name, presence, node)
      guard opened.line.state == Self.state else { throw NodeError(.stateNotAllowed) }
      let kept = try await Self.kept(opened, node)
      guard kept.caller == "self" || request.spokeToHer else {
        throw NodeError(.consentMissing, reasons: ["caller-is-not-her"])
      }
      var sections = request.sections
      // The rule for calling back goes over as it is, unless there is a newer one.
      if sections["contact"] == nil { sections["contact"] = kept.callBack }
      var sealed: [(String, [UInt8])] = []
      for (section, fields) in sections.sorted(by: { $0.key < $1.key }) {
        guard let group = FieldGroup(section) else {
          throw NodeError(.overDisclosed, detail: "unknown-group")
        }
        let content = fields.canonical
        try policy.check(content: content, of: group, granted: [group])
        sealed.append((section, opened.seal(content.encoded, as: section)))
      }
      let contents = sealed
      try await node.store.change { transaction in
        for (section, bytes) in contents {
          try transaction.setSection(
            caseName: name,
            section: section,
            sealed: bytes,
            atMs: atMs
          )
        }
        try transaction.setCaseState(name, "open")
      }
      _ = try await ConsentService(node: node).record(
        ConsentRecord(case: name, grants: [], record: request.record, answers: request.answers),
        presence
      )
      return CaseOpened(case: name)
    }
  }

  private static func kept(_ opened: OpenedCase, _ node: Node) async throws -> Kept {
    let name = opened.name
    let sections = try await node.store.read { try $0.sections(caseName: name) }
    guard let found = sections.first(where: { $0.section == section }) else {
      throw NodeError(.caseUnknown)
    }
    var bytes = try opened.open(found.sealed, as: section).copyBytes()
    defer { SecretBytes.wipe(&bytes) }
    return try JSONDecoder().decode(Kept.self, from: Data(bytes))
  }

  /// The word without letter case and without spaces around it: it is said, not typed.
  private static func plain(_ word: String) -> String {
    word.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
      .precomposedStringWithCanonicalMapping
  }

  private static func digest(_ word: String, _ salt: String) -> String {
    Hash256.of(Array("amonat/v1/code-word\n\(salt)\n\(plain(word))".utf8)).hex
  }
}

internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Cases: opened, listed, shown.
///
/// Content is sealed section by section under the case's key.
package struct CaseService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// The section that holds the consent record.
  static let consentSection = "consent"

  /// Opens a case for a desk that has a second holder or a paper key.
  package func open(
    _ request: CaseOpen,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseOpened {
    guard presence.deskNames.contains(request.desk) else {
      // A name that is none is not quoted.
      throw NodeError(.deskLocked, detail: DeskName(request.desk)?.text ?? "")
    }
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    return try await NodeError.wrapping {
      // Every desk: what waits for acceptance may be sealed to another than this one (CRD-016).
      let keyring = node.store.keyring
      for desk in Set(try keyring.deskKeys().map(\.desk)) {
        guard try keyring.holders(ofDesk: desk).count >= 2 else {
          throw NodeError(.secondHolderMissing, detail: desk)
        }
      }
      var contents: [(group: FieldGroup, bytes: [UInt8])] = []
      for (name, fields) in request.sections.sorted(by: { $0.key < $1.key }) {
        guard let group = FieldGroup(name) else {
          throw NodeError(.overDisclosed, detail: "unknown-group")
        }
        let content = fields.canonical
        // A section of the case document stays here; a group may travel, if it is granted.
        if policy.section(group) != nil {
          try policy.check(content: content, ofSection: group)
        } else {
          try policy.check(content: content, of: group, granted: [group])
        }
        contents.append((group, content.encoded))
      }
      var random = SystemRandomNumberGenerator()
      let name = CaseID(using: &random).text
      let key = try CaseKeys.make(caseName: name, desk: request.desk, node: node)
      let sealed = contents.map {
        ($0.group.text, KeyBox.seal($0.bytes, key: key, name: CaseKeys.name(name, $0.group.text)))
      }
      let nowMs = node.clock.nowMs()
      try await node.store.change { transaction in
        try transaction.openCase(name: name, desk: request.desk, atMs: nowMs)
        for (section, bytes) in sealed {
          try transaction.setSection(
            caseName: name,
            section: section,
            sealed: bytes,
            atMs: nowMs
          )
        }
        try transaction.keepAnswer { try LocalJSON.encode(CaseOpened(case: name)) }
      }
      return CaseOpened(case: name)
    }
  }

  /// One page of the cases, without content, newest first.
  ///
  /// `after`: The `next` of the page before.
  package func list(after: String? = nil) async throws(NodeError) -> CaseList {
    let place = try PagePlace.parse(after)
    return try await NodeError.wrapping {
      try await node.store.read { reader in
        let page = try reader.cases(after: place, limit: LocalLimits.page)
        return CaseList(
          cases: try page.lines.map { line in
            let counts = try reader.caseCounts(line.name)
            return CaseLine(
              case: line.name,
              desk: line.desk,
              openedMs: line.atMs,
              state: line.state,
              grants: UInt32(counts.grants),
              referrals: UInt32(counts.referrals)
            )
          },
          next: page.next.map { String($0) }
        )
      }
    }
  }

  /// One case with what the unlocked desks may open.
  package func show(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseView {
    let node = node
    let now = node.trustedMs
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        (
          line: try reader.caseLine(name), sections: try reader.sections(caseName: name),
          grants: try reader.grants(caseName: name),
          referrals: try reader.referrals(caseName: name)
        )
      }
      guard let line = found.line else { throw NodeError(.caseUnknown) }
      let (sections, siblings) = try await content(name, presence)
      try await logOpening(of: sections.keys.sorted(), desk: line.desk, presence)
      let referrals = found.referrals
      return CaseView(
        case: name,
        desk: line.desk,
        openedMs: line.atMs,
        state: line.state,
        sections: sections,
        grants: found.grants.map { grant in
          grant.view(
            nowMs: now,
            referral: referrals.first { $0.grantIndex == grant.index }?.name
          )
        },
        referrals: referrals.map { $0.line(nowMs: now) },
        siblings: try await SiblingService.standing(siblings, node)
      )
    }
  }

  /// The sections of a case, opened.
  func sections(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws -> [String: [String: FieldValue]] {
    try await content(name, presence).sections
  }

  private func content(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws -> (sections: [String: [String: FieldValue]], siblings: [String]) {
    let sealed = try await node.store.read { try $0.sections(caseName: name) }
    let opened = try await OpenedCase(name, presence, node)
    let dossier = try await ConsentDossier.load(opened, node).dossier
    try dossier.refuse(presence.user)
    var out: [String: [String: FieldValue]] = [:]
    for (section, bytes) in sealed where FieldGroup(section) != nil {
      guard section != Self.consentSection else { continue }
      out[section] = try Self.fields(opened.open(bytes, as: section))
    }
    return (out, dossier.siblings ?? [])
  }

  /// Opening is an event, at the origin as at a recipient.
  private func logOpening(
    of groups: [String],
    desk: String,
    _ presence: SessionVault.Presence
  ) async throws {
    guard !groups.isEmpty else { return }
    let atMs = node.clock.nowMs()
    try await node.store.change { transaction in
      _ = try transaction.append(
        .open,
        [.strings(.groups, groups)],
        staff: .init(actor: presence.user, desk: desk, atMs: atMs)
      )
    }
  }

  /// The fields of opened content.
  static func fields(_ opened: SecretBytes) throws -> [String: FieldValue] {
    var bytes = opened.copyBytes()
    defer { SecretBytes.wipe(&bytes) }
    let object = try CanonicalJSON.parse(bytes, profile: .document)
    var out: [String: FieldValue] = [:]
    for member in object.members { out[member.key] = FieldValue(member.value) }
    return out
  }
}

extension [String: FieldValue] {
  /// The content of one group, as it is sealed.
  var canonical: CanonicalObject { CanonicalObject(pairs: mapValues(\.canonical)) }
}

extension OwnGrant {
  /// The grant as the local API shows it.
  func view(nowMs: UInt64, referral: String? = nil) -> GrantView {
    let state =
      withdrawIndex != nil
      ? "withdrawn" : stopped ? "stopped" : untilMs <= nowMs ? "expired" : "in-force"
    return GrantView(
      grant: index,
      log: log,
      case: caseName,
      peer: peer,
      purpose: purpose,
      groups: groups,
      basis: basis,
      untilMs: untilMs,
      onward: onward,
      state: state,
      referral: referral
    )
  }
}

extension ReferralRow {
  /// The leg as the local API lists it.
  func line(nowMs: UInt64, due: DueItem? = nil) -> ReferralLine {
    ReferralLine(
      referral: name,
      message: offer.hex,
      box: isSender ? "out" : "in",
      peer: peer,
      purpose: purpose,
      urgency: priority,
      state: state,
      frozen: frozenSinceMs != nil,
      outcome: code,
      createdMs: createdMs ?? sinceMs,
      changedMs: sinceMs,
      dueMs: due?.dueMs,
      overdue: due?.late ?? false,
      untilMs: untilMs,
      expectedMs: state == ReferralState.waitlisted.rawValue ? expectedMs : nil
    )
  }
}

internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing

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
      throw NodeError(.deskLocked, detail: request.desk)
    }
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    return try await NodeError.wrapping {
      guard try node.store.keyring.holders(ofDesk: request.desk).count >= 2 else {
        throw NodeError(.secondHolderMissing)
      }
      var contents: [(group: FieldGroup, bytes: [UInt8])] = []
      for (name, fields) in request.sections.sorted(by: { $0.key < $1.key }) {
        guard let group = FieldGroup(name) else {
          throw NodeError(.overDisclosed, detail: "unknown-group")
        }
        let content = fields.canonical
        try policy.check(content: content, of: group, granted: [group])
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
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      var sections: [String: [String: FieldValue]] = [:]
      for (section, sealed) in found.sections where section != Self.consentSection {
        let opened = try KeyBox.open(sealed, key: key, name: CaseKeys.name(name, section))
        sections[section] = try Self.fields(opened)
      }
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
        referrals: referrals.map { $0.line(nowMs: now) }
      )
    }
  }

  /// The sections of a case, opened.
  func sections(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws -> [String: [String: FieldValue]] {
    let sealed = try await node.store.read { try $0.sections(caseName: name) }
    let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
    var out: [String: [String: FieldValue]] = [:]
    for (section, bytes) in sealed where section != Self.consentSection {
      out[section] = try Self.fields(
        try KeyBox.open(bytes, key: key, name: CaseKeys.name(name, section))
      )
    }
    return out
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
  func line(nowMs: UInt64) -> ReferralLine {
    ReferralLine(
      referral: name,
      message: offer.hex,
      box: isSender ? "out" : "in",
      peer: peer,
      purpose: purpose,
      state: state,
      frozen: frozenSinceMs != nil,
      outcome: code,
      createdMs: sinceMs,
      changedMs: sinceMs,
      overdue: false,
      untilMs: untilMs
    )
  }
}

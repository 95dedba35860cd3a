internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// The register and the notes of other members, shown and taken in.
package struct RegisterService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// The newest register.
  package func show() -> RegisterView {
    let view = node.trust.view
    let register = view.directory.register
    let now = node.clock.nowMs()
    return RegisterView(
      version: register.version,
      sha256: view.registerHash.hex,
      realm: view.directory.realm.hex,
      notBeforeMs: register.notBeforeMs,
      expiresMs: register.expiresMs,
      standing: "\(register.age(atMs: now))",
      policy: view.policy.map {
        PolicyStatus(
          name: $0.name.text,
          version: UInt32(clamping: $0.version),
          sha256: view.policyHash.hex
        )
      },
      commissioners: register.commissioners.map(\.name),
      thresholds: [
        "membership": register.thresholds.membership, "policy": register.thresholds.policy,
        "root": register.thresholds.root, "suspend": register.thresholds.suspend,
      ],
      members: register.agencies.map { agency in
        MemberView(
          agency: agency.id.text,
          names: ["en": agency.names.en, "ru": agency.names.ru, "tg": agency.names.tg],
          sector: agency.sector.rawValue,
          level: agency.level.rawValue,
          region: agency.region.text,
          roles: agency.roles.map(\.text),
          status: agency.status.rawValue,
          suspendedUntilMs: Self.suspendedUntilMs(agency.id, view, now)
        )
      },
      notes: view.directory.registers.entries.map(\.note.encoded)
    )
  }

  private static func suspendedUntilMs(
    _ agency: AgencyID,
    _ view: TrustBook.View,
    _ nowMs: UInt64
  ) -> UInt64? {
    guard case .suspended(let untilMs) = view.directory.standing(of: agency, atMs: nowMs) else {
      return nil
    }
    return untilMs
  }

  /// Takes notes in: a register and its policy, cards, links, suspensions.
  package func take(_ request: NotesImport) async throws(NodeError) -> NotesImported {
    let now = node.clock.nowMs()
    var file: (body: [UInt8], hash: Digest32)?
    if let text = request.policy {
      guard let body = Base64.decode(text) else { throw NodeError(.malformed, detail: "policy") }
      let hash = Hash256.of(body)
      // Judged whole before anything is taken in: a register without its policy is half a step.
      do throws(PolicyFailure) { _ = try Policy.parse(body) } catch {
        throw NodeError(.policy, detail: "\(error)")
      }
      guard node.trust.names(policy: hash, with: request.notes, atMs: now) else {
        throw NodeError(.policyUnknown, detail: "no register names this file")
      }
      file = (body, hash)
    }
    let outcomes = try await node.trust.apply(
      notes: request.notes,
      store: node.store,
      nowMs: now
    )
    if let file {
      try await node.trust.add(policy: file.body, hash: file.hash, store: node.store, nowMs: now)
    }
    node.lanes.wake(PeerDialer.rosterLane)
    return NotesImported(outcomes: outcomes)
  }

  /// The exact file of the policy in force.
  package func policy() async throws(NodeError) -> [UInt8] {
    let hash = node.trust.view.policyHash
    return try await NodeError.wrapping {
      guard
        let found = try await node.store.read({ try $0.policies() }).first(where: {
          $0.hash == hash
        })
      else { throw NodeError(.policyUnknown) }
      return found.body
    }
  }

  /// What this node says of itself to a peer that has never met it: its card and link.
  package func hello() throws(NodeError) -> HelloNotes {
    let directory = node.trust.view.directory
    guard let card = directory.card(of: node.trust.me),
      let link = directory.link(of: node.trust.me)
    else { throw NodeError(.cardUnknown, detail: "sign a card first") }
    return HelloNotes(notes: [card.note.encoded, link.note.encoded])
  }
}

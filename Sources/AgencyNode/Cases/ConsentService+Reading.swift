package import LocalContract
internal import NodeStore
internal import ReferralModel

extension ConsentService {
  /// The consents of a case.
  package func list(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentList {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(name, presence, node)
      let dossier = try await ConsentDossier.load(opened, node).dossier
      let found = try await node.store.read { reader in
        let grants = try reader.grants(caseName: name)
        return (grants, try grants.map { try reader.exception($0.index) })
      }
      return ConsentList(
        case: name,
        grants: zip(found.0, found.1).map { grant, exception in
          var view = grant.view(nowMs: nowMs)
          if exception?.second == nil { view.secondByMs = exception?.secondByMs }
          return view
        },
        refused: dossier.refused,
        denied: dossier.denied,
        record: dossier.latest.map { ConsentFacts($0) }
      )
    }
  }

  /// What was asked and answered in a case, in order.
  package func story(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentStory {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(name, presence, node)
      var dossier = try await ConsentDossier.load(opened, node).dossier
      let isWhole = dossier.isWhole
      let grants = try await node.store.read { try $0.grants(caseName: name) }
      try dossier.catchUp(with: grants, nowMs: nowMs)
      var states: [ConsentQuestionKey: ConsentState] = [:]
      return ConsentStory(
        case: name,
        whole: isWhole,
        entries: dossier.history.entries.map { entry in
          let state = (states[entry.question] ?? .unknown).after(entry.step) ?? .unknown
          states[entry.question] = state
          return ConsentEntry(
            sequence: entry.sequence,
            atMs: entry.atMs,
            actor: entry.actor,
            step: entry.step.rawValue,
            state: state.rawValue,
            peer: entry.question.peer,
            purpose: entry.question.purpose,
            grant: entry.grant,
            reason: entry.reason
          )
        },
        answers: dossier.answers
      )
    }
  }
}

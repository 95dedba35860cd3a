package import LocalContract
internal import NodeStore

/// Cases of one family.
///
/// The link stays at the lead: it is sealed in the cases it joins, leaves no event, and is in nothing
/// that travels, is printed or is exported.
///
/// Source: domain §5.3, child; CNS-075, CNS-076.
package struct SiblingService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Most siblings of one case.
  static let limit = 32

  /// Joins two open cases.
  package func link(
    _ name: String,
    _ request: CaseLink,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseLinks {
    guard !request.other.utf8.elementsEqual(name.utf8) else {
      throw NodeError(.malformed, detail: "other")
    }
    return try await NodeError.wrapping {
      var sides = [
        try await Side(name, request.other, presence, node),
        try await Side(request.other, name, presence, node),
      ]
      guard sides.allSatisfy({ $0.opened.line.state == "open" }) else {
        throw NodeError(.stateNotAllowed)
      }
      for place in sides.indices { try sides[place].add() }
      try await save(sides)
      return CaseLinks(case: name, siblings: try await Self.standing(sides[0].siblings, node))
    }
  }

  /// Takes two cases apart again.
  package func unlink(
    _ name: String,
    _ request: CaseLink,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseLinks {
    try await NodeError.wrapping {
      var sides = [try await Side(name, request.other, presence, node)]
      guard sides[0].siblings.contains(request.other) else { throw NodeError(.caseUnknown) }
      // What has been erased holds no link any more, and nobody can open it.
      if try await !Self.standing([request.other], node).isEmpty {
        sides.append(try await Side(request.other, name, presence, node))
      }
      for place in sides.indices { sides[place].remove() }
      try await save(sides)
      return CaseLinks(case: name, siblings: try await Self.standing(sides[0].siblings, node))
    }
  }

  /// The siblings in the case of a grant, of whom a person who refers one is reminded (CNS-076).
  ///
  /// A question of its own: an answer to a referral is kept for who asks again, and not under the case's
  /// key.
  package func siblings(
    ofGrant index: UInt64,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseLinks {
    let node = node
    return try await NodeError.wrapping {
      guard let grant = try await node.store.read({ try $0.grants([index]) }).first else {
        throw NodeError(.grantMissing)
      }
      let opened = try await OpenedCase(grant.caseName, presence, node)
      let dossier = try await ConsentDossier.load(opened, node).dossier
      try dossier.refuse(presence.user)
      return CaseLinks(
        case: opened.name,
        siblings: try await Self.standing(dossier.siblings ?? [], node)
      )
    }
  }

  /// Those whose cases have not been erased.
  static func standing(_ siblings: [String], _ node: Node) async throws -> [String] {
    guard !siblings.isEmpty else { return [] }
    return try await node.store.read { reader in
      try siblings.filter { try reader.caseLine($0).map { $0.state != "erased" } ?? false }
    }
  }

  private func save(_ sides: [Side]) async throws {
    let (sides, atMs) = (sides, node.clock.nowMs())
    try await node.store.change { transaction in
      for side in sides {
        try side.dossier.save(transaction, side.opened, over: side.before, atMs: atMs)
      }
    }
  }

  /// One of the two cases.
  private struct Side: Sendable {
    let opened: OpenedCase
    let other: String
    let before: [UInt8]?
    var dossier: ConsentDossier

    var siblings: [String] { dossier.siblings ?? [] }

    init(
      _ name: String,
      _ other: String,
      _ presence: SessionVault.Presence,
      _ node: Node
    ) async throws {
      opened = try await OpenedCase(name, presence, node)
      let loaded = try await ConsentDossier.load(opened, node)
      (self.other, before, dossier) = (other, loaded.sealed, loaded.dossier)
      try dossier.refuse(presence.user)
    }

    mutating func add() throws {
      guard !siblings.contains(other) else { return }
      guard siblings.count < SiblingService.limit else {
        throw NodeError(.tooLarge, detail: "siblings")
      }
      dossier.siblings = (siblings + [other]).sorted()
    }

    mutating func remove() {
      let rest = siblings.filter { $0 != other }
      dossier.siblings = rest.isEmpty ? nil : rest
    }
  }
}

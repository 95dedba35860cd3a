internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel

/// Adults who refuse everything: six codes for the statistics, and nobody behind them.
///
/// Source: domain §5.3, anonymous notification; §8; CNS-065 to CNS-067.
package struct AnonymousService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Counts somebody.
  package func add(
    _ request: AnonymousAdd,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> Done {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    guard let rules = policy.consent else { throw NodeError(.policyUnknown) }
    let listed = [
      ("sex", request.sex), ("age-band", request.age), ("exploitation", request.exploitation),
      ("region", request.region), ("non-consent", request.reason),
    ]
    for (list, code) in listed {
      guard let known = Code(list).flatMap({ policy.list($0) }), let word = Code(code),
        known.contains(word)
      else { throw NodeError(.policy, detail: list) }
    }
    guard ["own", "foreign"].contains(request.nationality) else {
      throw NodeError(.policy, detail: "nationality")
    }
    // A child is never let go with a number: somebody must look after it.
    guard let band = Code(request.age).flatMap({ rules.age($0) }), !band.isChild else {
      throw NodeError(.consentFacts, reasons: ["age-contradicts"])
    }
    let (node, month) = (node, policy.calendar.month(atMs: node.trustedMs))
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        try transaction.addAnonymous(
          AnonymousRow(
            month: month,
            sex: request.sex,
            age: request.age,
            nationality: request.nationality,
            exploitation: request.exploitation,
            region: request.region,
            reason: request.reason
          )
        )
      }
    }
    return Done()
  }

  /// What has come to this agency for the statistics: the notes of others, in no order that tells who
  /// sent them or when.
  package func received(
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> AnonymousReceived {
    let (node, view) = (node, node.trust.view)
    guard let group = FieldGroup(AnonymousDesk.group) else { throw NodeError(.policyUnknown) }
    return try await NodeError.wrapping {
      let messages = try await node.store.read { try $0.tallies() }
      var (lines, sealed): ([AnonymousLine], UInt64) = ([], 0)
      for message in messages {
        guard let fields = try Self.open(message, group, presence, view.readingOrder) else {
          sealed += 1
          continue
        }
        func code(_ name: String) -> String { fields[name]?.code ?? "" }
        lines.append(
          AnonymousLine(
            period: code("period"),
            sex: code("sex"),
            age: code("age"),
            nationality: code("nationality"),
            exploitation: code("exploitation"),
            region: code("region"),
            reason: code("reason")
          )
        )
      }
      return AnonymousReceived(
        notes: lines.sorted { $0.parts.lexicographicallyPrecedes($1.parts) },
        sealed: sealed
      )
    }
  }

  /// Opens one note with whichever unlocked desk it is addressed to; `nil` while none is.
  private static func open(
    _ message: NodeReader.InboundMessage,
    _ group: FieldGroup,
    _ presence: SessionVault.Presence,
    _ policies: [Policy]
  ) throws -> [String: FieldValue]? {
    guard let envelope = try? CheckedEnvelope(stored: message.envelope) else { return nil }
    for stanza in envelope.stanzas {
      guard let parts = try presence.parts(of: envelope, for: stanza.keyID, in: message) else {
        continue
      }
      // More than the form has is shown to nobody.
      try OverDisclosure.check(parts, granted: [group], policies: policies)
      return try parts.first.map { try CaseService.fields($0.content) }
    }
    return nil
  }

  /// The counts that may be shown: one field at a time, by year, none below the policy's least.
  package func table() async throws(NodeError) -> AnonymousTable {
    guard let rules = node.trust.view.policy?.consent else { throw NodeError(.policyUnknown) }
    let node = node
    return try await NodeError.wrapping {
      let notes = try await node.store.read { try $0.anonymousNotes() }
      return Self.table(notes, least: rules.leastCount)
    }
  }

  /// Counts notes.
  ///
  /// A year and a field of which one code is too rare shows none of its codes: the one left out could
  /// be worked out from the others and the total.
  static func table(_ notes: [AnonymousRow], least: UInt64) -> AnonymousTable {
    let fields: [(String, (AnonymousRow) -> String)] = [
      ("age", \.age), ("exploitation", \.exploitation), ("nationality", \.nationality),
      ("reason", \.reason), ("region", \.region), ("sex", \.sex),
    ]
    var cells: [AnonymousCell] = []
    for (year, rows) in Dictionary(grouping: notes, by: { String($0.month.prefix(4)) })
      .sorted(by: { $0.key < $1.key })
    {
      for (field, code) in fields {
        let counts = Dictionary(grouping: rows, by: code).mapValues { UInt64($0.count) }
        guard counts.values.allSatisfy({ $0 >= least }) else { continue }
        for (code, count) in counts.sorted(by: { $0.key < $1.key }) {
          cells.append(AnonymousCell(year: year, field: field, code: code, count: count))
        }
      }
    }
    let total = UInt64(notes.count)
    return AnonymousTable(total: total >= least ? total : nil, least: least, cells: cells)
  }
}

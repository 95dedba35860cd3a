package import CanonicalBytes
package import ReferralModel
internal import Sealing

/// Builds envelopes: one content key a compartment, one key wrap a desk.
///
/// Synchronous and without state, so that any number of tasks may seal at once. The cost is one
/// key wrap (about 100 µs) a desk. Source: `Protocol/spec/03-envelope.md`.
package enum EnvelopeSealer {
  /// Seals a draft.
  ///
  /// - Throws: ``ExchangeFailure`` for a draft that no recipient would accept or could open.
  package static func seal(
    _ draft: EnvelopeDraft
  ) throws(ExchangeFailure) -> SealedEnvelope {
    let desks = draft.desks.sorted { $0.keyID < $1.keyID }
    try check(draft, sortedDesks: desks)
    let header = Self.header(draft.realm, draft.sender, draft.recipient)
    let headerHash = Hash256.of(header)
    let keys = draft.parts.map { _ in SecretBytes.random(count: 32) }
    let compartments = zip(draft.parts, keys).map { part, key in
      Compartment.seal(
        part.content,
        contentKey: key,
        headerHash: headerHash,
        group: part.group.text
      )
    }
    let groups = draft.parts.map(\.group)
    let table = Self.table(groups, compartments)
    let tableHash = Hash256.of(table)
    var stanzas = WireWriter(reserving: desks.count * 1_300)
    for desk in desks {
      let chosen = zip(groups, keys).filter { desk.groups.contains($0.0) }.map(\.1)
      let info = EnvelopeFormat.wrapInfo(
        headerHash: headerHash,
        tableHash: tableHash,
        keyID: desk.keyID,
        groups: desk.groups
      )
      let wrapped: KeyWrap.Wrapped
      do { wrapped = try desk.publicKey.wrap(joined(chosen), info: info) } catch { throw .key }
      append(desk, wrapped, to: &stanzas)
    }
    return SealedEnvelope(
      id: EnvelopeFormat.identifier(
        header: header,
        table: table,
        stanzas: Hash256.of(stanzas.bytes)
      ),
      bytes: envelope(header, table, stanzas.bytes, compartments),
      groups: groups,
      keyIDs: desks.map(\.keyID)
    )
  }

  /// Builds a notification: a header, and nothing sealed.
  package static func notify(
    realm: Digest32,
    sender: AgencyID,
    recipient: AgencyID
  ) -> SealedEnvelope {
    let header = Self.header(realm, sender, recipient)
    return SealedEnvelope(
      id: EnvelopeFormat.identifier(header: header, table: [], stanzas: Hash256.of([UInt8]())),
      bytes: envelope(header, [], [], []),
      groups: [],
      keyIDs: []
    )
  }

  private static func check(
    _ draft: EnvelopeDraft,
    sortedDesks desks: [EnvelopeDraft.Desk]
  ) throws(ExchangeFailure) {
    guard (1...ExchangeLimits.groups).contains(draft.parts.count),
      draft.parts.isStrictlyAscending(by: \.group)
    else { throw .groups }
    var total = 0
    for part in draft.parts {
      guard part.content.count <= ExchangeLimits.compartmentBytes else { throw .tooLarge }
      total += Padding.ciphertextSize(
        padded: Padding.paddedSize(contentBytes: part.content.count)
      )
    }
    guard total <= ExchangeLimits.compartmentBytes else { throw .tooLarge }
    guard (1...ExchangeLimits.stanzas).contains(desks.count),
      desks.isStrictlyAscending(by: \.keyID)
    else { throw .desks }
    for desk in desks {
      guard !desk.groups.isEmpty, desk.groups.isStrictlyAscending(by: \.self),
        desk.groups.allSatisfy({ group in draft.parts.contains { $0.group == group } })
      else { throw .deskGroups }
    }
    for part in draft.parts where !desks.contains(where: { $0.groups.contains(part.group) }) {
      throw .unopenable
    }
  }

  private static func header(
    _ realm: Digest32,
    _ sender: AgencyID,
    _ recipient: AgencyID
  ) -> [UInt8] {
    var out = WireWriter(reserving: 192)
    out.integer(1, UInt64(EnvelopeFormat.suite))
    out.digest(2, realm)
    out.text(3, sender.text)
    out.text(4, recipient.text)
    out.data(5, Randomness.bytes(EnvelopeFormat.nonceBytes))
    return out.bytes
  }

  private static func table(_ groups: [FieldGroup], _ compartments: [Compartment]) -> [UInt8] {
    var out = WireWriter(reserving: groups.count * 144)
    for (group, compartment) in zip(groups, compartments) {
      var row = WireWriter(reserving: 144)
      row.text(1, group.text)
      row.integer(2, UInt64(compartment.ciphertext.count))
      row.digest(3, compartment.ciphertextHash)
      row.digest(4, compartment.keyCommitment)
      out.data(1, row.bytes)
    }
    return out.bytes
  }

  private static func append(
    _ desk: EnvelopeDraft.Desk,
    _ wrapped: KeyWrap.Wrapped,
    to out: inout WireWriter
  ) {
    var stanza = WireWriter(reserving: 1_300 + desk.groups.count * 64)
    stanza.digest(1, desk.keyID)
    for group in desk.groups { stanza.text(2, group.text) }
    stanza.data(3, wrapped.encapsulated)
    stanza.data(4, wrapped.sealed)
    out.data(1, stanza.bytes)
  }

  private static func envelope(
    _ header: [UInt8],
    _ table: [UInt8],
    _ stanzas: [UInt8],
    _ compartments: [Compartment]
  ) -> [UInt8] {
    let size = compartments.reduce(
      WireWriter.size(header.count) + WireWriter.size(table.count) + WireWriter.size(stanzas.count)
    ) { $0 + WireWriter.size($1.ciphertext.count) }
    var out = WireWriter(reserving: size)
    out.data(1, header)
    out.data(2, table)
    out.data(3, stanzas)
    for compartment in compartments { out.data(4, compartment.ciphertext) }
    return out.bytes
  }

  /// The content keys one after the other, zeroed when the last reference goes.
  private static func joined(_ keys: [SecretBytes]) -> SecretBytes {
    if keys.count == 1, let only = keys.first { return only }
    return unsafe SecretBytes(count: keys.count * 32) { out in
      for (position, key) in keys.enumerated() {
        unsafe key.withBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(
            rebasing: out[(position * 32)..<(position * 32 + 32)]
          ).copyMemory(from: bytes)
        }
      }
    }
  }
}

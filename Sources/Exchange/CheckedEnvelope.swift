package import CanonicalBytes
internal import Foundation
package import ReferralModel
internal import Sealing
internal import WireSchema

/// An envelope that passed steps 8 to 10: canonical, this node's, and whole.
///
/// Nothing in it has been decrypted. Source: PROTOCOL §3.
package struct CheckedEnvelope: Sendable {
  /// One row of the table with its compartment.
  package struct Row: Sendable {
    /// The field group.
    package let group: FieldGroup
    /// SHA-256 of the compartment.
    package let ciphertextHash: Digest32
    /// The commitment to the content key.
    package let keyCommitment: Digest32
    /// The compartment's size, in bytes.
    package let length: UInt64
    /// The compartment; empty for a blob that follows.
    package let ciphertext: [UInt8]
  }

  /// One desk key's stanza.
  package struct Stanza: Sendable {
    /// The key's name.
    package let keyID: Digest32
    /// What it opens, ascending.
    package let groups: [FieldGroup]
    let encapsulated: [UInt8]
    let wrapped: [UInt8]
  }

  /// The message id.
  package let id: Digest32
  /// The encoded envelope, exactly as received.
  package let bytes: [UInt8]
  /// The register's realm.
  package let realm: Digest32
  /// Who sent it.
  package let sender: AgencyID
  /// Whom it is for.
  package let recipient: AgencyID
  /// The rows, groups ascending; none for a notification.
  package let rows: [Row]
  /// The stanzas, key ids ascending; none for a notification.
  package let stanzas: [Stanza]
  let headerHash: Digest32
  let tableHash: Digest32

  /// The groups it carries, ascending.
  package var groups: [FieldGroup] { rows.map(\.group) }

  /// The rows whose compartment follows as a blob.
  package var blobs: [Row] { rows.filter(\.ciphertext.isEmpty) }

  /// Takes parts that never were bytes: for a simulation of nodes, which seals nothing.
  init(
    simulated id: Digest32,
    realm: Digest32,
    from sender: AgencyID,
    to recipient: AgencyID,
    groups: [FieldGroup],
    keyID: Digest32
  ) {
    (self.id, self.realm, self.sender, self.recipient) = (id, realm, sender, recipient)
    (bytes, headerHash, tableHash) = ([], .zero, .zero)
    rows = groups.map {
      Row(group: $0, ciphertextHash: .zero, keyCommitment: .zero, length: 1, ciphertext: [0])
    }
    stanzas =
      groups.isEmpty ? [] : [Stanza(keyID: keyID, groups: groups, encapsulated: [], wrapped: [])]
  }

  /// Reads an envelope that was checked before it was stored.
  ///
  /// - Throws: ``ItemCode/malformed``, ``ItemCode/suite`` or ``ItemCode/hash``.
  package init(stored bytes: [UInt8]) throws(ItemCode) {
    let parsed = try EnvelopeReader(bytes)
    try self.init(bytes, parsed)
  }

  /// Checks an envelope that came off the wire (steps 8 to 10, in this order).
  ///
  /// - Parameters:
  ///   - bytes: The encoded envelope, untrusted.
  ///   - me: This node's agency.
  ///   - peer: The agency it came from: of the TLS pin, or for a parcel of the checkpoint's origin.
  ///   - realm: This node's realm.
  /// - Returns: The envelope.
  /// - Throws: ``ItemCode`` of the first failure.
  package static func check(
    _ bytes: [UInt8],
    me: AgencyID,
    peer: AgencyID,
    realm: Digest32
  ) throws(ItemCode) -> CheckedEnvelope {
    let parsed = try EnvelopeReader(bytes)
    guard parsed.realm == realm, parsed.sender == peer, parsed.recipient == me else {
      throw .notYours
    }
    return try CheckedEnvelope(bytes, parsed)
  }

  /// The message id that bytes give, to name an item which was refused before its id was known.
  ///
  /// - Returns: For bytes that are no envelope, their SHA-256.
  package static func claimedID(_ bytes: [UInt8]) -> Digest32 {
    guard let wire = WireEnvelope(canonical: bytes) else { return Hash256.of(bytes) }
    return EnvelopeFormat.identifier(
      header: [UInt8](wire.header),
      table: [UInt8](wire.table),
      stanzas: Hash256.of(field: wire.stanzas)
    )
  }

  private init(_ bytes: [UInt8], _ parsed: EnvelopeReader) throws(ItemCode) {
    let wire = parsed.wire
    guard wire.compartment.count == parsed.rows.count else { throw .hash }
    var rows: [Row] = []
    rows.reserveCapacity(parsed.rows.count)
    for (row, compartment) in zip(parsed.rows, wire.compartment) {
      // The place of a blob is empty, and it is compared when it has come.
      guard
        compartment.isEmpty
          || (UInt64(compartment.count) == row.length
            && Hash256.of(field: compartment) == row.ciphertextHash)
      else { throw .hash }
      rows.append(
        Row(
          group: row.group,
          ciphertextHash: row.ciphertextHash,
          keyCommitment: row.keyCommitment,
          length: row.length,
          ciphertext: [UInt8](compartment)
        )
      )
    }
    self.bytes = bytes
    self.rows = rows
    realm = parsed.realm
    sender = parsed.sender
    recipient = parsed.recipient
    stanzas = parsed.stanzas
    headerHash = Hash256.of(parsed.header)
    tableHash = Hash256.of(parsed.table)
    id = EnvelopeFormat.identifier(
      header: parsed.header,
      table: parsed.table,
      stanzas: Hash256.of(field: wire.stanzas)
    )
  }
}

/// Step 8: an envelope's parts, decoded and held to every rule that needs nothing else.
struct EnvelopeReader {
  struct Row {
    let group: FieldGroup
    let length: UInt64
    let ciphertextHash: Digest32
    let keyCommitment: Digest32
  }

  let wire: WireEnvelope
  let header: [UInt8]
  let table: [UInt8]
  let realm: Digest32
  let sender: AgencyID
  let recipient: AgencyID
  let rows: [Row]
  let stanzas: [CheckedEnvelope.Stanza]

  init(_ bytes: [UInt8]) throws(ItemCode) {
    guard let wire = WireEnvelope(canonical: bytes) else { throw .malformed }
    self.wire = wire
    guard wire.header.count <= ExchangeLimits.headerBytes,
      wire.compartment.count <= ExchangeLimits.groups,
      wire.compartment.reduce(0, { $0 + $1.count }) <= ExchangeLimits.compartmentBytes
    else { throw .malformed }
    header = [UInt8](wire.header)
    table = [UInt8](wire.table)
    guard let head = WireHeader(canonical: header), head.suite != 0,
      let realm = Digest32(field: head.realm), let sender = AgencyID(head.sender),
      let recipient = AgencyID(head.recipient), head.nonce.count == EnvelopeFormat.nonceBytes
    else { throw .malformed }
    guard head.suite == EnvelopeFormat.suite else { throw .suite }
    (self.realm, self.sender, self.recipient) = (realm, sender, recipient)
    rows = try Self.rows(table)
    stanzas = try Self.stanzas([UInt8](wire.stanzas))
    // Content without a desk, or a desk without content, is neither a disclosure nor a notification.
    guard rows.isEmpty == stanzas.isEmpty else { throw .malformed }
  }

  private static func rows(_ bytes: [UInt8]) throws(ItemCode) -> [Row] {
    guard let table = WireTable(canonical: bytes), table.row.count <= ExchangeLimits.groups else {
      throw .malformed
    }
    var rows: [Row] = []
    rows.reserveCapacity(table.row.count)
    for row in table.row {
      guard let group = FieldGroup(row.group), let hash = Digest32(field: row.ctSha256),
        let commitment = Digest32(field: row.keyCommit),
        row.ctLen <= UInt64(ExchangeLimits.blobBytes),
        Padding.paddedSize(ciphertextBytes: Int(row.ctLen)) != nil
      else { throw .malformed }
      rows.append(
        Row(group: group, length: row.ctLen, ciphertextHash: hash, keyCommitment: commitment)
      )
    }
    guard rows.isStrictlyAscending(by: \.group) else { throw .malformed }
    return rows
  }

  private static func stanzas(_ bytes: [UInt8]) throws(ItemCode) -> [CheckedEnvelope.Stanza] {
    guard let list = WireStanzas(canonical: bytes), list.stanza.count <= ExchangeLimits.stanzas
    else { throw .malformed }
    var stanzas: [CheckedEnvelope.Stanza] = []
    stanzas.reserveCapacity(list.stanza.count)
    for stanza in list.stanza {
      let groups = stanza.group.compactMap { FieldGroup($0) }
      guard let keyID = Digest32(field: stanza.keyID), groups.count == stanza.group.count,
        (1...ExchangeLimits.groups).contains(groups.count), groups.isStrictlyAscending(by: \.self),
        stanza.enc.count == KeyWrap.encapsulatedBytes,
        stanza.wrapped.count == groups.count * Digest32.byteCount + 16
      else { throw .malformed }
      stanzas.append(
        CheckedEnvelope.Stanza(
          keyID: keyID,
          groups: groups,
          encapsulated: [UInt8](stanza.enc),
          wrapped: [UInt8](stanza.wrapped)
        )
      )
    }
    guard stanzas.isStrictlyAscending(by: \.keyID) else { throw .malformed }
    return stanzas
  }
}

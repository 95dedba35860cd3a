package import CanonicalBytes
package import ReferralModel
package import Sealing

/// Opens envelopes at an unlocked desk; the receive path never does.
package enum EnvelopeOpener {
  /// One opened field group.
  package struct Opened: Sendable {
    /// The group.
    package let group: FieldGroup
    /// The content.
    package let content: SecretBytes
  }

  /// Opens everything that one desk key may open, or nothing.
  ///
  /// The key wrap, the key commitments, the final tags, the exact lengths and the zero padding are
  /// all checked before anything is returned.
  ///
  /// - Throws: ``ExchangeFailure/notForThisKey`` or ``ExchangeFailure/sealed``.
  package static func open(
    _ envelope: CheckedEnvelope,
    keyID: Digest32,
    deskKey: borrowing KeyWrap.PrivateKey
  ) throws(ExchangeFailure) -> [Opened] {
    guard let stanza = envelope.stanzas.first(where: { $0.keyID == keyID }) else {
      throw .notForThisKey
    }
    let wrapped = KeyWrap.Wrapped(encapsulated: stanza.encapsulated, sealed: stanza.wrapped)
    return try open(envelope, stanza, wrapped: wrapped, keyID: keyID, deskKey: deskKey)
  }

  /// Opens a message whose content keys were wrapped again to a later key of the desk.
  ///
  /// The stanza of the key that the sender wrapped them to still names the groups.
  ///
  /// - Throws: ``ExchangeFailure/notForThisKey`` or ``ExchangeFailure/sealed``.
  package static func open(
    _ envelope: CheckedEnvelope,
    resealedFrom oldKey: Digest32,
    wrapped: KeyWrap.Wrapped,
    keyID: Digest32,
    deskKey: borrowing KeyWrap.PrivateKey
  ) throws(ExchangeFailure) -> [Opened] {
    guard let stanza = envelope.stanzas.first(where: { $0.keyID == oldKey }) else {
      throw .notForThisKey
    }
    return try open(envelope, stanza, wrapped: wrapped, keyID: keyID, deskKey: deskKey)
  }

  /// Wraps the content keys of a message to a later key of the same desk; the content stays as it is.
  ///
  /// Starts from an earlier re-wrap, or, without one, from the sender's stanza.
  ///
  /// - Throws: ``ExchangeFailure/notForThisKey`` or ``ExchangeFailure/sealed``.
  package static func rewrap(
    _ envelope: CheckedEnvelope,
    from wrap: KeyWrap.Wrapped?,
    oldKey: Digest32,
    heldKeyID: Digest32,
    heldKey: borrowing KeyWrap.PrivateKey,
    to newKeyID: Digest32,
    newKey: KeyWrap.PublicKey
  ) throws(ExchangeFailure) -> KeyWrap.Wrapped {
    guard let stanza = envelope.stanzas.first(where: { $0.keyID == oldKey }) else {
      throw .notForThisKey
    }
    let present =
      wrap ?? KeyWrap.Wrapped(encapsulated: stanza.encapsulated, sealed: stanza.wrapped)
    do {
      let keys = try heldKey.unwrap(
        present,
        info: info(envelope, stanza, heldKeyID),
        secretBytes: stanza.groups.count * Digest32.byteCount
      )
      return try newKey.wrap(keys, info: info(envelope, stanza, newKeyID))
    } catch {
      throw .sealed
    }
  }

  private static func info(
    _ envelope: CheckedEnvelope,
    _ stanza: CheckedEnvelope.Stanza,
    _ keyID: Digest32
  ) -> [UInt8] {
    EnvelopeFormat.wrapInfo(
      headerHash: envelope.headerHash,
      tableHash: envelope.tableHash,
      keyID: keyID,
      groups: stanza.groups
    )
  }

  private static func open(
    _ envelope: CheckedEnvelope,
    _ stanza: CheckedEnvelope.Stanza,
    wrapped: KeyWrap.Wrapped,
    keyID: Digest32,
    deskKey: borrowing KeyWrap.PrivateKey
  ) throws(ExchangeFailure) -> [Opened] {
    do {
      let keys = try deskKey.unwrap(
        wrapped,
        info: info(envelope, stanza, keyID),
        secretBytes: stanza.groups.count * Digest32.byteCount
      )
      var opened: [Opened] = []
      opened.reserveCapacity(stanza.groups.count)
      for (position, group) in stanza.groups.enumerated() {
        guard let row = envelope.rows.first(where: { $0.group == group }) else {
          throw ExchangeFailure.sealed
        }
        // Erased, or a blob that has not come.
        guard !row.ciphertext.isEmpty else { continue }
        let content = try Compartment.open(
          row.ciphertext,
          contentKey: slice(keys, at: position),
          keyCommitment: row.keyCommitment,
          headerHash: envelope.headerHash,
          group: group.text
        )
        opened.append(Opened(group: group, content: content))
      }
      return opened
    } catch {
      // One failure for all, so that nothing is learnt from which.
      throw .sealed
    }
  }

  private static func slice(_ keys: SecretBytes, at position: Int) -> SecretBytes {
    unsafe SecretBytes(count: 32) { out in
      unsafe keys.withBytes { bytes in
        unsafe out.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[(position * 32)..<(position * 32 + 32)])
        )
      }
    }
  }
}

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
    let info = EnvelopeFormat.wrapInfo(
      headerHash: envelope.headerHash,
      tableHash: envelope.tableHash,
      keyID: keyID,
      groups: stanza.groups
    )
    let wrapped = KeyWrap.Wrapped(encapsulated: stanza.encapsulated, sealed: stanza.wrapped)
    do {
      let keys = try deskKey.unwrap(
        wrapped,
        info: info,
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

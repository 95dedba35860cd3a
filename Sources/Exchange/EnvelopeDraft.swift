package import CanonicalBytes
package import ReferralModel
package import Sealing

/// What is to be sealed, for whom, and for which desks there.
package struct EnvelopeDraft: Sendable {
  /// One field group's content.
  package struct Part: Sendable {
    /// The group.
    package let group: FieldGroup
    /// The content, in clear.
    package let content: [UInt8]

    /// Names content.
    package init(group: FieldGroup, content: [UInt8]) {
      self.group = group
      self.content = content
    }
  }

  /// One desk key, and what it may open.
  package struct Desk: Sendable {
    /// The key's name (``DeskKeyID``).
    package let keyID: Digest32
    /// The public key.
    package let publicKey: KeyWrap.PublicKey
    /// What it opens, strictly ascending.
    package let groups: [FieldGroup]

    /// Names a desk key.
    package init(keyID: Digest32, publicKey: KeyWrap.PublicKey, groups: [FieldGroup]) {
      self.keyID = keyID
      self.publicKey = publicKey
      self.groups = groups
    }
  }

  /// The register's realm.
  package let realm: Digest32
  /// Who sends.
  package let sender: AgencyID
  /// Who is to receive.
  package let recipient: AgencyID
  /// The contents, groups strictly ascending.
  package let parts: [Part]
  /// The desks, in any order.
  package let desks: [Desk]

  /// Collects what is to be sealed; ``EnvelopeSealer`` checks it.
  package init(
    realm: Digest32,
    sender: AgencyID,
    recipient: AgencyID,
    parts: [Part],
    desks: [Desk]
  ) {
    self.realm = realm
    self.sender = sender
    self.recipient = recipient
    self.parts = parts
    self.desks = desks
  }
}

/// A sealed message, ready to be stored and, once its event is logged, sent.
package struct SealedEnvelope: Sendable {
  /// The message id.
  package let id: Digest32
  /// The encoded envelope.
  package let bytes: [UInt8]
  /// The groups it carries, ascending; none for a notification.
  package let groups: [FieldGroup]
  /// The desk keys it is sealed to, ascending.
  package let keyIDs: [Digest32]
}

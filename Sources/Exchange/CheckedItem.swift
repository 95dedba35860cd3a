package import CanonicalBytes
package import ReferralModel
package import TransparencyLog

/// One message that stands in its sender's log, after steps 8 to 11.
///
/// Whether it may be accepted is for ``StatefulCheck``.
package struct CheckedItem: Sendable {
  /// A grant by its place: the log that holds it, and the leaf's index there.
  package struct GrantName: Hashable, Sendable {
    /// The log.
    package let log: LogID
    /// The index.
    package let index: UInt64

    /// Names a grant.
    package init(log: LogID, index: UInt64) {
      self.log = log
      self.index = index
    }
  }

  /// What a disclosure says of itself.
  package struct Disclosure: Sendable {
    /// What it rests on.
    package let basis: Basis
    /// What it is for.
    package let purpose: Purpose
    /// What it carries, ascending.
    package let groups: [FieldGroup]
    /// The policy the sender applied.
    package let policy: Digest32
    /// The register the sender applied.
    package let register: Digest32
    /// The grant it names; `nil` for a reply.
    package let grant: GrantName?
  }

  /// What a notification says.
  package struct Notification: Sendable {
    /// A code, where the kind has them.
    package let outcome: Code?
    /// Kind `withdraw` only: the grant taken back.
    package let withdrawn: GrantName?
    /// Kind `withdraw`: when that grant ends anyway; kind `erased`: until when a part is kept; kind
    /// `waitlist`: the day on which a place is expected; Unix ms.
    package let untilMs: UInt64?
    /// Kind `withdraw`: what is taken back, where it is not all; kind `erased`: what is kept.
    package let groups: [FieldGroup]
    /// Kind `erased` only: the class of what a law keeps.
    package let keptClass: Code?
    /// Kind `erased` only: the legal ground of that class.
    package let keptBasis: Code?
    /// Kind `erased` only: how many onward holders were told.
    package let onwardCount: UInt64?
    /// Kind `erased` only: when the last backup that holds a copy will be gone, in Unix ms.
    package let backupsUntilMs: UInt64?
  }

  /// What the event is.
  package enum Body: Sendable {
    /// Sealed content.
    case disclosure(Disclosure)
    /// A signal without content.
    case notification(Notification)
  }

  /// What became of the grant's opening.
  package enum GrantEvidence: Sendable {
    /// None came.
    case absent
    /// One came that does not hold: refused in step 13.
    case unproven
    /// The grant stands in the sender's log.
    case proven(GrantProof)
  }

  /// A grant that stands in the sender's log.
  package struct GrantProof: Sendable {
    /// The event.
    package let event: LogEvent
    /// The opening it came in, to be kept beside the message.
    package let opening: EventOpening
    /// What it allows.
    package let facts: GrantFacts
    /// The index, in the same log, of the grant it renews.
    package let renews: UInt64?
  }

  /// The envelope.
  package let envelope: CheckedEnvelope
  /// The disclose or notify event.
  package let event: LogEvent
  /// The opening it came in, to be kept beside the message.
  package let opening: EventOpening
  /// The kind of message.
  package let kind: MessageKind
  /// The sender's number for this message, from 1, one series for each recipient.
  package let seq: UInt64
  /// The first moment at which the message no longer holds, in Unix ms.
  package let expiresMs: UInt64
  /// The message it refers to.
  package let ref: Digest32?
  /// The rest, by type.
  package let body: Body
  /// The grant.
  package let grant: GrantEvidence

  /// The message id.
  package var id: Digest32 { envelope.id }
  /// Who sent it.
  package var peer: AgencyID { envelope.sender }
}

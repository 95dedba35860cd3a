/// What is late, what waits, and why.
package struct DueList: Codable, Hashable, Sendable {
  /// When this was looked at, Unix ms.
  package var atMs: UInt64
  /// Why no clock fires now: `clock-ahead` or `clock-behind`; absent when the clocks run.
  package var clock: String?
  /// The late ones first, then by time.
  package var items: [DueItem]
  /// What this node, as Coordinator, was told: an id and a code.
  package var watched: [WatchedItem]

  /// Gathers the parts.
  package init(atMs: UInt64, clock: String?, items: [DueItem], watched: [WatchedItem]) {
    (self.atMs, self.clock, self.items, self.watched) = (atMs, clock, items, watched)
  }
}

/// Something that somebody must do by some time.
package struct DueItem: Codable, Hashable, Sendable {
  /// A service that has begun without her word to the agency that gives it.
  package static let ownConsent = "own-consent"
  /// The clock of what is over, and is erased when it ends.
  package static let retention = "retention"

  /// Which clock, such as `acknowledge`; ``ownConsent`` is none of them.
  package var timer: String
  /// The referral, or the draft.
  package var id: String
  /// `in` or `out`; absent for a draft.
  package var box: String?
  /// The other agency.
  package var peer: String?
  /// What for.
  package var purpose: String?
  /// How pressing, a code of the policy.
  package var urgency: String?
  /// Where the referral stands.
  package var state: String
  /// By when, Unix ms.
  package var dueMs: UInt64
  /// Whether that time has passed.
  package var late: Bool
  /// Who must act: `us`, `them` or `nobody`.
  package var side: String
  /// Why it waits: `people`, `hours` (they are not at work), `dark` (their node is not heard),
  /// `question` (it stands still for an answer) or `stopped` (a withdrawal).
  package var why: String
  /// Since when that is so, or, for `hours`, until when, Unix ms.
  package var sinceMs: UInt64?
  /// How long the peer's node could not be reached while the clock ran, in milliseconds.
  package var darkMs: UInt64
  /// Whom to call at once, where the priority asks for it.
  package var telephone: String?

  /// Gathers the parts.
  package init(
    timer: String,
    id: String,
    box: String? = nil,
    peer: String? = nil,
    purpose: String? = nil,
    urgency: String? = nil,
    state: String,
    dueMs: UInt64,
    late: Bool,
    side: String,
    why: String,
    sinceMs: UInt64? = nil,
    darkMs: UInt64 = 0,
    telephone: String? = nil
  ) {
    (self.timer, self.id, self.box, self.peer) = (timer, id, box, peer)
    (self.purpose, self.urgency, self.state) = (purpose, urgency, state)
    (self.dueMs, self.late, self.side, self.why) = (dueMs, late, side, why)
    (self.sinceMs, self.darkMs, self.telephone) = (sinceMs, darkMs, telephone)
  }
}

/// What the Coordinator was told.
package struct WatchedItem: Codable, Hashable, Sendable {
  /// Who told it.
  package var peer: String
  /// The offer's message id, lower hex: all that names the referral.
  package var ref: String
  /// What is the matter, a code of the policy.
  package var code: String
  /// When, Unix ms.
  package var atMs: UInt64

  /// Gathers the parts.
  package init(peer: String, ref: String, code: String, atMs: UInt64) {
    (self.peer, self.ref, self.code, self.atMs) = (peer, ref, code, atMs)
  }
}

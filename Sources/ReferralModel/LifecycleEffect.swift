/// Why an event could not happen to a referral.
public enum LifecycleRefusal: String, Error, Sendable, CaseIterable {
  /// That actor, or that side, may not cause the event.
  case wrongSide = "wrong-side"
  /// The event cannot happen in this state.
  case notFromHere = "not-from-here"
  /// The referral was recalled, withdrawn, expired or closed before.
  case late
  /// What must come before has not happened yet.
  case early
  /// The survivor has stopped sharing.
  case frozen
  /// No live grant covers it at this moment.
  case noGrant = "no-grant"
  /// The hold-down of an unconfirmed stop has not passed.
  case holdDown = "hold-down"
  /// It was closed too long ago.
  case reopenWindow = "reopen-window"
}

/// What must follow from an event, in the same transaction.
public enum LifecycleEffect: Hashable, Sendable {
  /// Tell the other side; for a withdrawal: every holder, and nobody who was never sent a byte.
  case send(MessageKind)
  /// Start a clock.
  case arm(TimerName)
  /// Stop a clock.
  case disarm(TimerName)
  /// Let a clock stand still, once in its life; a second time it runs on.
  case pause(TimerName)
  /// Let it run on.
  case resume(TimerName)
  /// Lock what was shared; reversible, without a human.
  case freeze
  /// Unlock it.
  case unfreeze
  /// Destroy the keys of what was shared here, then say so with `confirm-erased`.
  case eraseWanted
  /// Identity and contact may follow now, as granted.
  case releaseSupplement
  /// What has not left the queue dies there.
  case cancelQueued
  /// Tell the deputy or the supervisor.
  case escalate
  /// Tell the people concerned here, without content.
  case tellHuman
  /// The time of keeping begins.
  case startRetention
}

/// The limits of the life-cycle that a policy sets.
public struct LifecycleLimits: Hashable, Sendable {
  /// After how long an unconfirmed stop turns into erasure, in milliseconds.
  public var holdDownMs: UInt64
  /// How long after closing a referral can be opened again, in milliseconds.
  public var reopenMs: UInt64

  /// Sets the limits.
  public init(holdDownMs: UInt64, reopenMs: UInt64) {
    (self.holdDownMs, self.reopenMs) = (holdDownMs, reopenMs)
  }
}

/// When an event happens, and what is true then.
public struct LifecycleMoment: Hashable, Sendable {
  /// The time, in Unix ms.
  public var atMs: UInt64
  /// Whether a live grant covers the referral at this moment.
  public var grantIsLive: Bool
  /// The policy's limits.
  public var limits: LifecycleLimits
  /// The sequence number of the other side's message that brought the event; `nil` if none did.
  public var peerSeq: UInt64?

  /// Describes a moment.
  public init(
    atMs: UInt64,
    grantIsLive: Bool,
    limits: LifecycleLimits,
    peerSeq: UInt64? = nil
  ) {
    (self.atMs, self.grantIsLive, self.limits) = (atMs, grantIsLive, limits)
    self.peerSeq = peerSeq
  }
}

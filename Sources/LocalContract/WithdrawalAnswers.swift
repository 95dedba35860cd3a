/// Who holds something under the grants of a case that were taken back, and what they have answered.
package struct WithdrawalHolders: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// One line for each grant and holder.
  package var holders: [WithdrawalHolder]

  /// Gathers the parts.
  package init(`case`: String, holders: [WithdrawalHolder]) {
    self.case = `case`
    self.holders = holders
  }
}

/// One holder of one grant that was taken back.
package struct WithdrawalHolder: Codable, Hashable, Sendable {
  /// The grant.
  package var grant: UInt64
  /// The holder.
  package var peer: String
  /// What it was told: `stop`, `erase` or `resume`.
  package var step: String
  /// By when it must answer, Unix ms; absent once it has, or is known to be late.
  package var dueMs: UInt64?
  /// When its erasure receipt came, Unix ms.
  package var erasedMs: UInt64?
  /// What the receipt says: `erased`, `nothing-held`, `kept-by-law` or `kept-own-consent`.
  package var outcome: String?
  /// What it keeps.
  package var keptGroups: [String]
  /// The class of what a law keeps.
  package var keptClass: String?
  /// The legal ground of that class.
  package var keptBasis: String?
  /// Until when it keeps it, Unix ms.
  package var keptUntilMs: UInt64?
  /// How many agencies it had handed something on to, and has told.
  package var onward: UInt64
  /// When its last backup will be gone, Unix ms.
  package var backupsUntilMs: UInt64?

  /// Gathers the parts.
  package init(
    grant: UInt64,
    peer: String,
    step: String,
    dueMs: UInt64?,
    erasedMs: UInt64?,
    outcome: String?,
    keptGroups: [String],
    keptClass: String?,
    keptBasis: String? = nil,
    keptUntilMs: UInt64?,
    onward: UInt64,
    backupsUntilMs: UInt64?
  ) {
    self.grant = grant
    self.peer = peer
    self.step = step
    self.dueMs = dueMs
    self.erasedMs = erasedMs
    self.outcome = outcome
    self.keptGroups = keptGroups
    self.keptClass = keptClass
    self.keptBasis = keptBasis
    self.keptUntilMs = keptUntilMs
    self.onward = onward
    self.backupsUntilMs = backupsUntilMs
  }
}

/// What people must look at.
package struct AlertList: Codable, Hashable, Sendable {
  /// The oldest first.
  package var alerts: [AlertView]

  /// Gathers the parts.
  package init(alerts: [AlertView]) { self.alerts = alerts }
}

/// Why people are called.
package struct AlertView: Codable, Hashable, Sendable {
  /// Its number.
  package var alert: Int64
  /// `receipt-late`, `erasure-late`, `withdrawal-flood`, `stop-unconfirmed` or `consent-invalid`.
  package var kind: String
  /// The grant it is about.
  package var grant: UInt64
  /// The log that holds the grant.
  package var grantLog: String
  /// The other agency, if one is concerned.
  package var peer: String?
  /// Since when, Unix ms.
  package var sinceMs: UInt64

  /// Gathers the parts.
  package init(
    alert: Int64,
    kind: String,
    grant: UInt64,
    grantLog: String,
    peer: String?,
    sinceMs: UInt64
  ) {
    self.alert = alert
    self.kind = kind
    self.grant = grant
    self.grantLog = grantLog
    self.peer = peer
    self.sinceMs = sinceMs
  }
}

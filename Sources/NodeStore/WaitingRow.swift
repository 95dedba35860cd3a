internal import CanonicalBytes
internal import ReferralModel

/// A message in the queue of a peer, with what is known of the grant it rests on.
struct WaitingRow {
  let id: Int64
  let referral: Int64?
  let kind: String
  let message: Digest32
  let ref: Digest32?
  let grantIndex: UInt64?
  let grantLog: String?
  let untilMs: UInt64?
  let groups: String
  let purpose: String
  let basis: String
  let expiresMs: UInt64
  let actor: String?
  let desk: String?
  let outcome: String?
  /// The index of its event, once it has been logged.
  let logged: UInt64?
  let envelope: [UInt8]
  /// Whether she has taken back its grant, or a group that it carries.
  let stopped: Bool
  private let grantUntilMs: UInt64?
  /// How many agencies the record of its grant named; above 1 pads stand before it (EVT-029).
  private let recipients: Int64
  private let writtenMs: UInt64
  /// The time within which its leg leaves; above 0 where other recipients may compare.
  private let legWindowMs: UInt64
  private let shownIndex: UInt64?
  private let shownMs: UInt64?
  /// The policy under which its grant was made, in hex.
  private let grantPolicy: String?

  static let selection: StaticString = """
    SELECT o.id, o.referral, o.kind, o.message, o.ref, o.grant_idx, o.grant_log, o.until, o.groups,
      o.purpose, o.basis, o.expires, o.actor, o.desk, o.outcome, o.state, o.idx, v.envelope,
      g.stopped, g.until, g.recipients, g.policy, g.cut, o.at, g.leg_window, g.shown_idx, g.shown_at
    FROM outbound o JOIN outbound_envelope v ON v.id = o.id
    LEFT JOIN consent_grant g ON g.idx = o.grant_idx AND g.log = o.grant_log
      AND (o.basis <> '' OR o.kind = 'withdraw')
    WHERE o.peer = ? AND o.state < 2 AND (o.state = 0 OR o.id > ?) AND o.leave_at <= ?
      AND (? = 0 OR o.basis = '') ORDER BY o.id LIMIT ?
    """
  static let one: StaticString = """
    SELECT o.id, o.referral, o.kind, o.message, o.ref, o.grant_idx, o.grant_log, o.until, o.groups,
      o.purpose, o.basis, o.expires, o.actor, o.desk, o.outcome, o.state, o.idx, v.envelope,
      g.stopped, g.until, g.recipients, g.policy, g.cut, o.at, g.leg_window, g.shown_idx, g.shown_at
    FROM outbound o JOIN outbound_envelope v ON v.id = o.id
    LEFT JOIN consent_grant g ON g.idx = o.grant_idx AND g.log = o.grant_log AND o.basis <> ''
    WHERE o.id = ?
    """

  init(_ row: HotRow) throws {
    id = row.integer(0)
    referral = row.optionalInteger(1)
    kind = row.text(2)
    message = try row.digest(3)
    ref = try row.optionalDigest(4)
    grantIndex = row.optionalNumber(5)
    grantLog = row.optionalText(6)
    untilMs = row.optionalNumber(7)
    groups = row.text(8)
    purpose = row.text(9)
    basis = row.text(10)
    expiresMs = row.number(11)
    actor = row.optionalText(12)
    desk = row.optionalText(13)
    outcome = row.optionalText(14)
    logged = row.integer(15) == 1 ? row.number(16) : nil
    envelope = row.bytes(17)
    let cut = row.optionalText(22) ?? ""
    // What tells of a withdrawal is not stopped by it.
    stopped =
      !basis.isEmpty
      && (row.integer(18) != 0 || (!cut.isEmpty && Self.touches(groups, cut)))
    grantUntilMs = row.optionalNumber(19)
    recipients = row.optionalInteger(20) ?? 1
    grantPolicy = row.optionalText(21)
    writtenMs = row.number(23)
    legWindowMs = row.optionalNumber(24) ?? 0
    shownIndex = row.optionalNumber(25)
    shownMs = row.optionalNumber(26)
  }

  /// Whether pads stand before its event: other recipients may compare.
  var isCompared: Bool { recipients > 1 || legWindowMs > 0 }

  /// Whether its grant is written anew before it leaves (EVT-034).
  var showsAnew: Bool { legWindowMs > 0 && shownIndex == nil && !basis.isEmpty }

  /// The index by which its recipient knows the grant.
  var toldGrant: UInt64? { shownIndex ?? grantIndex }

  /// When it is void, as its recipient is told.
  var toldExpiresMs: UInt64 {
    guard let shownMs, let grantUntilMs, !basis.isEmpty else { return expiresMs }
    return LegCover.expiresMs(
      expiresMs,
      writtenMs: writtenMs,
      windowMs: legWindowMs,
      leftMs: shownMs,
      endMs: grantUntilMs
    )
  }

  /// The policy under which its grant was made, while a message may still name that one.
  func policy(among overlapping: Set<Digest32>) -> Digest32? {
    guard !overlapping.isEmpty, let grantPolicy else { return nil }
    return overlapping.first { $0.hex == grantPolicy }
  }

  private static func touches(_ groups: String, _ cut: String) -> Bool {
    let taken = cut.split(separator: " ")
    return groups.split(separator: " ").contains { taken.contains($0) }
  }

  /// Why it may not leave any more, or `nil`.
  ///
  /// A withdrawal is told however late, and whatever the clock said when it was written.
  func refusal(nowMs: UInt64) -> String? {
    if expiresMs <= nowMs, kind != "withdraw" { return "expired" }
    guard !basis.isEmpty, basis != "reply", basis != "anonymous" else { return nil }
    guard let grantUntilMs else { return "grant-missing" }
    if stopped { return "withdrawn" }
    return grantUntilMs <= nowMs ? "grant-expired" : nil
  }
}

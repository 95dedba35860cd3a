package import CanonicalBytes
internal import Foundation
internal import GRDB

/// A running clock of a referral.
package struct TimerRow: Sendable {
  /// The referral's row.
  package let referral: Int64
  /// The clock, as the model names it.
  package let name: String
  /// When it was started, Unix ms.
  package let startedMs: UInt64
  /// When the next step is due, Unix ms; far away while it stands still.
  package let firesMs: UInt64
  /// The number of the next step.
  package let step: Int
  /// Since when it stands still, Unix ms.
  package let pausedMs: UInt64?
  /// Why it stands still: `info` or `dark`.
  package let cause: String?
  /// How long it has stood still for a question, in milliseconds.
  package let stoodMs: UInt64
  /// How long it has stood still because the peer's node could not be reached, in milliseconds.
  package let darkMs: UInt64
  /// Whether a question has stopped it before: it does so once.
  package let asked: Bool

  init(_ row: Row) {
    referral = row["referral"]
    name = row["name"]
    startedMs = UInt64(row["started"] as Int64)
    firesMs = UInt64(row["fires"] as Int64)
    step = Int(row["step"] as Int64)
    pausedMs = (row["paused"] as Int64?).map { UInt64($0) }
    cause = row["cause"]
    stoodMs = UInt64(row["stood"] as Int64)
    darkMs = UInt64(row["dark"] as Int64)
    asked = (row["asked"] as Int64) == 1
  }
}

extension NodeTransaction {
  /// Starts a clock; one that runs starts again.
  package func arm(referral: Int64, timer: String, startedMs: UInt64, firesMs: UInt64) throws {
    // Not "OR REPLACE": for that SQLite puts every page aside that the statement touches.
    try hot(
      """
      INSERT INTO timer (referral, name, started, fires) VALUES (?, ?, ?, ?)
      ON CONFLICT (referral, name) DO UPDATE SET started = excluded.started, fires = excluded.fires,
        step = 0, paused = NULL, cause = NULL, stood = 0, dark = 0, asked = 0
      """
    ).run([.integer(referral), .text(timer), .number(startedMs), .number(firesMs)])
  }

  /// Stops a clock.
  package func disarm(referral: Int64, timer: String) throws {
    try database.cachedStatement(sql: "DELETE FROM timer WHERE referral = ? AND name = ?")
      .execute(arguments: [referral, timer])
  }

  /// Stops every clock of a referral.
  package func disarmAll(referral: Int64) throws {
    try database.cachedStatement(sql: "DELETE FROM timer WHERE referral = ?")
      .execute(arguments: [referral])
  }

  /// A clock of a referral, or `nil`.
  package func timer(referral: Int64, named name: String) throws -> TimerRow? {
    let statement = try database.cachedStatement(
      sql: "SELECT * FROM timer WHERE referral = ? AND name = ?"
    )
    return try Row.fetchOne(statement, arguments: [referral, name]).map(TimerRow.init)
  }

  /// The clocks of a referral.
  package func timers(referral: Int64) throws -> [TimerRow] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM timer WHERE referral = ? ORDER BY name",
      arguments: [referral]
    ).map(TimerRow.init)
  }

  /// Lets a clock stand still; `firesMs` is what it waits for meanwhile, far away.
  package func pause(_ timer: TimerRow, cause: String, atMs: UInt64) throws {
    try database.execute(
      sql: """
        UPDATE timer SET paused = ?, cause = ?, fires = \(Int64.max), asked = asked OR ? = 'info'
        WHERE referral = ? AND name = ? AND paused IS NULL
        """,
      arguments: [Int64(clamping: atMs), cause, cause, timer.referral, timer.name]
    )
  }

  /// Lets a clock run on.
  ///
  /// Parameters:
  /// `stoodMs`: How long it has stood still for questions, in all.
  /// `darkMs`: How long the peer's node could not be reached, in all.
  /// `firesMs`: When its next step is due.
  package func resume(
    _ timer: TimerRow,
    stoodMs: UInt64,
    darkMs: UInt64,
    firesMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        UPDATE timer SET paused = NULL, cause = NULL, stood = ?, dark = ?, fires = ?
        WHERE referral = ? AND name = ?
        """,
      arguments: [
        Int64(clamping: stoodMs), Int64(clamping: darkMs), Int64(clamping: firesMs),
        timer.referral, timer.name,
      ]
    )
  }

  /// Remembers that a step was done.
  package func advance(_ timer: TimerRow, step: Int, firesMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE timer SET step = ?, fires = ? WHERE referral = ? AND name = ?",
      arguments: [step, Int64(clamping: firesMs), timer.referral, timer.name]
    )
  }

  /// The clocks with a step that is due.
  package func dueTimers(nowMs: UInt64, limit: Int) throws -> [TimerRow] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM timer WHERE fires <= ? ORDER BY fires LIMIT ?",
      arguments: [Int64(clamping: nowMs), limit]
    ).map(TimerRow.init)
  }

  /// Clocks of the referrals with one peer that run, or stand still because it is dark.
  package func timers(peer agency: String, areDark: Bool) throws -> [TimerRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT t.* FROM timer t JOIN referral r ON r.id = t.referral
        JOIN peer p ON p.id = r.peer
        WHERE p.agency = ? AND \(areDark ? "t.cause = 'dark'" : "t.paused IS NULL")
        """,
      arguments: [agency]
    ).map(TimerRow.init)
  }

  /// Writes what is known of a referral's urgency.
  package func setPriority(referral: Int64, priority: String, times: String?) throws {
    try database.cachedStatement(sql: "UPDATE referral SET priority = ?, times = ? WHERE id = ?")
      .execute(arguments: [priority, times, referral])
  }

  /// Writes when a referral was made.
  package func setCreated(referral: Int64, atMs: UInt64) throws {
    try database.cachedStatement(sql: "UPDATE referral SET created = ? WHERE id = ?")
      .execute(arguments: [Int64(clamping: atMs), referral])
  }

  /// Writes when a place is expected.
  package func setExpected(referral: Int64, atMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE referral SET expected = ? WHERE id = ?",
      arguments: [Int64(clamping: atMs), referral]
    )
  }

  /// Writes which referral another one takes the place of.
  package func setReplaces(referral: Int64, replaced: Int64) throws {
    try database.execute(
      sql: "UPDATE referral SET replaces = ? WHERE id = ?",
      arguments: [replaced, referral]
    )
  }

  /// Offers of ours that nobody took in their time: they have not left, or no receipt came.
  package func overdueOffers(nowMs: UInt64, limit: Int) throws -> [Int64] {
    try Int64.fetchAll(
      database,
      sql: """
        \(NodeReader.overdueOffers) LIMIT ?2
        """,
      arguments: [Int64(clamping: nowMs), limit]
    )
  }

  /// Puts what people are to be told into the queue.
  package func signal(
    referral: Int64?,
    reason: String,
    stage: String,
    desk: String? = nil,
    atMs: UInt64
  ) throws {
    try database.cachedStatement(
      sql: "INSERT INTO signal (referral, reason, stage, desk, at) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [referral, reason, stage, desk, Int64(clamping: atMs)])
  }

  /// What became of telling people.
  package func markSignal(_ row: Int64, sentMs: UInt64?) throws {
    try database.execute(
      sql: "UPDATE signal SET tries = tries + 1, sent = ? WHERE id = ?",
      arguments: [sentMs.map { Int64(clamping: $0) }, row]
    )
  }

  /// Drops what people were told long ago.
  package func forgetSignals(beforeMs: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM signal WHERE at < ?",
      arguments: [Int64(clamping: beforeMs)]
    )
  }

  /// Keeps what the Coordinator is told: an id and a code.
  package func watch(
    peer: Int64,
    ref: Digest32,
    kind: String,
    code: String,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: "INSERT INTO watch (peer, ref, kind, code, at) VALUES (?, ?, ?, ?, ?)",
      arguments: [peer, ref.data, kind, code, Int64(clamping: atMs)]
    )
  }
}

extension NodeReader {
  /// Most rows of one answer about clocks, plans, drafts or capacity.
  static let lineLimit = 1000

  /// A clock with what is needed to say who is late.
  package struct ClockLine: Sendable {
    /// The clock.
    package let timer: TimerRow
    /// The referral.
    package let referral: ReferralRow
    /// When the peer was last heard, Unix ms; 0 for never.
    package let heardAtMs: UInt64
  }

  /// Every running clock.
  ///
  /// `of`: Only those of this referral.
  package func clocks(of referral: Int64? = nil) throws -> [ClockLine] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM timer WHERE ?1 IS NULL OR referral = ?1
        ORDER BY referral, name LIMIT \(Self.lineLimit)
        """,
      arguments: [referral]
    ).map(TimerRow.init)
    return try rows.compactMap { timer in
      try Row.fetchOne(
        database,
        sql: """
          SELECT r.*, p.agency AS agency, p.heard_at AS heard FROM referral r
          JOIN peer p ON p.id = r.peer WHERE r.id = ?
          """,
        arguments: [timer.referral]
      ).map {
        ClockLine(
          timer: timer,
          referral: try ReferralRow($0),
          heardAtMs: UInt64($0["heard"] as Int64)
        )
      }
    }
  }

  /// Something people are to be told.
  package struct SignalLine: Sendable {
    package let row: Int64
    package let reason: String
    package let stage: String
    package let desk: String?
    package let tries: Int
  }

  /// What waits to be told, the oldest first.
  package func waitingSignals(limit: Int, tries: Int) throws -> [SignalLine] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM signal WHERE sent IS NULL AND tries < ? ORDER BY id LIMIT ?",
      arguments: [tries, limit]
    ).map {
      SignalLine(
        row: $0["id"],
        reason: $0["reason"],
        stage: $0["stage"],
        desk: $0["desk"],
        tries: Int($0["tries"] as Int64)
      )
    }
  }

  /// Something the Coordinator was told.
  package struct WatchLine: Sendable {
    package let peer: String
    package let ref: Digest32
    package let kind: String
    package let code: String
    package let atMs: UInt64
  }

  /// What the Coordinator was told, the newest first.
  package func watched() throws -> [WatchLine] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT w.*, p.agency FROM watch w JOIN peer p ON p.id = w.peer
        WHERE w.done IS NULL ORDER BY w.id DESC LIMIT \(Self.lineLimit)
        """
    ).map {
      WatchLine(
        peer: $0["agency"],
        ref: try $0.digest("ref"),
        kind: $0["kind"],
        code: $0["code"],
        atMs: UInt64($0["at"] as Int64)
      )
    }
  }

  /// When a peer was last heard, Unix ms; 0 for never.
  package func heard(_ agency: String) throws -> UInt64 {
    let at = try Int64.fetchOne(
      database,
      sql: "SELECT heard_at FROM peer WHERE agency = ?",
      arguments: [agency]
    )
    return UInt64(at ?? 0)
  }
}

extension NodeTransaction {
  /// The desk that keeps the case of a referral of ours; `nil` for a received one.
  package func caseDesk(referral: Int64) throws -> String? {
    try String.fetchOne(
      database,
      sql: """
        SELECT c.desk FROM referral r JOIN consent_grant g ON g.idx = r.grant_idx AND g.log = r.grant_log
        JOIN case_file c ON c.id = g.case_id WHERE r.id = ? AND r.role = 0
        """,
      arguments: [referral]
    )
  }

  /// Records a recall as something to be erased now, without a hold-down.
  package func entombRecall(
    peer agency: String,
    log: String,
    index: UInt64,
    untilMs: UInt64,
    message: Digest32,
    atMs: UInt64
  ) throws {
    try entomb(
      peer: try peer(agency),
      log: log,
      index: index,
      untilMs: untilMs,
      message: message,
      groups: nil,
      asked: true,
      eraseAfterMs: atMs,
      atMs: atMs
    )
    try noteAsk(
      peer: try peer(agency),
      log: log,
      index: index,
      message: message,
      kind: "recall",
      isWhole: true
    )
  }
}

extension NodeReader {
  /// Whether anything is due: a clock, an offer nobody took, a draft.
  package func hasDueTimers(nowMs: UInt64) throws -> Bool {
    let now = Int64(clamping: nowMs)
    return try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM timer WHERE fires <= ?1)
          OR EXISTS (SELECT 1 FROM draft WHERE erase_at <= ?1 OR (warned = 0 AND warn_at <= ?1))
          OR EXISTS (\(NodeReader.overdueOffers))
        """,
      arguments: [now]
    ) ?? false
  }

  /// Offers of ours whose time is over, and whose referrals still stand as queued; `?1`: now.
  ///
  /// Both halves go through partial indices: what waits, and what has died in the queue.
  static let overdueOffers = """
    SELECT r.id FROM outbound o JOIN referral r ON r.id = o.referral AND r.state = 'queued'
    WHERE o.kind = 'offer' AND o.state < 2 AND o.expires <= ?1
    UNION SELECT r.id FROM outbound o JOIN referral r ON r.id = o.referral AND r.state = 'queued'
    WHERE o.kind = 'offer' AND o.state = 4 AND o.code = 'expired'
    """

  /// Clocks of one kind with one peer.
  package struct PeerClocks: Sendable {
    /// The peer.
    package let agency: String
    /// When it was last heard, Unix ms; 0 for never.
    package let heardAtMs: UInt64
    /// Which clock.
    package let timer: String
    /// Whether the referrals are ours.
    package let isSender: Bool
    /// Whether they stand still because the peer is dark; otherwise they run.
    package let areDark: Bool
  }

  /// The clocks that run, or stand still for a dark peer, gathered by peer and kind.
  package func peerClocks() throws -> [PeerClocks] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT DISTINCT p.agency, p.heard_at, t.name, r.role, t.cause IS NOT NULL AS dark
        FROM timer t JOIN referral r ON r.id = t.referral JOIN peer p ON p.id = r.peer
        WHERE t.paused IS NULL OR t.cause = 'dark'
        """
    ).map {
      PeerClocks(
        agency: $0["agency"],
        heardAtMs: UInt64($0["heard_at"] as Int64),
        timer: $0["name"],
        isSender: ($0["role"] as Int64) == 0,
        areDark: ($0["dark"] as Int64) == 1
      )
    }
  }
}

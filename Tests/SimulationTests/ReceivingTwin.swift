internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import NodeStore
internal import ReferralModel
internal import TestSupport
internal import TransparencyLog

@testable internal import Exchange

/// A simulated recipient and a real store that are given the same deliveries of a simulated sender.
struct ReceivingTwin {
  static let acts = [
    "consent", "refer", "accept", "stop", "withdraw", "cut", "wait", "send", "deliver", "repeat",
    "forge", "cut-inside", "cut-before-answer", "cut-after-answer", "crash",
  ]
  private static let weights = [6, 10, 6, 1, 2, 1, 1, 14, 22, 8, 4, 5, 6, 5, 1]
  private static let (them, me) = (0, 1)

  private enum Cut { case none, inside, beforeAnswer, afterAnswer }

  private var sender = SimNode(me: Self.them, rules: SimRules())
  private var model = SimNode(me: Self.me, rules: SimRules())
  /// Deliveries on their way; those that have been delivered, which may come again.
  private var (wire, past): ([[SimItem]], [[SimItem]]) = ([], [])
  private var folder: URL
  private var store: NodeStore
  private let root: URL
  private var nowMs = Sim.startMs
  private var copies = 0
  private var forged: UInt64 = 1 << 50
  private var counted = 0
  /// A node with a fault: its answer leaves before the transaction is there.
  var answersEarly = false
  /// Every answer that has left.
  private(set) var answers: [UInt64: StoreAnswer] = [:]
  private(set) var (repeats, uncommitted, unanswered) = (0, 0, 0)

  init() async throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("amonat-receiving-\(UUID().uuidString)")
    folder = root.appendingPathComponent("0")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let state = StateFolder(folder)
    try NodeStore.create(state, agency: Sim.agencies[Self.me].text, realm: Sim.realm)
    store = try NodeStore(opening: state)
  }

  /// Removes the files.
  func end() { try? FileManager.default.removeItem(at: root) }

  /// One act of both.
  mutating func act(_ random: inout SeededGenerator) async throws -> String {
    var choice = Int.random(in: 0..<Self.weights.reduce(0, +), using: &random)
    var place = 0
    while choice >= Self.weights[place] {
      choice -= Self.weights[place]
      place += 1
    }
    let (act, pick) = (Self.acts[place], Int.random(in: 0..<1_000, using: &random))
    nowMs += UInt64.random(in: 1...60_000, using: &random)
    switch act {
    case "consent":
      sender.consent(to: Self.me, pick, days: UInt64(pick % 30) + 1, onward: false, nowMs)
    case "refer": refer(pick)
    case "accept":
      if !sender.legs.isEmpty { sender.move(pick % sender.legs.count, .accept, .recipient, nowMs) }
    case "stop": end(pick) { $0.stop($1, .inPerson, coercion: false, $2) }
    case "withdraw": end(pick) { $0.withdraw($1, group: nil, $2) }
    case "cut": end(pick) { $0.withdraw($1, group: pick, $2) }
    case "wait": nowMs += UInt64.random(in: 0...(4 * Sim.dayMs), using: &random)
    case "send": send(limit: 1 + pick % 4)
    case "deliver": try await deliver(pick, .none)
    case "repeat": try await deliverAgain(pick)
    case "forge": try await forge(pick)
    case "cut-inside": try await deliver(pick, .inside)
    case "cut-before-answer": try await deliver(pick, .beforeAnswer)
    case "cut-after-answer": try await deliver(pick, .afterAnswer)
    default: try await crash()
    }
    return act
  }

  // MARK: The sender

  private mutating func refer(_ pick: Int) {
    let open = sender.grants.indices.filter { !sender.grants[$0].facts.offerUsed }
    if !open.isEmpty { sender.refer(open[pick % open.count], nowMs) }
  }

  private mutating func end(_ pick: Int, _ change: (inout SimNode, Int, UInt64) -> Void) {
    if !sender.grants.isEmpty { change(&sender, pick % sender.grants.count, nowMs) }
  }

  private mutating func send(limit: Int) {
    sender.giveUpWaiting(Self.me)
    let items = sender.takeBatch(Self.me, nowMs, limit: limit, courier: false)
    if !items.isEmpty { wire.append(items) }
  }

  // MARK: The line

  private mutating func deliver(_ pick: Int, _ cut: Cut) async throws {
    if wire.isEmpty { send(limit: 1 + pick % 4) }
    guard !wire.isEmpty else { return }
    let place = pick % wire.count
    let items = wire[place]
    try await give(items, cut, at: pick % (items.count + 1))
    // Without an answer the sender keeps it, and it comes again.
    guard cut == .none || cut == .afterAnswer else { return }
    past.append(wire.remove(at: place))
  }

  private mutating func deliverAgain(_ pick: Int) async throws {
    guard !past.isEmpty else { return }
    try await give(past[pick % past.count], .none, at: 0)
  }

  /// Another message under a number, or under a grant, that has been used.
  private mutating func forge(_ pick: Int) async throws {
    let used = past.flatMap { $0 }.filter { $0.letter.kind == .offer }
    guard !used.isEmpty else { return }
    let item = used[pick % used.count]
    forged += 1
    let old = item.letter
    var letter = SimLetter(
      id: forged,
      to: old.to,
      kind: old.kind,
      grant: old.grant,
      groups: old.groups,
      purpose: old.purpose,
      basis: old.basis,
      ref: old.ref,
      outcome: old.outcome,
      untilMs: old.untilMs,
      expiresMs: nowMs + Sim.dayMs,
      leg: nil
    )
    letter.seq = pick % 2 == 0 ? old.seq : forged
    try await give(
      [SimItem(letter: letter, proof: item.proof, renews: item.renews)],
      .none,
      at: 0
    )
  }

  // MARK: The recipient

  /// Gives a delivery to both; the power fails where it is said.
  private mutating func give(_ items: [SimItem], _ cut: Cut, at place: Int) async throws {
    var next = model
    let known = items.count { model.answers[$0.letter.id] != nil }
    let expected = next.receive(items, from: Self.them, nowMs)
    copies += 1
    let (from, moment, atMs) = (folder, root.appendingPathComponent("\(copies)"), nowMs)
    let (them, me) = (Self.them, Self.me)
    let given: [StoreAnswer]
    do {
      given = try await store.change { transaction in
        var out: [StoreAnswer] = []
        for (index, item) in items.enumerated() {
          if cut == .inside, index == place { break }
          out.append(
            try StoreMemory.settle(item, transaction, me: me, from: them, atMs: atMs)
          )
        }
        guard cut != .inside else {
          try PowerCut.copy(from, to: moment)
          throw PowerCut.inside
        }
        return out
      } after: { out, log in
        // The last moment before the answer leaves.
        try Self.look(out, log)
        if cut != .none { try PowerCut.copy(from, to: moment) }
        return out
      }
    } catch {
      guard cut == .inside else { throw error }
      if answersEarly {
        try left(
          expected.filter { answers[$0.message] == nil }
            .map { .init(message: $0.message, received: $0.received, code: $0.code, index: nil) }
        )
      }
      uncommitted += 1
      return try open(moment)
    }
    guard
      given.map({ "\($0.message) \($0.received) \($0.code)" })
        == expected.map({ "\($0.message) \($0.received) \($0.code)" })
    else { throw Programs.Failure("answers: \(given), \(expected)") }
    (model, counted) = (next, counted + given.count { $0.index == nil })
    repeats += known
    if cut == .beforeAnswer {
      unanswered += 1
    } else {
      sender.settle(expected, from: Self.me, nowMs)
      try left(given)
    }
    if cut != .none { try open(moment) }
  }

  /// Every answer that has an event is in the log that the checkpoint is over.
  private static func look(_ answers: [StoreAnswer], _ log: CommittedLog) throws {
    for answer in answers {
      guard let index = answer.index else { continue }
      guard index < log.size, let opening = try log.openings([index]).first else {
        throw Programs.Failure("not logged: \(answer)")
      }
      let event = try LogEvent(parsing: opening.event)
      guard event.type == (answer.received ? .receive : .refuse),
        event.digest(.message) == Sim.digest(answer.message)
      else { throw Programs.Failure("logged otherwise: \(answer)") }
    }
  }

  /// Answers have left: what was answered before is answered alike.
  private mutating func left(_ given: [StoreAnswer]) throws {
    for answer in given {
      if let before = answers[answer.message] {
        let isSame =
          before.received == answer.received && before.code == answer.code
          && (before.index ?? answer.index) == (answer.index ?? before.index)
        guard isSame else { throw Programs.Failure("answered twice: \(before), \(answer)") }
      }
      answers[answer.message] = answer
    }
  }

  private mutating func crash() async throws {
    copies += 1
    let moment = root.appendingPathComponent("\(copies)")
    try PowerCut.copy(folder, to: moment)
    try open(moment)
  }

  /// The power is back.
  private mutating func open(_ moment: URL) throws {
    model.crash()
    let old = folder
    store = try NodeStore(opening: StateFolder(moment))
    folder = moment
    try? FileManager.default.removeItem(at: old)
  }

  // MARK: Do they agree?

  /// What is wrong with the store; `nil` when nothing is.
  ///
  /// `afterCut`: Looks for every answer that has left, and its event.
  func difference(afterCut: Bool) async throws -> String? {
    if afterCut, let lost = try await lost() { return lost }
    var configuration = Configuration()
    configuration.readonly = true
    let file = try DatabaseQueue(
      path: StateFolder(folder).node.path,
      configuration: configuration
    )
    defer { try? file.close() }
    let found = try file.read { db in
      (
        inbound: try Row.fetchAll(db, sql: "SELECT message, outcome, idx FROM inbound"),
        events: try Int64.fetchAll(
          db,
          sql: """
            SELECT idx FROM event WHERE instr(CAST(e AS TEXT), '"type":"receive"') > 0
              OR instr(CAST(e AS TEXT), '"type":"refuse"') > 0
            """
        ),
        counted: try Int.fetchOne(db, sql: "SELECT coalesce(sum(n), 0) FROM refusal_count"),
        offers: try Data.fetchAll(db, sql: "SELECT offer FROM referral ORDER BY id"),
        tombs: try Row.fetchAll(
          db,
          sql: "SELECT grant_log, grant_idx, groups, asked FROM tombstone"
        )
      )
    }
    // Once each, with the outcome that the model has.
    guard found.inbound.count == model.answers.count else {
      return "inbound \(found.inbound.count), \(model.answers.count)"
    }
    let outcomes = Dictionary(
      model.answers.map { (Data(Sim.digest($0.key).bytes), $0.value.code) },
      uniquingKeysWith: { first, _ in first }
    )
    for row in found.inbound where outcomes[row["message"]] != row["outcome"] as String {
      return "outcome \(row["outcome"] as String)"
    }
    let places = found.inbound.map { $0["idx"] as Int64 }
    guard Set(places).count == places.count, found.events.sorted() == places.sorted()
    else { return "events \(found.events.count), \(places.count)" }
    guard found.counted == counted else { return "counted \(found.counted ?? 0), \(counted)" }
    guard found.offers == model.legs.map({ Data(Sim.digest($0.offer).bytes) }) else {
      return "referrals"
    }
    return tombs(found.tombs)
  }

  /// An answer that has left, and whose message or event the store does not have.
  private func lost() async throws -> String? {
    let all = answers.values.filter { $0.code != ItemCode.seqReused.rawValue }
    return try await store.change { transaction in
      try all.map { ($0, try transaction.inbound(message: Sim.digest($0.message))) }
    } after: { found, log in
      for (answer, facts) in found {
        guard let facts, facts.outcome == answer.code else { return "lost: \(answer)" }
        try Self.look(
          [
            StoreAnswer(
              message: answer.message,
              received: answer.received,
              code: answer.code,
              index: facts.index
            )
          ],
          log
        )
      }
      return nil
    }
  }

  private func tombs(_ rows: [Row]) -> String? {
    guard rows.count == model.tombs.count else { return "tombs" }
    for row in rows {
      let name = CheckedItem.GrantName(
        log: Sim.logs[Self.them],
        index: UInt64(row["grant_idx"] as Int64)
      )
      let groups = (row["groups"] as String?).map {
        Set($0.split(separator: " ").map(String.init))
      }
      guard let tomb = model.tombs[name], groups == tomb.groups.map({ Set($0.map(\.text)) }),
        ((row["asked"] as Int64) == 1) == tomb.asked
      else { return "tomb \(row)" }
    }
    return nil
  }
}

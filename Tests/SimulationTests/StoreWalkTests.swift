internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog

@testable internal import Exchange

/// The same walk through the model of a node's store and through the store itself, on real files: after
/// every act both must say the same, and a power cut must change nothing.
///
/// What ``SimulationTests`` proves of the model holds for nodes as far as this holds. This is the sender's half;
/// ``StoreReceiveTests`` is the other.
@Suite(.timeLimit(.minutes(10))) struct StoreWalkTests {
  @Test("Thousands of acts and power cuts leave the store where the model is", arguments: 0..<4)
  func walk(_ seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(4_900 + seed))
    var twin = try await Twin()
    var counts: [String: Int] = [:]
    for step in 0..<700 {
      let act = try await twin.act(&random)
      counts[act, default: 0] += 1
      let difference = try await twin.difference()
      guard difference == nil else {
        Issue.record("seed \(seed), step \(step), \(act): \(difference ?? "")")
        return
      }
    }
    // Everything that a walk can do was done, and not in vain.
    #expect(counts.count == Twin.acts.count)
    #expect(twin.sentCount > 100 && twin.deadCount > 10)
  }

  @Test("A store that forgets a stop is found")
  func planted() async throws {
    var random = SeededGenerator(seed: 4_990)
    var twin = try await Twin()
    twin.forgetsStops = true
    for _ in 0..<700 {
      _ = try await twin.act(&random)
      if try await twin.difference() != nil { return }
    }
    Issue.record("not found")
  }
}

/// A simulated node and a real store that are told the same.
private struct Twin {
  static let acts = [
    "consent", "refer", "take", "settle", "stop", "withdraw", "cut", "recall", "accept", "wait",
    "crash", "entomb",
  ]
  private static let weights = [6, 10, 16, 14, 1, 1, 2, 1, 6, 3, 2, 6]

  private var model = SimNode(me: 0, rules: SimRules())
  private var folder: StateFolder
  private var store: NodeStore
  private let root: URL
  private var nowMs = Sim.startMs
  /// The real index of each grant, the real row of each letter and leg.
  private var grants: [UInt64] = []
  private var letters: [Int64] = []
  private var legs: [Int64] = []
  private var copies = 0
  private var minted: UInt64 = 1 << 50
  var forgetsStops = false
  private(set) var sentCount = 0
  private(set) var deadCount = 0

  init() async throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("amonat-twin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    folder = StateFolder(root.appendingPathComponent("0"))
    try NodeStore.create(folder, agency: Sim.agencies[0].text, realm: Sim.realm)
    store = try NodeStore(opening: folder)
    let atMs = nowMs
    try await store.change {
      _ = try $0.openCase(name: Self.caseName, desk: "intake", atMs: atMs)
    }
  }

  private static let caseName = String(repeating: "ab", count: 16)

  /// One act of both.
  mutating func act(_ random: inout SeededGenerator) async throws -> String {
    var choice = Int.random(in: 0..<Self.weights.reduce(0, +), using: &random)
    var place = 0
    while choice >= Self.weights[place] {
      choice -= Self.weights[place]
      place += 1
    }
    let act = Self.acts[place]
    let (pick, peer) = (
      Int.random(in: 0..<1_000, using: &random), 1 + Int.random(in: 0...1, using: &random)
    )
    nowMs += UInt64.random(in: 1...60_000, using: &random)
    switch act {
    case "consent": try await consent(to: peer, pick)
    case "refer": try await refer(pick)
    case "take": try await take(peer)
    case "settle": try await settle(peer, &random)
    case "stop": try await end(pick) { $0.stop($1, .inPerson, coercion: false, $2) }
    case "withdraw": try await end(pick) { $0.withdraw($1, group: nil, $2) }
    case "cut": try await end(pick) { $0.withdraw($1, group: pick, $2) }
    case "recall": try await move(pick, .recall, .sender)
    case "accept": try await move(pick, .accept, .recipient)
    case "wait": nowMs += UInt64.random(in: 0...(6 * Sim.dayMs), using: &random)
    case "entomb": try await entomb(peer, pick)
    default: try await crash()
    }
    return act
  }

  // MARK: Consent

  private mutating func consent(to peer: Int, _ pick: Int) async throws {
    let before = model.grants.count
    model.consent(to: peer, pick, days: UInt64(pick % 30) + 1, onward: false, nowMs)
    guard model.grants.count > before, let facts = model.grants.last?.facts else { return }
    let (atMs, number) = (nowMs, UInt64(before))
    let id = Array(Sim.digest(number).bytes.prefix(16))
    let index = try await store.change { transaction in
      try transaction.grant(
        GrantDraft(
          peer: facts.peer.text,
          purpose: facts.purpose.text,
          basis: facts.basis.rawValue,
          groups: facts.groups.map(\.text),
          onward: false,
          untilMs: facts.untilMs,
          register: Sim.realm,
          policy: Sim.policyHash,
          person: .init(id: id, key: PersonalKey(Sim.digest(number)), subject: Self.caseName)
        ),
        caseName: Self.caseName,
        staff: .init(actor: "zarina", desk: "intake", atMs: atMs)
      )
    }
    grants.append(index)
  }

  private mutating func end(
    _ pick: Int,
    _ change: (inout SimNode, Int, UInt64) -> Void
  ) async throws {
    guard !grants.isEmpty else { return }
    let place = pick % grants.count
    let old = model.grants[place]
    let before = model.queue.map(\.state)
    let wasSent = try await store.change { [index = grants[place]] in try $0.wasSent(index) }
    change(&model, place, nowMs)
    let new = model.grants[place]
    let cut = new.cut.subtracting(old.cut)
    let isWhole = new.facts.isWithdrawn && !old.facts.isWithdrawn
    if !forgetsStops, isWhole || !cut.isEmpty {
      let (index, atMs) = (grants[place], nowMs)
      try await store.change {
        try $0.stop(index, groups: isWhole ? nil : cut.map(\.text).sorted(), atMs: atMs)
      }
    }
    // Whoever was sent a byte is told, by both.
    if isWhole || !cut.isEmpty, wasSent != old.sent { throw Programs.Failure("sent: \(place)") }
    try await mirror(before)
  }

  // MARK: Referrals

  private mutating func refer(_ pick: Int) async throws {
    let open = model.grants.indices.filter { !model.grants[$0].facts.offerUsed }
    guard !open.isEmpty else { return }
    let place = open[pick % open.count]
    let before = model.queue.map(\.state)
    model.refer(place, nowMs)
    let (index, atMs, facts) = (grants[place], nowMs, model.grants[place].facts)
    guard facts.offerUsed, let leg = model.legs.last else { return }
    let name = Hex.encode(Array(Sim.digest(UInt64(model.legs.count)).bytes.prefix(16)))
    let row = try await store.change { transaction -> Int64? in
      guard try transaction.takeForOffer(index) else { return nil }
      return try transaction.openReferral(
        name: name,
        isSender: true,
        peer: try transaction.peer(facts.peer.text),
        grant: PeerGrant(
          log: Sim.logs[0].text,
          index: index,
          purpose: facts.purpose.text,
          basis: facts.basis.rawValue,
          groups: facts.groups.map(\.text),
          untilMs: facts.untilMs
        ),
        offer: Sim.digest(leg.offer),
        state: ReferralState.queued.rawValue,
        priority: nil,
        times: nil,
        atMs: atMs
      )
    }
    guard let row else { throw Programs.Failure("the store refused an offer") }
    legs.append(row)
    try await mirror(before)
  }

  private mutating func move(
    _ pick: Int,
    _ event: ReferralEvent,
    _ actor: ReferralActor
  ) async throws {
    guard !model.legs.isEmpty else { return }
    let place = pick % model.legs.count
    let before = model.queue.map(\.state)
    model.move(place, event, actor, nowMs)
    try await mirror(before)
  }

  /// Lets the store release and cancel what the life-cycle has released and cancelled in the model: that
  /// is decided above the store.
  private func follow(_ before: [SimLetter.State]) async throws {
    let atMs = nowMs
    for place in before.indices where model.queue[place].state != before[place] {
      guard let leg = model.queue[place].leg else { continue }
      let row = legs[leg]
      if before[place] == .held, model.queue[place].state == .queued {
        try await store.change { try $0.release(referral: row) }
      } else if model.queue[place].state == .dead, model.queue[place].code == "cancelled" {
        try await store.change {
          try $0.cancelWaiting(referral: row, code: "cancelled", atMs: atMs)
        }
      }
    }
  }

  /// Queues in the store what the model has queued.
  private mutating func mirror(_ before: [SimLetter.State]) async throws {
    try await follow(before)
    for letter in model.queue[letters.count...] {
      let grant = letter.grant.map { (real: grants[Int($0.index)], until: letter.untilMs ?? 0) }
      let isDisclosure = letter.kind.isDisclosure
      let referral = letter.leg.map { legs[$0] }
      let draft = OutboundDraft(
        peer: Sim.agencies[letter.to].text,
        kind: letter.kind.rawValue,
        message: Sim.digest(letter.id),
        envelope: Array(Sim.digest(letter.id).bytes),
        groups: letter.groups.map(\.text).sorted(),
        purpose: isDisclosure ? letter.purpose?.text ?? "" : "",
        basis: isDisclosure ? letter.basis?.rawValue ?? "" : "",
        grant: grant.map { .init(index: $0.real, log: Sim.logs[0].text, untilMs: $0.until) },
        ref: letter.ref.map { Sim.digest($0) },
        expiresMs: letter.expiresMs,
        outcome: letter.outcome,
        actor: "zarina",
        desk: "intake",
        atMs: nowMs
      )
      let held = letter.state == .held
      letters.append(
        try await store.change { try $0.queue(draft, referral: referral, held: held) }
      )
    }
  }

  // MARK: Lines

  private mutating func take(_ peer: Int) async throws {
    let before = model.queue.map(\.state)
    model.giveUpWaiting(peer)
    let items = model.takeBatch(peer, nowMs, limit: 64, courier: false)
    let atMs = nowMs
    let taken = try await store.change { [name = Sim.agencies[peer].text] in
      try $0.takeBatch(
        peer: name,
        after: 0,
        limit: 64,
        register: Sim.realm,
        policy: Sim.policyHash,
        nowMs: atMs,
        atMs: atMs
      )
    }
    sentCount += taken.count
    guard taken.map(\.message) == items.map({ Sim.digest($0.letter.id) }) else {
      throw Programs.Failure("the batches differ: \(taken.count), \(items.count)")
    }
    for message in taken { sent[message.message] = message }
    try await mirror(before)
  }

  private var sent: [Digest32: LoggedMessage] = [:]

  private mutating func settle(_ peer: Int, _ random: inout SeededGenerator) async throws {
    let answered = model.outstanding[peer].sorted().map { id in
      (message: id, received: Int.random(in: 0..<6, using: &random) > 0)
    }
    guard !answered.isEmpty else { return }
    let before = model.queue.map(\.state)
    model.settle(
      answered.map { ($0.message, $0.received, $0.received ? "stored" : "desk") },
      from: peer,
      nowMs
    )
    let lines = answered.compactMap { answer in
      sent[Sim.digest(answer.message)].map {
        NodeTransaction.ReceiptLine(
          row: $0.row,
          opened: $0.opens,
          opening: Sim.opening,
          received: answer.received,
          code: answer.received ? "stored" : "desk"
        )
      }
    }
    let atMs = nowMs
    _ = try await store.change { [name = Sim.agencies[peer].text] in
      try $0.applyReceipt(peer: name, view: "", lines: lines, atMs: atMs)
    }
    try await mirror(before)
  }

  // MARK: A holder's memory

  private mutating func entomb(_ peer: Int, _ pick: Int) async throws {
    minted += 1
    let groups = Sim.purposes[pick % 3].groups
    let some: Set<FieldGroup>? = pick % 2 == 0 ? nil : [groups[pick / 2 % groups.count]]
    let asked = pick % 3 != 0
    let name = CheckedItem.GrantName(log: Sim.logs[peer], index: UInt64(pick % 5))
    model.entomb(
      name,
      message: minted,
      groups: some,
      asked: asked,
      eraseAfterMs: asked ? nowMs + 9 : nil,
      nowMs
    )
    let (atMs, message) = (nowMs, Sim.digest(minted))
    try await store.change { transaction in
      try transaction.entomb(
        peer: transaction.peer(Sim.agencies[peer].text),
        log: name.log.text,
        index: name.index,
        untilMs: atMs + Sim.dayMs,
        message: message,
        groups: some.map { $0.map(\.text).sorted() },
        asked: asked,
        eraseAfterMs: asked ? atMs + 9 : nil,
        atMs: atMs
      )
    }
  }

  /// The power fails: the files as they are now are all that is left.
  private mutating func crash() async throws {
    model.crash()
    copies += 1
    let copy = StateFolder(root.appendingPathComponent("\(copies)"))
    try PowerCut.copy(folder.url, to: copy.url)
    let old = folder.url
    store = try NodeStore(opening: copy)
    folder = copy
    try? FileManager.default.removeItem(at: old)
  }

  // MARK: Do they agree?

  /// Where the store and the model differ; `nil` when they do not.
  mutating func difference() async throws -> String? {
    var configuration = Configuration()
    configuration.readonly = true
    let file = try DatabaseQueue(path: folder.node.path, configuration: configuration)
    defer { try? file.close() }
    let found = try file.read { db in
      (
        letters: try Row.fetchAll(db, sql: "SELECT id, state, seq FROM outbound ORDER BY id"),
        grants: try Row.fetchAll(
          db,
          sql: "SELECT idx, stopped, offered, cut FROM consent_grant ORDER BY idx"
        ),
        next: try Row.fetchAll(db, sql: "SELECT agency, next_seq FROM peer"),
        tombs: try Row.fetchAll(
          db,
          sql: "SELECT grant_log, grant_idx, groups, asked_groups, asked, done FROM tombstone"
        )
      )
    }
    let states: [SimLetter.State] = [.queued, .logged, .received, .refused, .dead, .held]
    guard found.letters.count == model.queue.count else { return "letters" }
    deadCount = model.queue.count { $0.state == .dead }
    for (row, letter) in zip(found.letters, model.queue) {
      guard states[Int(row["state"] as Int64)] == letter.state else {
        return "letter \(letter.kind): \(row["state"] as Int64), \(letter.state)"
      }
      let seq = (row["seq"] as Int64?).map { UInt64($0) } ?? 0
      guard seq == letter.seq else { return "seq \(seq), \(letter.seq)" }
    }
    for (row, grant) in zip(found.grants, model.grants) {
      let cut = (row["cut"] as String).split(separator: " ").map(String.init)
      guard ((row["stopped"] as Int64) == 1) == grant.facts.isWithdrawn,
        ((row["offered"] as Int64) == 1) == grant.facts.offerUsed,
        cut == grant.cut.map(\.text).sorted()
      else { return "grant \(row)" }
    }
    for row in found.next {
      guard let peer = Sim.agencies.firstIndex(where: { $0.text == row["agency"] as String }) else {
        continue
      }
      guard model.nextSeq[peer] == UInt64(row["next_seq"] as Int64) else {
        return "next \(row["next_seq"] as Int64), \(model.nextSeq[peer])"
      }
    }
    guard found.tombs.count == model.tombs.count else { return "tombs" }
    for row in found.tombs {
      guard
        let peer = Sim.logs.firstIndex(where: { $0.text == row["grant_log"] as String }),
        let tomb = model.tombs[
          CheckedItem.GrantName(log: Sim.logs[peer], index: UInt64(row["grant_idx"] as Int64))
        ]
      else { return "tomb" }
      func set(_ text: String?) -> Set<String>? {
        text.map { Set($0.split(separator: " ").map(String.init)) }
      }
      guard set(row["groups"]) == tomb.groups.map({ Set($0.map(\.text)) }),
        !tomb.asked || set(row["asked_groups"]) == tomb.askedGroups.map({ Set($0.map(\.text)) }),
        ((row["asked"] as Int64) == 1) == tomb.asked, ((row["done"] as Int64) == 1) == tomb.done
      else { return "tomb \(row)" }
    }
    return nil
  }
}

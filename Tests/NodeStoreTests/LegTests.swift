internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

/// Legs of a plan in the log (EVT-029, EVT-030, EVT-033; attacks B10 and C7).
@Suite(.timeLimit(.minutes(10))) struct LegTests {
  /// Grants of one record that names so many recipients.
  private func grants(_ store: NodeStore, recipients: Int, count: Int) async throws -> [UInt64] {
    try await store.change { transaction in
      try transaction.openCase(name: Sample.caseName, desk: "intake", atMs: Sample.nowMs)
      return try (0..<count).map { number in
        try transaction.grant(
          GrantDraft(
            peer: Sample.peer,
            purpose: "accommodation",
            basis: "consent",
            groups: ["need"],
            onward: false,
            untilMs: Sample.nowMs + 30 * Sample.dayMs,
            register: Sample.register,
            policy: Sample.policy,
            person: .init(
              id: Sample.bytes(16, UInt64(400 + number)),
              key: PersonalKey(Sample.digest(UInt64(450 + number))),
              subject: Sample.caseName
            )
          ),
          caseName: Sample.caseName,
          staff: Sample.staff,
          recipients: recipients
        )
      }
    }
  }

  private func take(
    _ store: NodeStore,
    atMs: UInt64 = Sample.nowMs,
    onlyNotices: Bool = false
  ) async throws -> [LoggedMessage] {
    try await store.change {
      try $0.takeBatch(
        peer: Sample.peer,
        after: 0,
        limit: 64,
        register: Sample.register,
        policy: Sample.policy,
        nowMs: atMs,
        atMs: atMs,
        padLimit: 15,
        onlyNotices: onlyNotices
      )
    }
  }

  @Test("Disclosures of a plan stand 0 to 15 pads apart, a single leg's side by side")
  func pads() async throws {
    for recipients in [1, 3] {
      let state = try State.created()
      let store = try state.open()
      let grants = try await grants(store, recipients: recipients, count: 40)
      try await store.change { transaction in
        for (place, grant) in grants.enumerated() {
          try transaction.queueOffer(UInt64(place + 1), grant: grant)
        }
      }
      let start = try await store.logState().size
      let taken = try await take(store)
      let places = [start - 1] + taken.map(\.index)
      let gaps = zip(places, places.dropFirst()).map { $1 - $0 - 1 }
      #expect(taken.count == 40)
      if recipients == 1 {
        #expect(gaps.allSatisfy { $0 == 0 })
      } else {
        #expect(gaps.allSatisfy { $0 <= 15 })
        // Forty times the same number out of sixteen does not happen.
        #expect(Set(gaps).count > 3)
        // A pad is no row.
        let rows: Int? = try state.value(state.folder.node, "SELECT count(*) FROM event")
        #expect(rows == 80)
      }
      #expect(try await store.logState().size == (taken.last?.index ?? 0) + 1)
    }
  }

  @Test("A leg is not logged before its moment, and its peer is named when that comes")
  func moment() async throws {
    let store = try State.created().open()
    let grants = try await grants(store, recipients: 2, count: 2)
    try await store.change { transaction in
      for (place, grant) in grants.enumerated() {
        let draft = OutboundDraft(
          peer: Sample.peer,
          kind: "offer",
          message: Sample.digest(UInt64(place + 1)),
          envelope: Sample.bytes(600, UInt64(place)),
          groups: ["need"],
          purpose: "accommodation",
          basis: "consent",
          grant: .init(index: grant, log: Sample.log, untilMs: Sample.nowMs + Sample.dayMs),
          expiresMs: Sample.nowMs + Sample.dayMs,
          atMs: Sample.nowMs
        )
        try transaction.queue(
          draft,
          referral: nil,
          leavesAtMs: Sample.nowMs + UInt64(place) * 1_000
        )
      }
    }
    #expect(try await take(store).map(\.message) == [Sample.digest(1)])
    let size = try await store.logState().size
    let early = try await store.read {
      try $0.peersLeaving(afterMs: Sample.nowMs, untilMs: Sample.nowMs + 999)
    }
    let due = try await store.read {
      try $0.peersLeaving(afterMs: Sample.nowMs + 999, untilMs: Sample.nowMs + 1_000)
    }
    #expect(early.isEmpty)
    #expect(due == [Sample.peer])
    #expect(try await take(store).map(\.message) == [Sample.digest(1)])
    #expect(try await store.logState().size == size)
    let later = try await take(store, atMs: Sample.nowMs + 1_000)
    #expect(later.map(\.message) == [1, 2].map(Sample.digest))
  }

  @Test("Attack C7: a logged message that dies is cancelled in the log, with a number of its own")
  func cancelled() async throws {
    let store = try State.created().open()
    let grant = try await store.grant()
    let other = try await store.grant(2)
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.queueOffer(2, grant: other)
    }
    #expect(try await store.take().map { $0.event.integer(.seq) } == [1, 2])
    try await store.change { try $0.stop(grant, atMs: Sample.nowMs) }
    let size = try await store.logState().size
    #expect(try await store.take().map(\.message.message) == [Sample.digest(2)])
    let event = try await store.change { _ in
    } after: { _, log in
      try log.openings([size]).first?.verify(size: log.size, root: log.root)
    }
    #expect(event?.type == .cancel)
    #expect(event?.digest(.message) == Sample.digest(1))
    #expect(event?.string(.peer) == Sample.peer)
    #expect(event?.integer(.seq) == 3)
    // Once only; and the next message goes on with the number after.
    #expect(try await store.take().count == 1)
    #expect(try await store.logState().size == size + 1)
    try await store.change { _ = try $0.queueOffer(3, grant: other) }
    #expect(try await store.take().last?.event.integer(.seq) == 4)
  }

  @Test("To an agency with two histories nothing is disclosed, and notices still go (CHK-036)")
  func onlyNotices() async throws {
    let store = try State.created().open()
    let grant = try await store.grant()
    try await store.change { transaction in
      try transaction.queueOffer(1, grant: grant)
      try transaction.queue(
        OutboundDraft(
          peer: Sample.peer,
          kind: "withdraw",
          message: Sample.digest(2),
          envelope: Sample.bytes(80, 5),
          grant: .init(index: grant, log: Sample.log, untilMs: Sample.nowMs + Sample.dayMs),
          expiresMs: Sample.nowMs + Sample.dayMs,
          outcome: "stop",
          atMs: Sample.nowMs
        ),
        referral: nil
      )
    }
    let notices = try await take(store, onlyNotices: true)
    #expect(notices.map(\.message) == [Sample.digest(2)])
    #expect(try await store.read { try $0.outboundCounts() } == [0: 1, 1: 1])
    #expect(try await take(store).count == 2)
  }
}

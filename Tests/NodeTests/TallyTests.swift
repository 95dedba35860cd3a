internal import AgencyNode
internal import Foundation
internal import GRDB
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Notes about nobody, on their way to the statistics: real sockets, a time of the test's own.
  @Suite(.serialized, .timeLimit(.minutes(10))) struct TallyTests {
    private static let three = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
      (id: "office.example", sector: "state"),
    ]

    private static func add(_ region: String, at node: Living) async throws {
      _ = try await AnonymousService(node: node.node).add(
        AnonymousAdd(
          sex: "female",
          age: "25-34",
          nationality: "own",
          exploitation: "forced-labour",
          region: region,
          reason: "fears-authorities"
        ),
        node.presence()
      )
    }

    /// What a node has made ready for others of it: kind, worker, desk, case.
    private static func prepared(_ node: Living) throws -> [Row] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Row.fetchAll(db, sql: "SELECT * FROM outbound WHERE kind = 'tally'")
      }
    }

    /// What a node has received, as it keeps it.
    private static func received(_ node: Living) throws -> [Data] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Data.fetchAll(db, sql: "SELECT envelope FROM inbound_envelope")
      }
    }

    /// The staff parts of the log that tell of a note.
    private static func staff(_ node: Living) throws -> [String] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Data.fetchAll(
          db,
          sql: "SELECT a FROM event WHERE type = 'disclose' AND instr(e, 'anonymous') > 0"
        ).map { String(decoding: $0, as: UTF8.self) }
      }
    }

    @Test(
      "Who refuses everything reaches the statistics as codes and a quarter, and nobody else (CNS-067)"
    )
    func sink() async throws {
      try await LivingRealm.with(Self.three, statistics: "office.example") { realm in
        let (ministry, clinic, office) = (realm.nodes[0], realm.nodes[1], realm.nodes[2])
        let regions = ["sughd", "khatlon"]
        for region in regions { try await Self.add(region, at: ministry) }
        let month = try await #require(
          ministry.node.store.read { try $0.anonymousNotes().first?.month }
        )
        // While the quarter lasts nothing leaves, and nothing is even made ready.
        try await realm.time.settle()
        #expect(try Self.prepared(ministry).isEmpty)

        var arrived = AnonymousReceived(notes: [], sealed: 0)
        for _ in 0..<130 where arrived.notes.count < regions.count {
          realm.time.pass(ms: TestTime.dayMs)
          try await Task.sleep(for: .milliseconds(150))
          arrived = try await AnonymousService(node: office.node).received(office.presence())
        }
        // Six codes and the quarter: no agency, no day, no order in which they came.
        #expect(arrived.sealed == 0)
        #expect(arrived.notes.map(\.region) == regions.sorted())
        for note in arrived.notes {
          #expect(note.period.hasPrefix(month.prefix(5)))
          #expect(["01", "04", "07", "10"].contains(note.period.suffix(2)))
          #expect(note.sex == "female" && note.reason == "fears-authorities")
        }
        // At the sender nobody stands behind them: no case, no worker, no desk.
        let rows = try Self.prepared(ministry)
        #expect(rows.count == regions.count)
        for row in rows {
          for column in ["referral", "ref", "grant_idx", "actor", "desk"] {
            #expect((row[column] as DatabaseValue).isNull, "\(column)")
          }
        }
        let staff = try Self.staff(ministry)
        #expect(staff.count == regions.count)
        for part in staff { #expect(!part.contains("actor") && !part.contains("desk")) }
        // Nobody else has anything.
        for other in [ministry, clinic] {
          let found = try await AnonymousService(node: other.node).received(other.presence())
          #expect(found.notes.isEmpty && found.sealed == 0)
        }
        // On the way, and in the office's store, it is sealed; and it is no referral there.
        let kept = try Self.received(office)
        #expect(kept.count == regions.count)
        for text in ["fears-authorities", "forced-labour", "khatlon"] {
          #expect(!kept.contains { $0.range(of: Data(text.utf8)) != nil }, "\(text)")
        }
        #expect(try await office.list(.incoming).isEmpty)
      }
    }

    @Test("Without an agency that keeps the statistics the notes stay where they are (CNS-067)")
    func noSink() async throws {
      try await LivingRealm.with(Array(Self.three.prefix(2))) { realm in
        let ministry = realm.nodes[0]
        try await Self.add("sughd", at: ministry)
        for _ in 0..<12 {
          realm.time.pass(ms: 10 * TestTime.dayMs)
          try await Task.sleep(for: .milliseconds(150))
        }
        try await realm.time.settle()
        #expect(try Self.prepared(ministry).isEmpty)
        #expect(try await ministry.node.store.read { try $0.anonymousNotes().count } == 1)
      }
    }
  }
}

internal import CanonicalBytes
internal import Testing
internal import TransparencyLog

/// What the log says of an erasure.
@Suite struct ErasureEventTests {
  private func erasure(_ fields: [EventField]) throws(EventFailure) -> LogEvent {
    try LogEvent(
      type: .erase,
      log: "ministry.example/amonat/log/1",
      realm: .zero,
      index: 9,
      fields: fields
    )
  }

  @Test("C6: an erasure says when the last backup of what it erased is gone")
  func backups() throws {
    let said = try erasure([
      .integer(.backupsUntil, 7), .integer(.cause, 3), .strings(.targets, ["1-2"]),
    ])
    #expect(said.integer(.backupsUntil) == 7)
    #expect(throws: EventFailure.missingKey(.backupsUntil)) {
      try erasure([.integer(.cause, 3), .strings(.targets, ["1-2"])])
    }
  }

  @Test("C5: an erasure names at most 64 ranges")
  func ranges() throws {
    for count in [64, 65] {
      let targets = (0..<count).map { "\($0)-\($0)" }.sorted()
      let made = try? erasure([
        .integer(.backupsUntil, 7), .integer(.cause, 3), .strings(.targets, targets),
      ])
      #expect((made != nil) == (count <= 64))
    }
  }

  @Test("An erasure receipt says what is kept, how long, and how many were told (WDR-022)")
  func receipt() throws {
    let kept: [EventField] = [
      .integer(.backupsUntil, 5), .integer(.count, 2), .strings(.groups, ["health"]),
      .integer(.until, 6),
    ]
    func notice(_ kind: String, _ more: [EventField]) throws(EventFailure) -> LogEvent {
      try LogEvent(
        type: .notify,
        log: "shelter.example/amonat/log/1",
        realm: .zero,
        index: 4,
        fields: [
          .integer(.expires, 9), .string(.kind, kind), .digest(.message, .zero),
          .string(.outcome, "kept-by-law"), .string(.peer, "ministry.example"),
          .digest(.ref, .zero), .integer(.seq, 1),
        ] + more
      )
    }
    let said = try notice("erased", kept)
    #expect(said.integer(.count) == 2 && said.strings(.groups) == ["health"])
    for field in kept {
      #expect(throws: EventFailure.self) { try notice("accept", [field]) }
    }
  }
}

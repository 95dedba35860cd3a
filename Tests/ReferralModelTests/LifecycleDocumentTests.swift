internal import Foundation
internal import ReferralModel
internal import Testing

/// The tables of chapter 11, made from the code: whoever changes the life-cycle changes the chapter.
///
/// `AMONAT_WRITE_TABLES=1` writes them.
@Suite struct LifecycleDocumentTests {
  private static let path = "Protocol/spec/11-referrals.md"
  private static let limits = LifecycleLimits(holdDownMs: 0, reopenMs: 1_000_000)

  /// What an event does to a referral that stands somewhere.
  private enum Cell: Hashable {
    case to(ReferralState)
    case follow(ReferralState)
    case nothing
    case freeze
    case thaw
    case resume
    case remember
    case refused(LifecycleRefusal)
  }

  private static func cell(_ state: ReferralState, _ event: ReferralEvent) -> Cell {
    var refusal = LifecycleRefusal.wrongSide
    var followed: Cell?
    for side in ReferralLifecycle.Side.allCases {
      for actor in event.actors {
        var referral = ReferralLifecycle(
          side: side,
          state: state,
          sinceMs: 50,
          frozenSinceMs: event == .resumeSharing || event == .withdraw ? 60 : nil,
          disputedFrom: state == .disputed ? .inService : nil
        )
        let before = referral
        let moment = LifecycleMoment(atMs: 100, grantIsLive: true, limits: limits)
        do throws(LifecycleRefusal) {
          _ = try referral.apply(event, by: actor, at: moment)
        } catch {
          if error != .wrongSide { refusal = error }
          continue
        }
        let isLocal = actor.rawValue == side.rawValue || ![.sender, .recipient].contains(actor)
        if event == .resolve, state == .disputed { return .resume }
        if referral.peerErased, referral.state == state { return .remember }
        if referral.isFrozen != before.isFrozen, referral.state == state {
          return referral.isFrozen ? .freeze : .thaw
        }
        guard referral.state != state else {
          followed = followed ?? .nothing
          continue
        }
        if isLocal || !couldDo(event, state) {
          return isLocal ? .to(referral.state) : .follow(referral.state)
        }
        return .to(referral.state)
      }
    }
    return followed ?? .refused(refusal)
  }

  /// Whether the side whose event it is may cause it here itself.
  private static func couldDo(_ event: ReferralEvent, _ state: ReferralState) -> Bool {
    for (side, actor) in [
      (ReferralLifecycle.Side.sender, ReferralActor.sender), (.recipient, .recipient),
    ] where event.actors.contains(actor) {
      var referral = ReferralLifecycle(side: side, state: state, sinceMs: 50)
      let moment = LifecycleMoment(atMs: 100, grantIsLive: true, limits: limits)
      if (try? referral.apply(event, by: actor, at: moment)) != nil, referral.state != state {
        return true
      }
    }
    return false
  }

  private static func names(_ states: [ReferralState]) -> String {
    states.map { "`\($0)`" }.joined(separator: " ")
  }

  private static func movesTable() -> String {
    var lines = [
      "| Event | Message | Moves | By the other side's message only | Changes nothing | Too late |",
      "|---|---|---|---|---|---|",
    ]
    for event in ReferralEvent.allCases {
      let cells = ReferralState.allCases.map { ($0, cell($0, event)) }
      var moves: [(to: String, from: [ReferralState])] = []
      var follows: [(to: String, from: [ReferralState])] = []
      func add(
        _ list: inout [(to: String, from: [ReferralState])],
        _ to: String,
        _ from: ReferralState
      ) {
        if let place = list.firstIndex(where: { $0.to == to }) {
          list[place].from.append(from)
        } else {
          list.append((to, [from]))
        }
      }
      for (state, cell) in cells {
        switch cell {
        case .to(let next): add(&moves, "`\(next)`", state)
        case .follow(let next): add(&follows, "`\(next)`", state)
        case .freeze: add(&moves, "frozen", state)
        case .thaw: add(&moves, "not frozen", state)
        case .resume: add(&moves, "where the dispute began", state)
        case .remember: add(&follows, "remembered", state)
        case .nothing, .refused: break
        }
      }
      func text(_ list: [(to: String, from: [ReferralState])]) -> String {
        list.map { "\(names($0.from)) → \($0.to)" }.joined(separator: "; ")
      }
      func which(_ wanted: Cell) -> String { names(cells.filter { $0.1 == wanted }.map(\.0)) }
      lines.append(
        "| `\(event)` | \(event.message.map { "`\($0)`" } ?? "–") | \(text(moves)) | "
          + "\(text(follows)) | \(which(.nothing)) | \(which(.refused(.late))) |"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func actorsTable() -> String {
    var lines = ["| Event | At the sender | At the recipient |", "|---|---|---|"]
    for event in ReferralEvent.allCases {
      let sides = ReferralLifecycle.Side.allCases.map { side -> String in
        let actors = ReferralActor.allCases.filter { actor in
          ReferralState.allCases.contains { state in
            var referral = ReferralLifecycle(
              side: side,
              state: state,
              sinceMs: 50,
              frozenSinceMs: 50
            )
            let moment = LifecycleMoment(atMs: 100, grantIsLive: true, limits: limits)
            do throws(LifecycleRefusal) {
              _ = try referral.apply(event, by: actor, at: moment)
              return true
            } catch { return error != .wrongSide }
          }
        }
        return actors.isEmpty ? "–" : actors.map(\.rawValue).joined(separator: ", ")
      }
      lines.append("| `\(event)` | \(sides[0]) | \(sides[1]) |")
    }
    return lines.joined(separator: "\n")
  }

  private static func clocksTable(_ policy: Policy) -> String {
    let priorities = policy.priorities.map(\.code)
    var lines = [
      "| Clock | Runs in | Waits for | " + priorities.map(\.text).joined(separator: " | ") + " |",
      "|---|---|---" + String(repeating: "|---", count: priorities.count) + "|",
    ]
    for timer in TimerName.allCases {
      let states = ReferralState.allCases.filter { $0.timers.contains(timer) }
      let waits =
        switch timer.waitsFor {
        case .sender: "sender"
        case .recipient: "recipient"
        case .nobody: "–"
        }
      let spans = priorities.map { policy.span(of: timer, priority: $0).map(\.description) ?? "–" }
      lines.append(
        "| `\(timer)` | \(states.isEmpty ? "–" : names(states)) | \(waits) | "
          + spans.joined(separator: " | ") + " |"
      )
    }
    return lines.joined(separator: "\n")
  }

  @Test("The tables of chapter 11 are what the code does")
  func tables() throws {
    let made = [
      "moves": Self.movesTable(), "actors": Self.actorsTable(),
      "clocks": Self.clocksTable(try RepositoryFile.policy()),
    ]
    var text = String(decoding: try RepositoryFile.bytes(Self.path), as: UTF8.self)
    let writes = ProcessInfo.processInfo.environment["AMONAT_WRITE_TABLES"] == "1"
    for (name, table) in made.sorted(by: { $0.key < $1.key }) {
      let (open, close) = ("<!-- table: \(name) -->\n", "\n<!-- end: \(name) -->")
      let start = try #require(text.range(of: open)?.upperBound)
      let end = try #require(text.range(of: close, range: start..<text.endIndex)?.lowerBound)
      if writes {
        text.replaceSubrange(start..<end, with: table)
      } else {
        #expect(String(text[start..<end]) == table, "AMONAT_WRITE_TABLES=1 writes the \(name)")
      }
    }
    guard writes else { return }
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    try text.write(to: root.appending(path: Self.path), atomically: true, encoding: .utf8)
  }
}

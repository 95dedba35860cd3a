package import AgencyNode
internal import Foundation
internal import Synchronization

/// Time that passes when a test or the demonstration says so, the same for all nodes; each has a clock of its own on the
/// wall, which may be wrong.
package final class TestTime: Sendable {
  private struct Sleeper {
    let dueMs: UInt64
    let continuation: CheckedContinuation<Void, any Error>
  }
  private struct State {
    var steadyMs: UInt64 = 1_000_000
    var next = 0
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
  }
  private let state = Mutex(State())
  private let startMs: UInt64

  /// A day, in ms.
  package static let dayMs: UInt64 = 86_400_000

  /// Starts at a time, Unix ms.
  package init(startMs: UInt64) { self.startMs = startMs }

  /// What the time really is, Unix ms.
  package var nowMs: UInt64 { startMs + steadyMs - 1_000_000 }

  private var steadyMs: UInt64 { state.withLock { $0.steadyMs } }

  /// Lets time pass; whoever waited for it goes on.
  package func pass(ms: UInt64) {
    let woken = state.withLock { state in
      state.steadyMs += ms
      let due = state.sleepers.filter { $0.value.dueMs <= state.steadyMs }
      for place in due.keys { state.sleepers[place] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  /// A clock on the wall of one node.
  package final class Wall: Sendable {
    private let offsetMs = Mutex<Int64>(0)
    private let time: TestTime
    package init(_ time: TestTime) { self.time = time }

    /// Somebody sets it, or its battery dies.
    package func set(_ timeMs: UInt64) {
      offsetMs.withLock { $0 = Int64(timeMs) - Int64(time.nowMs) }
    }

    /// The clock as a node takes it.
    package var clock: NodeClock {
      NodeClock(
        nowMs: { UInt64(max(0, Int64(self.time.nowMs) + self.offsetMs.withLock { $0 })) },
        steadyMs: { self.time.steadyMs },
        pause: { try await self.time.pause($0) }
      )
    }
  }

  private func pause(_ span: Duration) async throws {
    let spanMs =
      UInt64(span.components.seconds) * 1000
      + UInt64(span.components.attoseconds / 1_000_000_000_000_000)
    let place = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if state.cancelled.remove(place) != nil { return true }
          state.sleepers[place] = Sleeper(
            dueMs: state.steadyMs + spanMs,
            continuation: continuation
          )
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        guard let sleeper = state.sleepers.removeValue(forKey: place) else {
          state.cancelled.insert(place)
          return nil as Sleeper?
        }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Lets seconds pass until something holds.
  ///
  /// Each second of theirs takes some of ours, so that sockets and disks have time for their work: less
  /// `pace` where months are to be lived.
  ///
  /// - Returns: How long it took by their clocks, in ms.
  @discardableResult
  package func pass(
    until what: String,
    atMostMs: UInt64 = 300_000,
    pace: Duration = .milliseconds(120),
    _ holds: () async throws -> Bool
  ) async throws -> UInt64 {
    let start = nowMs
    while try await !holds() {
      guard nowMs - start < atMostMs else { throw Late(what: what) }
      pass(ms: 1_000)
      try await Task.sleep(for: pace)
    }
    return nowMs - start
  }

  /// Lets a few minutes pass, in which everything that comes round every minute comes round.
  package func settle() async throws {
    for _ in 0..<4 {
      pass(ms: 61_000)
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  /// Something did not come about in time.
  package struct Late: Error { package let what: String }
}

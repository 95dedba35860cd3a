internal import CanonicalBytes
internal import Synchronization
internal import TransparencyLog

/// Who waits for something to send to a peer: the lanes, and the held calls of peers.
package final class LaneBoard: Sendable {
  private struct State {
    var waiting: [String: [UInt64: CheckedContinuation<Void, Never>]] = [:]
    var ready: Set<String> = []
    var next: UInt64 = 0
  }
  private let state = Mutex(State())
  private let clock: NodeClock

  package init(clock: NodeClock) { self.clock = clock }

  /// Says that something waits for a peer.
  package func wake(_ peer: String) {
    let woken = state.withLock { state in
      state.ready.insert(peer)
      return state.waiting.removeValue(forKey: peer) ?? [:]
    }
    for continuation in woken.values { continuation.resume() }
  }

  /// Waits until something may wait for a peer, the task is cancelled, or a time has passed.
  package func wait(_ peer: String, atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.signal(peer) }
      group.addTask { try? await self.clock.pause(limit) }
      await group.next()
      group.cancelAll()
    }
  }

  private func signal(_ peer: String) async {
    let ticket = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state in
          if state.ready.remove(peer) != nil || Task.isCancelled { return true }
          state.waiting[peer, default: [:]][ticket] = continuation
          return false
        }
        if now { continuation.resume() }
      }
    } onCancel: {
      let found = state.withLock { $0.waiting[peer]?.removeValue(forKey: ticket) }
      found?.resume()
    }
  }
}

/// Callers of the local API that wait until their messages have their receipts.
final class ReceiptBoard: Sendable {
  /// One caller's wait for several rows.
  private struct Wait {
    var left: Int
    var outcomes: [Int64: String] = [:]
    var continuation: CheckedContinuation<Void, Never>?
  }
  private struct State {
    var waits: [UInt64: Wait] = [:]
    var owners: [Int64: UInt64] = [:]
    var next: UInt64 = 0
  }
  private let state = Mutex(State())

  /// Expects the receipts of rows, before they can be sent.
  ///
  /// - Returns: The ticket to wait with; who takes one waits with it.
  func expect(_ rows: [Int64]) -> UInt64 {
    state.withLock { state in
      state.next += 1
      state.waits[state.next] = Wait(left: rows.count)
      for row in rows { state.owners[row] = state.next }
      return state.next
    }
  }

  /// Says what became of rows.
  ///
  /// Rows nobody expects cost nothing.
  func settle(_ rows: [(row: Int64, outcome: String)]) {
    let woken = state.withLock { state in
      rows.compactMap { entry -> CheckedContinuation<Void, Never>? in
        guard let ticket = state.owners.removeValue(forKey: entry.row) else { return nil }
        state.waits[ticket]?.outcomes[entry.row] = entry.outcome
        state.waits[ticket]?.left -= 1
        guard state.waits[ticket]?.left == 0 else { return nil }
        defer { state.waits[ticket]?.continuation = nil }
        return state.waits[ticket]?.continuation
      }
    }
    for continuation in woken { continuation.resume() }
  }

  /// Waits until every row of a ticket has its outcome, the task is cancelled, or a time has passed.
  ///
  /// - Returns: What is known then; the ticket is used up.
  func outcomes(_ ticket: UInt64, atMost limit: Duration) async -> [Int64: String] {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.complete(ticket) }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
    return state.withLock { state in
      guard let wait = state.waits.removeValue(forKey: ticket) else { return [:] }
      // Only a wait that was given up has rows left.
      if wait.left > 0 { state.owners = state.owners.filter { $0.value != ticket } }
      return wait.outcomes
    }
  }

  private func complete(_ ticket: UInt64) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state in
          guard let left = state.waits[ticket]?.left, left > 0, !Task.isCancelled else {
            return true
          }
          state.waits[ticket]?.continuation = continuation
          return false
        }
        if now { continuation.resume() }
      }
    } onCancel: {
      let found = state.withLock { state in
        defer { state.waits[ticket]?.continuation = nil }
        return state.waits[ticket]?.continuation
      }
      found?.resume()
    }
  }
}

/// The newest cosignature time of each witness agency.
final class WitnessTimes: Sendable {
  private let times = Mutex<[String: WitnessTime]>([:])

  var all: [WitnessTime] { times.withLock { Array($0.values) } }

  func note(_ time: WitnessTime) {
    times.withLock { times in
      if let held = times[time.agency], held.timeMs >= time.timeMs { return }
      times[time.agency] = time
    }
  }
}

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

/// Callers of the local API that wait until a message has its receipt.
final class ReceiptBoard: Sendable {
  private struct State {
    var waiting: [Int64: CheckedContinuation<String?, Never>] = [:]
    var settled: [Int64: String] = [:]
  }
  private let state = Mutex(State())

  /// Expects the receipts of rows, before they are queued for sending.
  func expect(_ rows: [Int64]) {
    state.withLock { state in for row in rows { state.settled[row] = "" } }
  }

  /// Says what became of a row.
  ///
  /// Rows nobody expects cost nothing.
  func settle(_ rows: [(row: Int64, outcome: String)]) {
    let woken = state.withLock { state in
      rows.compactMap { entry -> (CheckedContinuation<String?, Never>, String)? in
        if let continuation = state.waiting.removeValue(forKey: entry.row) {
          state.settled[entry.row] = nil
          return (continuation, entry.outcome)
        }
        if state.settled[entry.row] != nil { state.settled[entry.row] = entry.outcome }
        return nil
      }
    }
    for (continuation, outcome) in woken { continuation.resume(returning: outcome) }
  }

  /// Waits for a row's receipt; `nil` when the wait is cancelled.
  func outcome(of row: Int64) async -> String? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known = state.withLock { state -> String?? in
          if let outcome = state.settled[row], !outcome.isEmpty {
            state.settled[row] = nil
            return .some(outcome)
          }
          if Task.isCancelled { return .some(nil) }
          state.waiting[row] = continuation
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      let found = state.withLock { state in
        state.settled[row] = nil
        return state.waiting.removeValue(forKey: row)
      }
      found?.resume(returning: nil)
    }
  }

  /// Gives up on rows.
  func forget(_ rows: [Int64]) {
    state.withLock { state in for row in rows { state.settled[row] = nil } }
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

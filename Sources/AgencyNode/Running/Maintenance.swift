internal import CanonicalBytes
internal import Foundation
internal import LocalContract
package import Logging
internal import NodeStore
internal import ReferralModel
internal import ServiceLifecycle
internal import TransparencyLog
internal import Trust

/// What a node does unattended: erases what is due, ends idle sessions, publishes heartbeats.
package struct Maintenance: Service {
  private let node: Node
  private let logger: Logger

  /// The board's name for "something may be due for erasure".
  static let erasureLane = "*erasure*"

  package init(node: Node, logger: Logger) {
    self.node = node
    self.logger = logger
  }

  package func run() async throws {
    let (node, logger) = (node, logger)
    let tells = node.settings.signals != nil
    _ = try? await node.store.change { $0.setTellsPeople(tells) }
    try await cancelWhenGracefulShutdown {
      var tidied = Interval(ms: Tidying.periodMs)
      var renewed = Interval(ms: Renewal.periodMs)
      var resealed = Interval(ms: DeskEpochs.periodMs)
      var clock = ClockReport()
      var lookedMs: UInt64 = 0
      while !Task.isCancelled {
        if let fatal = await node.store.fatalFailure {
          logger.critical("the store has stopped", metadata: ["code": "\(NodeError(from: fatal))"])
          throw NodeError(from: fatal)
        }
        node.trust.look(atMs: node.trustedMs)
        await node.sessions.sweep()
        do { try await WithdrawalService(node: node).watch() } catch {
          logger.warning("withdrawals not looked after", metadata: ["code": "\(error)"])
        }
        do {
          try await ErasureService(node: node).carryOut()
        } catch {
          logger.warning("erasure not complete", metadata: ["code": "\(error)"])
        }
        do { try await TimerService(node: node).tick() } catch {
          logger.warning("clocks not looked at", metadata: ["code": "\(error)"])
        }
        do { try await Herald(node: node).carryOut() } catch {
          logger.warning("people not told", metadata: ["code": "\(error)"])
        }
        do { try await AnonymousDesk(node: node).carryOut() } catch {
          logger.warning("anonymous notes", metadata: ["code": "\(error)"])
        }
        do { try await ConsentUpkeep(node: node).carryOut() } catch {
          logger.warning("consent upkeep not complete", metadata: ["code": "\(error)"])
        }
        do { try await Heartbeats(node: node).beatIfDue() } catch {
          logger.warning("heartbeat not made", metadata: ["code": "\(error)"])
        }
        if renewed.isDue(nowMs: node.clock.nowMs()) {
          do {
            try await node.time.settle(node.store)
            try await Renewal(node: node).renewIfDue()
          } catch {
            logger.warning("not renewed", metadata: ["code": "\(NodeError(from: error))"])
          }
          clock.report(node.time.status, to: logger)
        }
        if resealed.isDue(nowMs: node.clock.nowMs()) {
          do {
            for person in await node.sessions.everybody { try await Reseal(node: node).run(person) }
            try await DeskEpochs(node: node).destroyDue()
          } catch {
            logger.warning("desk keys", metadata: ["code": "\(NodeError(from: error))"])
          }
        }
        if tidied.isDue(nowMs: node.clock.nowMs()) {
          do { try await RetentionService(node: node).carryOut() } catch {
            logger.warning("retention not complete", metadata: ["code": "\(error)"])
          }
          do { try await Tidying(node: node).tidy() } catch {
            logger.warning("not tidied", metadata: ["code": "\(error)"])
          }
        }
        await Self.countRefusals(node, logger)
        lookedMs = await Self.wakeLeaving(node, afterMs: lookedMs, logger)
        await node.lanes.wait(Self.erasureLane, atMost: .seconds(2))
      }
    }
  }
}

/// Says once, and once again when it is over, that the machine's clock is not believed.
private struct ClockReport {
  private var last = "right"

  mutating func report(_ status: ClockStatus, to logger: Logger) {
    guard status.standing != last else { return }
    last = status.standing
    let level: Logger.Level = last == "right" ? .notice : .error
    logger.log(level: level, "the clock", metadata: ["standing": "\(last)"])
  }
}

extension Maintenance {
  /// How long refusals that leave no event are gathered before their count is logged (EXC-010).
  static let refusalsMs: UInt64 = 20 * 3_600_000

  fileprivate static func countRefusals(_ node: Node, _ logger: Logger) async {
    let nowMs = node.clock.nowMs()
    let beganByMs = nowMs - min(nowMs, refusalsMs)
    do {
      guard try await node.store.read({ try $0.hasRefusals(beganByMs: beganByMs) }) else { return }
      _ = try await node.store.change { try $0.logRefusals(beganByMs: beganByMs, atMs: nowMs) }
    } catch {
      logger.warning("refusals not logged", metadata: ["code": "\(NodeError(from: error))"])
    }
  }

  /// Wakes the lanes of peers for whom a leg of a plan leaves now (EVT-033).
  ///
  /// - Returns: Until when was looked.
  fileprivate static func wakeLeaving(
    _ node: Node,
    afterMs: UInt64,
    _ logger: Logger
  ) async -> UInt64 {
    let nowMs = node.clock.nowMs()
    do {
      let peers = try await node.store.read {
        try $0.peersLeaving(afterMs: afterMs, untilMs: nowMs)
      }
      for peer in peers.shuffled() { node.lanes.wake(peer) }
      return nowMs
    } catch {
      logger.warning("legs not looked for", metadata: ["code": "\(NodeError(from: error))"])
      return afterMs
    }
  }
}

/// Heartbeats: at equal times, of padded size, so that idle and busy nodes look alike (K2).
struct Heartbeats: Sendable {
  let node: Node

  func beatIfDue() async throws(NodeError) {
    guard let policy = node.trust.view.policy else { return }
    let nowMs = node.clock.nowMs()
    let period = policy.witnessing.heartbeat.nominalMs
    try await NodeError.wrapping {
      let last = try await node.store.read { try $0.lastHeartbeat() }
      if let last, nowMs < last.atMs + period { return }
      try await node.store.change { transaction -> UInt64? in
        let size = transaction.nextIndex
        // An empty log has nothing to show, and nothing to hide.
        guard size > 0 else { return nil }
        guard let target = Heartbeat.nextSize(last: last?.size ?? 0, size: size) else { return nil }
        try transaction.appendPads(target - size)
        return target
      } after: { target, log -> (UInt64, String)? in
        // Another job of the same commit may have added leaves: then the next beat does it.
        target.flatMap { $0 == log.size ? ($0, log.note) : nil }
      }.map { size, note in
        try await node.store.change { try $0.keepMark(size: size, note: note, atMs: nowMs) }
        node.gossip.changed()
        // Everybody is told at the same time, whatever else there is to say.
        for agency in node.trust.view.directory.register.agencies {
          node.lanes.wake(agency.id.text)
        }
      }
    }
  }
}

extension Optional {
  /// Runs an asynchronous step on a value that is there.
  fileprivate func map(_ body: (Wrapped) async throws -> Void) async rethrows {
    if case .some(let value) = self { try await body(value) }
  }
}

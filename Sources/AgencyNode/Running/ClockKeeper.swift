package import LocalContract
internal import NodeStore
internal import Synchronization
internal import TransparencyLog

/// The node's time: the machine's clock while it can be believed, its own memory otherwise (K7).
///
/// Everything in the node asks this clock. It is noticed when the machine wakes up in 2015; witnesses
/// alone never move the time, a person does, in one step.
package final class ClockKeeper: Sendable {
  private let machine: NodeClock
  private let floor: Mutex<ClockFloor>
  private let keptMs = Mutex<UInt64?>(nil)
  /// How far time may move before it is written down again, in ms: a write costs the disk something.
  private static let keepEveryMs: UInt64 = 600_000
  let witnessTimes: WitnessTimes

  /// The names under which the store keeps what must outlast a restart.
  private static let sureName = "clock/sure"
  private static let witnessPrefix = "clock/witness/"

  /// Starts with what the store holds.
  init(machine: NodeClock, store: NodeStore) async throws {
    self.machine = machine
    let kept = try await store.read { reader in
      (
        sure: try reader.meta(Self.sureName).flatMap { UInt64($0) },
        witnesses: try reader.metas(prefix: Self.witnessPrefix)
      )
    }
    floor = Mutex(
      ClockFloor(kept: kept.sure, localMs: machine.nowMs(), steadyMs: machine.steadyMs())
    )
    witnessTimes = WitnessTimes()
    for (name, value) in kept.witnesses {
      let parts = value.split(separator: " ")
      guard parts.count == 2, let timeMs = UInt64(parts[1]) else { continue }
      witnessTimes.note(
        WitnessTime(
          agency: String(name.dropFirst(Self.witnessPrefix.count)),
          sector: String(parts[0]),
          timeMs: timeMs
        )
      )
    }
  }

  /// The clock that the services get.
  var clock: NodeClock {
    NodeClock(
      nowMs: { self.nowMs },
      steadyMs: machine.steadyMs,
      pause: machine.pause
    )
  }

  /// The time to go by, Unix ms.
  var nowMs: UInt64 {
    let (local, steady) = (machine.nowMs(), machine.steadyMs())
    return floor.withLock { $0.nowMs(localMs: local, steadyMs: steady) }
  }

  /// Trusted time T (K7): this node's time, or the witnesses' when they are past it by less than a day.
  var trusted: TrustedTime {
    TrustedTime.now(local: nowMs, witnessTimes: witnessTimes.all, f: 1)
  }

  /// Whether the node may put its name to a time: its clock is believed, and no day behind the others.
  package var mayCosign: Bool { standing == .right && !trusted.isAlarm }

  /// The latest time that the node is sure of, Unix ms; for what cannot be undone.
  var sureMs: UInt64 { floor.withLock { $0.sureMs } }

  /// The time by which something is destroyed for good, Unix ms: never ahead of what the node is sure of,
  /// so that a machine that wakes up in 2100 destroys nothing by itself (attack A6).
  var destroyingMs: UInt64 { min(trusted.timeMs, sureMs) }

  /// How the machine's clock stands.
  var standing: ClockFloor.Standing {
    let (local, steady) = (machine.nowMs(), machine.steadyMs())
    return floor.withLock { $0.standing(localMs: local, steadyMs: steady) }
  }

  /// Lets the believed clock carry the node's memory along, and writes down what must outlast a restart.
  func settle(_ store: NodeStore) async throws {
    let (local, steady) = (machine.nowMs(), machine.steadyMs())
    let witnesses = witnessTimes.all
    let sure = floor.withLock { floor in
      floor.settle(localMs: local, steadyMs: steady, witnesses: witnesses.map(\.timeMs))
      return floor.sureMs
    }
    let isDue = keptMs.withLock { kept in
      guard let kept else { return true }
      return sure > kept ? sure - kept >= Self.keepEveryMs : kept > sure
    }
    if isDue { try await keep(sure, witnesses, store) }
  }

  private func keep(_ sure: UInt64, _ witnesses: [WitnessTime], _ store: NodeStore) async throws {
    try await store.change { transaction in
      try transaction.setMeta(Self.sureName, String(sure))
      for witness in witnesses {
        try transaction.setMeta(
          Self.witnessPrefix + witness.agency,
          "\(witness.sector) \(witness.timeMs)"
        )
      }
    }
    keptMs.withLock { $0 = sure }
  }

  /// A person decides: the witnesses are right, or the machine's clock is.
  ///
  /// - Throws: `conflict` when no witnesses have said anything that could be followed.
  func decide(_ choice: ClockChoice, store: NodeStore) async throws {
    let timeMs: UInt64
    switch choice {
    case .local: timeMs = machine.nowMs()
    case .witnesses:
      switch trusted {
      case .alarm(_, let witnessMs): timeMs = witnessMs
      case .time: throw NodeError(.conflict, detail: "the witnesses say nothing else")
      }
    }
    let steady = machine.steadyMs()
    floor.withLock { $0.decide(timeMs, steadyMs: steady) }
    try await keep(timeMs, [], store)
  }

  /// What is said of the clock.
  package var status: ClockStatus {
    let trusted = trusted
    let witnessMs: UInt64? = if case .alarm(_, let witnessMs) = trusted { witnessMs } else { nil }
    return ClockStatus(
      localMs: machine.nowMs(),
      usedMs: trusted.timeMs,
      standing: standing == .right && witnessMs != nil ? "behind" : standing.rawValue,
      witnessMs: witnessMs
    )
  }
}

/// The newest time that one witness agency has stated.
public struct WitnessTime: Sendable {
  /// The agency.
  public let agency: String
  /// Its sector.
  public let sector: String
  /// Unix time, in milliseconds.
  public let timeMs: UInt64

  /// Takes a statement.
  public init(agency: String, sector: String, timeMs: UInt64) {
    self.agency = agency
    self.sector = sector
    self.timeMs = timeMs
  }
}

/// T, the time by which things expire (K7): no single broken or hostile clock can move it.
public enum TrustedTime: Equatable, Sendable {
  /// Unix time in milliseconds, to be used.
  case time(UInt64)
  /// The witnesses are more than 24 h past the local clock: a person decides.
  case alarm(localMs: UInt64, witnessMs: UInt64)

  static let alarmSeconds: UInt64 = 86_400

  /// How far the witnesses may be past the local clock, in milliseconds.
  public static let alarmMs: UInt64 = alarmSeconds * 1000

  /// The time while no person has decided otherwise: the local clock in an alarm.
  public var timeMs: UInt64 {
    switch self {
    case .time(let time): time
    case .alarm(let local, _): local
    }
  }

  /// Whether a person must decide.
  public var isAlarm: Bool { if case .alarm = self { true } else { false } }

  /// T = max(local clock, the latest time that f + 1 distinct agencies of at least two sectors have
  /// reached).
  ///
  /// - Parameters:
  ///   - local: This node's clock, Unix ms.
  ///   - witnessTimes: Statements; of one agency only the newest counts.
  ///   - f: How many agencies may lie; taken as at least 1.
  /// - Returns: T, or an alarm that a person decides.
  public static func now(local: UInt64, witnessTimes: [WitnessTime], f: Int) -> TrustedTime {
    guard let witnesses = reached(witnessTimes, agencies: max(f, 1) + 1, sectors: 2),
      witnesses > local
    else { return .time(local) }
    return witnesses - local > alarmMs
      ? .alarm(localMs: local, witnessMs: witnesses) : .time(witnesses)
  }

  /// The latest time that this many agencies, of this many sectors, have reached.
  static func reached(_ times: [WitnessTime], agencies: Int, sectors: Int) -> UInt64? {
    var seenAgencies: Set<[UInt8]> = []
    var seenSectors: Set<[UInt8]> = []
    for time in times.sorted(by: { $0.timeMs > $1.timeMs })
    where seenAgencies.insert(Array(time.agency.utf8)).inserted {
      seenSectors.insert(Array(time.sector.utf8))
      if seenAgencies.count >= agencies, seenSectors.count >= sectors { return time.timeMs }
    }
    return nil
  }
}

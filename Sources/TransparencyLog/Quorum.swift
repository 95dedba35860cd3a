public import Sealing

/// A witness that a quorum may count.
public struct Witness: Sendable {
  /// The agency.
  public let agency: String
  /// Its sector.
  public let sector: String
  /// The witness's name.
  public let name: String
  /// Its key.
  public let key: VerifyingKey

  /// Takes a witness out of its agency's card.
  public init(agency: String, sector: String, name: String, key: VerifyingKey) {
    self.agency = agency
    self.sector = sector
    self.name = name
    self.key = key
  }
}

/// How many witnesses settle a checkpoint (K6), as the policy says.
public struct Quorum: Hashable, Sendable {
  /// Distinct agencies, at least 1.
  public let agencies: Int
  /// Distinct sectors among them, at least 1.
  public let sectors: Int
  /// How many witnesses may lie.
  public let f: Int

  /// A quorum; numbers below the least are raised to it.
  public init(agencies: Int, sectors: Int, f: Int) {
    self.agencies = max(agencies, 1)
    self.sectors = max(sectors, 1)
    self.f = max(f, 0)
  }

  /// A checkpoint with enough cosignatures.
  public struct Settled: Sendable {
    /// The checkpoint.
    public let checkpoint: Checkpoint
    /// Its time: the (f + 1)-th largest of the cosignatures', in seconds since 1970; the smallest
    /// where there are fewer.
    public let timeSeconds: UInt64
    /// The times of the agencies that count, for K7.
    public let times: [WitnessTime]
  }

  /// Judges a note with its cosignature lines.
  ///
  /// Each agency and each raw key counts once; the log's own agency and key never count; lines of
  /// unknown witnesses are passed over, a false line of a known one counts for nothing.
  ///
  /// - Returns: `nil` if the quorum is not reached.
  /// - Throws: ``CheckpointFailure`` if the note is not the log's.
  public func settled(
    note: String,
    origin: String,
    logKey: VerifyingKey,
    witnesses: [Witness]
  ) throws(CheckpointFailure) -> Settled? {
    let checkpoint = try Checkpoint.verify(note: note, origin: origin, key: logKey)
    let signed = try Checkpoint.parsed(note)
    var best: [[UInt8]: WitnessTime] = [:]
    var used: [VerifyingKey: [UInt8]] = [:]
    for witness in witnesses {
      let agency = Array(witness.agency.utf8)
      // A log is not its own witness, whatever key it uses.
      guard witness.key != logKey, !isOwner(agency, of: origin) else { continue }
      // One raw key under two agencies' names counts for the first only.
      if let owner = used[witness.key], owner != agency { continue }
      for line in signed.signatures {
        guard
          let time = try? Cosignature.verify(
            line,
            text: signed.text,
            witness: witness.name,
            key: witness.key
          )
        else { continue }
        used[witness.key] = agency
        let (timeMs, overflow) = time.multipliedReportingOverflow(by: 1000)
        guard !overflow, timeMs > best[agency]?.timeMs ?? 0 else { continue }
        best[agency] = WitnessTime(agency: witness.agency, sector: witness.sector, timeMs: timeMs)
      }
    }
    let times = best.values.sorted { $0.timeMs > $1.timeMs }
    guard times.count >= agencies, Set(times.map { Array($0.sector.utf8) }).count >= sectors else {
      return nil
    }
    return Settled(
      checkpoint: checkpoint,
      timeSeconds: times[min(f, times.count - 1)].timeMs / 1000,
      times: times
    )
  }

  private func isOwner(_ agency: [UInt8], of origin: String) -> Bool {
    origin.utf8.starts(with: agency + [UInt8(ascii: "/")])
  }
}

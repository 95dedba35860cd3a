internal import CanonicalBytes
internal import Sealing
internal import TransparencyLog

extension BundleVerifier {
  /// A checkpoint of this log over the leaves so far (AUD-020 to AUD-024).
  mutating func markLine(_ bytes: [UInt8], _ field: Range<Int>) {
    guard let head, let note = noteText(bytes, field),
      let claimed = try? Checkpoint.claimed(note: note), LineBytes.same(claimed.origin, logText),
      claimed.size == roots.size, claimed.size < head.size,
      lastMark.map({ claimed.size > $0 }) ?? true
    else { return malformed("mark", at: field) }
    lastMark = claimed.size
    summary.marks += 1
    let agrees = checkRoot(claimed.root)
    guard checkOwn(claimed, note) else { return }
    let settledMs = judgeCosignatures(note)
    guard agrees, let settledMs else { return }
    summary.settledSize = claimed.size
    rules.settled(timeMs: settledMs, size: claimed.size)
    emitRemarks()
  }

  /// Compares a signed root with the leaves so far; reports the first that differs (AUD-022).
  mutating func checkRoot(_ root: Digest32) -> Bool {
    guard root != roots.root else {
      agreedTo = roots.size
      return true
    }
    guard !rootDiffers else { return false }
    rootDiffers = true
    let range = agreedTo < roots.size ? agreedTo...(roots.size - 1) : nil
    emit(.rootMismatch, .error, range)
    return false
  }

  /// Verifies the log's own signature (AUD-023); looks for a second root (AUD-035).
  mutating func checkOwn(_ claimed: Checkpoint, _ note: String) -> Bool {
    let verified = trust.logKey(logText).flatMap { key in
      try? Checkpoint.verify(note: note, origin: logText, key: key)
    }
    guard verified != nil else {
      emit(.checkpointSignature, .error, nil, [logText, String(claimed.size)])
      return false
    }
    recordRoot(claimed)
    return true
  }

  /// Remembers a verified root; reports a fork.
  mutating func recordRoot(_ claimed: Checkpoint) {
    let other = session.record(
      origin: claimed.origin,
      size: claimed.size,
      root: claimed.root,
      bundle: name
    )
    guard let other else { return }
    emit(.logForked, .error, nil, [claimed.origin, String(claimed.size), other])
  }

  /// Verifies the lines of known witnesses (AUD-024).
  ///
  /// - Returns: The checkpoint's time in Unix ms, where it is settled.
  mutating func judgeCosignatures(_ note: String) -> UInt64? {
    guard let signed = try? SignedNote(parsing: note), let logKey = trust.logKey(logText) else {
      return nil
    }
    for line in signed.signatures {
      for witness in trust.witnesses where line.claims(witness.key) {
        let time = try? Cosignature.verify(
          line,
          text: signed.text,
          witness: witness.key.name,
          key: witness.key.key
        )
        if time == nil { emit(.cosignatureInvalid, .error, nil, [witness.key.name]) }
      }
    }
    let witnesses = trust.witnesses.map {
      Witness(agency: $0.agency, sector: $0.sector, name: $0.key.name, key: $0.key.key)
    }
    let settled = try? trust.quorum.settled(
      note: note,
      origin: logText,
      logKey: logKey,
      witnesses: witnesses
    )
    guard let seconds = settled?.timeSeconds else { return nil }
    let (timeMs, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : timeMs
  }

  /// A peer's checkpoint (AUD-031, AUD-032).
  mutating func viewLine(_ bytes: [UInt8], _ field: Range<Int>) {
    guard answerable != nil || unclear, let note = noteText(bytes, field),
      let claimed = try? Checkpoint.claimed(note: note), !LineBytes.same(claimed.origin, logText)
    else { return malformed("view", at: field) }
    viewed = true
    summary.views += 1
    // The origin of a checkpoint is the name of a log.
    let agency = claimed.origin.utf8.prefix { $0 != UInt8(ascii: "/") }
    views[session.words.number(claimed.origin)] = View(
      agency: session.words.number(Array(agency)[...]),
      receipts: InclusionChecks(size: claimed.size, root: claimed.root)
    )
    let verified = trust.logKey(claimed.origin).flatMap { key in
      try? Checkpoint.verify(note: note, origin: claimed.origin, key: key)
    }
    guard verified != nil else {
      return emit(.checkpointSignature, .error, nil, [claimed.origin, String(claimed.size)])
    }
    recordRoot(claimed)
  }

  /// A size and root of a peer's log that the agency accepted (AUD-034).
  mutating func seenLine(_ bytes: [UInt8], _ fields: [Range<Int>]) {
    let origin = LineBytes.text(bytes, fields[1])
    guard LineBytes.isLog(origin) else { return malformed("seen", at: fields[1]) }
    guard let size = LineBytes.number(bytes, fields[2]) else {
      return malformed("seen", at: fields[2])
    }
    guard let root = LineBytes.digest(bytes, fields[3]) else {
      return malformed("seen", at: fields[3])
    }
    if let last = lastSeen, (last.origin, last.size) >= (origin, size) {
      return malformed("seen", at: fields[1])
    }
    lastSeen = (origin, size)
    summary.seen += 1
    // The agency's word for a size it also has a signed note of.
    if let view = views[session.words.number(origin)]?.receipts, view.size == size,
      view.root != root
    {
      emit(.logForked, .error, nil, [origin, String(size), name])
    }
  }

  /// Compares what other bundles claim of this log at the size just reached (AUD-034).
  mutating func checkClaims() {
    while let claim = claims.first, claim.size <= roots.size {
      claims.removeFirst()
      guard claim.size == roots.size, claim.root != roots.root else { continue }
      emit(.logForked, .error, nil, [logText, String(claim.size), claim.bundle])
    }
  }
}

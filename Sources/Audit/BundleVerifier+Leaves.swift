internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

extension BundleVerifier {
  /// Lines among the entries that are no leaf.
  mutating func entryPart(_ word: String, _ bytes: [UInt8], _ range: Range<Int>) {
    let afterPads = endedInPads
    endedInPads = false
    if word != "view", word != "receipt" { closeAnswerable() }
    guard !stopped else { return }
    if word == "seen" || word == "settled" || word == "end" {
      guard let head, roots.size == head.size else { return malformed(word) }
      place = .seen
      return tail(word, bytes, range)
    }
    guard let fields = LineBytes.fields(bytes, range, limit: 6) else { return malformed(word) }
    switch (word, fields.count) {
    case ("closed", 3): closedLine(bytes, fields)
    case ("pads", 3) where !afterPads: padsLine(bytes, fields)
    case ("mark", 2): markLine(bytes, fields[1])
    case ("view", 2): viewLine(bytes, fields[1])
    case ("receipt", 6): receiptLine(bytes, fields)
    default: malformed(word)
    }
  }

  /// `leaf` HTAB leaf-hash HTAB e HTAB s-e HTAB a HTAB s-a HTAB c-p HTAB person.
  mutating func leafLine(_ bytes: [UInt8], _ range: Range<Int>) {
    endedInPads = false
    closeAnswerable()
    guard !stopped else { return }
    guard let head, roots.size < head.size else { return malformed("leaf") }
    let hashField = (range.lowerBound + 5)..<(range.lowerBound + 69)
    guard range.count > 70, bytes[hashField.upperBound] == 0x09,
      let given = LineBytes.digest(bytes, hashField)
    else { return malformed("leaf", at: range.lowerBound..<range.upperBound) }
    let eventStart = hashField.upperBound + 1
    guard let eventEnd = LineBytes.find(0x09, bytes, eventStart..<range.upperBound),
      let eventSalt = salt(bytes, eventEnd, range.upperBound)
    else { return malformed("leaf", at: eventStart..<range.upperBound) }
    let staffStart = eventEnd + 66
    guard let staffEnd = LineBytes.find(0x09, bytes, staffStart..<range.upperBound),
      let staffSalt = salt(bytes, staffEnd, range.upperBound),
      let personal = salt(bytes, staffEnd + 65, range.upperBound)
    else { return malformed("leaf", at: staffStart..<range.upperBound) }
    let lastField = (staffEnd + 131)..<range.upperBound
    guard let person = person(bytes, lastField),
      eventEnd - eventStart <= BundleLimits.eventBytes, eventEnd > eventStart,
      staffEnd - staffStart <= BundleLimits.eventBytes, staffEnd > staffStart
    else { return malformed("leaf", at: lastField) }

    let index = roots.size
    let text = bytes.span
    let leaf = LogLeaf(
      event: Commitments.event(text.extracting(eventStart..<eventEnd), salt: eventSalt),
      staff: Commitments.staff(text.extracting(staffStart..<staffEnd), salt: staffSalt),
      personal: personal
    )
    var matches = leaf.hash == given
    if case .salt(let salt) = person {
      matches = matches && Commitments.personal(Commitments.emptyPart, salt: salt) == personal
    }
    if !matches {
      emit(.leafMismatch, .error, index...index)
      unclear = true
    }
    append(given)
    judge(
      peerPart: bytes[eventStart..<eventEnd],
      staffPart: bytes[staffStart..<staffEnd],
      person: person,
      at: index
    )
    emitRemarks()
  }

  /// The 64 digits after the HTAB at a position, with an HTAB behind them.
  private func salt(_ bytes: [UInt8], _ tab: Int, _ end: Int) -> Digest32? {
    let field = (tab + 1)..<(tab + 65)
    guard field.upperBound < end, bytes[tab] == 0x09, bytes[field.upperBound] == 0x09 else {
      return nil
    }
    return LineBytes.digest(bytes, field)
  }

  private func person(_ bytes: [UInt8], _ field: Range<Int>) -> BundleWriter.Person? {
    if field.count == 64 { return LineBytes.digest(bytes, field).map { .salt($0) } }
    if LineBytes.equal(bytes, field, Words.held) { return .held }
    if LineBytes.equal(bytes, field, Words.gone) { return .gone }
    return nil
  }

  private mutating func append(_ leafHash: Digest32) {
    roots.append(leafHash)
    if !claims.isEmpty { checkClaims() }
  }

  /// `closed` HTAB index HTAB leaf.
  private mutating func closedLine(_ bytes: [UInt8], _ fields: [Range<Int>]) {
    guard let head, roots.size < head.size,
      LineBytes.number(bytes, fields[1]) == roots.size
    else { return malformed("closed", at: fields[1]) }
    guard let raw = Hex.decode(LineBytes.text(bytes, fields[2])), let leaf = LogLeaf(parsing: raw)
    else { return malformed("closed", at: fields[2]) }
    emit(.eventUnopened, .error, roots.size...roots.size)
    summary.closed += 1
    adoptions = nil
    append(leaf.hash)
  }

  /// `pads` HTAB first HTAB last (AUD-013, AUD-015).
  private mutating func padsLine(_ bytes: [UInt8], _ fields: [Range<Int>]) {
    guard let head, var padHasher, let first = LineBytes.number(bytes, fields[1]),
      first == roots.size
    else { return malformed("pads", at: fields[1]) }
    guard let last = LineBytes.number(bytes, fields[2]), first <= last, last < head.size else {
      return malformed("pads", at: fields[2])
    }
    // Taken out and put back, so that its buffer is not copied.
    self.padHasher = nil
    for index in first...last { append(padHasher.hash(index: index)) }
    self.padHasher = padHasher
    summary.pads += last - first + 1
    endedInPads = true
  }

  // MARK: Events

  /// Judges the opened parts of one leaf.
  private mutating func judge(
    peerPart: ArraySlice<UInt8>,
    staffPart: ArraySlice<UInt8>,
    person: BundleWriter.Person,
    at index: UInt64
  ) {
    guard let head else { return }
    let event: LogEvent
    do throws(EventFailure) {
      event = try LogEvent(parsing: peerPart)
    } catch {
      return unclear(.eventMalformed, at: index, ["peer"])
    }
    guard event.type != .pad else { return unclear(.eventMalformed, at: index, ["peer"]) }
    guard event.index == index, event.realm == head.realm, event.equals(.log, logBytes.span) else {
      return unclear(.indexMismatch, at: index)
    }
    let staff: StaffPart
    do throws(EventFailure) {
      staff = try StaffPart(parsing: staffPart)
    } catch {
      return unclear(.eventMalformed, at: index, ["staff"])
    }
    guard staff.cause.map({ $0 < index }) ?? true else {
      return unclear(.eventMalformed, at: index, ["staff"])
    }
    let saysPerson: Bool =
      switch person {
      case .salt: false
      case .held, .gone: true
      }
    guard staff.isAboutPerson == saysPerson else {
      return unclear(.eventMalformed, at: index, ["person"])
    }
    summary.count(event, staff, session.words)
    rules.person(person == .held ? .held : person == .gone ? .gone : .none, at: index)
    rules.time(staff.timeMs, at: index)
    apply(event, staff, at: index)
  }

  /// Reports a leaf that no rule can be applied to.
  private mutating func unclear(
    _ code: FindingCode,
    at index: UInt64,
    _ details: [String] = []
  ) {
    emit(code, .error, index...index, details)
    unclear = true
    adoptions = nil
  }

  /// At the `end` line: the last answer, the last root, then what needed the whole log.
  mutating func finishLeaves() {
    guard let head else { return }
    if checkRoot(head.root), let finalSettledMs {
      summary.settledSize = head.size
      rules.settled(timeMs: finalSettledMs, size: head.size)
    }
    if !claims.isEmpty { checkClaims() }
  }

  /// Receipts that no settled checkpoint of the peer's log extends, a day after (AUD-052, RCP-008).
  private mutating func judgeFinality(_ head: BundleHead) {
    let named = answeredViews.map { (session.words.text($0.key), $0.value) }
    for (origin, views) in named.sorted(by: { $0.0 < $1.0 }) {
      let settled = settledPeers[origin] ?? 0
      let open = views.filter {
        $0.size > settled && head.madeMs > $0.timeMs &+ LogRules.dayMs
      }
      guard let first = open.first, let last = open.last else { continue }
      emit(.receiptNotFinal, .warning, first.leaf...max(first.leaf, last.leaf), [origin])
    }
  }

  /// A log that another bundle says has ended must end there (AUD-050).
  private mutating func judgeEnding(_ head: BundleHead) {
    guard let ended = session.ended[logText] else { return }
    if head.size > ended.size {
      emit(
        .logClosed,
        .error,
        ended.size...(head.size - 1),
        [
          logText, String(ended.size), String(head.size),
        ]
      )
    } else if head.size == ended.size, head.root != ended.root {
      emit(.logForked, .error, nil, [logText, String(head.size), ended.bundle])
    }
  }

  /// After the `end` line.
  mutating func finishLog() {
    guard let head else { return }
    // Without a root that agrees there is nothing that could be settled.
    if roots.root == head.root { rules.judgeSettled(size: head.size) }
    session.unanswered.formUnion(rules.open.keys)
    judgeFinality(head)
    rules.finish(madeMs: head.madeMs)
    emitRemarks(onLine: false)
    let before = "\(head.agency.text)/amonat/log/\(max(head.log.number, 1) - 1)"
    if head.log.number > 1, head.size > 0, session.ended[before] == nil {
      emit(.succeedMisplaced, .error, 0...0)
    }
    judgeEnding(head)
    session.finals[logText] = (head.size, head.root, name)
    session.grants[logText] = rules.grants
    session.adopted[logText] = adoptions
    session.lastSeq[logText] = rules.lastSeq
    guard let messages = session.messages else { return }
    messages.read(ownNumber, upTo: max(head.madeMs, rules.lastTimeMs))
    messages.sizes[logText] = head.size
  }
}

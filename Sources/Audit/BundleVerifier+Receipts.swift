internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

extension BundleVerifier {
  /// What no receipt has answered waits from here on.
  mutating func closeAnswerable() {
    unclear = false
    guard let waiting = answerable else { return }
    answerable = nil
    // Views serve a receipt; without one they have no place (AUD-030).
    guard !viewed else { return malformed("view") }
    rules.unanswered(waiting.message, waiting.sent)
  }

  /// `receipt` HTAB e HTAB s-e HTAB staff HTAB personal HTAB path (AUD-030 to AUD-033).
  mutating func receiptLine(_ bytes: [UInt8], _ fields: [Range<Int>]) {
    guard let head, answerable != nil || unclear else { return malformed("receipt") }
    let answered = answerable
    answerable = nil
    unclear = false
    viewed = false
    guard let salt = LineBytes.digest(bytes, fields[2]),
      let staff = LineBytes.digest(bytes, fields[3]),
      let personal = LineBytes.digest(bytes, fields[4]), fields[1].count <= BundleLimits.eventBytes,
      !fields[1].isEmpty
    else { return malformed("receipt", at: fields[2]) }
    guard let path = path(bytes, fields[5]) else { return malformed("receipt", at: fields[5]) }
    summary.receipts += 1
    // The leaf is reported; what its receipt answers cannot be known.
    guard let answered else { return }
    guard let event = try? LogEvent(parsing: bytes[fields[1]]),
      event.type == .receive || event.type == .refuse, event.realm == head.realm,
      event.equals(.peer, head.agency.text), event.digest(.message) == answered.message,
      let log = event.text(.log).flatMap(session.words.known),
      views[log]?.agency == answered.sent.peer
    else { return mismatch(answered) }
    let leaf = LogLeaf(
      event: Commitments.event(bytes.span.extracting(fields[1]), salt: salt),
      staff: staff,
      personal: personal
    )
    let included = views[log]?.receipts.verify(leafHash: leaf.hash, index: event.index, path: path)
    guard included == true else { return mismatch(answered) }
    if let size = views[log]?.receipts.size, answeredViews[log]?.last?.size != size {
      answeredViews[log, default: []].append((size, answered.sent.index, answered.sent.timeMs))
    }
    guard let messages = session.messages else { return }
    messages.answer(answered.message, log: session.words.text(log), at: event.index)
  }

  private mutating func mismatch(_ answered: Answerable) {
    let index = answered.sent.index
    emit(.receiptMismatch, .error, index...index, [session.words.text(answered.sent.peer)])
  }

  private func path(_ bytes: [UInt8], _ field: Range<Int>) -> [Digest32]? {
    if field.count == 1, bytes[field.lowerBound] == UInt8(ascii: "-") { return [] }
    let limit = BundleLimits.pathHashes * Digest32.byteCount
    guard let flat = decoded(bytes, field, limit: limit) else { return nil }
    return MerkleProof.path(flat: flat)
  }
}

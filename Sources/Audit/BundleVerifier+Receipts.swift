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
    guard let salt = hex.digest(bytes, fields[2]), let staff = hex.digest(bytes, fields[3]),
      let personal = hex.digest(bytes, fields[4]), fields[1].count <= BundleLimits.eventBytes,
      !fields[1].isEmpty
    else { return malformed("receipt", at: fields[2]) }
    guard let path = path(bytes, fields[5]) else { return malformed("receipt", at: fields[5]) }
    summary.receipts += 1
    // The leaf is reported; what its receipt answers cannot be known.
    guard let answered else { return }
    let part = Array(bytes[fields[1]])
    let index = answered.sent.index
    let peer = session.words.text(answered.sent.peer)
    guard let event = try? LogEvent(parsing: part),
      event.type == .receive || event.type == .refuse, event.realm == head.realm,
      event.equals(.peer, head.agency.text), event.digest(.message) == answered.message,
      let log = event.string(.log), log.utf8.starts(with: "\(peer)/".utf8),
      let view = views[log]
    else { return emit(.receiptMismatch, .error, index...index, [peer]) }
    let leaf = LogLeaf(
      event: Commitments.event(part, salt: salt),
      staff: staff,
      personal: personal
    )
    guard
      MerkleProof.verifyInclusion(
        leafHash: leaf.hash,
        index: event.index,
        size: view.size,
        path: path,
        root: view.root
      )
    else { return emit(.receiptMismatch, .error, index...index, [peer]) }
    session.messages?.answer(answered.message, log: log, at: event.index)
  }

  private func path(_ bytes: [UInt8], _ field: Range<Int>) -> [Digest32]? {
    if field.count == 1, bytes[field.lowerBound] == UInt8(ascii: "-") { return [] }
    let limit = BundleLimits.pathHashes * Digest32.byteCount
    guard let flat = decoded(bytes, field, limit: limit) else { return nil }
    return MerkleProof.path(flat: flat)
  }
}

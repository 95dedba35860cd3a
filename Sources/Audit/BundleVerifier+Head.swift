internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

extension BundleVerifier {
  /// The lines from `head` to `checkpoint`.
  mutating func headPart(_ word: String, _ bytes: [UInt8], _ range: Range<Int>) {
    guard let fields = LineBytes.fields(bytes, range, limit: 2), fields.count == 2 else {
      return malformed(word)
    }
    headLines[word, default: 0] += 1
    guard headLines[word, default: 0] <= BundleLimits.headLines else { return malformed(word) }
    switch (word, place) {
    case ("head", .head): headLine(bytes, fields[1])
    case ("pad-key", .padKey):
      guard let key = LineBytes.digest(bytes, fields[1]) else {
        return malformed(word, at: fields[1])
      }
      padKey = key
      place = .register
    case ("register", .register): statement(word, bytes, fields[1])
    case ("suspension", .register), ("suspension", .suspension):
      guard trust.registerCount > 0 else { return malformed(word) }
      place = .suspension
      statement(word, bytes, fields[1])
    case ("policy", .register), ("policy", .suspension), ("policy", .policy):
      guard trust.registerCount > 0 else { return malformed(word) }
      place = .policy
      statement(word, bytes, fields[1])
    case ("card", .register), ("card", .suspension), ("card", .policy), ("card", .card):
      guard trust.registerCount > 0 else { return malformed(word) }
      place = .card
      statement(word, bytes, fields[1])
    case ("checkpoint", .card): checkpointLine(bytes, fields[1])
    default: malformed(word)
    }
  }

  private mutating func headLine(_ bytes: [UInt8], _ field: Range<Int>) {
    do throws(BundleHead.Failure) {
      let head = try BundleHead(parsing: Array(bytes[field]))
      if let expectedRealm, expectedRealm != head.realm { return stop(.realmOther, ["head"]) }
      take(head)
    } catch {
      guard error == .malformed else { return stop(.bundleUnsupported, ["from"]) }
      malformed("head", at: field)
    }
  }

  private mutating func take(_ head: BundleHead) {
    self.head = head
    summary.head = head
    logText = head.log.text
    ownNumber = session.words.number(head.agency.text)
    claims = session.claims[logText, default: []][...]
    if let messages = session.messages {
      messages.agencies[ownNumber, default: .init()].logs.insert(head.log.number)
    }
    // A log after the first goes on with the numbers of the one before, where that was read.
    if head.log.number > 1,
      let earlier = session.lastSeq["\(head.agency.text)/amonat/log/\(head.log.number - 1)"]
    {
      rules.lastSeq = earlier
    }
    if head.log.number > 1 {
      adoptions = session.adopted["\(head.agency.text)/amonat/log/\(head.log.number - 1)"]
    }
    place = .padKey
  }

  private mutating func statement(_ word: String, _ bytes: [UInt8], _ field: Range<Int>) {
    let limit = word == "policy" ? BundleLimits.policyBytes : BundleLimits.noteBytes
    guard let head, let content = decoded(bytes, field, limit: limit) else {
      return malformed(word, at: field)
    }
    do throws(TrustPicture.Refusal) {
      switch word {
      case "register": try trust.addRegister(content, realm: head.realm)
      case "suspension": try trust.addSuspension(content, realm: head.realm)
      case "policy": try trust.addPolicy(content)
      default: try trust.addCard(content, realm: head.realm)
      }
    } catch {
      stop(error.code, error.details)
    }
  }

  private mutating func checkpointLine(_ bytes: [UInt8], _ field: Range<Int>) {
    guard let head, let padKey, let note = noteText(bytes, field),
      let claimed = try? Checkpoint.claimed(note: note),
      LineBytes.same(claimed.origin, logText), claimed.size == head.size
    else { return malformed("checkpoint", at: field) }
    if !trust.choosePolicy() { emit(.policyMissing, .error, nil, ["newest"]) }
    if trust.quorum.agencies == 1 { emit(.quorumOne, .note) }
    if claimed.root != head.root { emit(.rootMismatch, .error, nil, ["head"]) }
    let isSigned = checkOwn(claimed, note)
    finalSettledMs = isSigned ? judgeCosignatures(note) : nil
    padHasher = PadHasher(padKey: padKey, head: head)
    place = .entries
  }

  /// The bytes of a base64 field; `nil` for anything else, or more than the limit.
  func decoded(_ bytes: [UInt8], _ field: Range<Int>, limit: Int) -> [UInt8]? {
    guard !field.isEmpty, field.count <= (limit + 2) / 3 * 4,
      let content = Base64.decode(bytes[field]), content.count <= limit
    else { return nil }
    return content
  }

  /// The text of a note in a base64 field.
  func noteText(_ bytes: [UInt8], _ field: Range<Int>) -> String? {
    guard let content = decoded(bytes, field, limit: BundleLimits.noteBytes) else { return nil }
    return String(validating: content, as: UTF8.self)
  }
}

/// Reads the usual text of a bulk referral in one pass.
///
/// The general decoder spends ten times as long on the same bytes. Whatever is unusual (an escape, a
/// fraction, `null`, a field unknown or given twice, bytes that are no text) is left to it, and so is
/// every complaint: this reader takes nothing that the other would refuse, and takes it as the same.
struct ReferReader {
  private let bytes: [UInt8]
  private var place = 0

  /// The batch; `nil` for anything that is not plainly one.
  static func read(_ bytes: [UInt8]) -> ReferBatch? {
    var reader = ReferReader(bytes: bytes)
    guard let batch = reader.batch() else { return nil }
    reader.skipBlanks()
    return reader.place == bytes.count ? batch : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func batch() -> ReferBatch? {
    var referrals: [ReferAsk]?
    var dryRun: Bool?
    var wait: ReferWait?
    let isWhole = members { key, reader in
      switch key {
      case "referrals" where referrals == nil:
        referrals = reader.list { $0.ask() }
        return referrals != nil
      case "dryRun" where dryRun == nil:
        dryRun = reader.flag()
        return dryRun != nil
      case "wait" where wait == nil:
        wait = reader.text().flatMap { ReferWait(rawValue: $0) }
        return wait != nil
      default: return false
      }
    }
    guard isWhole, let referrals else { return nil }
    return ReferBatch(referrals: referrals, dryRun: dryRun ?? false, wait: wait ?? .queued)
  }

  private mutating func ask() -> ReferAsk? {
    var grant: UInt64?
    var ask = ReferAsk(grant: 0)
    var known: Set<String> = []
    let isWhole = members { key, reader in
      guard known.insert(key).inserted else { return false }
      switch key {
      case "grant":
        grant = reader.number()
        return grant != nil
      case "service":
        ask.service = reader.text()
        return ask.service != nil
      case "urgency":
        guard let urgency = reader.text() else { return false }
        ask.urgency = urgency
        return true
      case "content":
        ask.content = reader.content()
        return ask.content != nil
      case "fromCase":
        guard let flag = reader.flag() else { return false }
        ask.fromCase = flag
        return true
      case "expiresDays":
        ask.expiresDays = reader.number().flatMap { UInt32(exactly: $0) }
        return ask.expiresDays != nil
      case "replaces":
        ask.replaces = reader.text()
        return ask.replaces != nil
      default: return false
      }
    }
    guard isWhole, let grant else { return nil }
    ask.grant = grant
    return ask
  }

  private mutating func content() -> [String: [String: FieldValue]]? {
    var groups: [String: [String: FieldValue]] = [:]
    let isWhole = members { group, reader in
      var fields: [String: FieldValue] = [:]
      let isWhole = reader.members { name, reader in
        guard let value = reader.value() else { return false }
        return fields.updateValue(value, forKey: name) == nil
      }
      return isWhole && groups.updateValue(fields, forKey: group) == nil
    }
    return isWhole ? groups : nil
  }

  private mutating func value() -> FieldValue? {
    skipBlanks()
    guard place < bytes.count else { return nil }
    switch bytes[place] {
    case UInt8(ascii: "\""): return text().map { .text($0) }
    case UInt8(ascii: "["): return list { $0.text() }.map { .codes($0) }
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return number().flatMap { $0 <= FieldValue.largestNumber ? .number($0) : nil }
    default: return flag().map { .flag($0) }
    }
  }

  // MARK: JSON

  /// Calls back with each key, to take its value; returns whether all of the object was taken.
  private mutating func members(_ take: (String, inout ReferReader) -> Bool) -> Bool {
    guard skip("{") else { return false }
    if skip("}") { return true }
    repeat {
      guard let key = text(), skip(":"), take(key, &self) else { return false }
    } while skip(",")
    return skip("}")
  }

  private mutating func list<Element>(
    _ element: (inout ReferReader) -> Element?
  ) -> [Element]? {
    guard skip("[") else { return nil }
    var out: [Element] = []
    if skip("]") { return out }
    repeat {
      guard let next = element(&self) else { return nil }
      out.append(next)
    } while skip(",")
    return skip("]") ? out : nil
  }

  /// A string without escapes.
  private mutating func text() -> String? {
    guard skip("\"") else { return nil }
    let start = place
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        let text = String(validating: bytes[start..<place], as: UTF8.self)
        place += 1
        return text
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
      place += 1
    }
    return nil
  }

  /// A whole number without sign, fraction or exponent.
  private mutating func number() -> UInt64? {
    skipBlanks()
    let start = place
    var value: UInt64 = 0
    while place < bytes.count, case 0x30...0x39 = bytes[place] {
      // Far below the end of 64 bits.
      guard place - start < 16 else { return nil }
      value = value * 10 + UInt64(bytes[place] - 0x30)
      place += 1
    }
    guard place > start, place - start == 1 || bytes[start] != 0x30 else { return nil }
    guard place < bytes.count else { return value }
    switch bytes[place] {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
    default: return value
    }
  }

  private mutating func flag() -> Bool? {
    if word("true") { return true }
    return word("false") ? false : nil
  }

  private mutating func word(_ word: String) -> Bool {
    skipBlanks()
    let end = place + word.utf8.count
    guard end <= bytes.count, word.utf8.elementsEqual(bytes[place..<end]) else { return false }
    place = end
    return true
  }

  private mutating func skip(_ sign: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard place < bytes.count, bytes[place] == UInt8(ascii: sign) else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      default: return
      }
    }
  }
}

/// Walks the fields of an encoded message without decoding it, so that counts and sizes are known
/// before a decoder allocates anything.
struct WireScan {
  /// One field: its number, and the range of its bytes if it is length-delimited.
  struct Field {
    let number: UInt64
    let body: Range<Int>?
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  /// The next field; `nil` at the end.
  ///
  /// - Throws: ``ExchangeCode/malformed`` for anything that is not one of the two wire types used.
  mutating func next() throws(ExchangeCode) -> Field? {
    guard position < end else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0:
      _ = try varint()
      return Field(number: tag >> 3, body: nil)
    case 2:
      let count = try varint()
      guard count <= UInt64(end - position) else { throw .malformed }
      let body = position..<position + Int(count)
      position = body.upperBound
      return Field(number: tag >> 3, body: body)
    default: throw .malformed
    }
  }

  private mutating func varint() throws(ExchangeCode) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .malformed
  }
}

extension WireScan {
  /// Holds an encoded Exchange to every limit of step 1.
  ///
  /// - Throws: ``ExchangeCode/tooLarge``, or ``ExchangeCode/malformed``.
  static func checkLimits(_ bytes: [UInt8]) throws(ExchangeCode) {
    guard bytes.count <= ExchangeLimits.bodyBytes else { throw .tooLarge }
    var notes = 0
    var refusals = 0
    var last: UInt64 = 0
    var scan = WireScan(bytes)
    while let field = try scan.next() {
      // A second delivery or receipt would have limits of its own.
      guard field.number > last || (field.number == last && last > 2) else { throw .malformed }
      last = field.number
      guard let body = field.body else { continue }
      switch field.number {
      case 1: try checkDelivery(bytes, body)
      case 2: try checkReceipt(bytes, body)
      case 3:
        notes += 1
        guard notes <= ExchangeLimits.notes, body.count <= ExchangeLimits.noteBytes else {
          throw .tooLarge
        }
      case 5:
        refusals += 1
        guard refusals <= ExchangeLimits.items, body.count <= 128 else { throw .tooLarge }
      case 6: guard body.count <= ExchangeLimits.codeBytes else { throw .tooLarge }
      default: throw .malformed
      }
    }
  }

  private static func checkDelivery(
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) throws(ExchangeCode) {
    var items = 0
    var scan = WireScan(bytes, in: range)
    while let field = try scan.next() {
      guard let body = field.body else { continue }
      switch field.number {
      case 1:
        items += 1
        guard items <= ExchangeLimits.items else { throw .tooLarge }
        var item = WireScan(bytes, in: body)
        while let part = try item.next() {
          if let opening = part.body, part.number == 2 || part.number == 3 {
            try checkOpening(bytes, opening)
          }
        }
      case 2, 5: try checkNote(body)
      case 4, 6: try checkProof(body)
      default: throw .malformed
      }
    }
  }

  private static func checkReceipt(
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) throws(ExchangeCode) {
    var events = 0
    var scan = WireScan(bytes, in: range)
    while let field = try scan.next() {
      guard let body = field.body else { continue }
      switch field.number {
      case 1:
        events += 1
        guard events <= ExchangeLimits.items else { throw .tooLarge }
        try checkOpening(bytes, body)
      case 2, 5: try checkNote(body)
      case 4: try checkProof(body)
      default: throw .malformed
      }
    }
  }

  private static func checkOpening(
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) throws(ExchangeCode) {
    var scan = WireScan(bytes, in: range)
    while let field = try scan.next() {
      guard let body = field.body else { continue }
      if field.number == 5 { try checkProof(body) }
      if field.number == 6 { try checkNote(body) }
    }
  }

  private static func checkNote(_ body: Range<Int>) throws(ExchangeCode) {
    guard body.count <= ExchangeLimits.noteBytes else { throw .tooLarge }
  }

  private static func checkProof(_ body: Range<Int>) throws(ExchangeCode) {
    guard body.count <= ExchangeLimits.pathHashes * 32 else { throw .tooLarge }
  }
}

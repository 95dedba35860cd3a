/// One pass over bytes, left to right, refusing at the first broken rule.
struct CanonicalReader {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private let depthLimit: Int
  private let limitBytes: Int
  private let isEvent: Bool
  private let isDocument: Bool
  private let textKeys: Set<String>

  init(bytes: [UInt8], profile: CanonicalJSON.Profile) {
    self.bytes = bytes
    switch profile {
    case .event:
      (depthLimit, limitBytes) = (1, CanonicalJSON.eventLimitBytes)
      (isEvent, isDocument, textKeys) = (true, false, [])
    case .note(let keys):
      (depthLimit, limitBytes) = (6, CanonicalJSON.noteLimitBytes)
      (isEvent, isDocument, textKeys) = (false, false, keys)
    case .document:
      (depthLimit, limitBytes) = (16, CanonicalJSON.documentLimitBytes)
      (isEvent, isDocument, textKeys) = (false, true, [])
    }
  }

  mutating func readWhole() throws(CanonicalFailure) -> CanonicalObject {
    guard bytes.count <= limitBytes else { throw .tooLarge }
    skipSpace()
    let object = try readObject(depth: 1, inheritedText: false)
    skipSpace()
    guard position == bytes.count else { throw .syntax(offset: position, line: line) }
    return object
  }

  private mutating func readObject(
    depth: Int,
    inheritedText: Bool
  ) throws(CanonicalFailure) -> CanonicalObject {
    guard depth <= depthLimit else { throw .depth(offset: position, line: line) }
    try expect(UInt8(ascii: "{"))
    var members: [CanonicalObject.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return CanonicalObject(ordered: members) }
    while true {
      skipSpace()
      let (start, startLine) = (position, line)
      let key = try readString(text: isDocument)
      guard isDocument || isKey(key) else { throw .syntax(offset: start, line: startLine) }
      if !isDocument, let last = members.last,
        !last.key.utf8.lexicographicallyPrecedes(key.utf8)
      {
        throw .keyOrder(offset: start, line: startLine)
      }
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      let text = isDocument || inheritedText || textKeys.contains(key)
      members.append(.init(key: key, value: try readValue(depth: depth, text: text)))
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "}"))
      break
    }
    guard isDocument else { return CanonicalObject(ordered: members) }
    members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (left, right) in zip(members, members.dropFirst())
    where left.key.utf8.elementsEqual(right.key.utf8) {
      throw .keyOrder(offset: position, line: line)
    }
    return CanonicalObject(ordered: members)
  }

  /// Longest key of a signed text, in bytes (CJ-002).
  private static let keyLimitBytes = 32

  /// `[a-z][a-z0-9_]*`, in CJ-1 with `-` beside `_` (CJ-002, CJ-103).
  private func isKey(_ key: String) -> Bool {
    guard (1...Self.keyLimitBytes).contains(key.utf8.count) else { return false }
    var isFirst = true
    for byte in key.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        guard !isFirst else { return false }
      case UInt8(ascii: "-"): guard !isEvent, !isFirst else { return false }
      default: return false
      }
      isFirst = false
    }
    return true
  }

  private mutating func readValue(
    depth: Int,
    text: Bool
  ) throws(CanonicalFailure) -> CanonicalValue {
    guard position < bytes.count else { throw .syntax(offset: position, line: line) }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try readString(text: text))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try readInteger())
    case UInt8(ascii: "["): return .list(try readList(depth: depth, text: text))
    case UInt8(ascii: "{") where !isEvent:
      return .object(try readObject(depth: depth + 1, inheritedText: text))
    case UInt8(ascii: "t") where isDocument:
      for byte in "true".utf8 { try expect(byte) }
      return .bool(true)
    case UInt8(ascii: "f") where isDocument:
      for byte in "false".utf8 { try expect(byte) }
      return .bool(false)
    case UInt8(ascii: "-"): throw .number(offset: position, line: line)
    default: throw .syntax(offset: position, line: line)
    }
  }

  private mutating func readList(
    depth: Int,
    text: Bool
  ) throws(CanonicalFailure) -> [CanonicalValue] {
    let (start, startLine) = (position, line)
    guard isEvent || depth < depthLimit else { throw .depth(offset: position, line: line) }
    try expect(UInt8(ascii: "["))
    var list: [CanonicalValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) {
      // An empty list of an event could mean "none" or "forgotten".
      guard !isEvent else { throw .list(offset: start, line: startLine) }
      return list
    }
    while true {
      skipSpace()
      if isEvent {
        let element = try readString(text: false)
        if let last = list.last?.string, !last.utf8.lexicographicallyPrecedes(element.utf8) {
          throw .list(offset: start, line: startLine)
        }
        list.append(.string(element))
      } else {
        list.append(try readValue(depth: depth + 1, text: text))
      }
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "]"))
      return list
    }
  }

  private mutating func readInteger() throws(CanonicalFailure) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, case 0x30...0x39 = bytes[position] {
      // Sixteen digits hold 2^53 − 1; the value cannot overflow before the check.
      guard position - start < 16 else { throw .number(offset: start, line: line) }
      value = value * 10 + UInt64(bytes[position] - 0x30)
      position += 1
    }
    guard value <= CanonicalJSON.integerLimit,
      bytes[start] != UInt8(ascii: "0") || position - start == 1, !continuesNumber
    else { throw .number(offset: start, line: line) }
    return value
  }

  /// Whether a fraction or an exponent follows, which no number here has.
  private var continuesNumber: Bool {
    position < bytes.count && [0x2E, 0x45, 0x65].contains(bytes[position])
  }

  private mutating func readString(text: Bool) throws(CanonicalFailure) -> String {
    try expect(UInt8(ascii: "\""))
    let (start, startLine) = (position, line)
    // The usual case: plain printable ASCII without escapes, taken in one piece.
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let slice = bytes[start..<position]
        position += 1
        if isEvent, slice.count > CanonicalJSON.eventStringLimitBytes {
          throw .text(offset: start, line: startLine)
        }
        return String(decoding: slice, as: UTF8.self)
      }
      guard (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") else { break }
      position += 1
    }
    guard position < bytes.count else { throw .syntax(offset: position, line: line) }
    guard text else { throw .text(offset: position, line: line) }
    position = start
    return try readText(start: start, startLine: startLine)
  }

  /// Text with escapes or characters beyond ASCII.
  private mutating func readText(
    start: Int,
    startLine: Int
  ) throws(CanonicalFailure) -> String {
    var content: [UInt8] = []
    while true {
      guard position < bytes.count else { throw .syntax(offset: position, line: line) }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self),
          isDocument || isPlainText(text)
        else { throw .text(offset: start, line: startLine) }
        return text
      case UInt8(ascii: "\\"):
        guard position < bytes.count else { throw .syntax(offset: position, line: line) }
        let escaped = bytes[position]
        position += 1
        if escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") {
          content.append(escaped)
        } else if isDocument, escaped == UInt8(ascii: "n") {
          content.append(0x0A)
        } else {
          throw .text(offset: position, line: line)
        }
      case 0x00..<0x20, 0x7F: throw .text(offset: position, line: line)
      default: content.append(byte)
      }
    }
  }

  /// NFC, and no C1 control characters.
  private func isPlainText(_ text: String) -> Bool {
    !text.unicodeScalars.contains { (0x80...0x9F).contains($0.value) }
      && CanonicalJSON.isNormalised(text)
  }

  private mutating func skipSpace() {
    guard isDocument else { return }
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(CanonicalFailure) {
    guard take(byte) else { throw .syntax(offset: position, line: line) }
  }
}

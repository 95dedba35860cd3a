/// An object of the canonical texts: members in ascending byte order of their keys, each once.
public struct CanonicalObject: Sendable {
  /// One key with its value.
  public struct Member: Sendable, Equatable {
    /// The key, ASCII.
    public let key: String
    /// The value.
    public let value: CanonicalValue

    /// Compares as bytes.
    public static func == (left: Member, right: Member) -> Bool {
      left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }
  }

  /// The members, ascending by key.
  public private(set) var members: [Member]

  /// Builds an object from members in any order; a key given twice is a programming error.
  public init(_ members: KeyValuePairs<String, CanonicalValue> = [:]) {
    self.members = members.map { Member(key: $0.key, value: $0.value) }
    sortMembers()
  }

  /// Builds an object from the pairs of a dictionary, whose keys are distinct.
  public init(pairs: [String: CanonicalValue]) {
    members = pairs.map { Member(key: $0.key, value: $0.value) }
    sortMembers()
  }

  /// Takes members that a parser has already found in order.
  init(ordered members: [Member]) { self.members = members }

  /// The value under a key.
  public subscript(_ key: String) -> CanonicalValue? {
    for member in members where member.key.utf8.elementsEqual(key.utf8) { return member.value }
    return nil
  }

  /// Adds a member, or replaces the one with the same key.
  public mutating func set(_ key: String, _ value: CanonicalValue) {
    members.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
    members.append(Member(key: key, value: value))
    sortMembers()
  }

  private mutating func sortMembers() {
    members.sort { Self.precedes($0.key, $1.key) }
    for (left, right) in zip(members, members.dropFirst()) {
      precondition(!left.key.utf8.elementsEqual(right.key.utf8), "a key stands once in an object")
    }
  }

  /// Byte order, where the bytes stand.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.utf8.span, right.utf8.span)
    for place in 0..<min(left.count, right.count) where left[place] != right[place] {
      return left[place] < right[place]
    }
    return left.count < right.count
  }

  /// The one canonical text of this object, without white space.
  public var encoded: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    CanonicalWriter.write(self, to: &out)
    return out
  }
}

extension CanonicalObject: Equatable {
  /// Compares members as bytes.
  public static func == (left: CanonicalObject, right: CanonicalObject) -> Bool {
    left.members == right.members
  }
}

/// Writes canonical text.
enum CanonicalWriter {
  static func write(_ object: CanonicalObject, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    var first = true
    for member in object.members {
      if !first { out.append(UInt8(ascii: ",")) }
      first = false
      write(member.key, to: &out)
      out.append(UInt8(ascii: ":"))
      write(member.value, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  static func write(_ value: CanonicalValue, to out: inout [UInt8]) {
    switch value {
    case .string(let text): write(text, to: &out)
    case .integer(let number): write(number, to: &out)
    case .bool(let flag): out.append(contentsOf: flag ? "true".utf8 : "false".utf8)
    case .object(let object): write(object, to: &out)
    case .list(let list):
      out.append(UInt8(ascii: "["))
      var first = true
      for element in list {
        if !first { out.append(UInt8(ascii: ",")) }
        first = false
        write(element, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    }
  }

  static func write(_ number: UInt64, to out: inout [UInt8]) {
    guard number > 9 else { return out.append(0x30 + UInt8(number)) }
    let start = out.count
    var rest = number
    while rest > 0 {
      out.append(0x30 + UInt8(rest % 10))
      rest /= 10
    }
    out[start...].reverse()
  }

  static func write(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    defer { out.append(UInt8(ascii: "\"")) }
    // The usual case: nothing to escape, taken in one piece.
    guard needsEscapes(text.utf8.span) else { return out.append(contentsOf: text.utf8) }
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      } else if byte == 0x0A {
        // Only documents hold line ends; signed texts refuse them when read.
        out.append(contentsOf: "\\n".utf8)
      } else {
        out.append(byte)
      }
    }
  }

  private static func needsEscapes(_ text: Span<UInt8>) -> Bool {
    var found = false
    for place in text.indices {
      let byte = text[place]
      found = found || byte == 0x0A || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
    return found
  }
}

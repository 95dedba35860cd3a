/// Why a policy was refused, and where.
public struct PolicyFailure: Error, Hashable, Sendable {
  /// The kinds of fault.
  public enum Code: String, Sendable, CaseIterable {
    /// Not a document of the grammar.
    case syntax = "policy-syntax"
    /// Not a policy of this version of the protocol.
    case type = "policy-type"
    /// A key that this version does not know; it is never guessed at.
    case unknownKey = "policy-unknown-key"
    /// A key that must be there.
    case missingKey = "policy-missing-key"
    /// A value of the wrong kind or outside its range.
    case value = "policy-value"
    /// A code that is not of the grammar, or that the protocol does not know.
    case badCode = "policy-bad-code"
    /// A code twice in one list.
    case duplicateCode = "policy-duplicate-code"
    /// A code that is used and not defined.
    case danglingCode = "policy-dangling-code"
    /// A label that is absent or empty in one of the policy's languages.
    case missingLabel = "policy-missing-label"
    /// A purpose, an exception or a disclosing message without groups.
    case noGroups = "policy-no-groups"
    /// A time that is zero, too long, or that runs before what it must follow.
    case impossibleTimer = "policy-impossible-timer"
    /// More entries than the protocol carries.
    case tooMany = "policy-too-many"
    /// A message kind, a basis, an exception or an age that has no rule.
    case noRule = "policy-no-rule"
  }

  /// What is wrong.
  public let code: Code
  /// Where, such as `$.purposes[3].groups[1]`.
  public let path: String
  /// The line of the file, from 1.
  public let line: Int
  /// The column of that line, in Unicode scalars, from 1.
  public let column: Int
}

extension PolicyFailure: CustomStringConvertible {
  /// One line a person can act on; it quotes no value.
  public var description: String { "\(code.rawValue) at \(path), line \(line), column \(column)" }
}

/// A place in a text.
struct TextPlace: Equatable {
  /// From 1.
  let line: Int
  /// In Unicode scalars, from 1.
  let column: Int

  init(of offset: Int, in bytes: [UInt8]) {
    let before = bytes[..<min(offset, bytes.count)]
    line = 1 + before.count { $0 == 0x0A }
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    // Every byte that does not continue a scalar begins one.
    column = 1 + before[start...].count { $0 & 0xC0 != 0x80 }
  }
}

/// A fault before its place has been looked up in the file.
struct PolicyFault: Error, Equatable {
  let code: PolicyFailure.Code
  let path: PolicyPath
}

/// The way from the root to a value.
struct PolicyPath: Sendable, Equatable {
  enum Step: Sendable, Equatable {
    case key(String)
    case index(Int)
  }

  var steps: [Step] = []

  func key(_ key: String) -> PolicyPath { PolicyPath(steps: steps + [.key(key)]) }
  func index(_ index: Int) -> PolicyPath { PolicyPath(steps: steps + [.index(index)]) }

  var text: String {
    steps.reduce("$") { text, step in
      switch step {
      case .key(let key): "\(text).\(key)"
      case .index(let index): "\(text)[\(index)]"
      }
    }
  }

  /// Where the value, or the nearest thing around it that exists, begins.
  func place(in bytes: [UInt8]) -> TextPlace {
    var finder = PlaceFinder(bytes: bytes)
    return finder.place(of: steps)
  }
}

/// Walks a document that has already been read without fault, looking for one value.
private struct PlaceFinder {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func place(of steps: [PolicyPath.Step]) -> TextPlace {
    skipSpace()
    for step in steps {
      let start = position
      let found =
        switch step {
        case .key(let key): enterObject(at: key)
        case .index(let index): enterList(at: index)
        }
      guard found else {
        position = start
        break
      }
    }
    return TextPlace(of: position, in: bytes)
  }

  private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func enterObject(at key: String) -> Bool {
    guard current == UInt8(ascii: "{") else { return false }
    position += 1
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { return false }
      let start = position
      skipString()
      let matches = bytes[(start + 1)..<(position - 1)].elementsEqual(key.utf8)
      skipSpace()
      position += 1
      skipSpace()
      if matches { return true }
      skipValue()
      skipSpace()
      guard current == UInt8(ascii: ",") else { return false }
      position += 1
    }
  }

  private mutating func enterList(at index: Int) -> Bool {
    guard current == UInt8(ascii: "[") else { return false }
    position += 1
    skipSpace()
    for _ in 0..<index {
      skipValue()
      skipSpace()
      guard current == UInt8(ascii: ",") else { return false }
      position += 1
      skipSpace()
    }
    return current != UInt8(ascii: "]")
  }

  private mutating func skipValue() {
    var depth = 0
    while position < bytes.count {
      switch current {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return }
        depth -= 1
        position += 1
      case UInt8(ascii: ","):
        guard depth > 0 else { return }
        position += 1
      default: position += 1
      }
      if depth == 0, [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(current) {
        return
      }
    }
  }

  private mutating func skipString() {
    position += 1
    while position < bytes.count, current != UInt8(ascii: "\"") {
      position += current == UInt8(ascii: "\\") ? 2 : 1
    }
    position += 1
  }

  private mutating func skipSpace() {
    while [0x20, 0x09, 0x0A, 0x0D].contains(current), position < bytes.count { position += 1 }
  }
}

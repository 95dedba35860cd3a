/// A value of the canonical texts: CJ-0, CJ-1 and the policy document.
public indirect enum CanonicalValue: Sendable {
  /// Text; what it may hold depends on the profile.
  case string(String)
  /// A whole number from 0 to 2^53 − 1.
  case integer(UInt64)
  /// Documents only.
  case bool(Bool)
  /// A list, in the order written.
  case list([CanonicalValue])
  /// A nested object.
  case object(CanonicalObject)

  /// The text, if this is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The number, if this is one.
  public var integer: UInt64? { if case .integer(let value) = self { value } else { nil } }
  /// The truth value, if this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The list, if this is one.
  public var list: [CanonicalValue]? { if case .list(let value) = self { value } else { nil } }
  /// The object, if this is one.
  public var object: CanonicalObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The texts of a list of texts; `nil` if this is anything else.
  public var strings: [String]? {
    guard let list else { return nil }
    var out: [String] = []
    out.reserveCapacity(list.count)
    for value in list {
      guard let text = value.string else { return nil }
      out.append(text)
    }
    return out
  }

  /// A list of texts.
  public static func strings(_ values: some Sequence<String>) -> CanonicalValue {
    .list(values.map { .string($0) })
  }
}

extension CanonicalValue: Equatable {
  /// Byte equality, never Unicode equivalence.
  public static func == (left: CanonicalValue, right: CanonicalValue) -> Bool {
    switch (left, right) {
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.integer(let a), .integer(let b)): a == b
    case (.bool(let a), .bool(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

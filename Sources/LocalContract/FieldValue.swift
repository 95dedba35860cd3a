package import CanonicalBytes

/// What one field of a form holds.
///
/// A `null`, a fraction, a negative number or a nested object is refused.
package enum FieldValue: Hashable, Sendable {
  /// Text, a code, a date or a month.
  case text(String)
  /// A whole number from 0 to 2^53 − 1.
  case number(UInt64)
  /// True or false.
  case flag(Bool)
  /// Several codes.
  case codes([String])

  /// The largest number.
  package static let largestNumber: UInt64 = (1 << 53) - 1

  /// The value as it is sealed.
  package var canonical: CanonicalValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .integer(number)
    case .flag(let flag): .bool(flag)
    case .codes(let codes): .list(codes.map { .string($0) })
    }
  }

  /// Takes a value that was sealed; `nil` for one that no form has.
  package init?(_ value: CanonicalValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .integer(let number): self = .number(number)
    case .bool(let flag): self = .flag(flag)
    case .list(let list):
      var codes: [String] = []
      for element in list {
        guard let code = element.string else { return nil }
        codes.append(code)
      }
      self = .codes(codes)
    case .object: return nil
    }
  }
}

extension FieldValue: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(UInt64.self), number <= Self.largestNumber {
      self = .number(number)
    } else {
      self = .codes(try value.decode([String].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .text(let text): try value.encode(text)
    case .number(let number): try value.encode(number)
    case .flag(let flag): try value.encode(flag)
    case .codes(let codes): try value.encode(codes)
    }
  }
}

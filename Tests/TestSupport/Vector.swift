package import CanonicalBytes
internal import Foundation

/// A JSON value of a vector file.
package indirect enum VectorValue: Decodable, Sendable {
  case text(String)
  case number(UInt64)
  case list([VectorValue])
  case object([String: VectorValue])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(UInt64.self) {
      self = .number(number)
    } else if let list = try? container.decode([VectorValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: VectorValue].self))
    }
  }
}

/// A vector that cannot be read: a fault of the file, never of the code under test.
package struct VectorFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// One line of `Protocol/vectors/*.jsonl`.
///
/// The format is in `Protocol/vectors/README.md`.
package struct Vector: Decodable, Sendable {
  /// The name, unique in all files.
  package let id: String
  /// The requirements that it speaks of.
  package let covers: [String]
  /// Which function it is for.
  package let check: String
  /// What the function gets.
  package let input: VectorInput
  /// The label that it must answer with.
  package let expect: String
  /// What a positive answer must say beside its label.
  package let gives: [String: VectorValue]?

  /// The vectors of a chapter, for example `01-bytes`.
  package static func all(in chapter: String) throws -> [Vector] {
    try VectorFile.jsonLines("\(chapter).jsonl")
  }
}

/// The input of a vector, read by the names of its fields.
package struct VectorInput: Decodable, Sendable {
  private let fields: [String: VectorValue]

  package init(_ fields: [String: VectorValue]) { self.fields = fields }

  package init(from decoder: any Decoder) throws {
    fields = try decoder.singleValueContainer().decode([String: VectorValue].self)
  }

  package func has(_ key: String) -> Bool { fields[key] != nil }

  private func value(_ key: String) throws(VectorFault) -> VectorValue {
    guard let value = fields[key] else { throw VectorFault("no field \(key)") }
    return value
  }

  /// A plain text.
  package func string(_ key: String) throws(VectorFault) -> String {
    guard case .text(let text) = try value(key) else { throw VectorFault("\(key) is no text") }
    return text
  }

  /// A number.
  package func number(_ key: String) throws(VectorFault) -> UInt64 {
    guard case .number(let number) = try value(key) else {
      throw VectorFault("\(key) is no number")
    }
    return number
  }

  /// Byte strings may be written in several ways; see ``VectorBytes``.
  package func bytes(_ key: String) throws -> [UInt8] { try VectorBytes.read(value(key)) }

  /// Bytes that must be UTF-8.
  package func utf8(_ key: String) throws -> String {
    guard let text = String(validating: try bytes(key), as: UTF8.self) else {
      throw VectorFault("\(key) is not UTF-8")
    }
    return text
  }

  /// Exactly 32 bytes.
  package func digest(_ key: String) throws -> Digest32 {
    guard let digest = Digest32(try bytes(key)) else { throw VectorFault("\(key) is not 32 bytes") }
    return digest
  }

  /// A list of byte strings; absent is empty.
  package func byteStrings(_ key: String) throws -> [[UInt8]] {
    try list(key).map { try VectorBytes.read($0) }
  }

  /// A list of plain texts; absent is empty.
  package func strings(_ key: String) throws(VectorFault) -> [String] {
    var out: [String] = []
    for value in try list(key) {
      guard case .text(let text) = value else { throw VectorFault("\(key) holds no texts") }
      out.append(text)
    }
    return out
  }

  /// A list of objects; absent is empty.
  package func objects(_ key: String) throws(VectorFault) -> [VectorInput] {
    var out: [VectorInput] = []
    for value in try list(key) {
      guard case .object(let fields) = value else { throw VectorFault("\(key) holds no objects") }
      out.append(VectorInput(fields))
    }
    return out
  }

  /// An object; `nil` where it is absent.
  package func object(_ key: String) throws(VectorFault) -> VectorInput? {
    guard let value = fields[key] else { return nil }
    guard case .object(let fields) = value else { throw VectorFault("\(key) is no object") }
    return VectorInput(fields)
  }

  private func list(_ key: String) throws(VectorFault) -> [VectorValue] {
    guard let value = fields[key] else { return [] }
    guard case .list(let list) = value else { throw VectorFault("\(key) is no list") }
    return list
  }
}

/// The ways in which a vector writes bytes down.
package enum VectorBytes {
  /// Reads hex, text, base64, a part of a file, several of them joined, or one repeated.
  package static func read(_ value: VectorValue) throws -> [UInt8] {
    switch value {
    case .text(let hex):
      guard let bytes = Hex.decode(hex) else { throw VectorFault("not hexadecimal: \(hex)") }
      return bytes
    case .object(let fields): return try read(fields)
    case .number, .list: throw VectorFault("not bytes")
    }
  }

  private static func read(_ fields: [String: VectorValue]) throws -> [UInt8] {
    if case .text(let text)? = fields["text"] { return Array(text.utf8) }
    if case .text(let text)? = fields["base64"] {
      guard let bytes = Base64.decode(text) else { throw VectorFault("not base64") }
      return bytes
    }
    if case .list(let parts)? = fields["join"] {
      var out: [UInt8] = []
      for part in parts { out += try read(part) }
      return out
    }
    if let unit = fields["repeat"], case .number(let times)? = fields["times"] {
      let bytes = try read(unit)
      if bytes.count == 1 { return [UInt8](repeating: bytes[0], count: Int(times)) }
      var out: [UInt8] = []
      for _ in 0..<times { out += bytes }
      return out
    }
    guard case .text(let name)? = fields["file"] else {
      throw VectorFault("no bytes of a known kind")
    }
    let whole = try RepositoryFile.protocolFile(name)
    guard case .number(let from)? = fields["from"], case .number(let end)? = fields["to"] else {
      return whole
    }
    guard from <= end, end <= whole.count else { throw VectorFault("outside \(name)") }
    return Array(whole[Int(from)..<Int(end)])
  }
}

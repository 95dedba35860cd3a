internal import Foundation
internal import TestSupport

/// As much of JSON Schema 2020-12 as `Protocol/schema` uses; an unknown word is a fault of the schema.
struct JSONSchema {
  private let root: [String: Any]

  /// Reads a schema of `Protocol/schema`, for example `event`.
  init(_ name: String) throws {
    let bytes = try RepositoryFile.bytes("Protocol/schema/\(name).schema.json")
    let value = try JSONSerialization.jsonObject(with: Data(bytes))
    guard let root = value as? [String: Any] else { throw VectorFault("\(name) is no schema") }
    self.root = root
  }

  /// Whether a JSON text is what the schema describes.
  func admits(_ text: [UInt8]) throws -> Bool {
    let options: JSONSerialization.ReadingOptions = [.fragmentsAllowed]
    return try fits(JSONSerialization.jsonObject(with: Data(text), options: options), root)
  }

  private func fits(_ value: Any, _ schema: [String: Any]) throws -> Bool {
    for (word, rule) in schema {
      guard try fits(value, word, rule, schema) else { return false }
    }
    return true
  }

  private func fits(
    _ value: Any,
    _ word: String,
    _ rule: Any,
    _ schema: [String: Any]
  ) throws -> Bool {
    switch word {
    case "$schema", "$id", "$defs", "title", "description", "examples": return true
    case "$ref": return try fits(value, definition(rule))
    case "type": return Self.isOf(rule as? String, value)
    case "const": return Self.equal(value, rule)
    case "enum": return (rule as? [Any] ?? []).contains { Self.equal(value, $0) }
    case "oneOf":
      let all = rule as? [[String: Any]] ?? []
      return try all.count { try fits(value, $0) } == 1
    case "pattern", "minLength", "maxLength":
      guard let text = value as? String else { return true }
      return try Self.text(text, word, rule)
    case "minimum", "maximum":
      guard let number = value as? NSNumber, let limit = rule as? NSNumber else { return true }
      let order = number.compare(limit)
      return word == "minimum" ? order != .orderedAscending : order != .orderedDescending
    case "items", "minItems", "maxItems", "uniqueItems":
      guard let list = value as? [Any] else { return true }
      return try fits(list, word, rule)
    case "required", "properties", "additionalProperties", "minProperties", "maxProperties",
      "propertyNames":
      guard let object = value as? [String: Any] else { return true }
      return try fits(object, word, rule, schema)
    default: throw VectorFault("a word that the schemas do not use: \(word)")
    }
  }

  private func fits(_ list: [Any], _ word: String, _ rule: Any) throws -> Bool {
    switch word {
    case "items":
      guard let inner = rule as? [String: Any] else { return false }
      return try list.allSatisfy { try fits($0, inner) }
    case "minItems": return list.count >= (rule as? Int ?? 0)
    case "maxItems": return list.count <= (rule as? Int ?? 0)
    default:
      return list.indices.allSatisfy { place in
        !list[..<place].contains { Self.equal($0, list[place]) }
      }
    }
  }

  private func fits(
    _ object: [String: Any],
    _ word: String,
    _ rule: Any,
    _ schema: [String: Any]
  ) throws -> Bool {
    let known = schema["properties"] as? [String: [String: Any]] ?? [:]
    switch word {
    case "required": return (rule as? [String] ?? []).allSatisfy { object[$0] != nil }
    case "minProperties": return object.count >= (rule as? Int ?? 0)
    case "maxProperties": return object.count <= (rule as? Int ?? 0)
    case "properties":
      return try object.allSatisfy { key, value in
        try known[key].map { try fits(value, $0) } ?? true
      }
    case "propertyNames":
      guard let inner = rule as? [String: Any] else { return false }
      return try object.keys.allSatisfy { try fits($0, inner) }
    default:
      let others = object.filter { known[$0.key] == nil }
      if let inner = rule as? [String: Any] {
        return try others.values.allSatisfy { try fits($0, inner) }
      }
      return (rule as? Bool ?? true) || others.isEmpty
    }
  }

  private func definition(_ rule: Any) throws -> [String: Any] {
    guard let path = rule as? String, path.hasPrefix("#/$defs/"),
      let all = root["$defs"] as? [String: [String: Any]],
      let found = all[String(path.dropFirst("#/$defs/".count))]
    else { throw VectorFault("a reference to nothing") }
    return found
  }

  private static func text(_ text: String, _ word: String, _ rule: Any) throws -> Bool {
    switch word {
    case "minLength": return text.unicodeScalars.count >= (rule as? Int ?? 0)
    case "maxLength": return text.unicodeScalars.count <= (rule as? Int ?? 0)
    default:
      guard let pattern = rule as? String else { return false }
      return try text.contains(Regex(pattern))
    }
  }

  private static func isOf(_ type: String?, _ value: Any) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": (value as? NSNumber).map { isTruth($0) } ?? false
    case "integer": (value as? NSNumber).map { !isTruth($0) } ?? false
    default: false
    }
  }

  /// Foundation reads `true` as a number too; only its C type tells the two apart.
  private static func isTruth(_ number: NSNumber) -> Bool {
    unsafe String(cString: number.objCType) == "c"
  }

  private static func equal(_ one: Any, _ other: Any) -> Bool {
    if let one = one as? String, let other = other as? String {
      return one.utf8.elementsEqual(other.utf8)
    }
    if let one = one as? NSNumber, let other = other as? NSNumber { return one == other }
    if let one = one as? [Any], let other = other as? [Any] {
      return one.count == other.count && zip(one, other).allSatisfy { equal($0, $1) }
    }
    return false
  }
}

internal import CanonicalBytes
internal import Foundation

/// Finds test vectors from where this file was compiled, so that tests run from any directory.
package enum VectorFile {
  /// Vectors made by others (`Tests/Vectors`) or by this project (`Protocol/vectors`).
  package enum Shelf: String {
    case external = "Tests/Vectors"
    case own = "Protocol/vectors"
  }

  /// The bytes of a file, for example `wycheproof/ed25519_test.json`.
  package static func bytes(_ path: String, on shelf: Shelf = .external) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(path, shelf)))
  }

  /// The text of a file.
  package static func text(_ path: String, on shelf: Shelf = .external) throws -> String {
    try String(contentsOf: url(path, shelf), encoding: .utf8)
  }

  /// A JSON file as a value.
  package static func json<Value: Decodable>(
    _ path: String,
    as type: Value.Type = Value.self,
    on shelf: Shelf = .external
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(path, shelf)))
  }

  /// The values of a JSON Lines file, one for each line that is not empty.
  package static func jsonLines<Value: Decodable>(
    _ path: String,
    as type: Value.Type = Value.self,
    on shelf: Shelf = .own
  ) throws -> [Value] {
    let decoder = JSONDecoder()
    return try text(path, on: shelf).split(separator: "\n").map { line in
      try decoder.decode(type, from: Data(line.utf8))
    }
  }

  private static func url(_ path: String, _ shelf: Shelf, file: String = #filePath) -> URL {
    URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: shelf.rawValue).appending(path: path)
  }
}

/// A hexadecimal JSON string.
package struct HexBytes: Decodable, Sendable {
  /// What the digits say.
  package let bytes: [UInt8]

  /// Reads digits; `nil` unless they are lower-case and even in number.
  package init?(_ text: String) {
    guard let bytes = Hex.decode(text) else { return nil }
    self.bytes = bytes
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Hex.decode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "not lower-case hexadecimal"
      )
    }
    self.bytes = bytes
  }
}

internal import Foundation

/// The peer's OpenAPI document, as far as tests need it; read by indentation, since no YAML reader is
/// a dependency.
package struct PeerDocument {
  /// One call: a method and a path.
  package struct Call: Sendable {
    package let method: String
    package let path: String
    /// The statuses that it may answer with, and the media type of each; empty for no body.
    package var statuses: [Int: String]
  }

  /// The calls, in the order written.
  package let calls: [Call]
  private let lines: [Substring]

  /// Reads `Protocol/openapi/peer.yaml`.
  package init() throws {
    lines = try RepositoryFile.text("Protocol/openapi/peer.yaml").split(
      separator: "\n",
      omittingEmptySubsequences: true
    )
    let shared = Self.responses(lines)
    var calls: [Call] = []
    var path = ""
    var status: Int?
    for line in lines.prefix(while: { $0 != "components:" }) {
      let indent = line.prefix { $0 == " " }.count
      let text = line.dropFirst(indent)
      switch indent {
      case 2 where text.hasPrefix("/"): path = String(text.dropLast())
      case 4 where ["get:", "post:", "put:"].contains(text):
        calls.append(Call(method: text.dropLast().uppercased(), path: path, statuses: [:]))
        status = nil
      case 8 where text.hasPrefix("\""):
        let found = Int(text.dropFirst().prefix(3))
        status = found
        guard let found else { continue }
        let name = text.split(separator: "/").last.map { String($0.prefix { $0 != "\"" }) } ?? ""
        calls[calls.count - 1].statuses[found] = shared[name] ?? ""
      case 12:
        if let status, text.contains("/"), calls[calls.count - 1].statuses[status] == "" {
          calls[calls.count - 1].statuses[status] = String(text.prefix { $0 != ":" })
        }
      default: break
      }
    }
    self.calls = calls
  }

  /// The number after a word, the first time that it stands below a line.
  package func number(_ word: String, below heading: String) -> Int? {
    guard let start = lines.firstIndex(where: { $0.hasSuffix(heading) }) else { return nil }
    for line in lines[start...] {
      guard let place = line.range(of: "\(word): ") else { continue }
      return Int(line[place.upperBound...].prefix { $0.isNumber })
    }
    return nil
  }

  /// The pattern that stands below a line, without its quotes.
  package func pattern(below heading: String) -> String? {
    guard let start = lines.firstIndex(where: { $0.hasSuffix(heading) }) else { return nil }
    for line in lines[start...] {
      guard let place = line.range(of: "pattern: \"") else { continue }
      let pattern = String(line[place.upperBound...].prefix { $0 != "\"" })
      return pattern.replacing("\\\\", with: "\\")
    }
    return nil
  }

  /// The media types of the shared responses.
  private static func responses(_ lines: [Substring]) -> [String: String] {
    var out: [String: String] = [:]
    var name = ""
    for line in lines.drop(while: { $0 != "  responses:" }).dropFirst() {
      let indent = line.prefix { $0 == " " }.count
      if indent <= 2 { break }
      if indent == 4 { name = String(line.dropFirst(4).dropLast()) }
      if indent == 8, line.contains("/") {
        out[name] = String(line.dropFirst(8).prefix { $0 != ":" })
      }
    }
    return out
  }
}

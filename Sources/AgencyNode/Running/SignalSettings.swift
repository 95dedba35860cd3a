internal import Foundation

/// How people are told that something waits, without a word of what it is.
///
/// Everything is off for a desk that does not ask for it. Source: `docs/operations/signals.md`.
package struct SignalSettings: Sendable, Hashable {
  /// Why a file was not taken.
  package enum Failure: Error, Equatable {
    case unreadable
    case malformed(String)
  }

  /// One desk's wishes.
  package struct Desk: Sendable, Hashable {
    /// The desk.
    package var desk: String
    /// Whether the command is run for it.
    package var command: Bool
    /// Who gets mail.
    package var mail: [String]
    /// Who gets mail when the deputy is to be told.
    package var deputies: [String]
    /// Who gets mail when the supervisor is to be told.
    package var supervisors: [String]
    /// The subject, as the agency wants it.
    package var subject: String
    /// The text, as the agency wants it.
    package var text: String
  }

  /// The program that is run, an absolute path.
  package var command: String?
  /// A program that takes mail as `sendmail` does, an absolute path.
  package var sendmail: String?
  /// Whom mail is from.
  package var from: String?
  /// The desks that want to be told.
  package var desks: [Desk]

  /// Most desks, and most addresses of one kind.
  private static let limit = 64
  /// Longest text, in bytes.
  private static let textBytes = 4096

  /// Reads a file; an unknown key is refused.
  package init(file path: String) throws(Failure) {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
      data.count <= 65_536,
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { throw .unreadable }
    try Self.check(object, ["command", "sendmail", "from", "desks"])
    command = try Self.program(object["command"], "command")
    sendmail = try Self.program(object["sendmail"], "sendmail")
    from = try Self.addresses(object["from"].map { [$0] }, "from").first
    guard let list = object["desks"] as? [[String: Any]], list.count <= Self.limit else {
      throw .malformed("desks")
    }
    var desks: [Desk] = []
    for entry in list {
      try Self.check(
        entry,
        ["desk", "command", "mail", "deputies", "supervisors", "subject", "text"]
      )
      guard let name = entry["desk"] as? String, !desks.contains(where: { $0.desk == name }) else {
        throw .malformed("desk")
      }
      let desk = Desk(
        desk: name,
        command: try Self.flag(entry["command"]),
        mail: try Self.addresses(entry["mail"], "mail"),
        deputies: try Self.addresses(entry["deputies"], "deputies"),
        supervisors: try Self.addresses(entry["supervisors"], "supervisors"),
        subject: try Self.words(entry["subject"], "subject", lines: false),
        text: try Self.words(entry["text"], "text", lines: true)
      )
      if desk.command, command == nil { throw .malformed("command") }
      if !(desk.mail + desk.deputies + desk.supervisors).isEmpty {
        guard sendmail != nil, from != nil, !desk.subject.isEmpty, !desk.text.isEmpty else {
          throw .malformed("sendmail")
        }
      }
      desks.append(desk)
    }
    self.desks = desks
  }

  private static func check(_ object: [String: Any], _ keys: [String]) throws(Failure) {
    for key in object.keys where !keys.contains(key) { throw .malformed(key) }
  }

  private static func flag(_ value: Any?) throws(Failure) -> Bool {
    guard let value else { return false }
    guard let flag = value as? Bool else { throw .malformed("command") }
    return flag
  }

  private static func program(_ value: Any?, _ key: String) throws(Failure) -> String? {
    guard let value else { return nil }
    guard let path = value as? String, path.hasPrefix("/"),
      FileManager.default.isExecutableFile(atPath: path)
    else { throw .malformed(key) }
    return path
  }

  /// Addresses that cannot be taken for an option or end a header line.
  private static func addresses(_ value: Any?, _ key: String) throws(Failure) -> [String] {
    guard let value else { return [] }
    guard let list = value as? [String], list.count <= limit else { throw .malformed(key) }
    for address in list {
      guard address.utf8.count <= 254, !address.hasPrefix("-"), address.contains("@"),
        address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") })
      else { throw .malformed(key) }
    }
    return list
  }

  private static func words(_ value: Any?, _ key: String, lines: Bool) throws(Failure) -> String {
    guard let value else { return "" }
    guard let text = value as? String, text.utf8.count <= textBytes,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 || (lines && $0.value == 0x0A) })
    else { throw .malformed(key) }
    return text
  }
}

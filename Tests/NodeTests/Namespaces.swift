internal import Foundation
internal import TestSupport

/// Network namespaces of the test's own: one for a keeper of parcels, and one for each node that can
/// reach the keeper and nobody else.
struct Namespaces {
  private static let tool = "/usr/sbin/ip"
  /// Made unlike those of other runs.
  private let prefix: String
  private let leaves: Int

  /// Whether the kernel lets this user make one.
  static var areAllowed: Bool {
    let name = "amonat-try-\(getpid())"
    defer { _ = try? run(["netns", "del", name]) }
    return FileManager.default.isExecutableFile(atPath: tool)
      && (try? run(["netns", "add", name])) != nil
      && (try? run(["netns", "exec", name, tool, "link", "set", "lo", "up"])) != nil
  }

  /// The keeper's.
  var hub: String { "\(prefix)-hub" }

  /// A node's, from 0.
  func leaf(_ number: Int) -> String { "\(prefix)-\(number)" }

  /// The keeper's address as a node sees it.
  static func hubAddress(_ number: Int) -> String { "10.213.\(number).1" }

  /// A node's own address.
  static func leafAddress(_ number: Int) -> String { "10.213.\(number).2" }

  /// Makes them, joined by one pair of wires each; nothing is forwarded between the wires.
  init(leaves: Int) throws {
    prefix = "amonat-\(UUID().uuidString.prefix(8).lowercased())"
    self.leaves = leaves
    do {
      try Self.run(["netns", "add", hub])
      try Self.run(["-n", hub, "link", "set", "lo", "up"])
      for number in 0..<leaves {
        let space = leaf(number)
        try Self.run(["netns", "add", space])
        try Self.run(["-n", space, "link", "set", "lo", "up"])
        let wire = "hub\(number)"
        try Self.run([
          "-n", space, "link", "add", "up0", "type", "veth", "peer", "name", wire, "netns", hub,
        ])
        try Self.run(["-n", space, "addr", "add", Self.leafAddress(number) + "/30", "dev", "up0"])
        try Self.run(["-n", hub, "addr", "add", Self.hubAddress(number) + "/30", "dev", wire])
        try Self.run(["-n", space, "link", "set", "up0", "up"])
        try Self.run(["-n", hub, "link", "set", wire, "up"])
      }
    } catch {
      remove()
      throw error
    }
  }

  /// Takes them away again.
  func remove() {
    for name in (0..<leaves).map(leaf) + [hub] { _ = try? Self.run(["netns", "del", name]) }
  }

  /// Whether a node of one namespace has any way to an address.
  func reaches(_ address: String, from space: String) -> Bool {
    (try? Self.run(["-n", space, "route", "get", address])) != nil
  }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> Programs.Output {
    let output = try Programs().runTool(tool, arguments)
    guard output.status == 0 else {
      throw Programs.Failure("ip \(arguments.joined(separator: " ")): \(output.err)")
    }
    return output
  }
}

internal import Foundation
internal import TestSupport

/// What the stories of the demonstration share: reading what the commands print.
class Story {
  let report: DemoReport
  /// Where the story keeps its files.
  let root: URL

  init(root: URL, report: DemoReport) { (self.root, self.report) = (root, report) }

  /// An invented case of the repository.
  func example(_ name: String) throws -> [String: Any] {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = repository.appendingPathComponent("docs/examples/\(name).json")
    return try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
  }

  /// A file for a command to read.
  func file(_ name: String, _ value: Any) throws -> String {
    let url = root.appendingPathComponent(name)
    try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]).write(to: url)
    return url.path
  }

  /// A file with one line.
  func text(_ name: String, _ line: String) throws -> String {
    let url = root.appendingPathComponent(name)
    try Data("\(line)\n".utf8).write(to: url)
    return url.path
  }

  func object(_ output: Programs.Output) throws -> [String: Any] {
    guard let object = try output.json() as? [String: Any] else {
      throw Programs.Failure("not one JSON object: \(output.out.prefix(200))")
    }
    return object
  }

  /// A list, printed as such or under a key.
  func list(_ output: Programs.Output, _ key: String) throws -> [[String: Any]] {
    let value = try output.json()
    return value as? [[String: Any]] ?? (value as? [String: Any])?[key] as? [[String: Any]] ?? []
  }

  func show(_ node: HarnessNode, _ referral: String) throws -> [String: Any] {
    try object(node.cli(["referral", "show", referral, "--json"]))
  }

  /// The groups that a desk could open.
  func groups(_ view: [String: Any]) -> Set<String> {
    Set((view["content"] as? [String: Any] ?? [:]).keys)
  }

  func state(_ view: [String: Any]) -> String {
    (view["line"] as? [String: Any])?["state"] as? String ?? ""
  }

  /// The codes of the errors and warnings that the auditor's tool prints.
  func findings(
    _ harness: NodeHarness,
    _ command: String,
    _ bundles: [String]
  ) throws -> [String] {
    let output = try harness.programs.run(
      "amonat-audit",
      [command, "--realm", harness.realm, "--lang", "en"] + bundles
    )
    guard output.status < 2 else { return ["status \(output.status)", output.out, output.err] }
    return output.out.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let severity = words.first, ["error", "warning"].contains(severity), words.count > 1
      else { return nil }
      return words[1]
    }
  }
}

internal import Foundation
internal import TestSupport
internal import Testing

extension NodeTests {
  /// The commands of the guide that need no node.
  @Suite struct PolicyGuideTests {
    @Test(
      "Every command on the pages about rules and forms works",
      arguments: ["policy.md", "forms.md"]
    )
    func commands(_ page: String) throws {
      let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let text = try String(contentsOf: root.appending(path: "docs/guide/\(page)"), encoding: .utf8)
      var commands: [String] = []
      var isShell = false
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("```") {
          isShell = line == "```sh"
        } else if isShell, !line.isEmpty {
          commands.append(String(line))
        }
      }
      #expect(!commands.isEmpty)
      let programs = Programs()
      for command in commands {
        let words = command.split(separator: " ").map { word in
          word.hasPrefix("Protocol/") ? root.appending(path: String(word)).path : String(word)
        }
        let output = try programs.run(words[0], Array(words.dropFirst()))
        #expect(output.status == 0, "\(command): \(output.err)")
        #expect(!output.out.isEmpty)
      }
    }
  }
}

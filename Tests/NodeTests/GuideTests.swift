internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// The pages of the guide about people and situations: their commands are run as they stand.
  @Suite(.serialized) struct GuideTests {
    static let pages = [
      "consent", "exception", "child", "hotline", "paper-slip", "telephone", "return",
      "own-consent", "information", "courier", "plan", "withdrawal", "eighteen", "dark", "amend",
      "disputed", "capacity",
    ]

    /// A fenced block: ```` ```sh ```` runs, anything with a name is a file.
    struct Block {
      let language: String
      let name: String?
      let text: String
    }

    static func blocks(_ page: String) throws -> [Block] {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/guide/\(page).md")
      var blocks: [Block] = []
      var head: [Substring]?
      var lines: [Substring] = []
      for line in try String(contentsOf: url, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      {
        guard line.hasPrefix("```") else {
          if head != nil { lines.append(line) }
          continue
        }
        if let words = head {
          blocks.append(
            Block(
              language: words.first.map(String.init) ?? "",
              name: words.count > 1 ? String(words[1]) : nil,
              text: lines.map { $0 + "\n" }.joined()
            )
          )
          (head, lines) = (nil, [])
        } else {
          head = line.dropFirst(3).split(separator: " ")
        }
      }
      return blocks
    }

    @Test("Every command of the guide's pages about situations works as it stands")
    func pages() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      var commands = 0
      for page in Self.pages {
        let folder = pair.root.appendingPathComponent("guide-\(page)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let caseID = try ConsentTests.newCase(pair)
        let grants = try await client.recordConsent(
          ConsentRecord(
            case: caseID,
            grants: (0..<4).map { _ in Pair.grant(["need"]) },
            record: Pair.facts,
            answers: ["storing": true]
          )
        ).grants.map(\.grant)
        let sibling = try ConsentTests.newCase(pair)
        let (grant, other, sent) = (grants[0], grants[1], grants[2])
        let referral = try await client.refer(
          ReferBatch(referrals: [ReferAsk(grant: sent, fromCase: true)], wait: .receipt)
        )[0].referral
        let plan = try await client.newPlan(
          PlanNew(case: caseID, legs: [ReferAsk(grant: grants[3], fromCase: true)])
        )
        let leg = try #require(plan.legs.first?.line.referral)
        let contact = try await client.openContact(
          ContactOpen(
            desk: "intake",
            callBack: ["channel": .text("none")],
            codeWord: "almond",
            caller: "self",
            language: "tg"
          )
        ).contact
        let blocks = try Self.blocks(page)
        for block in blocks {
          guard let name = block.name else { continue }
          try Data(block.text.utf8).write(to: folder.appendingPathComponent(name))
        }
        for block in blocks where block.language == "sh" {
          commands += 1
          let process = Process()
          process.executableURL = URL(fileURLWithPath: "/bin/sh")
          process.arguments = ["-e", "-c", block.text]
          process.currentDirectoryURL = folder
          process.environment = [
            "PATH": pair.harness.programs.folder.path + ":/usr/bin:/bin",
            "AMONAT_SOCKET": pair.ministry.socket, "AMONAT_LANG": "en", "HOME": folder.path,
            "AMONAT_SESSION": pair.ministry.state.appendingPathComponent("session").path,
            "CASE": caseID, "GRANT": "\(grant)", "CONTACT": contact, "LANG": "C.UTF-8",
            "OTHER": "\(other)", "SENT": "\(sent)", "REFERRAL": referral ?? "", "PLAN": plan.plan,
            "LEG": leg, "SIBLING": sibling,
          ]
          let log = folder.appendingPathComponent("output")
          _ = FileManager.default.createFile(atPath: log.path, contents: nil)
          let handle = try FileHandle(forWritingTo: log)
          (process.standardOutput, process.standardError) = (handle, handle)
          process.standardInput = FileHandle.nullDevice
          try process.run()
          process.awaitExit()
          let said = try String(contentsOf: log, encoding: .utf8)
          #expect(process.terminationStatus == 0, "\(page): \(block.text)\(said)")
        }
        // A file that a page shows and no command reads is still what the command takes.
        for block in blocks where block.language == "json" {
          #expect(throws: Never.self, "\(page) \(block.name ?? "")") {
            try JSONSerialization.jsonObject(with: Data(block.text.utf8))
          }
        }
      }
      #expect(commands >= 30)
      #expect(try pair.findings() == [])
    }
  }
}

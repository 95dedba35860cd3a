internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Every command is run here against real nodes, once so that it works and, where it takes anything,
  /// once so that it is refused.
  @Suite(.serialized) struct CommandTests {
    /// The commands of a program, from what it says of itself, and which of them have been run.
    private final class Book {
      /// Each command with no subcommand, and whether it takes anything but the common options.
      let takesInput: [[String]: Bool]
      private(set) var worked: Set<[String]> = []
      private(set) var refused: Set<[String]> = []
      private let programs: Programs

      private struct Dump: Decodable { let command: Command }
      private struct Command: Decodable {
        struct Argument: Decodable {
          struct Name: Decodable { let name: String }
          let kind: String
          let names: [Name]?
        }
        let commandName: String
        let subcommands: [Command]?
        let arguments: [Argument]?
      }

      /// Options that every command takes.
      private static let common: Set<String> = ["help", "version", "json", "lang", "socket"]

      init(_ programs: Programs, of names: [String]) throws {
        self.programs = programs
        var found: [[String]: Bool] = [:]
        func walk(_ command: Command, _ path: [String]) {
          let path = path + [command.commandName]
          let below = (command.subcommands ?? []).filter { $0.commandName != "help" }
          for sub in below { walk(sub, path) }
          guard below.isEmpty else { return }
          found[path] = (command.arguments ?? []).contains { argument in
            let names = Set((argument.names ?? []).map(\.name))
            return argument.kind == "positional" || names.isDisjoint(with: Self.common)
          }
        }
        for name in names {
          let dump = try programs.run(name, ["--experimental-dump-help"])
          walk(try JSONDecoder().decode(Dump.self, from: Data(dump.out.utf8)).command, [])
        }
        takesInput = found
      }

      /// Notes what came of a command line.
      func note(_ program: String, _ words: [String], _ status: Int32) {
        let line = [program] + words
        guard
          let command = takesInput.keys.filter({ line.starts(with: $0) }).max(by: {
            $0.count < $1.count
          })
        else {
          Issue.record("no command: \(line)")
          return
        }
        if status == 0 { worked.insert(command) } else { refused.insert(command) }
      }

      /// The words of another test that name a command.
      private static func isNamed(_ command: [String], in text: String) -> Bool {
        let words = command.dropFirst()
        return text.contains(words.map { "\"\($0)\"" }.joined(separator: ", "))
          || text.contains(command.joined(separator: " "))
      }

      /// Commands that nothing here has run, and that no other test names.
      func missing(elsewhere: [String]) -> [String] {
        takesInput.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap {
          command,
          takesInput -> [String] in
          if elsewhere.contains(where: { Self.isNamed(command, in: $0) }),
            !worked.contains(command), !refused.contains(command)
          {
            return []
          }
          var out: [String] = []
          if !worked.contains(command) { out.append("\(command.joined(separator: " ")): works") }
          if takesInput, !refused.contains(command) {
            out.append("\(command.joined(separator: " ")): refused")
          }
          return out
        }
      }
    }

    /// One world, its book, and the lines that are typed.
    private final class Story {
      let world: LifeWorld
      let book: Book
      let ministry: HarnessNode
      let clinic: HarnessNode
      let nobody = String(repeating: "0", count: 32)
      private var files = 0

      init() async throws {
        world = try await LifeWorld()
        book = try Book(world.harness.programs, of: ["amonat", "amonat-audit"])
        ministry = try #require(world.harness.nodes["ministry.example"])
        clinic = try #require(world.harness.nodes["clinic.example"])
      }

      func file(_ text: String) throws -> String {
        files += 1
        let url = world.root.appendingPathComponent("typed-\(files)")
        try Data(text.utf8).write(to: url)
        return url.path
      }

      func path(_ name: String) -> String { world.root.appendingPathComponent(name).path }

      @discardableResult
      func ok(
        _ node: HarnessNode,
        _ words: [String],
        session: String = "session",
        _ place: SourceLocation = #_sourceLocation
      ) throws -> Programs.Output {
        let output = try node.tryCLI(words, session: session)
        book.note("amonat", words, output.status)
        #expect(output.status == 0, "\(words): \(output.err)\(output.out)", sourceLocation: place)
        return output
      }

      func no(
        _ node: HarnessNode,
        _ words: [String],
        _ code: String = "",
        session: String = "session",
        _ place: SourceLocation = #_sourceLocation
      ) throws {
        let output = try node.tryCLI(words, session: session)
        book.note("amonat", words, output.status)
        #expect(output.status != 0, "\(words): it worked", sourceLocation: place)
        #expect(
          code.isEmpty || (output.err + output.out).contains(code),
          "\(words): \(output.err)",
          sourceLocation: place
        )
      }

      /// Runs a program without a node.
      @discardableResult
      func plain(_ program: String, _ words: [String], works: Bool) throws -> Programs.Output {
        let output = try world.harness.programs.run(program, words)
        book.note(program, words, output.status)
        #expect((output.status == 0) == works, "\(program) \(words): \(output.err)\(output.out)")
        return output
      }

      func field(_ name: String, _ output: Programs.Output) throws -> String {
        let object = try output.json() as? [String: Any]
        return try #require(object?[name] as? String, "\(name) in \(output.out)")
      }

      /// A case with a grant for the clinic.
      func newCase() throws -> String {
        try field(
          "case",
          ok(
            ministry,
            ["case", "new", "--desk", "intake", "--json", "--from", try file(Self.sections)]
          )
        )
      }

      static let need = """
        {"service": "medical-general", "reason": "first-need", "age-band": "25-34", "sex": "female",
         "region": "khatlon", "languages": ["tg"], "interpreter": "female"}
        """
      static let sections = """
        {"need": \(need), "identity": {"name": "Example Person"},
         "contact": {"channel": "telephone", "number": "000-11-22"}, "health": {"needs": ["general"]}}
        """
      static let facts = """
        {"notice": "tj-nrm-1", "language": "tg", "mode": "read-aloud", "decidedBy": "self",
         "capacity": "adult", "teachBack": true, "expression": "signature", "receipt": "refused"}
        """

      func consentFile(_ purpose: String = "health", onward: Bool = false) throws -> String {
        try file(
          """
          {"grants": [{"peer": "clinic.example", "purpose": "\(purpose)", "days": 30,
                       "groups": ["need"\(purpose == "health" ? #", "identity", "contact""# : "")],
                       "onward": \(onward)}],
           "record": \(Self.facts), "answers": {"storing": true}}
          """
        )
      }

      func grant(
        _ caseID: String,
        _ purpose: String = "health",
        onward: Bool = false
      ) throws -> String {
        let answer = try ok(
          ministry,
          [
            "consent", "record", "--case", caseID, "--json", "--from",
            try consentFile(purpose, onward: onward),
          ]
        )
        let grants = try answer.json() as? [[String: Any]]
        return "\(try #require(grants?.first?["grant"] as? Int))"
      }

      /// Refers from the case and waits for the receipt.
      func referred(_ grant: String) throws -> (out: String, inside: String) {
        let answer = try ok(
          ministry,
          ["refer", "--grant", grant, "--from-case", "--wait", "receipt", "--json"]
        )
        let (out, message) = (try field("referral", answer), try field("message", answer))
        return (out, try inside(message))
      }

      func inside(_ message: String) throws -> String {
        let inbox = try ok(clinic, ["inbox", "--json"]).json() as? [[String: Any]]
        let line = inbox?.first { $0["message"] as? String == message }
        return try #require(line?["referral"] as? String)
      }

      /// A move that can be made once the other side's has arrived.
      func soon(_ node: HarnessNode, _ words: [String]) async throws {
        try await eventually(words.joined(separator: " ")) { try node.tryCLI(words).status == 0 }
        book.note("amonat", words, 0)
      }

      /// The same move on a referral that nobody knows.
      func noSuch(_ words: [String]) throws {
        var words = words
        words[2] = nobody
        try no(ministry, words, "referral-unknown")
      }
    }

    @Test("Every command works on real nodes, and is refused where it must be")
    func everyCommand() async throws {
      let story = try await Story()
      do {
        try setup(story)
        try await story.world.start()
        for node in [story.ministry, story.clinic] { try node.unlockAgain() }
        try papers(story)
        try access(story)
        try await cases(story)
        try await moves(story)
        try await plans(story)
        try await people(story)
        try await endings(story)
      } catch {
        await story.world.end()
        throw error
      }
      await story.world.end()
      let sources = try RepositoryFile.paths(below: "Tests/NodeTests", endingWith: ".swift")
        .filter { !$0.hasSuffix("CommandTests.swift") }.map(RepositoryFile.text)
      let pages = try GuideTests.pages.flatMap { try GuideTests.blocks($0) }
        .filter { $0.language == "sh" }.map(\.text)
      #expect(story.book.takesInput.count > 90)
      #expect(story.book.missing(elsewhere: sources + pages) == [])
    }

    /// Before there is a node.
    private func setup(_ story: Story) throws {
      let phrase = ["--passphrase-file", story.path("passphrase")]
      let state = story.path("new-agency")
      let initial =
        ["init", "--state", state, "--agency", "newcomer.example", "--name-en", "Newcomer"] + phrase
      try story.plain("amonat", initial, works: true)
      try story.plain("amonat", initial, works: false)
      let policy = NodeHarness.policy.path
      let made = story.path("board")
      func board(_ threshold: String, _ out: String) -> [String] {
        [
          "commission", "new", "--out", out, "--holders", "2", "--threshold", threshold, "--names",
          "one,two", "--member", state + "/member.json", "--policy", policy,
        ] + phrase
      }
      try story.plain("amonat", board("3", story.path("no-board")), works: false)
      try story.plain("amonat", board("2", made), works: true)
      let (one, two, note) = (made + "/one.key", made + "/two.key", made + "/1.note")
      let sign = ["commission", "sign", "--register", made + "/register.json", "--out", note]
      try story.plain("amonat", sign + ["--key", state + "/member.json"] + phrase, works: false)
      try story.plain("amonat", sign + ["--key", one, "--key", two] + phrase, works: true)
      let next = ["commission", "next", "--previous", note, "--out", made + "/2.json"]
      try story.plain("amonat", next + ["--suspend", "nobody.example"], works: false)
      try story.plain("amonat", next + ["--suspend", "newcomer.example"], works: true)

      try story.plain("amonat", ["policy", "check", policy], works: true)
      try story.plain("amonat", ["policy", "check", one], works: false)
      try story.plain("amonat", ["policy", "show", policy, "--lang", "ru"], works: true)
      try story.plain("amonat", ["policy", "show", one], works: false)
      try story.plain("amonat", ["policy", "diff", policy, policy], works: true)
      try story.plain("amonat", ["policy", "diff", policy, one], works: false)
      try story.plain("amonat", ["completion", "bash"], works: true)
      try story.plain("amonat", ["completion", "csh"], works: false)
      try story.plain("amonat", ["version"], works: true)
    }

    /// Register, card, peers.
    private func papers(_ story: Story) throws {
      let (m, c) = (story.ministry, story.clinic)
      try story.ok(m, ["register", "show"])
      try story.ok(m, ["register", "import", story.world.harness.register.path])
      try story.no(m, ["register", "import", try story.file("no note")])
      try story.ok(m, ["card", "show"])
      let sign = [
        "card", "sign", "--key", m.state.path + "/agency.key", "--endpoint",
        "https://127.0.0.1:\(m.port)",
      ]
      try story.ok(m, sign + ["--passphrase-file", story.path("passphrase")])
      try story.no(
        m,
        sign + ["--passphrase-file", try story.file("wrong one\n")],
        "passphrase-wrong"
      )
      try story.ok(m, ["peer", "list"])
      try story.ok(m, ["peer", "export", "--out", story.path("ministry.notes")])
      try story.no(m, ["peer", "export", "--out", story.path("absent/ministry.notes")])
      try story.ok(c, ["peer", "import", story.path("ministry.notes")])
      try story.no(c, ["peer", "import", story.path("absent")])
    }

    /// Users, desks, sessions, and how the node is.
    private func access(_ story: Story) throws {
      let m = story.ministry
      let phrase = ["--passphrase-file", story.path("passphrase")]
      try story.ok(m, ["user", "add", "nilufar"] + phrase)
      try story.no(m, ["user", "add", "nilufar"] + phrase, "user-exists")
      try story.ok(m, ["user", "role", "nilufar", "--role", "deputy"])
      try story.no(m, ["user", "role", "nilufar", "--role", "king"], "policy")
      try story.no(m, ["user", "role", "nobody"], "user-unknown")
      let desk = ["desk", "add", "annex", "--groups", "need", "--holders"]
      try story.no(m, desk + ["zarina"], "second-holder-missing")
      try story.ok(m, desk + ["zarina", "--paper"])
      try story.ok(m, ["desk", "list"])
      try story.ok(m, ["unlock", "--user", "nilufar"] + phrase, session: "nilufar")
      try story.no(
        m,
        ["unlock", "--user", "nilufar", "--passphrase-file", try story.file("wrong one\n")],
        "passphrase-wrong",
        session: "nilufar"
      )
      try story.ok(m, ["lock"], session: "nilufar")
      try m.unlockAgain()
      for words in [["status"], ["due"], ["due", "--late"], ["clock"]] { try story.ok(m, words) }
      try story.no(m, ["due", "--never"])
      try story.no(m, ["clock", "sundial"])
    }

    /// Cases, consents, the wizard, what is printed.
    private func cases(_ story: Story) async throws {
      let m = story.ministry
      let caseID = try story.newCase()
      try story.no(
        m,
        ["case", "new", "--desk", "no-desk", "--from", try story.file(Story.sections)],
        "desk-locked"
      )
      try story.ok(m, ["case", "list"])
      let contact = try story.file(#"{"contact": {"channel": "telephone", "number": "000-33-44"}}"#)
      for (words, code) in [
        (["case", "show"], "case-unknown"), (["case", "amend", "--from", contact], "case-unknown"),
        (["case", "holders"], "case-unknown"), (["case", "print"], "case-unknown"),
        (["case", "export", "--out", story.path("export.json")], "case-unknown"),
      ] {
        try story.no(m, Array(words.prefix(2)) + [story.nobody] + words.dropFirst(2), code)
        try story.ok(m, Array(words.prefix(2)) + [caseID] + words.dropFirst(2))
      }
      let record = ["consent", "record", "--case", caseID, "--from"]
      let bare =
        #"{"grants": [{"peer": "clinic.example", "purpose": "health", "groups": ["need"]}]}"#
      try story.no(m, record + [try story.file(bare)])
      let grant = try story.grant(caseID)
      let new = ["consent", "new", "--from", try story.consentFile(), "--case"]
      try story.ok(m, new + [caseID])
      try story.no(m, new + [story.nobody], "case-unknown")
      for word in ["show", "story", "holders"] {
        try story.ok(m, ["consent", word, "--case", caseID])
        try story.no(m, ["consent", word, "--case", story.nobody], "case-unknown")
      }
      try story.ok(m, ["consent", "lapsed"])
      let again = try story.file(Story.facts)
      try story.ok(m, ["consent", "renew", grant, "--from", again])
      try story.no(m, ["consent", "renew", "999999", "--from", again])
      let word = ["consent", "code-word", "--code-word-file", try story.file("almond\n"), "--case"]
      try story.ok(m, word + [caseID])
      try story.no(m, word + [story.nobody], "case-unknown")
      for box in ["in", "out"] { try story.ok(m, ["referral", "list", "--box", box]) }
      try story.no(m, ["referral", "list", "--box", "sideways"])
      try story.no(m, ["inbox", "--state", "no state"])
    }

    /// A referral through every move of both sides.
    private func moves(_ story: Story) async throws {
      let (m, c) = (story.ministry, story.clinic)
      let grant = try story.grant(try story.newCase())
      try story.ok(m, ["refer", "--grant", grant, "--from-case", "--dry-run"])
      try story.no(m, ["refer", "--grant", "999999", "--from-case"])
      let (out, inside) = try story.referred(grant)
      try story.ok(c, ["referral", "show", inside])
      try story.noSuch(["referral", "show", out])
      let answer = try story.file(#"{"contact": {"channel": "messenger"}}"#)
      let own = try story.file(
        #"{"record": \#(Story.facts), "groups": ["need"], "answers": {"storing": true}}"#
      )
      func move(_ node: HarnessNode, _ word: String, _ more: [String] = []) async throws {
        let id = node === m ? out : inside
        try await story.soon(node, ["referral", word, id] + more)
        try story.noSuch(["referral", word, id] + more)
      }
      let expected = String(
        ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 9 * 86_400)).prefix(10)
      )
      try await move(c, "ack")
      try await move(c, "ask", ["--reason", "need-detail"])
      try await move(m, "answer", ["--from", answer])
      try await move(c, "waitlist", ["--reason", "within-month", "--expected", expected])
      try await move(c, "accept")
      try story.ok(c, ["consent", "own", inside, "--desk", "health", "--from", own])
      try story.no(c, ["consent", "own", story.nobody, "--desk", "health", "--from", own])
      try await move(c, "lost", ["--reason", "no-show"])
      try await move(c, "start")
      try await move(m, "dispute", ["--reason", "conduct"])
      try await move(c, "resolve", ["--reason", "agreed"])
      try await move(c, "complete", ["--outcome", "partly-met"])
      try await move(m, "close", ["--reason", "goals-met"])
      try await move(m, "reopen")
      try await move(c, "decline", ["--reason", "changed-mind"])

      let second = try story.referred(try story.grant(try story.newCase()))
      try story.ok(c, ["referral", "redirect", second.inside, "--reason", "legal-aid"])
      try story.noSuch(["referral", "redirect", second.out, "--reason", "legal-aid"])
      let third = try story.referred(try story.grant(try story.newCase()))
      try story.ok(m, ["referral", "recall", third.out, "--reason", "error"])
      try story.noSuch(["referral", "recall", third.out, "--reason", "error"])
      let fourth = try story.referred(try story.grant(try story.newCase(), onward: true))
      for word in ["ack", "accept"] { try story.ok(c, ["referral", word, fourth.inside]) }
      let on = [
        "--to", "council.example", "--purpose", "health", "--group", "need", "--days", "5",
      ]
      try story.ok(c, ["referral", "hand-on", fourth.inside] + on)
      try story.noSuch(["referral", "hand-on", fourth.inside] + on)
    }

    /// Plans, drafts, capacity.
    private func plans(_ story: Story) async throws {
      let (m, c) = (story.ministry, story.clinic)
      let caseID = try story.newCase()
      let grants = try (0..<4).map { _ in try story.grant(caseID) }
      func ask(_ grant: String) -> String { #"{"grant": \#(grant), "fromCase": true}"# }
      let legs = try story.file("[\(ask(grants[0])), \(ask(grants[1]))]")
      let new = ["plan", "new", "--json", "--from", legs, "--case"]
      let made = try story.ok(m, new + [caseID])
      try story.no(m, new + [story.nobody])
      let plan = try story.field("plan", made)
      try story.ok(m, ["plan", "show", plan])
      try story.no(m, ["plan", "show", story.nobody], "plan-unknown")
      let more = try story.file("[\(ask(grants[2]))]")
      try story.ok(m, ["plan", "add", plan, "--from", more])
      try story.no(m, ["plan", "add", story.nobody, "--from", more], "plan-unknown")
      let object = try made.json() as? [String: Any]
      let leg = (object?["legs"] as? [[String: Any]])?.first?["line"] as? [String: Any]
      let referral = try #require(leg?["referral"] as? String)
      let drop = ["--referral", referral, "--reason", "survivor-changed-mind"]
      try story.ok(m, ["plan", "drop", plan] + drop)
      try story.no(m, ["plan", "drop", story.nobody] + drop, "plan-unknown")

      let draft = try story.file(ask(grants[3]))
      let save = ["draft", "save", "--json", "--from"]
      var saved: [String] = []
      for _ in 0..<2 { saved.append(try story.field("draft", story.ok(m, save + [draft]))) }
      try story.no(m, save + [try story.file(ask("999999"))])
      try story.ok(m, ["draft", "list"])
      try story.ok(m, ["draft", "send", saved[0]])
      try story.no(m, ["draft", "send", story.nobody])
      try story.ok(m, ["draft", "discard", saved[1]])
      try story.no(m, ["draft", "discard", story.nobody])

      let for_ = ["--for", "health-adult"]
      try story.no(c, ["capacity", "set", "--answer", "perhaps"] + for_, "policy")
      try story.ok(c, ["capacity", "set", "--answer", "yes"] + for_)
      try story.no(m, ["capacity", "ask", "--to", "nobody.example"] + for_, "agency-unknown")
      let asked = try story.ok(
        m,
        ["capacity", "ask", "--to", "clinic.example", "--for", "health-child", "--json"]
      )
      let id = try story.field("id", asked)
      try story.ok(m, ["capacity", "show"])
      try await story.soon(c, ["capacity", "answer", id, "--answer", "no"])
      try story.no(c, ["capacity", "answer", id, "--answer", "no"], "already-done")
    }

    /// Contacts, exceptions, what happens outside, journeys.
    private func people(_ story: Story) async throws {
      let (m, c) = (story.ministry, story.clinic)
      let call = #"""
        {"callBack": {"channel": "none"}, "codeWord": "almond", "caller": "self", "language": "tg"}
        """#
      let opening = ["contact", "new", "--from", try story.file(call), "--json", "--desk"]
      let contact = try story.field("contact", story.ok(m, opening + ["intake"]))
      try story.no(m, opening + ["no-desk"])
      try story.ok(m, ["contact", "show", contact])
      try story.no(m, ["contact", "show", story.nobody])
      let check = ["contact", "check", contact, "--word-file"]
      try story.ok(m, check + [try story.file("almond\n")])
      try story.no(m, check + [try story.file("apple\n")])
      let convert = try story.file(
        #"""
        {"record": \#(Story.facts), "answers": {"storing": true, "contact": true},
         "sections": {"need": \#(Story.need)}}
        """#
      )
      try story.ok(m, ["contact", "convert", contact, "--from", convert])
      try story.no(m, ["contact", "convert", story.nobody, "--from", convert])
      let counted = [
        "anonymous", "add", "--sex", "female", "--nationality", "own", "--exploitation",
        "forced-labour", "--reason", "fears-authorities", "--age", "25-34", "--region",
      ]
      try story.ok(m, counted + ["sughd"])
      try story.no(m, counted + ["Atlantis"])
      try story.ok(m, ["anonymous", "table"])
      try story.ok(m, ["anonymous", "received"])

      let caseID = try story.newCase()
      let grant = try story.grant(caseID)
      let said = ["--case", caseID, "--purpose", "health", "--groups"]
      let verbal = ["record", "verbal", "--to", "clinic.example", "--grant", grant] + said
      try story.ok(m, verbal + ["need"])
      try story.no(m, verbal + ["exploitation"], "groups-not-granted")
      let outside = ["record", "outside", "--agreed"] + said + ["need", "--to"]
      try story.ok(m, outside + ["health"])
      try story.no(m, outside + ["newspaper"], "policy")
      let slip = ["slip", "print", "--agreed"] + said + ["need", "--word-file"]
      try story.ok(m, slip + [try story.file("almond\n"), "--to", "health"])
      try story.no(m, slip + [try story.file("almond\n"), "--to", "newspaper"], "policy")

      let exception = [
        "consent", "exception", "--case", caseID, "--to", "clinic.example", "--purpose", "health",
        "--basis", "vital-interest", "--reason-file", try story.file("Unconscious."), "--json",
        "--groups",
      ]
      try story.no(m, exception + ["need,exploitation"], "policy-groups")
      let used = try story.ok(m, exception + ["need,health"]).json() as? [[String: Any]]
      let number = "\(try #require(used?.first?["grant"] as? Int))"
      try story.no(m, ["consent", "countersign", number], "second-person-same")
      for user in ["farhod", "nilufar"] {
        try story.ok(
          m,
          ["unlock", "--user", user, "--passphrase-file", story.path("passphrase")],
          session: user
        )
      }
      try story.ok(m, ["consent", "countersign", number], session: "farhod")
      try story.ok(m, ["review", "list"])
      let review = ["review", "done", number, "--outcome", "in-order"]
      try story.no(m, review)
      try story.ok(m, review, session: "nilufar")

      let back = try story.grant(caseID, "return")
      let way = try story.file(
        #"{"need": \#(Story.need.replacing("medical-general", with: "voluntary-return"))}"#
      )
      let sent = try story.ok(
        m,
        ["refer", "--grant", back, "--from", way, "--wait", "receipt", "--json"]
      )
      let journey = try story.field("referral", sent)
      let inside = try story.inside(try story.field("message", sent))
      for word in ["ack", "accept"] { try story.ok(c, ["referral", word, inside]) }
      let arrives = [
        "--arrives", ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: 86_400)),
      ]
      try await story.soon(m, ["return", "travels", journey] + arrives)
      try story.no(m, ["return", "travels", story.nobody] + arrives)
      try story.ok(m, ["return", "arrived", journey])
      try story.no(m, ["return", "arrived", story.nobody])
      try story.ok(m, ["return", "list"])
    }

    /// Stops, withdrawals, alerts, and what an auditor gets.
    private func endings(_ story: Story) async throws {
      let (m, c) = (story.ministry, story.clinic)
      let caseID = try story.newCase()
      let grant = try story.grant(caseID)
      let (_, inside) = try story.referred(grant)
      for word in ["ack", "accept"] { try story.ok(c, ["referral", word, inside]) }
      let stop = ["consent", "stop", "--channel", "telephone", "--case"]
      try story.ok(m, stop + [caseID])
      try story.no(m, stop + [story.nobody], "consent-missing")
      let resume = [
        "consent", "resume", "--case", caseID, "--from", try story.file(Story.facts), "--grant",
      ]
      try story.ok(m, resume + [grant])
      try story.no(m, resume + ["999999"])
      try story.ok(c, ["referral", "stop", inside, "--channel", "hotline"])
      try story.no(c, ["referral", "stop", story.nobody, "--channel", "hotline"])
      let withdraw = ["consent", "withdraw", "--confirmed", "in-person", "--case"]
      try story.ok(m, withdraw + [caseID])
      try story.no(m, withdraw + [story.nobody], "consent-missing")
      try await story.soon(c, ["referral", "erase", inside, "--confirmation", "call-back"])
      try story.no(c, ["referral", "erase", story.nobody, "--confirmation", "call-back"])

      let (first, second) = (try story.newCase(), try story.newCase())
      try story.ok(m, ["case", "link", first, second, "--as", "sibling"])
      try story.no(m, ["case", "link", first, story.nobody, "--as", "sibling"], "case-unknown")
      try story.ok(m, ["case", "unlink", first, second])
      try story.no(m, ["case", "unlink", first, second], "case-unknown")

      let over = try story.newCase()
      let day = Date(timeIntervalSinceNow: 60 * 86_400).formatted(.iso8601.year().month().day())
      let keep = ["case", "keep", "--class", "medical-record", "--basis", "legal-obligation"]
      try story.ok(m, keep + ["--until", day, over])
      try story.no(m, keep + ["--until", day, story.nobody])
      try story.ok(m, ["case", "close", over])
      try story.no(m, ["case", "close", story.nobody])

      let bundles = ["ministry", "clinic"].map { story.path($0 + ".bundle") }
      try story.ok(m, ["audit", "export", "--out", bundles[0]])
      try story.ok(c, ["audit", "export", "--out", bundles[1]])
      try story.no(c, ["audit", "export", "--out", bundles[1]])
      try story.ok(c, ["audit", "export", "--force", "--out", bundles[1]])
      try story.no(m, ["audit", "export", "--log", "7", "--out", story.path("other.bundle")])
      for word in ["verify", "reconcile", "inspect"] {
        let read = try story.world.harness.programs.run("amonat-audit", [word] + bundles)
        // Notes are findings too; nothing is wrong with these.
        let errors = read.out.split(separator: "\n").filter {
          $0.trimmingCharacters(in: .whitespaces).hasPrefix("error")
        }
        #expect(read.status < 2 && errors == [], "\(word)")
        story.book.note("amonat-audit", [word], 0)
        try story.plain("amonat-audit", [word, story.path("absent.bundle")], works: false)
      }

      // A voice asked to stop and nobody came back to it: people are called.
      let unconfirmed = try story.newCase()
      _ = try story.referred(try story.grant(unconfirmed))
      try story.ok(m, stop + [unconfirmed])
      story.world.clock.pass(hours: 24 * 8)
      var alerts: [[String: Any]] = []
      try await eventually("an alert") {
        try m.unlockAgain()
        let list = try story.ok(m, ["alert", "list", "--json"]).json() as? [String: Any]
        alerts = list?["alerts"] as? [[String: Any]] ?? []
        return !alerts.isEmpty
      }
      let alert = try #require(alerts.first?["alert"] as? Int)
      try story.ok(m, ["alert", "settle", "\(alert)"])
      try story.no(m, ["alert", "settle", "999999"])
    }
  }
}

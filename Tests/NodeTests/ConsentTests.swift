internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import Sealing
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct ConsentTests {
    /// The words of one language, as somebody types them.
    struct Spoken: Sendable {
      let language: String
      let yes: String
      let no: String
      /// What the receipt is called, and what it must never say.
      let title: String
      /// What she is, and how she signs, as the choices say it.
      let adult: String
      let signature: String
      /// How the policy's notice begins.
      let notice: String
    }

    static let spoken = [
      Spoken(
        language: "tg",
        yes: "ҳа",
        no: "не",
        title: "Варақаи шумо",
        adult: "калонсол",
        signature: "Имзо",
        notice: "Мо мехоҳем ба муассисае"
      ),
      Spoken(
        language: "ru",
        yes: "да",
        no: "нет",
        title: "Ваш листок",
        adult: "взрослый человек",
        signature: "Подпись",
        notice: "Мы хотим передать учреждению"
      ),
      Spoken(
        language: "en",
        yes: "yes",
        no: "no",
        title: "Your paper",
        adult: "an adult",
        signature: "Signature",
        notice: "We would like to give the agency"
      ),
    ]

    /// A case at the ministry.
    static func newCase(_ pair: Pair, _ name: String = "Гулнора") throws -> String {
      let file = pair.root.appendingPathComponent("case-\(UUID().uuidString).json")
      let sections: [String: [String: FieldValue]] = [
        "need": Pair.need, "identity": ["name": .text(name)],
        "contact": ["channel": .text("telephone"), "number": .text("+992 90 000 00 01")],
        "health": ["needs": .codes(["general"])],
      ]
      try Data(try LocalJSON.encode(sections)).write(to: file)
      let made = try pair.ministry.cli([
        "case", "new", "--desk", "intake", "--from", file.path, "--json",
      ])
      return try LocalJSON.decode(CaseOpened.self, from: Array(made.out.utf8)).case
    }

    static func file(_ pair: Pair, _ value: some Encodable) throws -> String {
      let url = pair.root.appendingPathComponent("file-\(UUID().uuidString)")
      try Data(try LocalJSON.encode(value)).write(to: url)
      return url.path
    }

    static func text(_ pair: Pair, _ text: String) throws -> String {
      let url = pair.root.appendingPathComponent("text-\(UUID().uuidString)")
      try Data(text.utf8).write(to: url)
      return url.path
    }

    @Test("The wizard asks in each language, takes silence for no, and logs every no")
    func wizard() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      for spoken in Self.spoken {
        let caseID = try Self.newCase(pair)
        let (yes, no) = (spoken.yes, spoken.no)
        // Adult and self, which silence does not say; band, read aloud; nobody came along, interprets or supports.
        // A wrong word for who must not know is asked again; then one agency, and nobody else.
        let taking = [
          "", spoken.adult, "6", "", "self", "", "", "", "", "her brother", "agency:far.example",
          "",
        ]
        // Storing and contact yes, a word that is neither, police no; the rest in silence.
        let asked = [yes, yes, "?", no, "", ""]
        // The need yes, identity in silence, contact yes, passing on no.
        let leg = [yes, "", yes, no]
        let ending = [yes, yes, "signature", yes, no]
        let answers = (taking + asked + leg + ending).map { $0 + "\n" }.joined()
        let output = try pair.ministry.tryCLI(
          [
            "consent", "new", "--case", caseID, "--lang", spoken.language, "--leg",
            "clinic.example:health:need,identity,contact:30",
          ],
          input: answers
        )
        #expect(output.status == 0, "\(output.err)")
        #expect(output.out.contains(spoken.title))
        for word in ["трафик", "trafficking", "одамон", "торговл", "Гулнора", "clinic"] {
          let paper = output.out.components(separatedBy: spoken.title).last ?? ""
          #expect(!paper.contains(word), "\(word)")
        }
        let list = try await Self.consents(pair, caseID)
        #expect(list.grants.map(\.groups) == [["contact", "need"]])
        #expect(list.grants.map(\.onward) == [false])
        #expect(list.record?.language == spoken.language && list.record?.receipt == "paper")
        #expect(list.record?.notice == "consent-1" && list.denied == ["far.example"])
        #expect(output.err.contains(spoken.notice), "the policy's notice is read out")
        #expect(output.err.contains(spoken.signature), "and the choices are in her language")
        #expect(
          list.refused.map(\.purpose).sorted() == ["criminal-justice", "health"],
          "no to identity, and no to the police"
        )
        let story = try await Self.session(pair).consentStory(of: caseID)
        #expect(story.whole)
        #expect(story.answers["statistics"] == false && story.answers["police"] == false)
        #expect(story.answers["contact"] == true)
        let states = Dictionary(
          story.entries.map { ("\($0.peer ?? "")|\($0.purpose)", $0.state) }
        ) { $1 }
        #expect(states["clinic.example|health"] == "given")
        #expect(states["|statistics"] == "refused" && states["|criminal-justice"] == "refused")
      }
      // Answers that end too early record nothing at all.
      let caseID = try Self.newCase(pair)
      let broken = try pair.ministry.tryCLI(
        ["consent", "new", "--case", caseID, "--leg", "clinic.example:health:need"],
        input: "adult\n25-34\nself\n\n\n\n\n\nyes\n"
      )
      #expect(broken.status == 65)
      #expect(try await Self.consents(pair, caseID).grants.isEmpty)
      // Who wants nothing kept leaves nothing, not even a no.
      let gone = try pair.ministry.tryCLI(
        ["consent", "new", "--case", caseID, "--leg", "clinic.example:health:need"],
        input: "adult\n25-34\nself\n\n\n\n\n\nno\nno\nno\nno\nno\n"
      )
      #expect(gone.status == 0 && gone.out.contains("Nothing was recorded"))
      #expect(try await Self.session(pair).consentStory(of: caseID).entries.isEmpty)
      // An auditor sees that "no" exists: two for each language, and no word of whom.
      #expect(try pair.findings() == [])
      #expect(try pair.events("consent-refused", by: pair.ministry) == 6)
    }

    @Test("A consent that was not taken as it should be is refused with every reason")
    func refusals() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try Self.newCase(pair)
      let client = try await Self.session(pair)
      let grant = Pair.grant(["need"])

      func refused(_ record: ConsentRecord) async -> (String, [String]) {
        do {
          _ = try await client.recordConsent(record)
          return ("recorded", [])
        } catch {
          return (error.code, error.reasons)
        }
      }
      var facts = Pair.facts
      #expect(
        await refused(ConsentRecord(case: caseID, grants: [grant]))
          == ("consent-facts", ["record-missing"])
      )
      facts.witness = nil
      facts.interpreter = "a friend"
      #expect(
        await refused(ConsentRecord(case: caseID, grants: [grant], record: facts))
          == ("consent-facts", ["interpreter-not-independent", "witness-missing"])
      )
      facts = Pair.facts
      (facts.capacity, facts.ageBand) = ("doubtful", "18-24")
      #expect(
        await refused(ConsentRecord(case: caseID, grants: [grant], record: facts))
          == ("consent-facts", ["decider-not-allowed"])
      )
      // Yes and no to the same in one breath is a no.
      #expect(
        await refused(
          ConsentRecord(
            case: caseID,
            grants: [grant],
            record: Pair.facts,
            refused: [RefusedAsk(purpose: "health")]
          )
        ) == ("consent-refused", ["survivor-deny"])
      )
      // A no to the question about the police is a no to every leg that serves them (CNS-028).
      var police = grant
      (police.purpose, police.days) = ("criminal-justice", nil)
      for no in [true, false] {
        #expect(
          await refused(
            ConsentRecord(
              case: caseID,
              grants: [police],
              record: Pair.facts,
              refused: no ? [] : [RefusedAsk(purpose: "criminal-justice")],
              answers: no ? ["police": false] : [:]
            )
          ) == ("consent-refused", ["survivor-deny"])
        )
      }
      // A denied district bars the agency that works there, whatever else was said.
      #expect(
        await refused(
          ConsentRecord(
            case: caseID,
            grants: [grant],
            record: Pair.facts,
            denied: ["district:dushanbe"]
          )
        ) == ("consent-refused", ["survivor-deny"])
      )
      #expect(
        await refused(
          ConsentRecord(case: caseID, grants: [], record: Pair.facts, denied: ["village:x"])
        ).0 == "malformed"
      )
      var exception = grant
      exception.basis = "vital-interest"
      #expect(
        await refused(ConsentRecord(case: caseID, grants: [exception], record: Pair.facts)).0
          == "policy"
      )
      // Nothing of all this left a trace, and the node goes on.
      let list = try await client.consents(of: caseID)
      #expect(list.grants.isEmpty && list.denied.isEmpty && list.record == nil)
      // Whom she denies by name sees nothing, with the desk unlocked.
      _ = try await client.recordConsent(
        ConsentRecord(
          case: caseID,
          grants: [],
          record: Pair.facts,
          denied: ["person:\(NodeHarness.users[1])"]
        )
      )
      #expect(try await client.showCase(caseID).sections["identity"] != nil)
      let other = LocalClient(socket: pair.ministry.socket)
      _ = try await other.unlock(
        Unlock(user: NodeHarness.users[1], passphrase: Pair.passphrase)
      )
      await #expect(throws: LocalFailure.self) { try await other.showCase(caseID) }
    }

    static func session(_ pair: Pair) async throws -> LocalClient {
      try await Pair.session(at: pair.ministry.socket)
    }

    static func consents(_ pair: Pair, _ caseID: String) async throws -> ConsentList {
      try await session(pair).consents(of: caseID)
    }
  }
}

extension Pair {
  /// How many events of a type a node's exported log holds; after ``findings()``.
  func events(_ type: String, with text: String = "", by node: HarnessNode) throws -> Int {
    let bundle = root.appendingPathComponent("\(node.spec.id).bundle")
    return try String(contentsOf: bundle, encoding: .utf8).split(separator: "\n").count {
      $0.hasPrefix("leaf\t") && $0.contains("\"type\":\"\(type)\"")
        && (text.isEmpty || $0.contains(text))
    }
  }

  /// A node's state, opened in this process with a clock of its own; the process must have ended.
  func opened(_ node: HarnessNode, atMs: UInt64) async throws -> Node {
    try await Node(
      folder: StateFolder(node.state),
      settings: NodeSettings(socketPath: node.socket, passphraseCost: .least),
      clock: NodeClock(nowMs: { atMs })
    )
  }
}

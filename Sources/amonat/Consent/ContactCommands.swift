internal import ArgumentParser
internal import LocalContract

/// Somebody calls, or comes.
struct ContactGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact",
    abstract: "Somebody calls or comes by herself: no name is needed.",
    subcommands: [NewContact.self, ShowContact.self, CheckContact.self, ConvertContact.self]
  )
}

/// What `contact new --from` reads.
struct ContactFile: Codable, Sendable {
  let callBack: [String: FieldValue]
  let codeWord: String
  let caller: String
  let language: String
  let topic: String?
}

/// Opens a contact.
struct NewContact: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Open a contact: first how to call back safely, then a word she chooses.",
    discussion: """
      The file:
        {"callBack": {"channel": "telephone", "number": "…",
                      "never": "her brother"},
         "codeWord": "almond", "caller": "self", "language": "tg", "topic": "a contract abroad"}

        amonat contact new --desk intake --from contact.json
      """
  )

  @Option(help: "The desk that keeps it.")
  var desk: String

  @Option(help: "The contact, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ContactOpened {
    let file = try call.input.json(ContactFile.self, from)
    let request = ContactOpen(
      desk: desk,
      callBack: file.callBack,
      codeWord: file.codeWord,
      caller: file.caller,
      language: file.language,
      topic: file.topic
    )
    return try await call { client throws(LocalFailure) in try await client.openContact(request) }
  }

  func show(_ answer: ContactOpened, in report: inout Report) {
    report.line(report.words(.contactOpened, answer.contact))
  }
}

/// Shows a contact.
struct ShowContact: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a contact: how to call back safely comes first.",
    discussion: "  amonat contact show 3f0c…"
  )

  @Argument(help: "The contact's id.")
  var id: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ContactView {
    try await call { client throws(LocalFailure) in try await client.showContact(id) }
  }

  func show(_ answer: ContactView, in report: inout Report) {
    report.line(report.words(.callBackFirst))
    report.show(content: ["contact": answer.callBack])
    report.field(.stateWord, report.words.state(answer.state))
    report.line(report.labels.code(answer.language, of: "languages", in: "need"))
    if let topic = answer.topic { report.line(topic) }
  }
}

/// Checks the word.
struct CheckContact: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the code word of whoever is on the line; exit 1 if it is not the word.",
    discussion: "  amonat contact check 3f0c… --word-file -"
  )

  @Argument(help: "The contact's id.")
  var id: String

  @Option(help: "What was said: a file, or - for standard input.", completion: .file())
  var wordFile: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ContactChecked {
    let word = try call.input.firstLine(wordFile)
    return try await call { client throws(LocalFailure) in
      try await client.checkContact(ContactCheck(contact: id, codeWord: word))
    }
  }

  func show(_ answer: ContactChecked, in report: inout Report) {
    report.line(report.words(answer.knows ? ConsentPhrase.wordKnown : .wordUnknown))
  }

  func status(of answer: ContactChecked) -> ExitStatus { answer.knows ? .done : .refused }
}

/// What `contact convert --from` reads.
struct ConvertFile: Codable, Sendable {
  let record: ConsentFacts
  let answers: [String: Bool]
  let sections: [String: [String: FieldValue]]
  let spokeToHer: Bool?
}

/// Makes a case of a contact.
struct ConvertContact: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Make a case of a contact, once she herself agrees to a record being kept.",
    discussion: """
      The file holds how she was asked, what she said, and the sections of the case:
        {"record": {…}, "answers": {"storing": true}, "sections": {"need": {…}}}
      Where somebody else called for her, "spokeToHer": true says that she was asked herself.

        amonat contact convert 3f0c… --from convert.json
      """
  )

  @Argument(help: "The contact's id.")
  var id: String

  @Option(help: "The consent and the sections, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseOpened {
    let file = try call.input.json(ConvertFile.self, from)
    let request = ContactConvert(
      contact: id,
      record: file.record,
      answers: file.answers,
      sections: file.sections,
      spokeToHer: file.spokeToHer ?? false
    )
    return try await call { client throws(LocalFailure) in
      try await client.convertContact(request)
    }
  }

  func show(_ answer: CaseOpened, in report: inout Report) {
    report.line(report.words(.contactCase, answer.case))
  }
}

/// Adults who refused everything.
struct AnonymousGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anonymous",
    abstract: "Count an adult who refused everything; nothing is kept about her.",
    subcommands: [AddAnonymous.self, ShowAnonymous.self, ReceivedAnonymous.self]
  )
}

/// Counts one.
struct AddAnonymous: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Count somebody: six codes of the policy, no name, no day, no case.",
    discussion: """
        amonat anonymous add --sex female --age 25-34 --nationality own \\
          --exploitation forced-labour --region sughd --reason fears-authorities
      """
  )

  @Option(help: "A code of the list `sex`.") var sex: String
  @Option(help: "A code of the list `age-band`; an adult's.") var age: String
  @Option(help: "own or foreign.") var nationality: String
  @Option(help: "A code of the list `exploitation`.") var exploitation: String
  @Option(help: "A code of the list `region`.") var region: String
  @Option(help: "Why not, a code of the list `non-consent`.") var reason: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Done {
    let request = AnonymousAdd(
      sex: sex,
      age: age,
      nationality: nationality,
      exploitation: exploitation,
      region: region,
      reason: reason
    )
    return try await call { client throws(LocalFailure) in try await client.addAnonymous(request) }
  }

  func show(_ answer: Done, in report: inout Report) { report.line(report.words(.counted)) }
}

/// Shows what has come for the statistics.
struct ReceivedAnonymous: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "received",
    abstract: "Show the notes that other agencies have sent for the statistics.",
    discussion: """
      Only the agency with the role `statistics` gets any. A note says its quarter and six codes, and
      neither who sent it nor when.

        amonat anonymous received
        amonat anonymous received --json
      """
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> AnonymousReceived {
    try await call { client throws(LocalFailure) in try await client.anonymousReceived() }
  }

  func show(_ answer: AnonymousReceived, in report: inout Report) {
    for note in answer.notes { report.line(note.parts.joined(separator: "  ")) }
    report.line(
      report.words(.tallyCount, "\(answer.notes.count)", "\(answer.sealed)")
    )
  }
}

/// Shows the counts.
struct ShowAnonymous: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Show the counts that are large enough to be shown, for the statistics.",
    discussion: "  amonat anonymous table --json"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> AnonymousTable {
    try await call { client throws(LocalFailure) in try await client.anonymous() }
  }

  func show(_ answer: AnonymousTable, in report: inout Report) {
    for cell in answer.cells {
      report.line(report.words(.countLine, cell.year, cell.field, cell.code, "\(cell.count)"))
    }
    report.line(report.words(.countHidden, "\(answer.least)"))
  }
}

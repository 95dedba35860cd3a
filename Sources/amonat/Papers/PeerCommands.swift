internal import ArgumentParser
internal import LocalContract
internal import TransparencyLog
internal import Trust

/// The other members, as this node knows them.
struct PeerGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peer",
    abstract: "The other members and their papers.",
    subcommands: [PeerList.self, PeerImport.self, PeerExport.self]
  )
}

/// Lists the members and how contact with them stands.
struct PeerList: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the other members and how contact with them stands.",
    discussion: "  amonat peer list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [PeerStatus] {
    try await call { client throws(LocalFailure) in try await client.status() }.peers
  }

  func show(_ answer: [PeerStatus], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    report.section(.peers, answer) { peer, report in report.show(peer) }
  }
}

/// Hands cards, links and suspensions to the node.
struct PeerImport: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Hand other members' cards and links to the node.",
    discussion: "  amonat peer import /media/usb/shelter.hello"
  )

  @Argument(help: "Files of amonat peer export, or single notes.", completion: .file())
  var files: [String]

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [LocalContract.NoteOutcome] {
    let request = NotesImport(notes: try call.input.notes(files).map(\.encoded))
    return try await call { client throws(LocalFailure) in
      try await client.importPeers(request)
    }.outcomes
  }

  func show(_ answer: [LocalContract.NoteOutcome], in report: inout Report) {
    for outcome in answer {
      let what = [outcome.type, outcome.agency, outcome.number.map { "\($0)" }]
        .compactMap { $0 }.joined(separator: " ")
      let result =
        switch outcome.result {
        case "applied": report.words(.resultApplied)
        case "same": report.words(.resultSame)
        default: report.words(.resultRefused, outcome.code ?? outcome.result)
        }
      report.line(report.words(.imported, what, result))
    }
  }

  func status(of answer: [LocalContract.NoteOutcome]) -> ExitStatus {
    answer.contains { $0.result == "refused" } ? .refused : .done
  }
}

/// Writes what a stranger needs of this node.
struct PeerExport: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write this agency's register, card and link for another member.",
    discussion: "  amonat peer export --out /media/usb/shelter.hello"
  )

  @Option(help: "A new file.", completion: .file())
  var out: String

  @OptionGroup var node: NodeOptions

  struct Answer: Encodable, Sendable {
    var file: String
    var notes: Int
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer {
    let hello = try await call { client throws(LocalFailure) in try await client.hello() }
    let bytes: [UInt8]
    do {
      let notes = try hello.notes.map { try SignedNote(parsing: $0) }
      bytes = try HelloDocument(notes: notes).bytes
    } catch {
      throw CommandFailure(
        status: .unreachable,
        code: LocalFailure.answer,
        text: call.words(.answerMalformed)
      )
    }
    try call.input.write(bytes, to: out)
    return Answer(file: out, notes: hello.notes.count)
  }

  func show(_ answer: Answer, in report: inout Report) {
    report.line(report.words(.fileWritten, answer.file))
  }
}

extension Report {
  /// One member in one line.
  mutating func show(_ peer: PeerStatus) {
    let heard = peer.lastHeardMs.map(Report.moment) ?? words(.never)
    let state = words.state(peer.state, of: .agency)
    var text = "\(peer.agency)  " + words(.peerLine, state, "\(peer.queued)", heard)
    if let since = peer.heldUpSinceMs {
      text += "; " + words(.heldUp, Report.moment(since), words.problem(peer.heldUpBecause ?? "?"))
    }
    line(text)
  }
}

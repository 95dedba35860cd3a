internal import ArgumentParser
internal import CanonicalBytes
internal import LocalContract

/// Parcels: what travels on a stick when there is no line.
struct CourierGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "courier",
    abstract: "Carry messages and receipts on a stick, both ways.",
    subcommands: [CourierWaiting.self, CourierExport.self, CourierImport.self]
  )
}

/// Says for whom something waits.
struct CourierWaiting: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Say for whom something waits that a stick could carry.",
    discussion: "  amonat courier list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CourierList {
    try await call { client throws(LocalFailure) in try await client.courier() }
  }

  func show(_ answer: CourierList, in report: inout Report) {
    if answer.waiting.isEmpty { report.say(.courierNothing) }
    for line in answer.waiting {
      report.line(
        report.words(.courierWaiting, line.agency, "\(line.messages)", "\(line.answers)")
      )
    }
  }
}

/// Writes parcels.
struct CourierExport: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "out",
    abstract: "Write what waits as parcels: one or more files for each agency.",
    discussion: """
      A parcel is sealed for the other agency's node; its name says nothing. What is in it counts as
      sent and stays in the queue until its receipt comes, by stick or by line. Nothing else on the
      stick is touched.

        amonat courier out --dir /media/usb
        amonat courier out --to shelter.example --dir /media/usb

      With --to a parcel is written even when no message waits: it brings register, card and link.
      """
  )

  @Option(help: "Whom they are for, several times. Default: all for whom something waits.")
  var to: [String] = []

  @Option(help: "An existing folder, such as a stick's.", completion: .directory)
  var dir: String

  @OptionGroup var node: NodeOptions

  struct Answer: Encodable, Sendable {
    /// The files written.
    var parcels: [File] = []
    /// The agencies for which nothing waited.
    var nothing: [String] = []
  }

  struct File: Encodable, Sendable {
    var file: String
    var to: String
    var messages: Int
    var answers: Int
    var bytes: Int
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer {
    var answer = Answer()
    var agencies = to
    if agencies.isEmpty {
      let list = try await call { client throws(LocalFailure) in try await client.courier() }
      agencies = list.waiting.map(\.agency)
    }
    for agency in agencies {
      let before = answer.parcels.count
      var request: CourierOut? = CourierOut(to: agency, always: !to.isEmpty)
      while let asked = request, answer.parcels.count < LocalLimits.parcels {
        let made = try await call { client throws(LocalFailure) in
          try await client.courierOut(asked)
        }
        request = made.next.map { CourierOut(to: agency, after: $0) }
        guard let text = made.parcel else { break }
        guard let bytes = Base64.decode(text) else {
          throw CommandFailure(
            status: .unreachable,
            code: LocalFailure.answer,
            text: call.words(.answerMalformed)
          )
        }
        let file = try write(bytes, call)
        answer.parcels.append(
          File(
            file: file,
            to: agency,
            messages: made.messages,
            answers: made.answers,
            bytes: bytes.count
          )
        )
      }
      if answer.parcels.count == before { answer.nothing.append(agency) }
    }
    return answer
  }

  /// Writes a parcel under a name that says nothing, to the disk and not to a cache.
  private func write(_ bytes: [UInt8], _ call: NodeCall) throws(CommandFailure) -> String {
    let path = dir + "/" + ParcelFile.newName()
    // Readable by whoever carries it: it is sealed.
    try call.input.write(bytes, to: path, mode: 0o644)
    do throws(FileFailure) {
      try Files.syncFolder(dir)
    } catch {
      throw .input(call.words(.fileUnwritable, dir))
    }
    return path
  }

  func show(_ answer: Answer, in report: inout Report) {
    for file in answer.parcels {
      report.line(
        report.words(.courierWritten, file.file, file.to, "\(file.messages)", "\(file.answers)")
      )
    }
    for agency in answer.nothing { report.line(report.words(.courierNothingFor, agency)) }
    if answer.parcels.isEmpty, answer.nothing.isEmpty { report.say(.courierNothing) }
  }
}

/// Takes parcels in.
struct CourierImport: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "in",
    abstract: "Take parcels in: files, or folders in which they lie.",
    discussion: """
      A parcel that was taken before changes nothing; its receipts are given again. Receipts for what
      came wait for the next parcel back. The files stay where they are.

        amonat courier in /media/usb
        amonat courier in /media/usb/0f5c1e6a3b0d4f7f9a8b7c6d5e4f3a2b.bin

      Exit status 1 where a parcel was not taken; the others were.
      """
  )

  @Argument(help: "Parcels, or folders with parcels.", completion: .file())
  var paths: [String]

  @OptionGroup var node: NodeOptions

  struct Answer: Encodable, Sendable {
    var parcels: [Parcel] = []
  }

  struct Parcel: Encodable, Sendable {
    var file: String
    /// Why it was not taken, a registered code.
    var code: String?
    var taken: CourierTaken?
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer {
    var answer = Answer()
    for file in try ParcelFile.found(at: paths, call.words) {
      let bytes = try call.input.bytes(file, limitBytes: LocalLimits.parcelBytes + 1)
      do throws(LocalFailure) {
        guard bytes.count <= LocalLimits.parcelBytes else { throw LocalFailure(.tooLarge) }
        let taken = try await call.client.courierIn(bytes)
        answer.parcels.append(Parcel(file: file, taken: taken))
      } catch {
        // Another node's answer to one parcel says nothing of the next; no node at all does.
        guard error.status != 0 || error.code == ProblemCode.tooLarge.rawValue else {
          throw CommandFailure(error, socket: call.client.socket, call.words)
        }
        answer.parcels.append(Parcel(file: file, code: error.code))
      }
    }
    return answer
  }

  func show(_ answer: Answer, in report: inout Report) {
    if answer.parcels.isEmpty { report.say(.courierNone) }
    for parcel in answer.parcels {
      guard let taken = parcel.taken else {
        let code = parcel.code ?? "?"
        report.line(
          report.words(.courierRefused, parcel.file, report.words.problem(code) + " [\(code)]")
        )
        continue
      }
      report.line(
        report.words(
          .courierTaken,
          parcel.file,
          taken.from,
          "\(taken.received)",
          "\(taken.repeated)",
          "\(taken.refused.count)",
          "\(taken.answers)",
          "\(taken.notes)"
        )
      )
      for code in Set(taken.refused).sorted() {
        report.line("  - \(report.words.problem(code)) [\(code)]")
      }
      if !taken.proven { report.line("  - " + report.words(.courierUnproven)) }
    }
    if answer.parcels.contains(where: { ($0.taken?.received ?? 0) > 0 }) {
      report.say(.courierBack)
    }
  }

  func status(of answer: Answer) -> ExitStatus {
    answer.parcels.contains { $0.taken == nil } ? .refused : .done
  }
}

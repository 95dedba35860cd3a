internal import ArgumentParser
internal import Glibc
internal import LocalContract

/// A command that needs no node.
protocol OfflineCommand: AsyncParsableCommand {
  associatedtype Answer: Encodable & Sendable

  var output: OutputOptions { get }

  /// Does it.
  func perform(_ words: Phrasebook) async throws(CommandFailure) -> Answer

  /// Says it in words.
  func show(_ answer: Answer, in report: inout Report)

  /// How the program ends after an answer.
  func status(of answer: Answer) -> ExitStatus
}

extension OfflineCommand {
  func status(of answer: Answer) -> ExitStatus { .done }

  func run() async throws {
    let words = output.words
    var ending = ExitStatus.done
    do throws(CommandFailure) {
      let answer = try await perform(words)
      var report = Report(words, labels: PolicyLabels(nil, words))
      if !output.json { show(answer, in: &report) }
      output.print(answer, report)
      ending = status(of: answer)
    } catch {
      try output.end(with: error)
    }
    if ending != .done { throw ExitCode(ending.rawValue) }
  }
}

/// A command that calls a node.
protocol NodeCommand: AsyncParsableCommand {
  associatedtype Answer: Encodable & Sendable

  var node: NodeOptions { get }

  /// Whether codes are shown by the labels of the node's policy.
  static var showsLabels: Bool { get }

  /// Does it.
  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer

  /// Says it in words.
  func show(_ answer: Answer, in report: inout Report)

  /// How the program ends after an answer.
  func status(of answer: Answer) -> ExitStatus
}

extension NodeCommand {
  static var showsLabels: Bool { false }

  func status(of answer: Answer) -> ExitStatus { .done }

  func run() async throws { try await callAndShow() }

  /// Calls the node, prints its answer, and ends with the right status.
  func callAndShow() async throws {
    let call = NodeCall(node)
    var ending = ExitStatus.done
    do throws(CommandFailure) {
      let answer = try await perform(call)
      var labels = PolicyLabels(nil, call.words)
      if Self.showsLabels, !node.output.json {
        labels = PolicyLabels(try? await call.client.policy(), call.words)
      }
      var report = Report(call.words, labels: labels)
      if !node.output.json { show(answer, in: &report) }
      node.output.print(answer, report)
      ending = status(of: answer)
    } catch {
      await call.client.close()
      try node.output.end(with: error)
    }
    await call.client.close()
    if ending != .done { throw ExitCode(ending.rawValue) }
  }
}

/// A node, reached with the session of the commands before.
struct NodeCall {
  let client: LocalClient
  let words: Phrasebook
  let session: SessionFile
  let input: Input

  init(_ node: NodeOptions, answerBytes: Int = LocalLimits.answerBytes) {
    words = node.output.words
    session = node.session
    input = Input(words: words)
    client = LocalClient(
      socket: node.socketPath,
      token: session.read(),
      answerBytes: answerBytes
    )
  }

  /// Calls, and puts what goes wrong into words.
  func callAsFunction<Answer: Sendable>(
    _ body: (LocalClient) async throws(LocalFailure) -> Answer
  ) async throws(CommandFailure) -> Answer {
    do throws(LocalFailure) {
      return try await body(client)
    } catch {
      throw CommandFailure(error, socket: client.socket, words)
    }
  }
}

extension OutputOptions {
  /// Prints an answer as asked for.
  func print(_ answer: some Encodable, _ report: Report) {
    guard json else {
      Files.writeAll(Array(report.text.utf8), to: STDOUT_FILENO)
      return
    }
    guard let bytes = try? LocalJSON.encode(answer) else { return }
    Files.writeAll(bytes + [0x0A], to: STDOUT_FILENO)
  }

  /// Prints a failure and ends the program with its status.
  func end(with failure: CommandFailure) throws {
    if json {
      if let bytes = try? LocalJSON.encode(failure.problem) {
        Files.writeAll(bytes + [0x0A], to: STDOUT_FILENO)
      }
    } else {
      var text = "amonat: \(failure.text) [\(failure.code)]"
      if let detail = failure.detail { text += " (\(detail))" }
      for reason in failure.reasons { text += "\n  - \(words.reason(reason)) [\(reason)]" }
      let lines = text.split(separator: "\n").map { Report.plain(String($0)) + "\n" }
      Files.writeAll(Array(lines.joined().utf8), to: STDERR_FILENO)
    }
    throw ExitCode(failure.status.rawValue)
  }
}

internal import Foundation
internal import NodeStore
internal import Synchronization

/// Tells people that something waits: by a command, by mail, and never what it is.
///
/// What a program gets is a reason, a stage and a desk; what a mail says is the agency's own text, the
/// same each time.
struct Herald: Sendable {
  let node: Node

  /// Signals in one round, and how often one is tried.
  private static let batch = 32
  private static let tries = 5
  /// How long a program may take, in seconds.
  private static let patience = 20
  /// How long signals are kept, in milliseconds: 30 days.
  private static let keepMs: UInt64 = 30 * 86_400_000

  /// Tells what waits to be told.
  func carryOut() async throws(NodeError) {
    guard let settings = node.settings.signals else { return }
    let node = node
    try await NodeError.wrapping {
      let waiting = try await node.store.read {
        try $0.waitingSignals(limit: Self.batch, tries: Self.tries)
      }
      guard !waiting.isEmpty else { return }
      for signal in waiting {
        let told = await tell(signal, settings)
        let nowMs = node.clock.nowMs()
        node.metrics.add(told ? .signalsSent : .signalsFailed)
        try await node.store.change { transaction in
          try transaction.markSignal(signal.row, sentMs: told ? nowMs : nil)
          try transaction.forgetSignals(beforeMs: nowMs - min(Self.keepMs, nowMs))
        }
      }
    }
  }

  /// - Returns: Whether everybody who is to be told was told.
  private func tell(_ signal: NodeReader.SignalLine, _ settings: SignalSettings) async -> Bool {
    var told = true
    for desk in settings.desks where signal.desk == nil || signal.desk == desk.desk {
      if desk.command, let command = settings.command {
        let done = await Self.run(
          command,
          [],
          environment: [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "AMONAT_SIGNAL_REASON": signal.reason,
            "AMONAT_SIGNAL_STAGE": signal.stage, "AMONAT_SIGNAL_DESK": desk.desk,
          ],
          input: ""
        )
        told = told && done
      }
      let people =
        switch signal.stage {
        case "deputy": desk.deputies
        case "supervisor": desk.supervisors
        default: desk.mail
        }
      if !people.isEmpty, let sendmail = settings.sendmail, let from = settings.from {
        let done = await Self.run(
          sendmail,
          ["-i", "-f", from, "--"] + people,
          environment: ["PATH": "/usr/sbin:/usr/bin:/bin"],
          input: Self.mail(desk, from: from)
        )
        told = told && done
      }
    }
    return told
  }

  /// The same words each time: not even which of the reasons it was.
  private static func mail(_ desk: SignalSettings.Desk, from: String) -> String {
    let subject = Data(desk.subject.utf8).base64EncodedString()
    let body = Data(desk.text.utf8).base64EncodedString(options: .lineLength76Characters)
    return """
      From: <\(from)>
      Subject: =?UTF-8?B?\(subject)?=
      MIME-Version: 1.0
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: base64
      Auto-Submitted: auto-generated

      \(body)

      """
  }

  /// What a program reads, as a file without a name: a pipe that nobody reads would end this node.
  private static func handle(for input: String) -> FileHandle? {
    guard !input.isEmpty else { return FileHandle.nullDevice }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    guard (try? Data(input.utf8).write(to: file, options: .withoutOverwriting)) != nil else {
      return nil
    }
    return try? FileHandle(forReadingFrom: file)
  }

  /// Runs a program to its end, without a shell, with nothing of this process's environment.
  private static func run(
    _ path: String,
    _ arguments: [String],
    environment: [String: String],
    input: String
  ) async -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard let handle = Self.handle(for: input) else { return false }
    process.standardInput = handle
    let ended = Ended()
    process.terminationHandler = { ended.finish($0.terminationStatus == 0) }
    do { try process.run() } catch { return false }
    let limit = Task {
      try? await Task.sleep(for: .seconds(patience))
      if !Task.isCancelled, process.isRunning { process.terminate() }
    }
    let done = await ended.value
    limit.cancel()
    return done
  }
}

/// The end of a program, waited for once.
private final class Ended: Sendable {
  private struct State {
    var result: Bool?
    var waiter: CheckedContinuation<Bool, Never>?
  }
  private let state = Mutex(State())

  func finish(_ result: Bool) {
    let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      state.result = result
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: result)
  }

  var value: Bool {
    get async {
      await withCheckedContinuation { continuation in
        let known = state.withLock { state -> Bool? in
          if let result = state.result { return result }
          state.waiter = continuation
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    }
  }
}

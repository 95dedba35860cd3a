internal import Foundation
internal import LocalContract
internal import Synchronization

/// A caseworker's program that refers without pause, whatever becomes of the node it talks to.
///
/// A call without an answer is made again under the same idempotency key, also the last one: when the work
/// is at its end, nothing is under way that nobody knows of.
final class Submitter: Sendable {
  /// What the node has said.
  struct Tally: Sendable {
    /// Offers' ids that the node has said are queued.
    var acknowledged: [String] = []
    /// Calls that ended without an answer.
    var unanswered = 0
    /// Refusals of a grant's first call; there is no reason for one.
    var refused: [String] = []
    /// Refusals of a call made again: the first one had been done, its answer lost.
    var doneBefore = 0
  }

  private let socket: String
  private let isOver = Atomic<Bool>(false)

  init(socket: String) { self.socket = socket }

  /// Nothing more is begun.
  func finish() { isOver.store(true, ordering: .releasing) }

  /// Works until ``finish()``, then returns what was said.
  func run() async -> Tally {
    var tally = Tally()
    var client = LocalClient(socket: socket)
    var grants: [UInt64] = []
    while !isOver.load(ordering: .acquiring) {
      guard let grant = grants.popLast() else {
        do throws(LocalFailure) {
          // A case of its own, as people are: what a case keeps of consent has a limit (CNS-004).
          let opened = try await client.openCase(CaseOpen(desk: "intake", sections: [:]))
          let ask = ConsentRecord(
            case: opened.case,
            grants: Array(repeating: Pair.grant(["need"]), count: 16),
            record: Pair.facts
          )
          grants = try await client.recordConsent(ask).grants.map(\.grant)
        } catch {
          await recover(from: error, &client, &tally)
        }
        continue
      }
      await refer(grant, &client, &tally)
      try? await Task.sleep(for: .milliseconds(10))
    }
    return tally
  }

  private func refer(_ grant: UInt64, _ client: inout LocalClient, _ tally: inout Tally) async {
    let ask = ReferBatch(referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])])
    let key = UUID().uuidString
    var isFirst = true
    while !Task.isCancelled {
      do throws(LocalFailure) {
        let result = try await client.refer(ask, idempotencyKey: key).first
        if let message = result?.message {
          tally.acknowledged.append(message)
        } else if isFirst {
          tally.refused.append(
            result?.problem?.code ?? result?.reasons?.joined(separator: ",") ?? "no result"
          )
        } else {
          tally.doneBefore += 1
        }
        return
      } catch {
        if error.code == LocalFailure.unreachable { isFirst = false }
        await recover(from: error, &client, &tally)
      }
    }
  }

  /// A new line and a new session: a node that was started again knows nobody.
  private func recover(
    from failure: LocalFailure,
    _ client: inout LocalClient,
    _ tally: inout Tally
  ) async {
    switch failure.code {
    case LocalFailure.unreachable: tally.unanswered += 1
    case ProblemCode.sessionUnknown.rawValue, ProblemCode.shuttingDown.rawValue: break
    default: tally.refused.append(failure.description)
    }
    await client.close()
    if let opened = try? await Pair.session(at: socket) {
      client = opened
    } else {
      try? await Task.sleep(for: .milliseconds(50))
    }
  }
}

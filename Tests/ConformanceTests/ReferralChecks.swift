internal import Audit
internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import TestSupport

/// Chapters 11 and 12.
extension Check {
  static let referrals: [String: Function] = [
    "lifecycle": { input in
      var referral = ReferralLifecycle(
        side: try wanted(ReferralLifecycle.Side(rawValue: try input.string("side"))),
        state: try wanted(ReferralState(rawValue: try input.string("start"))),
        sinceMs: 0
      )
      let limits = LifecycleLimits(
        holdDownMs: try input.number("hold_down"),
        reopenMs: try input.number("reopen")
      )
      for step in try input.objects("steps") {
        let event = try wanted(ReferralEvent(rawValue: try step.string("event")))
        let actor = try wanted(ReferralActor(rawValue: try step.string("by")))
        let moment = LifecycleMoment(
          atMs: try step.number("at"),
          grantIsLive: try step.number("live") == 1,
          limits: limits,
          peerSeq: step.has("seq") ? try step.number("seq") : nil
        )
        do throws(LifecycleRefusal) {
          _ = try referral.apply(event, by: actor, at: moment)
        } catch {
          return Answer(label(error), ["state": .text(referral.state.rawValue)])
        }
      }
      return Answer(
        referral.state.rawValue,
        ["frozen": .number(referral.isFrozen ? 1 : 0)]
      )
    },
    "kind": { input in
      guard let kind = MessageKind(rawValue: try input.string("kind")) else { return .malformed }
      return .ok(["event": .text(kind.isDisclosure ? "disclose" : "notify")])
    },
  ]

  /// The registered code of a refusal (REF-021).
  private static func label(_ refusal: LifecycleRefusal) -> String {
    switch refusal {
    case .wrongSide: "wrong-side"
    case .notFromHere: "state-not-allowed"
    case .late, .reopenWindow: "too-late"
    case .early, .holdDown: "too-early"
    case .frozen: "consent-frozen"
    case .noGrant: "grant-missing"
    }
  }

  static let bundles: [String: Function] = [
    "bundle": { input in
      let all = [try input.bytes("bundle")] + (try input.byteStrings("beside"))
      var output = ""
      let run = AuditRun(
        task: all.count > 1 ? .reconcile : .verify,
        realm: try input.digest("realm").hex,
        json: true,
        language: .en
      ) { output += $0 }
      var audit = try wanted(run)
      _ = audit.run(
        all.enumerated().map { position, bytes in
          AuditRun.Input(name: "\(position)") {
            var rest = bytes[...]
            return {
              let chunk = rest.prefix(1 << 16)
              rest = rest.dropFirst(chunk.count)
              return Array(chunk)
            }
          }
        }
      )
      let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
      // Notes tell people something; they are no fault.
      let codes = Set(report.findings.filter { $0.severity != "note" }.map(\.code))
      return Answer(codes.isEmpty ? "ok" : codes.sorted().joined(separator: " "))
    }
  ]

  private struct Report: Decodable {
    struct Finding: Decodable {
      let code: String
      let severity: String
    }
    let findings: [Finding]
  }
}

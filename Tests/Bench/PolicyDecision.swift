internal import Foundation
internal import ReferralModel
internal import TestSupport

/// What one consent decision costs by the national policy: CPU of `Policy.decide`, over a mix of
/// disclosures that are allowed, outside the grant, outside the policy, and exceptions.
enum PolicyDecision {
  private static let rounds = 7

  static func measure(_ options: BenchOptions) throws -> Figure {
    let count = options.count ?? 200_000
    let policy = try Policy.parse([UInt8](Data(contentsOf: NodeHarness.policy)))
    let cases = try requests(policy)
    var best = Double.infinity
    var allowed = 0
    for _ in 0..<rounds {
      allowed = 0
      let before = ProcessFigures.ownCPU()
      for place in 0..<count {
        let (request, grant) = cases[place % cases.count]
        if policy.decide(request, under: grant, atMs: UInt64(place)).isAllowed { allowed += 1 }
      }
      best = min(best, ProcessFigures.ownCPU() - before)
    }
    let parsing = ProcessFigures.ownCPU()
    _ = try Policy.parse([UInt8](Data(contentsOf: NodeHarness.policy)))
    let parsed = ProcessFigures.ownCPU() - parsing
    return Figure(
      "policy-decision",
      best / Double(count) * 1e6,
      "us",
      [
        ("decisions", .whole(count)), ("allowed", .whole(allowed)),
        ("kinds_of_request", .whole(cases.count)), ("rounds", .whole(rounds)),
        ("policy_parse_ms", .number(parsed * 1e3)),
      ]
    )
  }

  /// Every purpose with its whole grant, once as an offer, once as a supplement, once with a group
  /// too many; and every exception.
  private static func requests(
    _ policy: Policy
  ) throws -> [(DisclosureRequest, GrantFacts)] {
    guard let peer = AgencyID("clinic.example"), let log = LogID("unit.example/amonat/log/1") else {
      preconditionFailure("the sample's names are of the grammar")
    }
    var out: [(DisclosureRequest, GrantFacts)] = []
    func add(_ kind: MessageKind, _ purpose: PurposeRule, _ groups: [FieldGroup], _ basis: Basis) {
      let facts = GrantFacts(
        log: log,
        index: UInt64(out.count),
        peer: peer,
        purpose: purpose.code,
        groups: purpose.groups,
        basis: basis,
        untilMs: .max
      )
      let request = DisclosureRequest(
        kind: kind,
        recipient: peer,
        purpose: purpose.code,
        groups: groups,
        basis: basis
      )
      out.append((request, facts))
    }
    let offered = policy.kind(.offer)?.groups ?? []
    for purpose in policy.purposes {
      add(.offer, purpose, offered, .consent)
      add(.supplement, purpose, purpose.groups.filter { !offered.contains($0) }, .consent)
      add(.supplement, purpose, policy.forms.map(\.group), .consent)
      for exception in policy.exceptions { add(.offer, purpose, offered, exception.basis) }
    }
    return out
  }
}

internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// How a node stands: for people, for health checks, for Prometheus.
package struct StatusService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// The version of this software.
  package static let version = "0.1.0"

  /// The whole picture, without content.
  package func status() async throws(NodeError) -> NodeStatus {
    let node = node
    let view = node.trust.view
    let now = node.clock.nowMs()
    return try await NodeError.wrapping {
      let read = try await node.store.read { reader in
        (
          peers: try reader.peers(), counts: try reader.outboundCounts(),
          alerts: try reader.alertCounts()
        )
      }
      let log = try node.store.checkpoints.own(node.store.identity.log)
      let logWarnings = try await LogWarnings.look(node)
      let unlocked = await node.sessions.unlockedDesks
      var desks: [DeskStatus] = []
      for name in Set(try node.store.keyring.deskKeys().map(\.desk)).sorted() {
        let groups = try await node.store.read { try $0.meta("desk/\(name)") } ?? ""
        let holders = try node.store.keyring.holders(ofDesk: name)
        desks.append(
          DeskStatus(
            name: name,
            groups: groups.split(separator: " ").map(String.init),
            unlocked: unlocked.contains(name),
            holders: holders.filter { !$0.hasPrefix("paper.") },
            paper: holders.contains { $0.hasPrefix("paper.") }
          )
        )
      }
      let register = view.directory.register
      let card = view.directory.card(of: node.trust.me)
      return NodeStatus(
        agency: node.trust.me.text,
        realm: view.directory.realm.hex,
        version: Self.version,
        log: LogStatus(
          origin: node.store.identity.log,
          size: log?.size ?? 0,
          root: log?.root.hex ?? "",
          settledSize: node.settled.own?.size,
          settledMs: node.settled.own?.timeMs
        ),
        register: RegisterStatus(
          version: register.version,
          sha256: view.registerHash.hex,
          ageDays: UInt32(clamping: (now - min(now, register.notBeforeMs)) / 86_400_000),
          expiresMs: register.expiresMs,
          standing: "\(register.age(atMs: now))"
        ),
        policy: view.policy.map {
          PolicyStatus(
            name: $0.name.text,
            version: UInt32(clamping: $0.version),
            sha256: view.policyHash.hex
          )
        },
        card: card.map {
          CardStatus(serial: $0.card.serial, sha256: $0.sha256.hex, expiresMs: $0.card.expiresMs)
        },
        desks: desks,
        peers: read.peers.map { peer in
          PeerStatus(
            agency: peer.agency,
            state: AgencyID(peer.agency).map {
              Self.word(view.directory.standing(of: $0, atMs: now))
            } ?? "unknown",
            heldUpBecause: node.forks.holds(peer.agency) ? "log-forked" : nil,
            queued: UInt64(peer.waiting),
            lastHeardMs: peer.heardAtMs == 0 ? nil : peer.heardAtMs,
            settledMs: node.settled.settledMs(of: peer.agency)
          )
        },
        counts: Self.counts(read.counts).merging([
          "receipts-not-final": logWarnings.receiptsNotFinal
        ]) { $1 },
        warnings: warnings(view, card: card != nil) + logWarnings.codes
          + read.alerts.keys.sorted(),
        clock: node.time.status
      )
    }
  }

  /// How the node stands in time.
  package func clock() -> ClockStatus { node.time.status }

  /// A person has decided which clock is right.
  package func decideClock(_ request: ClockDecide) async throws(NodeError) -> ClockStatus {
    guard let choice = ClockChoice(rawValue: request.use) else {
      throw NodeError(.malformed, detail: "use: local or witnesses")
    }
    let node = node
    try await NodeError.wrapping { try await node.time.decide(choice, store: node.store) }
    // The clocks of referrals believe that person too.
    node.clockWatch.confirm(nowMs: node.trustedMs, steadyMs: node.clock.steadyMs())
    return node.time.status
  }

  private static func word(_ standing: AgencyStanding) -> String {
    switch standing {
    case .active: "active"
    case .suspended: "suspended"
    case .retired: "retired"
    case .unknown: "unknown"
    }
  }

  private static func counts(_ states: [Int64: Int]) -> [String: UInt64] {
    let names: [Int64: String] = [
      0: "queued", 1: "sent", 2: "delivered", 3: "refused", 4: "dead", 5: "held",
    ]
    return names.reduce(into: [:]) { $0[$1.value] = UInt64(states[$1.key] ?? 0) }
  }

  private func warnings(_ view: TrustBook.View, card: Bool) -> [String] {
    var out: [String] = []
    switch view.directory.standing(of: node.trust.me, atMs: node.trustedMs) {
    case .suspended: out.append("own-suspended")
    case .retired: out.append("own-retired")
    case .active, .unknown: break
    }
    if view.policy == nil { out.append("policy-unknown") }
    if !card { out.append("card-unknown") }
    if view.policy.map({ $0.witnessing.quorum <= 1 }) ?? false {
      out.append(NodeWarning.quorumOne.rawValue)
    }
    if (try? DeskEpochs(node: node).isFew(nowMs: node.clock.nowMs())) == true {
      out.append(NodeWarning.deskKeysFew.rawValue)
    }
    switch node.time.status.standing {
    case "behind": out.append(NodeWarning.clockBehind.rawValue)
    case "ahead": out.append(NodeWarning.clockAhead.rawValue)
    default: break
    }
    return out
  }

  /// Whether the node works, in one word.
  package func health() async -> Health {
    let failed = await node.store.fatalFailure != nil
    let log = (try? node.store.checkpoints.own(node.store.identity.log))?.size ?? 0
    return Health(status: failed ? "stopped" : "ok", agency: node.trust.me.text, log: log)
  }

  /// The Prometheus page.
  package func metrics() async -> String {
    let log = (try? node.store.checkpoints.own(node.store.identity.log))?.size ?? 0
    let alerts = (try? await node.store.read { try $0.alertCounts() }) ?? [:]
    let clock = node.time.status
    let off =
      clock.standing == "right"
      ? 0
      : clock.usedMs > clock.localMs ? clock.usedMs - clock.localMs : clock.localMs - clock.usedMs
    var gauges: [(name: String, value: UInt64)] = [
      ("amonat_log_leaves", log), ("amonat_clock_off_seconds", off / 1000),
      ("amonat_withdrawal_alerts_open", UInt64(alerts.values.reduce(0, +))),
    ]
    if let warnings = try? await LogWarnings.look(node) {
      gauges.append(("amonat_receipts_not_final", warnings.receiptsNotFinal))
      gauges.append(("amonat_views_unproved", warnings.viewsUnproved))
      gauges.append(("amonat_log_settled_leaves", node.settled.own?.size ?? 0))
      gauges.append(("amonat_logs_forked", UInt64(node.forks.all.count)))
    }
    if let load = try? node.via?.load() {
      gauges += [("amonat_via_parcels", load.parcels), ("amonat_via_bytes", load.bytes)]
    }
    return node.metrics.text(gauges: gauges)
  }
}

internal import AgencyNode
internal import Foundation
internal import LocalAPI
internal import LocalContract
internal import Logging
internal import NodeStore
internal import Sealing
internal import ServiceLifecycle
internal import Synchronization
internal import TestSupport

/// A clock that a test moves; all nodes of a world share it.
final class WorldClock: Sendable {
  private let aheadMs = Mutex<UInt64>(0)

  /// Lets time pass.
  func pass(hours: UInt64) { aheadMs.withLock { $0 += hours * 3_600_000 } }

  /// Lets a little time pass: less than makes a node that is there count as dark.
  func pass(minutes: UInt64) { aheadMs.withLock { $0 += minutes * 60_000 } }

  /// Unix ms.
  var nowMs: UInt64 {
    UInt64(Date().timeIntervalSince1970 * 1000) + aheadMs.withLock { $0 }
  }

  /// The clock as a node takes it.
  var node: NodeClock { NodeClock(nowMs: { self.nowMs }, steadyMs: { self.nowMs }) }
}

/// Real nodes in this process: real state, sockets and certificates, and a clock that the test moves.
final class LifeWorld {
  let root: URL
  let harness: NodeHarness
  let clock = WorldClock()
  private var running: [String: Task<Void, any Error>] = [:]
  private var settings: [String: SignalSettings] = [:]

  static let specs: [NodeHarness.AgencySpec] =
    Pair.specs + [
      .init(
        id: "council.example",
        sector: "oversight",
        name: "Coordinator",
        nameTg: "Ҳамоҳангсоз",
        nameRu: "Координатор",
        listens: true,
        desks: [("secretariat", ["need"])],
        roles: ["coordinator"]
      )
    ]

  /// Founds the agencies, and makes their users, desks and cards; then nothing runs.
  init() async throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("w" + UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    // The policy of the repository, with a telephone for the clinic.
    let policy = root.appendingPathComponent("policy.json")
    let text = try String(contentsOf: NodeHarness.policy, encoding: .utf8)
    try text.replacingOccurrences(
      of: "  \"automatic\":",
      with: """
          "offices": [{"agency": "clinic.example", "telephone": "+992 37 000 00 00"}],
          "automatic":
        """
    ).write(to: policy, atomically: true, encoding: .utf8)
    harness = try NodeHarness(root: root, policy: policy)
    try harness.found(Self.specs)
    try await harness.start()
    harness.stop()
  }

  /// Signals for a node; before it starts.
  func set(_ signals: SignalSettings, for agency: String) { settings[agency] = signals }

  /// Starts nodes in this process.
  func start(_ agencies: [String] = LifeWorld.specs.map(\.id)) async throws {
    for agency in agencies {
      guard let member = harness.nodes[agency] else { continue }
      running[agency] = try await Self.serve(
        member,
        clock: clock.node,
        signals: settings[agency]
      ).work
      try await eventually("\(agency) answers") {
        (try? await member.client().health().status) == "ok"
      }
    }
  }

  /// Runs a node's services in this process, with its peers' door and its local socket.
  static func serve(
    _ member: HarnessNode,
    clock: NodeClock,
    signals: SignalSettings? = nil
  ) async throws -> (node: Node, work: Task<Void, any Error>) {
    let node = try await Node(
      folder: StateFolder(member.state),
      settings: NodeSettings(
        listenHost: "127.0.0.1",
        listenPort: member.port,
        socketPath: member.socket,
        passphraseCost: .least,
        signals: signals
      ),
      clock: clock
    )
    var logger = Logger(label: member.spec.id) { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let group = ServiceGroup(
      configuration: .init(
        services: (NodeServices.make(node, logger: logger) as [any Service] + [
          LocalServer(node: node, socketPath: member.socket, logger: logger)
        ]).map { .init(service: $0) },
        logger: logger
      )
    )
    return (node, Task { try await group.run() })
  }

  /// Stops one node: its power is cut.
  func stop(_ agency: String) async {
    guard let task = running.removeValue(forKey: agency) else { return }
    task.cancel()
    _ = await task.result
  }

  /// Stops everything and removes the folder.
  func end() async {
    for agency in Array(running.keys) { await stop(agency) }
    try? FileManager.default.removeItem(at: root)
  }

  /// A client of a node, with a session of its own; sessions end as time passes.
  func session(_ agency: String) async throws -> LocalClient {
    guard let member = harness.nodes[agency] else { throw Programs.Failure(agency) }
    return try await Pair.session(at: member.socket)
  }

  /// A case at the ministry with one grant for the clinic.
  func grant(_ client: LocalClient, caseID: String? = nil) async throws -> (String, UInt64) {
    let id: String
    if let caseID {
      id = caseID
    } else {
      id = try await client.openCase(
        CaseOpen(
          desk: "intake",
          sections: [
            "identity": ["name": .text("Example Person")],
            "contact": ["channel": .text("telephone"), "number": .text("000-11-22")],
          ]
        )
      ).case
    }
    let recorded = try await client.recordConsent(
      ConsentRecord(
        case: id,
        grants: [Pair.grant(["need", "identity", "contact"])],
        record: Pair.facts
      )
    )
    guard let grant = recorded.grants.first else { throw Programs.Failure("no grant") }
    return (id, grant.grant)
  }

  /// What a referral to the clinic asks for.
  static func ask(_ grant: UInt64, urgency: String = "routine") -> ReferAsk {
    ReferAsk(grant: grant, urgency: urgency, content: ["need": Pair.need], fromCase: true)
  }

  /// Her word to the clinic, for a referral there.
  static func ownConsent(_ inside: String) -> OwnConsent {
    OwnConsent(
      referral: inside,
      desk: "health",
      record: Pair.facts,
      groups: ["contact", "need"],
      answers: ["storing": true]
    )
  }

  /// Refers to the clinic and waits for the receipt.
  ///
  /// - Returns: The ids at the ministry and at the clinic, and the case.
  func referred(
    urgency: String = "routine"
  ) async throws -> (out: String, inside: String, caseID: String) {
    let sender = try await session("ministry.example")
    let (caseID, grant) = try await grant(sender)
    let results = try await sender.refer(
      ReferBatch(referrals: [Self.ask(grant, urgency: urgency)], wait: .receipt),
      timeout: .seconds(60)
    )
    guard let result = results.first, let out = result.referral, let message = result.message,
      result.state == "delivered"
    else { throw Programs.Failure("\(results)") }
    let recipient = try await session("clinic.example")
    let found = try await Pair.referrals(recipient, .incoming).first { $0.message == message }
    guard let found else { throw Programs.Failure("not at the clinic") }
    return (out, found.referral, caseID)
  }

  /// The codes of the refusals that a node's log has an event for; what was counted is logged now.
  func refusals(_ agency: String) async throws -> Set<String> {
    await stop(agency)
    guard let member = harness.nodes[agency] else { throw Programs.Failure(agency) }
    let nowMs = clock.nowMs
    let node = try await Node(
      folder: StateFolder(member.state),
      settings: NodeSettings(socketPath: member.socket, passphraseCost: .least),
      clock: clock.node
    )
    _ = try await node.store.change { try $0.logRefusals(beganByMs: nowMs, atMs: nowMs) }
    try await start([agency])
    try member.unlockAgain()
    let bundle = root.appendingPathComponent("\(agency).bundle")
    try member.cli(["audit", "export", "--force", "--out", bundle.path])
    let word = "\"code\":\""
    return Set(
      try String(contentsOf: bundle, encoding: .utf8).split(separator: "\n").compactMap {
        guard $0.hasPrefix("leaf\t"), $0.contains("\"type\":\"refusals\""),
          let start = $0.range(of: word)
        else { return nil }
        return String($0[start.upperBound...].prefix { $0 != "\"" })
      }
    )
  }

  /// Where a referral stands.
  func state(_ agency: String, _ id: String) async throws -> String {
    try await session(agency).showReferral(id).line.state
  }

  /// Waits until a referral stands somewhere.
  func waits(_ agency: String, _ id: String, until state: String) async throws {
    let client = try await session(agency)
    try await eventually("\(agency): \(state)") {
      try await client.showReferral(id).line.state == state
    }
  }
}

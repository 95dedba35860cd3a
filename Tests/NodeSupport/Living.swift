internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import Logging
internal import NodeStore
internal import Sealing
internal import ServiceLifecycle
internal import TestSupport
internal import Testing

/// One agency's node inside the test's own process: real sockets, real files, a clock of the test's.
final class Living {
  let id: String
  let state: URL
  let port: UInt16
  /// What stands between its peers and its door.
  let relay: Relay
  let wall: TestTime.Wall
  private let desk: String
  private let groups: [String]
  private(set) var node: Node
  private var group: ServiceGroup?
  private var running: Task<Void, Never>?
  private var token = ""

  init(_ node: HarnessNode, time: TestTime) async throws {
    id = node.spec.id
    state = node.state
    port = node.port
    relay = try await Relay(to: node.port)
    wall = TestTime.Wall(time)
    (desk, groups) = node.spec.desks[0]
    self.node = try await Self.open(state, port, wall)
  }

  private static func open(_ state: URL, _ port: UInt16, _ wall: TestTime.Wall) async throws -> Node
  {
    try await Node(
      folder: StateFolder(state),
      settings: NodeSettings(
        listenHost: "127.0.0.1",
        listenPort: port,
        socketPath: state.appendingPathComponent("unused.sock").path,
        passphraseCost: .least
      ),
      clock: wall.clock
    )
  }

  /// Switches it on.
  func start() {
    var logger = Logger(label: id, factory: { _ in SwiftLogNoOpLogHandler() })
    logger.logLevel = .critical
    let group = ServiceGroup(
      configuration: .init(services: NodeServices.make(node, logger: logger), logger: logger)
    )
    self.group = group
    running = Task { try? await group.run() }
  }

  /// Switches it off.
  func stop() async {
    await group?.triggerGracefulShutdown()
    await running?.value
    (group, running) = (nil, nil)
  }

  /// Reads its state again, as after a power cut; its clock may have lost the time.
  func wake(clockAt timeMs: UInt64? = nil) async throws {
    if let timeMs { wall.set(timeMs) }
    node = try await Self.open(state, port, wall)
    token = ""
    start()
  }

  /// Users, a desk, the card with the agency's key.
  func furnish() async throws {
    let access = AccessService(node: node)
    for user in NodeHarness.users {
      _ = try await access.addUser(UserAdd(name: user, passphrase: Pair.passphrase))
    }
    _ = try await access.addDesk(
      DeskAdd(name: desk, groups: groups, holders: NodeHarness.users)
    )
    try await signCard()
  }

  /// A person signs a card.
  func signCard() async throws {
    let key = try String(
      contentsOf: state.appendingPathComponent("agency.key"),
      encoding: .utf8
    )
    _ = try await CardService(node: node).sign(
      CardSign(
        passphrase: Pair.passphrase,
        keyFile: key,
        endpoints: ["https://127.0.0.1:\(relay.port)"]
      )
    )
  }

  /// A person at work; unlocks again when the session has run out.
  func presence() async throws -> SessionVault.Presence {
    if let known = try? await node.sessions.presence(token) { return known }
    token = try await AccessService(node: node).unlock(
      Unlock(user: NodeHarness.users[0], passphrase: Pair.passphrase)
    ).token
    return try await node.sessions.presence(token)
  }

  func openCase() async throws -> String {
    try await CaseService(node: node).open(
      CaseOpen(desk: desk, sections: ["identity": ["name": .text("Example Person")]]),
      presence()
    ).case
  }

  /// One grant in a case.
  func consent(_ name: String, to peer: Living, days: UInt32 = 30) async throws -> UInt64 {
    try await ConsentService(node: node).record(
      ConsentRecord(
        case: name,
        grants: [
          GrantAsk(peer: peer.id, purpose: "health", groups: ["identity", "need"], days: days)
        ],
        record: Pair.facts
      ),
      presence()
    ).grants[0].grant
  }

  /// Refers under a grant, in the queue.
  func refer(_ grant: UInt64) async throws -> ReferResult {
    try await ReferralService(node: node).refer(
      ReferBatch(referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])]),
      presence()
    ).results[0]
  }

  func list(_ box: ReferralBox) async throws -> [ReferralLine] {
    try await ReferralActions(node: node).list(box: box, state: nil).referrals
  }

  /// A referral by the id of its offer.
  func line(_ message: String?) async throws -> ReferralLine? {
    try await ReferralActions(node: node).list(box: nil, state: nil).referrals.first {
      $0.message == message
    }
  }

  func act(_ action: ReferralAction, on line: ReferralLine) async throws {
    _ = try await ReferralActions(node: node).act(
      line.referral,
      action,
      ReferralAct(),
      presence()
    )
  }

  func counts() async throws -> [String: UInt64] {
    try await StatusService(node: node).status().counts
  }
}

/// Members that know each other, with a time of their own.
final class LivingRealm {
  let root: URL
  let time: TestTime
  let nodes: [Living]

  /// The first policy's groups at each desk.
  private static let groups = ["need", "identity", "contact", "safety", "health"]

  /// Founds members and introduces them; all are switched on.
  init(_ ids: [(id: String, sector: String)]) async throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("l" + UUID().uuidString.prefix(8))
    let harness = try NodeHarness(root: root)
    try harness.found(
      ids.map {
        .init(
          id: $0.id,
          sector: $0.sector,
          name: $0.id,
          nameTg: $0.id,
          nameRu: $0.id,
          listens: true,
          desks: [("desk", Self.groups)]
        )
      }
    )
    time = TestTime(startMs: UInt64(Date().timeIntervalSince1970 * 1000))
    var nodes: [Living] = []
    for (id, _) in ids {
      nodes.append(try await Living(try #require(harness.nodes[id]), time: time))
    }
    self.nodes = nodes
    for node in nodes { try await node.furnish() }
    for node in nodes {
      for other in nodes where other !== node {
        let notes = try RegisterService(node: other.node).hello().notes
        _ = try await RegisterService(node: node.node).take(NotesImport(notes: notes))
      }
    }
    for node in nodes { node.start() }
  }

  /// Switches all off and removes the folder.
  func end() async {
    for node in nodes { await node.stop() }
    try? FileManager.default.removeItem(at: root)
  }

  /// Cuts every cable.
  func cut() { for node in nodes { node.relay.cut() } }

  /// Mends every cable.
  func mend() { for node in nodes { node.relay.mend() } }

  /// Runs a story and cleans up after it, however it ends.
  static func with(
    _ ids: [(id: String, sector: String)],
    _ story: (LivingRealm) async throws -> Void
  ) async throws {
    let realm = try await LivingRealm(ids)
    do { try await story(realm) } catch {
      await realm.end()
      throw error
    }
    await realm.end()
  }
}

package import AgencyNode
package import Foundation
internal import LocalAPI
internal import LocalContract
internal import Logging
internal import NodeStore
internal import Sealing
internal import ServiceLifecycle
package import TestSupport

/// One agency's node inside this process: real sockets, real files, a clock of its own.
///
/// It answers on its local socket as `amonatd` does, so that the command line works with it.
package final class Living {
  package let id: String
  package let state: URL
  package let port: UInt16
  /// The same agency as the command line sees it.
  package let member: HarnessNode
  /// What stands between its peers and its door.
  package let relay: Relay
  package let wall: TestTime.Wall
  package let desk: String
  private let groups: [String]
  package private(set) var node: Node
  private var group: ServiceGroup?
  private var running: Task<Void, Never>?
  private var token = ""

  private let chance: Chance

  package init(_ node: HarnessNode, time: TestTime, chance: Chance = .system) async throws {
    self.chance = chance
    member = node
    id = node.spec.id
    state = node.state
    port = node.port
    relay = try await Relay(to: node.port)
    wall = TestTime.Wall(time)
    (desk, groups) = node.spec.desks[0]
    self.node = try await Self.open(member, wall, chance)
  }

  private static func open(
    _ member: HarnessNode,
    _ wall: TestTime.Wall,
    _ chance: Chance
  ) async throws -> Node {
    try await Node(
      folder: StateFolder(member.state),
      settings: NodeSettings(
        listenHost: member.spec.listens ? "127.0.0.1" : nil,
        listenPort: member.port,
        socketPath: member.socket,
        passphraseCost: .least,
        via: member.spec.roles.contains("via") ? ViaSettings() : nil
      ),
      clock: wall.clock,
      chance: chance
    )
  }

  /// Switches it on.
  package func start() {
    var logger = Logger(label: id, factory: { _ in SwiftLogNoOpLogHandler() })
    logger.logLevel = .critical
    let group = ServiceGroup(
      configuration: .init(
        services: NodeServices.make(node, logger: logger) + [
          LocalServer(node: node, socketPath: member.socket, logger: logger)
        ],
        logger: logger
      )
    )
    self.group = group
    running = Task { try? await group.run() }
  }

  /// Switches it off.
  package func stop() async {
    await group?.triggerGracefulShutdown()
    await running?.value
    (group, running) = (nil, nil)
  }

  /// Reads its state again, as after a power cut; its clock may have lost the time.
  package func wake(clockAt timeMs: UInt64? = nil) async throws {
    if let timeMs { wall.set(timeMs) }
    node = try await Self.open(member, wall, chance)
    token = ""
    start()
  }

  /// Users, a desk, the card with the agency's key.
  package func furnish() async throws {
    let access = AccessService(node: node)
    for user in NodeHarness.users {
      _ = try await access.addUser(
        UserAdd(
          name: user,
          passphrase: NodeHarness.phrase,
          roles: NodeHarness.roles[user] ?? []
        )
      )
    }
    _ = try await access.addDesk(
      DeskAdd(name: desk, groups: groups, holders: NodeHarness.users)
    )
    try await signCard()
  }

  /// A person signs a card.
  package func signCard() async throws {
    let key = try String(
      contentsOf: state.appendingPathComponent("agency.key"),
      encoding: .utf8
    )
    _ = try await CardService(node: node).sign(
      CardSign(
        passphrase: NodeHarness.phrase,
        keyFile: key,
        endpoints: member.spec.listens ? ["https://127.0.0.1:\(relay.port)"] : [],
        via: member.vias
      )
    )
  }

  /// A person at work; unlocks again when the session has run out.
  package func presence() async throws -> SessionVault.Presence {
    if let known = try? await node.sessions.presence(token) { return known }
    token = try await AccessService(node: node).unlock(
      Unlock(user: NodeHarness.users[0], passphrase: NodeHarness.phrase)
    ).token
    return try await node.sessions.presence(token)
  }
}

/// Members that know each other, with a time of their own.
package final class LivingRealm {
  package let root: URL
  package let harness: NodeHarness
  package let time: TestTime
  package let nodes: [Living]

  /// The first policy's groups at each desk.
  private static let groups = ["need", "identity", "contact", "safety", "health"]

  /// Founds members and introduces them; all are switched on.
  package convenience init(
    _ ids: [(id: String, sector: String)],
    statistics: String? = nil,
    policy: URL = NodeHarness.policy,
    chance: Chance = .system
  ) async throws {
    try await self.init(
      ids.map {
        .init(
          id: $0.id,
          sector: $0.sector,
          name: $0.id,
          nameTg: $0.id,
          nameRu: $0.id,
          listens: true,
          // Any desk may open a note; only the role makes it one that gets it.
          desks: [("desk", Self.groups + (statistics == nil ? [] : ["tally"]))],
          roles: $0.id == statistics ? ["statistics"] : []
        )
      },
      root: FileManager.default.temporaryDirectory
        .appendingPathComponent("l" + UUID().uuidString.prefix(8)),
      policy: policy,
      chance: chance
    )
  }

  /// As above, with agencies of one desk each, in a folder; `vias` keep parcels for those that cannot be
  /// called.
  package init(
    _ specs: [NodeHarness.AgencySpec],
    vias: [String] = [],
    root: URL,
    policy: URL = NodeHarness.policy,
    chance: Chance = .system
  ) async throws {
    self.root = root
    harness = try NodeHarness(root: root, policy: policy)
    try harness.found(specs)
    time = TestTime(startMs: UInt64(Date().timeIntervalSince1970 * 1000))
    var nodes: [Living] = []
    for spec in specs {
      guard let member = harness.nodes[spec.id] else { throw Programs.Failure("no \(spec.id)") }
      if !spec.listens { member.vias = vias }
      nodes.append(try await Living(member, time: time, chance: chance))
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
  package func end() async {
    for node in nodes { await node.stop() }
    try? FileManager.default.removeItem(at: root)
  }

  /// Cuts every cable.
  package func cut() { for node in nodes { node.relay.cut() } }

  /// Mends every cable.
  package func mend() { for node in nodes { node.relay.mend() } }

  /// As above, with agencies of one desk each.
  package static func with(
    _ specs: [NodeHarness.AgencySpec],
    vias: [String] = [],
    _ story: (LivingRealm) async throws -> Void
  ) async throws {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("l" + UUID().uuidString.prefix(8))
    let realm = try await LivingRealm(specs, vias: vias, root: root)
    do { try await story(realm) } catch {
      await realm.end()
      throw error
    }
    await realm.end()
  }

  /// An agency of one desk.
  package static func member(
    _ id: String,
    _ sector: String,
    listens: Bool = true,
    roles: [String] = []
  ) -> NodeHarness.AgencySpec {
    .init(
      id: id,
      sector: sector,
      name: id,
      nameTg: id,
      nameRu: id,
      listens: listens,
      desks: [("desk", groups)],
      roles: roles
    )
  }

  /// Runs a story and cleans up after it, however it ends.
  package static func with(
    _ ids: [(id: String, sector: String)],
    statistics: String? = nil,
    policy: URL = NodeHarness.policy,
    chance: Chance = .system,
    _ story: (LivingRealm) async throws -> Void
  ) async throws {
    let realm = try await LivingRealm(
      ids,
      statistics: statistics,
      policy: policy,
      chance: chance
    )
    do { try await story(realm) } catch {
      await realm.end()
      throw error
    }
    await realm.end()
  }
}

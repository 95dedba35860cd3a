package import Foundation
package import LocalContract

/// A commission and its agencies, each with a real node of its own: processes, state, certificates.
package final class NodeHarness {
  /// An agency to set up.
  package struct AgencySpec: Sendable {
    package let id: String
    package let sector: String
    package let name: String
    package let nameTg: String
    package let nameRu: String
    /// Whether peers can call it; otherwise it only dials out.
    package let listens: Bool
    /// Desks with the groups they may open.
    package let desks: [(name: String, groups: [String])]
    /// What it does in the mechanism, such as `coordinator`.
    package let roles: [String]
    /// Where the register places it.
    package let region: String

    package init(
      id: String,
      sector: String,
      name: String,
      nameTg: String,
      nameRu: String,
      listens: Bool,
      desks: [(name: String, groups: [String])],
      roles: [String] = [],
      region: String = "dushanbe"
    ) {
      self.id = id
      self.sector = sector
      self.name = name
      self.nameTg = nameTg
      self.nameRu = nameRu
      self.listens = listens
      self.desks = desks
      self.roles = roles
      self.region = region
    }
  }

  /// Where everything lies.
  package let root: URL
  /// The programs.
  package let programs: Programs
  /// The nodes, by agency.
  package private(set) var nodes: [String: HarnessNode] = [:]
  /// The policy that the commission puts in force.
  private let policyFile: URL
  /// The realm, after ``found(_:)``.
  package private(set) var realm = ""

  /// The passphrase of every user and key.
  package static let phrase = "a long demonstration phrase"

  /// The two users of every agency.
  package static let users = ["zarina", "farhod"]
  /// What they do: together whatever an exception asks for.
  package static let roles = [
    "zarina": ["authority", "caseworker", "director", "supervisor"],
    "farhod": ["data-officer", "director", "guardian-advocate", "lawyer", "supervisor"],
  ]

  /// Prepares a folder; nothing is started.
  package init(
    root: URL,
    programs: Programs = Programs(),
    policy: URL = NodeHarness.policy
  ) throws {
    self.root = root
    self.policyFile = policy
    self.programs = programs
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try Data("\(Self.phrase)\n".utf8).write(to: passphrase)
  }

  private var passphrase: URL { root.appendingPathComponent("passphrase") }

  /// The first policy of the repository.
  package static var policy: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Protocol/policy/tj-nrm.json")
  }

  /// Makes the agencies' keys, a commission of five with a threshold of three, the register, and the
  /// nodes' states.
  package func found(_ agencies: [AgencySpec]) throws {
    for agency in agencies {
      try expect(
        "amonat",
        [
          "init", "--state", state(agency.id).path, "--agency", agency.id, "--sector",
          agency.sector, "--level", "national", "--region", agency.region, "--name-en", agency.name,
          "--name-tg", agency.nameTg, "--name-ru", agency.nameRu, "--passphrase-file",
          passphrase.path,
        ] + agency.roles.flatMap { ["--role", $0] }
      )
    }
    let commission = root.appendingPathComponent("commission")
    let names = ["justice", "health", "interior", "ngo-union", "ombudsman"]
    try expect(
      "amonat",
      [
        "commission", "new", "--out", commission.path, "--holders", "5", "--threshold", "3",
        "--names", names.joined(separator: ","), "--policy", policyFile.path,
        "--passphrase-file", passphrase.path,
      ]
        + agencies.flatMap {
          ["--member", state($0.id).appendingPathComponent("member.json").path]
        }
    )
    try expect(
      "amonat",
      [
        "commission", "sign", "--register", commission.appendingPathComponent("register.json").path,
        "--out", register.path, "--passphrase-file", passphrase.path,
      ]
        + names.prefix(3).flatMap {
          ["--key", commission.appendingPathComponent("\($0).key").path]
        }
    )
    for agency in agencies {
      let made = try expect(
        "amonat",
        [
          "init", "--state", state(agency.id).path, "--register", register.path, "--policy",
          policyFile.path, "--passphrase-file", passphrase.path, "--json",
        ]
      )
      realm = (try made.json() as? [String: Any])?["realm"] as? String ?? ""
      nodes[agency.id] = HarnessNode(
        agency,
        state: state(agency.id),
        programs: programs,
        passphrase: passphrase
      )
    }
  }

  /// The next register, in which a member is suspended, signed by as many holders as it needs.
  package func suspending(_ agency: String) throws -> String {
    let folder = root.appendingPathComponent("commission")
    let (draft, signed) = (folder.path + "/suspending.json", folder.path + "/suspending.note")
    try expect(
      "amonat",
      [
        "commission", "next", "--previous", register.path, "--suspend", agency, "--out", draft,
      ]
    )
    try expect(
      "amonat",
      [
        "commission", "sign", "--register", draft, "--previous", register.path, "--out", signed,
        "--passphrase-file", passphrase.path,
      ]
        + ["justice", "health", "interior", "ngo-union"].flatMap {
          ["--key", folder.appendingPathComponent("\($0).key").path]
        }
    )
    return signed
  }

  /// The signed register.
  package var register: URL { root.appendingPathComponent("register.note") }

  /// Starts the nodes, makes users, desks and cards, and introduces everybody to everybody.
  package func start() async throws {
    let ordered = nodes.values.sorted { $0.spec.id < $1.spec.id }
    for node in ordered { try await node.start() }
    for node in ordered { try node.furnish() }
    for node in ordered {
      for other in ordered where other !== node {
        try node.cli(["peer", "import", other.introduction.path])
      }
    }
  }

  /// Stops every node; all are asked before the first is waited for.
  package func stop() {
    for node in nodes.values { node.askToStop() }
    for node in nodes.values { node.awaitStop() }
  }

  private func state(_ id: String) -> URL {
    root.appendingPathComponent(id.split(separator: ".").first.map(String.init) ?? id)
  }

  @discardableResult
  private func expect(_ name: String, _ arguments: [String]) throws -> Programs.Output {
    let output = try programs.run(name, arguments)
    guard output.status == 0 else {
      throw Programs.Failure("\(name) \(arguments.prefix(2)): \(output.status) \(output.err)")
    }
    return output
  }
}

/// One agency's node as a process.
package final class HarnessNode {
  package let spec: NodeHarness.AgencySpec
  package let state: URL
  private let programs: Programs
  private let passphrase: URL
  private var process: Process?
  /// The port for peers; 0 for a node that only dials out.
  package private(set) var port: UInt16 = 0
  /// The port that peers are told, when a relay stands between.
  package var announcedPort: UInt16?
  /// The network namespace that it lives in, if not the test's own.
  package var namespace: String?
  /// Where peers call it, in its namespace; its own port at 127.0.0.1 where there are none.
  package var announcedHosts: [String] = []
  /// Who keeps its parcels.
  package var vias: [String] = []
  /// Further flags of the process.
  package var extraArguments: [String] = []

  init(
    _ spec: NodeHarness.AgencySpec,
    state: URL,
    programs: Programs,
    passphrase: URL
  ) {
    self.spec = spec
    self.state = state
    self.programs = programs
    self.passphrase = passphrase
    if spec.listens { port = Self.freePort() }
  }

  /// The local socket.
  package var socket: String { state.appendingPathComponent("amonat.sock").path }
  /// What the node wrote to standard error.
  package var logFile: URL { state.appendingPathComponent("amonatd.log") }
  /// The node's card and link, for its peers.
  package var introduction: URL { state.appendingPathComponent("introduction.notes") }
  /// The process id, while it runs.
  package var pid: Int32? { process.flatMap { $0.isRunning ? $0.processIdentifier : nil } }

  /// Starts the process and waits until it answers.
  package func start(flags: [String] = []) async throws {
    let started = programs.process(
      "amonatd",
      [
        "--state", state.path, "--listen",
        spec.listens ? "\(announcedHosts.isEmpty ? "127.0.0.1" : "0.0.0.0"):\(port)" : "none",
      ] + extraArguments + flags,
      environment: ["AMONAT_PASSPHRASE_COST": "least"]
    )
    if let namespace, let program = started.executableURL {
      // It takes the place of `ip`: the process id stays.
      started.arguments = ["netns", "exec", namespace, program.path] + (started.arguments ?? [])
      started.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
    }
    if !FileManager.default.fileExists(atPath: logFile.path) {
      _ = FileManager.default.createFile(atPath: logFile.path, contents: nil)
    }
    let log = try FileHandle(forWritingTo: logFile)
    try log.seekToEnd()
    started.standardError = log
    started.standardOutput = log
    started.standardInput = FileHandle.nullDevice
    try started.run()
    process = started
    for _ in 0..<600 {
      if let health = try? await client().health(), health.status == "ok" { return }
      guard started.isRunning else {
        throw Programs.Failure("\(spec.id): amonatd ended with \(started.terminationStatus)")
      }
      try await Task.sleep(for: .milliseconds(25))
    }
    throw Programs.Failure("\(spec.id): amonatd does not answer")
  }

  /// A client without a session.
  package func client(token: String? = nil) -> LocalClient {
    LocalClient(socket: socket, token: token)
  }

  /// Users, desks, card and introduction.
  func furnish() throws {
    for user in NodeHarness.users {
      let roles = (NodeHarness.roles[user] ?? []).flatMap { ["--role", $0] }
      try cli(["user", "add", user, "--passphrase-file", passphrase.path] + roles)
    }
    for desk in spec.desks {
      try cli([
        "desk", "add", desk.name, "--groups", desk.groups.joined(separator: ","), "--holders",
        NodeHarness.users.joined(separator: ","),
      ])
    }
    let hosts = spec.listens ? (announcedHosts.isEmpty ? ["127.0.0.1"] : announcedHosts) : []
    let places =
      hosts.flatMap { ["--endpoint", "https://\($0):\(announcedPort ?? port)"] }
      + vias.flatMap { ["--via", $0] }
    try cli(
      [
        "card", "sign", "--key", state.appendingPathComponent("agency.key").path,
        "--passphrase-file", passphrase.path,
      ] + places
    )
    try cli(["peer", "export", "--out", introduction.path])
    try unlockAgain()
  }

  /// Opens a session for the command line: after a start, nobody is there.
  package func unlockAgain() throws {
    try cli(["unlock", "--user", NodeHarness.users[0], "--passphrase-file", passphrase.path])
  }

  /// Unlocks for the first user and returns the token.
  package func unlock() async throws -> String {
    let phrase = try String(contentsOf: passphrase, encoding: .utf8)
      .trimmingCharacters(in: .newlines)
    return try await client().unlock(
      Unlock(user: NodeHarness.users[0], passphrase: phrase)
    ).token
  }

  /// Runs the command line against this node; throws unless it exits 0.
  @discardableResult
  package func cli(_ arguments: [String]) throws -> Programs.Output {
    let output = try tryCLI(arguments)
    guard output.status == 0 else {
      throw Programs.Failure(
        "\(spec.id): amonat \(arguments.prefix(2).joined(separator: " ")): exit \(output.status): "
          + output.err + output.out
      )
    }
    return output
  }

  /// Runs the command line against this node, whatever comes of it.
  package func tryCLI(
    _ arguments: [String],
    input: String? = nil,
    language: String = "en",
    session: String = "session"
  ) throws -> Programs.Output {
    try programs.run(
      "amonat",
      arguments,
      environment: [
        "AMONAT_SOCKET": socket, "AMONAT_LANG": language,
        "AMONAT_SESSION": state.appendingPathComponent(session).path,
      ],
      input: input
    )
  }

  /// Stops the process in order.
  package func stop() {
    askToStop()
    awaitStop()
  }

  fileprivate func askToStop() {
    guard let process, process.isRunning else { return }
    process.terminate()
  }

  fileprivate func awaitStop() {
    guard let process, process.isRunning else { return }
    process.awaitExit()
  }

  /// Asks the process to stop.
  ///
  /// - Returns: Its exit status, or -1 if it had to be killed after so many seconds.
  package func terminate(within seconds: Int) -> Int32 {
    guard let process, process.isRunning else { return -1 }
    process.terminate()
    return exit(within: seconds)
  }

  /// Waits for the process to end by itself; as ``terminate(within:)``.
  package func exit(within seconds: Int) -> Int32 {
    guard let process else { return -1 }
    for _ in 0..<(seconds * 20) where process.isRunning { usleep(50_000) }
    guard !process.isRunning else {
      kill()
      return -1
    }
    process.awaitExit()
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }

  /// Ends the process as a power cut would.
  package func kill() {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.awaitExit()
  }

  /// A port that nobody listens on now.
  package static func freePort() -> UInt16 {
    let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = unsafe bind(descriptor, generic, length)
        _ = unsafe getsockname(descriptor, generic, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}

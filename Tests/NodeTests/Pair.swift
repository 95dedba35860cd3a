internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

/// Suites that start processes, one after the other.
@Suite(.serialized) struct NodeTests {}

/// A ministry that refers and a clinic that receives, in a temporary folder of their own.
final class Pair {
  static let specs = specs(clinicIn: "dushanbe")

  private static func specs(
    clinicIn region: String,
    _ roles: [String] = []
  ) -> [NodeHarness.AgencySpec] {
    [
      .init(
        id: "ministry.example",
        sector: "state",
        name: "Ministry unit",
        nameTg: "Шуъбаи вазорат",
        nameRu: "Отдел министерства",
        listens: true,
        desks: [("intake", ["need", "identity", "contact", "safety", "health"])]
      ),
      .init(
        id: "clinic.example",
        sector: "international",
        name: "Clinic",
        nameTg: "Дармонгоҳ",
        nameRu: "Клиника",
        listens: true,
        desks: [("health", ["need", "identity", "contact", "safety", "health"])],
        roles: roles,
        region: region
      ),
    ]
  }

  /// The passphrase of every user.
  static let passphrase = NodeHarness.phrase

  let root: URL
  let harness: NodeHarness
  let ministry: HarnessNode
  let clinic: HarnessNode

  /// Founds both, and others if asked; none runs yet.
  init(
    clinicIn region: String = "dushanbe",
    clinicAs roles: [String] = [],
    policy: URL = NodeHarness.policy,
    besides others: [NodeHarness.AgencySpec] = []
  ) throws {
    // A short path: a socket's name has about a hundred bytes.
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("n" + UUID().uuidString.prefix(8))
    harness = try NodeHarness(root: root, policy: policy)
    try harness.found(Self.specs(clinicIn: region, roles) + others)
    ministry = try #require(harness.nodes["ministry.example"])
    clinic = try #require(harness.nodes["clinic.example"])
  }

  /// Stops both and removes the folder.
  func end() {
    harness.stop()
    try? FileManager.default.removeItem(at: root)
  }

  /// Puts a node's state on a file system of its own, of so many mebibytes.
  func mountSmall(_ node: HarnessNode, mebibytes: Int) throws {
    let aside = root.appendingPathComponent("aside")
    try FileManager.default.moveItem(at: node.state, to: aside)
    try FileManager.default.createDirectory(at: node.state, withIntermediateDirectories: true)
    try Self.run([
      "mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=0700", "tmpfs", node.state.path,
    ])
    try Self.run(["cp", "-a", aside.path + "/.", node.state.path])
  }

  /// Makes that file system larger.
  func grow(_ node: HarnessNode, mebibytes: Int) throws {
    try Self.run(["mount", "-o", "remount,size=\(mebibytes)m", node.state.path])
  }

  /// Takes it away again.
  func unmount(_ node: HarnessNode) {
    node.stop()
    try? Self.run(["umount", "-l", node.state.path])
  }

  private static func run(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.awaitExit()
    guard process.terminationStatus == 0 else {
      throw Programs.Failure("\(command[0]): \(process.terminationStatus)")
    }
  }

  /// A client with a session of its own.
  static func session(at socket: String) async throws -> LocalClient {
    let client = LocalClient(socket: socket)
    _ = try await client.unlock(Unlock(user: NodeHarness.users[0], passphrase: passphrase))
    return client
  }

  /// What is needed to record a consent.
  static let facts = ConsentFacts(
    notice: "tj-nrm-1",
    language: "tg",
    mode: "read-aloud",
    decidedBy: "self",
    capacity: "adult",
    teachBack: true,
    expression: "oral-witnessed",
    receipt: "withheld-safety",
    witness: "a colleague"
  )

  /// What every offer to the clinic says.
  static let need: [String: FieldValue] = [
    "service": .text("medical-general"), "reason": .text("first-need"),
    "age-band": .text("25-34"), "sex": .text("female"), "region": .text("khatlon"),
    "languages": .codes(["tg", "ru"]), "interpreter": .text("female"),
  ]

  /// One grant for the clinic.
  static func grant(_ groups: [String]) -> GrantAsk {
    GrantAsk(peer: "clinic.example", purpose: "health", groups: groups, days: 30)
  }

  /// All referrals of a box.
  static func referrals(
    _ client: LocalClient,
    _ box: ReferralBox
  ) async throws -> [ReferralLine] {
    var (all, after): ([ReferralLine], String?) = ([], nil)
    repeat {
      let page = try await client.referrals(box: box, after: after)
      all += page.referrals
      after = page.next
    } while after != nil
    return all
  }

  /// The messages that a node's exported log holds in entries with this text; after ``findings()``.
  func logged(_ text: String, by node: HarnessNode) throws -> [String] {
    let bundle = root.appendingPathComponent("\(node.spec.id).bundle")
    let word = "\"message\":\""
    return try String(contentsOf: bundle, encoding: .utf8).split(separator: "\n").compactMap {
      guard $0.hasPrefix("leaf\t"), $0.contains(text), let start = $0.range(of: word) else {
        return nil
      }
      return String($0[start.upperBound...].prefix(64))
    }
  }

  /// The error and warning lines of `amonat-audit reconcile` over both bundles, and others.
  func findings(besides others: [String] = []) throws -> [String] {
    var bundles = others
    for node in [ministry, clinic] {
      try node.unlockAgain()
      let path = root.appendingPathComponent("\(node.spec.id).bundle").path
      try node.cli(["audit", "export", "--force", "--out", path])
      bundles.append(path)
    }
    let output = try harness.programs.run(
      "amonat-audit",
      ["reconcile", "--realm", harness.realm, "--lang", "en"] + bundles
    )
    guard output.status < 2 else {
      throw Programs.Failure("amonat-audit: \(output.status) \(output.out) \(output.err)")
    }
    return output.out.split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("error") || $0.hasPrefix("warning") }
  }
}

/// Waits until something holds; the time only bounds a failure.
func eventually(
  _ what: String,
  seconds: Int = 180,
  _ holds: () async throws -> Bool
) async throws {
  for _ in 0..<(seconds * 10) {
    if try await holds() { return }
    try await Task.sleep(for: .milliseconds(100))
  }
  throw Programs.Failure("not within \(seconds) s: \(what)")
}

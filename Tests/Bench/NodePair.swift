internal import Foundation
internal import LocalContract
internal import TestSupport

/// Two agencies with running nodes that know each other: one sends, one receives.
struct NodePair {
  static let senderID = "ministry.example"
  static let recipientID = "shelter.example"

  let harness: NodeHarness
  let sender: HarnessNode
  let recipient: HarnessNode

  /// Founds both; nothing runs yet.
  ///
  /// - Parameters:
  ///   - folder: An empty folder with a short path.
  ///   - desks: Desks at the recipient that may all open an offer.
  ///   - options: Where the programs are.
  /// - Throws: What the harness throws.
  init(in folder: URL, desks: Int, _ options: BenchOptions) throws {
    let groups = ["contact", "identity", "need", "safety"]
    let harness = try NodeHarness(root: folder, programs: options.programs)
    try harness.found([
      .init(
        id: Self.senderID,
        sector: "state",
        name: "Ministry",
        nameTg: "Вазорат",
        nameRu: "Министерство",
        listens: true,
        desks: [(name: "intake", groups: groups)]
      ),
      .init(
        id: Self.recipientID,
        sector: "ngo",
        name: "Shelter",
        nameTg: "Паноҳгоҳ",
        nameRu: "Приют",
        listens: true,
        desks: (0..<desks).map { (name: "desk-\($0 + 1)", groups: groups) }
      ),
    ])
    guard let sender = harness.nodes[Self.senderID],
      let recipient = harness.nodes[Self.recipientID]
    else { throw Programs.Failure("the harness lost a node") }
    (self.harness, self.sender, self.recipient) = (harness, sender, recipient)
  }

  /// Runs with two started nodes, which are stopped afterwards.
  static func run<Result>(
    desks: Int = 1,
    _ options: BenchOptions,
    _ body: (NodePair) async throws -> Result
  ) async throws -> Result {
    try await options.withFolder { folder in
      let pair = try NodePair(in: folder, desks: desks, options)
      defer { pair.harness.stop() }
      Progress.say("  starting two nodes")
      try await pair.harness.start()
      return try await body(pair)
    }
  }

  /// The process ids of both.
  func pids() throws -> [Int32] {
    let pids = [sender.pid, recipient.pid].compactMap(\.self)
    guard pids.count == 2 else { throw Programs.Failure("a node has ended") }
    return pids
  }

  /// CPU seconds of both processes.
  func cpu() throws -> Double { try pids().reduce(0) { $0 + (try ProcessFigures.cpu(of: $1)) } }

  /// A session at the sender, and this many grants to the recipient, recorded and logged.
  func granted(_ count: Int) async throws -> (token: String, grants: [UInt64]) {
    let token = try await sender.unlock()
    let client = sender.client(token: token)
    let facts = ConsentFacts(
      notice: "bench-1",
      language: "ru",
      mode: "read-aloud",
      decidedBy: "self",
      capacity: "adult",
      teachBack: true,
      expression: "signature",
      receipt: "paper"
    )
    let grant = GrantAsk(peer: Self.recipientID, purpose: "accommodation", groups: ["need"])
    var grants: [UInt64] = []
    grants.reserveCapacity(count)
    while grants.count < count {
      let part = min(LocalLimits.grants, count - grants.count)
      // One case for each call, as far more people than one are referred.
      let file = try await client.openCase(
        CaseOpen(desk: "intake", sections: ["need": SampleReferral.need])
      )
      let recorded = try await client.recordConsent(
        ConsentRecord(
          case: file.case,
          grants: [GrantAsk](repeating: grant, count: part),
          record: facts
        )
      )
      grants += recorded.grants.map(\.grant)
    }
    await client.close()
    return (token, grants)
  }

  /// Messages that the sender holds receipts of, by its own counter.
  static func delivered(_ client: LocalClient) async throws -> Int {
    let name = "amonat_messages_delivered_total "
    for line in try await client.metrics().split(separator: "\n") where line.hasPrefix(name) {
      if let number = Int(line.dropFirst(name.count)) { return number }
    }
    throw Programs.Failure("no \(name)in the metrics")
  }

  /// Sends one referral and waits for the verified receipt.
  static func refer(_ grant: UInt64, _ client: LocalClient) async throws {
    let results = try await client.refer(
      ReferBatch(referrals: [SampleReferral.ask(grant)], wait: .receipt),
      timeout: .seconds(60)
    )
    guard let result = results.first, result.state == "delivered" else {
      throw Programs.Failure("not delivered: \(results)")
    }
  }
}

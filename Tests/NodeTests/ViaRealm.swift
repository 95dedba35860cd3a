internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeSupport
internal import Testing

/// Two nodes that nobody can call, and members that may keep their parcels, with a time of their own.
struct ViaRealm {
  let realm: LivingRealm
  let ministry: Living
  let clinic: Living
  /// Whom both name, in this order.
  let keepers: [Living]

  /// Words that a person said, and that no keeper may ever hold.
  static let canaries = ["Гулнора Намунавӣ", "canary-number 000-11-22", "canary-note of a doctor"]

  var time: TestTime { realm.time }

  /// Runs a story and cleans up after it, however it ends; the register gives each keeper the role or not.
  static func with(
    _ keepers: [(id: String, hasRole: Bool)],
    _ story: (ViaRealm) async throws -> Void
  ) async throws {
    let members = [
      LivingRealm.member("ministry.example", "state", listens: false),
      LivingRealm.member("clinic.example", "international", listens: false),
    ]
    let others = keepers.map {
      LivingRealm.member($0.id, "ngo", roles: $0.hasRole ? ["via"] : [])
    }
    try await LivingRealm.with(members + others, vias: keepers.map(\.id)) { realm in
      try await story(
        ViaRealm(
          realm: realm,
          ministry: realm.nodes[0],
          clinic: realm.nodes[1],
          keepers: Array(realm.nodes[2...])
        )
      )
    }
  }

  /// Of somebody new: the legs of one person would leave apart.
  ///
  /// - Returns: The case, the grant and the message.
  func refer() async throws -> (caseID: String, grant: UInt64, message: String) {
    let opened = try await CaseService(node: ministry.node).open(
      CaseOpen(
        desk: "desk",
        sections: [
          "identity": ["name": .text(Self.canaries[0])],
          "contact": ["channel": .text("telephone"), "number": .text(Self.canaries[1])],
          "health": ["needs": .codes(["general"]), "note": .text(Self.canaries[2])],
        ]
      ),
      ministry.presence()
    ).case
    let grant = try await ConsentService(node: ministry.node).record(
      ConsentRecord(
        case: opened,
        grants: [
          GrantAsk(
            peer: clinic.id,
            purpose: "health",
            groups: ["contact", "health", "identity", "need"],
            days: 30
          )
        ],
        record: Pair.facts
      ),
      ministry.presence()
    ).grants[0].grant
    let sent = try await ReferralService(node: ministry.node).refer(
      ReferBatch(
        referrals: [
          ReferAsk(
            grant: grant,
            urgency: "urgent",
            content: ["need": Pair.need],
            fromCase: true
          )
        ]
      ),
      ministry.presence()
    ).results[0]
    return (opened, grant, try #require(sent.message))
  }

  /// Lets time pass until a referral stands somewhere.
  func waits(_ node: Living, _ message: String, until state: String) async throws {
    try await time.pass(until: "\(node.id): \(state)") {
      try await node.line(message)?.state == state
    }
  }

  /// A figure of a node.
  static func figure(_ name: String, of node: Living) async throws -> Int {
    await StatusService(node: node.node).metrics().split(separator: "\n")
      .first { $0.hasPrefix(name + " ") }
      .flatMap { Int($0.split(separator: " ")[1]) } ?? 0
  }
}

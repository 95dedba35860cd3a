internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

/// The ministry in the wrong hands: its keys, its log and its certificate, and a program that sends
/// what no honest node would.
final class Forger {
  /// What the clinic's node answered.
  struct Answer {
    let status: Int
    let parts: ExchangeParts?

    /// The code of the whole exchange.
    var code: String? { parts?.code }
    /// The codes of refused items, those with an event among them.
    var items: [String] {
      (parts?.refused.map(\.code) ?? []) + events.filter { $0.type == .refuse }.map(\.outcome)
    }
    /// The events of the receipt: type, index and outcome.
    var events: [(type: EventType, index: UInt64, outcome: String)] {
      (parts?.receipt?.events ?? []).compactMap { opening in
        guard let opening, let event = try? LogEvent(parsing: opening.event) else { return nil }
        return (event.type, event.index, event.string(.outcome) ?? "")
      }
    }
  }

  let node: Node
  let clinic: AgencyID
  private let port: UInt16
  private let caseName: String
  private let presence: SessionVault.Presence
  private var held: UInt64 = 0

  /// Takes over the state of a ministry whose process has been stopped.
  init(_ pair: Pair) async throws {
    clinic = try #require(AgencyID(pair.clinic.spec.id))
    port = pair.clinic.port
    node = try await Node(
      folder: StateFolder(pair.ministry.state),
      settings: NodeSettings(
        socketPath: pair.root.appendingPathComponent("forger.sock").path,
        passphraseCost: .least
      )
    )
    let token = try await AccessService(node: node).unlock(
      Unlock(user: NodeHarness.users[0], passphrase: Pair.passphrase)
    ).token
    presence = try await node.sessions.presence(token)
    caseName = try await CaseService(node: node).open(
      CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]]),
      presence
    ).case
    let first = try await send(ExchangeParts(held: 0))
    held = first.parts?.held ?? 0
  }

  /// What a node shows its peers, taken from its state.
  static func identity(of member: HarnessNode) throws -> TLSIdentity {
    let keyring = try NodeStore(opening: StateFolder(member.state)).keyring
    let certificate = try #require(try keyring.secret(named: "tls/certificate"))
    let key = try #require(try keyring.secret(named: "tls/key"))
    return try TLSIdentity(certificateDER: certificate.copyBytes(), privateKey: key.copyBytes())
  }

  var realm: Digest32 { node.store.identity.realm }
  var nowMs: UInt64 { node.clock.nowMs() }

  /// A grant of the person for the clinic.
  func grant(_ groups: [String] = ["need"]) async throws -> UInt64 {
    try await ConsentService(node: node).record(
      ConsentRecord(case: caseName, grants: [Pair.grant(groups)], record: Pair.facts),
      presence
    ).grants[0].grant
  }

  /// A sealed offer under a grant, every part of which may be a lie.
  func offer(
    under grant: UInt64,
    realm: Digest32? = nil,
    recipient: AgencyID? = nil,
    purpose: String = "health",
    groups: [String] = ["need"],
    expiresMs: UInt64? = nil,
    tamper: ([UInt8]) -> [UInt8] = { $0 }
  ) throws -> OutboundDraft {
    let keys = try node.trust.view.directory.sealing(to: clinic, atMs: nowMs).keys
    let named = groups.compactMap { FieldGroup($0) }
    let key = try #require(keys.first)
    let sealed = try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: realm ?? self.realm,
        sender: node.trust.me,
        recipient: recipient ?? clinic,
        parts: named.map { .init(group: $0, content: Array(#"{"note":"forged"}"#.utf8)) },
        desks: [.init(keyID: key.keyID, publicKey: key.publicKey, groups: named)]
      )
    )
    return OutboundDraft(
      peer: clinic.text,
      kind: "offer",
      message: sealed.id,
      envelope: tamper(sealed.bytes),
      groups: groups,
      purpose: purpose,
      basis: "consent",
      grant: .init(
        index: grant,
        log: node.store.identity.log,
        untilMs: nowMs + 30 * 86_400_000
      ),
      expiresMs: expiresMs ?? nowMs + 86_400_000,
      actor: "forger",
      desk: "intake",
      atMs: nowMs
    )
  }

  /// A note about nobody, to an agency that does not keep the statistics.
  func note() throws -> OutboundDraft {
    let keys = try node.trust.view.directory.sealing(to: clinic, atMs: nowMs).keys
    let (key, group) = (try #require(keys.first), try #require(FieldGroup("tally")))
    let sealed = try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: realm,
        sender: node.trust.me,
        recipient: clinic,
        parts: [.init(group: group, content: Array(#"{"sex":"female"}"#.utf8))],
        desks: [.init(keyID: key.keyID, publicKey: key.publicKey, groups: [group])]
      )
    )
    return OutboundDraft(
      peer: clinic.text,
      kind: "tally",
      message: sealed.id,
      envelope: sealed.bytes,
      groups: [group.text],
      purpose: "statistics",
      basis: "anonymous",
      expiresMs: nowMs + 86_400_000,
      atMs: nowMs
    )
  }

  /// Logs drafts as an honest node would, whatever they say, and makes the delivery of them.
  func delivery(_ drafts: [OutboundDraft]) async throws -> DeliveryPart {
    let view = node.trust.view
    let (clinic, from, atMs) = (clinic.text, held, nowMs)
    return try await node.store.change { transaction -> [LoggedMessage] in
      var rows: Set<Int64> = []
      for draft in drafts { rows.insert(try transaction.queue(draft, referral: nil)) }
      return try transaction.takeBatch(
        peer: clinic,
        after: 0,
        limit: 64,
        register: view.registerHash,
        policy: view.policyHash,
        nowMs: 0,
        atMs: atMs
      ).filter { rows.contains($0.row) }
    } after: { batch, log -> DeliveryPart in
      let events = try log.openings(batch.map(\.index))
      // A notice has none.
      let grants = try batch.map { try $0.grantIndex.flatMap { try log.openings([$0]).first } }
      return DeliveryPart(
        items: (0..<batch.count).map {
          ItemPart(envelope: batch[$0].envelope, event: events[$0], grant: grants[$0])
        },
        checkpoint: log.note,
        from: from,
        proof: MerkleProof.flat(try log.consistency(from: from)),
        settled: "",
        settledProof: []
      )
    }
  }

  /// The messages of a delivery again, under the newest checkpoint, as an honest node repeats them.
  func again(_ delivery: DeliveryPart) async throws -> DeliveryPart {
    let indices = delivery.items.compactMap { item in
      item.event.flatMap { try? LogEvent(parsing: $0.event) }?.index
    }
    let grants = delivery.items.compactMap { item in
      item.grant.flatMap { try? LogEvent(parsing: $0.event) }?.index
    }
    let (envelopes, from) = (delivery.items.map(\.envelope), held)
    return try await node.store.change({ _ in }) { _, log in
      let events = try log.openings(indices)
      let proven = try log.openings(grants)
      return DeliveryPart(
        items: (0..<envelopes.count).map {
          ItemPart(envelope: envelopes[$0], event: events[$0], grant: proven[$0])
        },
        checkpoint: log.note,
        from: from,
        proof: MerkleProof.flat(try log.consistency(from: from))
      )
    }
  }

  /// Logs and delivers.
  func deliver(_ drafts: OutboundDraft...) async throws -> Answer {
    try await send(ExchangeParts(delivery: try await delivery(drafts), held: 0))
  }

  func send(_ parts: ExchangeParts) async throws -> Answer { try await post(parts.encoded) }

  /// Posts bytes under the ministry's certificate.
  func post(_ body: [UInt8]) async throws -> Answer {
    let line = try await HTTPLine.connect(
      to: .tls(
        host: "127.0.0.1",
        port: port,
        identity: node.tls.current,
        verifyPeer: { _ in true }
      )
    )
    defer { line.close() }
    let answer = try await line.send(
      HTTPLineRequest(method: "POST", path: "/v1/exchange", body: body),
      timeout: .seconds(60)
    )
    let parts = try? ExchangeParts(decoding: answer.body, role: .answer)
    if let parts, parts.held > held { held = parts.held }
    return Answer(status: answer.status, parts: parts)
  }
}

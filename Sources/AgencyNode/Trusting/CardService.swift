internal import CanonicalBytes
internal import Foundation
internal import HTTPLine
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// This node's own card and link.
package struct CardService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Longest life of a card, in days.
  package static let cardDays: UInt32 = 399
  /// Life of a link, in ms; the node renews it alone.
  static let linkLifeMs: UInt64 = 29 * 86_400_000

  /// Signs a new card with the agency key, which a person unlocks for it, and a link with the log key.
  package func sign(_ request: CardSign) async throws(NodeError) -> CardView {
    let node = node
    let endpoints = request.endpoints.compactMap { Endpoint($0) }
    guard endpoints.count == request.endpoints.count else {
      throw NodeError(.malformed, detail: "endpoints: host:port")
    }
    let via = request.via.compactMap { AgencyID($0) }
    guard via.count == request.via.count else { throw NodeError(.malformed, detail: "via") }
    return try await NodeError.wrapping {
      try await node.ownNotes.take {
        let keyring = node.store.keyring
        let fileBytes: [UInt8]
        if let text = request.keyFile {
          fileBytes = Array(text.utf8)
        } else if let kept = try keyring.secret(named: "agency-key") {
          fileBytes = kept.copyBytes()
        } else {
          throw NodeError(.agencyKeyLocked, detail: "give the agency's key file")
        }
        let file = try SigningKeyFile(parsing: fileBytes)
        let agencyKey: SigningKey
        do {
          agencyKey = try file.unlock(SecretBytes(Array(request.passphrase.utf8)))
        } catch {
          throw NodeError(.passphraseWrong)
        }
        let nowMs = node.clock.nowMs()
        let days = min(request.days ?? Self.cardDays, Self.cardDays)
        let view = node.trust.view
        let held = view.directory.card(of: node.trust.me)
        // The person who signs brings the next epochs along.
        try await DeskEpochs(node: node).extend(actor: nil, nowMs: nowMs)
        let card = try await Self.card(
          node,
          held: held,
          expiresMs: nowMs + UInt64(days) * 86_400_000,
          nowMs: nowMs
        )
        let number = node.store.identity.number
        let note = try card.signed(
          agencyKey: agencyKey,
          logKey: try NodeStore.signingKey(keyring, named: "log/\(number)"),
          nextLogKey: try NodeStore.signingKey(keyring, named: "log/\(number + 1)"),
          witnessKey: try NodeStore.signingKey(keyring, named: "witness/\(number)")
        )
        try await Self.take(note, node, nowMs: nowMs)
        if request.keep { try keyring.set("agency-key", to: SecretBytes(fileBytes)) }
        try await renewLink(endpoints: endpoints, via: via, nowMs: nowMs)
        return try current()
      }
    }
  }

  /// Signs a new link: where this node is now.
  ///
  /// The node does it alone.
  func renewLink(
    endpoints: [Endpoint],
    via: [AgencyID],
    nowMs: UInt64
  ) async throws(NodeError) {
    let node = node
    try await NodeError.wrapping {
      let directory = node.trust.view.directory
      guard let card = directory.card(of: node.trust.me),
        let log = LogID(node.store.identity.log)
      else { throw NodeError(.cardUnknown) }
      let serial = Link.nextSerial(
        after: directory.link(of: node.trust.me)?.link.serial ?? 0,
        nowMs: nowMs
      )
      let link = Link(
        agency: node.trust.me,
        realm: directory.realm,
        serial: serial,
        card: card.sha256,
        tls: node.tls.listed,
        endpoints: endpoints,
        expiresMs: nowMs + Self.linkLifeMs,
        via: via,
        directory: nil
      )
      let key = try NodeStore.signingKey(
        node.store.keyring,
        named: "log/\(node.store.identity.number)"
      )
      try await Self.take(try link.signed(log: log, logKey: key), node, nowMs: nowMs)
    }
  }

  /// The card and link as they stand.
  package func show() async throws(NodeError) -> CardView { try current() }

  private func current() throws(NodeError) -> CardView {
    let directory = node.trust.view.directory
    guard let card = directory.card(of: node.trust.me),
      let link = directory.link(of: node.trust.me)
    else { throw NodeError(.cardUnknown, detail: "sign a card first") }
    return CardView(
      agency: node.trust.me.text,
      serial: card.card.serial,
      sha256: card.sha256.hex,
      expiresMs: card.card.expiresMs,
      desks: card.card.desks.map { desk in
        CardDesk(
          name: desk.name.text,
          groups: desk.groups.map(\.text),
          keyIDs: desk.keys.map {
            DeskKey.keyID(
              agency: node.trust.me,
              desk: desk.name,
              publicKey: $0.publicKey.bytes
            ).hex
          },
          untilMs: desk.keys.last?.notAfterMs ?? 0
        )
      },
      endpoints: link.link.endpoints.map(\.text),
      via: link.link.via.map(\.text),
      card: card.note.encoded,
      link: link.note.encoded
    )
  }

  private static func take(_ note: SignedNote, _ node: Node, nowMs: UInt64) async throws {
    let outcomes = try await node.trust.apply(
      notes: [note.encoded],
      store: node.store,
      nowMs: nowMs
    )
    guard let outcome = outcomes.first, outcome.result == "applied" || outcome.result == "same"
    else {
      throw NodeError(.conflict, detail: outcomes.first?.code ?? "card")
    }
  }

  /// The own logs that have ended, with their keys (R3).
  private static func pastLogs(_ node: Node) async throws -> [Card.PastLog] {
    try await node.store.read { try $0.pastLogs() }.map { line in
      Card.PastLog(
        key: try NodeStore.signingKey(node.store.keyring, named: "log/\(line.number)").publicKey,
        number: UInt32(clamping: line.number),
        size: line.size,
        root: line.root
      )
    }
  }

  private static func card(
    _ node: Node,
    held: HeldCard?,
    expiresMs: UInt64,
    nowMs: UInt64
  ) async throws -> Card {
    let keyring = node.store.keyring
    let number = UInt32(clamping: node.store.identity.number)
    guard let courier = try keyring.secret(named: "courier") else { throw NodeError(.internal) }
    var courierSeed = courier.copyBytes()
    let courierKey = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &courierSeed))
    var byDesk: [String: [Keyring.DeskKeyRow]] = [:]
    for row in try keyring.deskKeys() { byDesk[row.desk, default: []].append(row) }
    guard !byDesk.isEmpty else { throw NodeError(.deskUnknown, detail: "add a desk first") }
    let names = Array(byDesk.keys)
    let groups = try await node.store.read { reader in
      try names.reduce(into: [String: String]()) {
        $0[$1] = try reader.meta("desk/\($1)")
      }
    }
    var desks: [Desk] = []
    for (name, rows) in byDesk.sorted(by: { $0.key < $1.key }) {
      guard let deskName = DeskName(name) else { continue }
      desks.append(
        Desk(
          name: deskName,
          groups: (groups[name] ?? "").split(separator: " ").compactMap { FieldGroup(String($0)) }
            .sorted(),
          keys: try shown(rows, nowMs: nowMs).map {
            DeskKey(
              fromMs: UInt64($0.fromMs),
              notAfterMs: UInt64($0.notAfterMs),
              publicKey: try KeyWrap.PublicKey($0.publicBytes)
            )
          }
        )
      )
    }
    // An epoch that has ended is still shown for its days of grace, and bounds the card: a reader takes
    // it to have been signed before that end.
    let boundMs = desks.compactMap { $0.keys.first?.notAfterMs }.min()
      .map { $0 + TrustLimits.cardLifeMs }
    return Card(
      agency: node.trust.me,
      realm: node.store.identity.realm,
      serial: (held?.card.serial ?? 0) + 1,
      previous: held?.sha256,
      courierKey: try KeyWrap.PublicKey(courierKey.publicBytes),
      desks: desks,
      log: .init(key: node.store.logKey, number: number),
      nextLog: .init(
        key: try NodeStore.signingKey(keyring, named: "log/\(number + 1)").publicKey,
        number: number + 1
      ),
      witness: .init(
        key: try NodeStore.signingKey(keyring, named: "witness/\(number)").publicKey,
        number: number
      ),
      expiresMs: min(expiresMs, boundMs ?? expiresMs),
      pastLogs: try await pastLogs(node),
      protocols: [Card.currentProtocol]
    )
  }

  /// The epochs that a card shows: those that anybody may still be sealing to, and those that follow.
  private static func shown(
    _ rows: [Keyring.DeskKeyRow],
    nowMs: UInt64
  ) -> ArraySlice<Keyring.DeskKeyRow> {
    rows.filter { UInt64($0.notAfterMs) + TrustLimits.graceMs > nowMs }
      .suffix(Desk.keyCounts.upperBound)
  }
}

internal import CanonicalBytes
internal import Exchange
internal import HTTPLine
internal import LocalContract
package import Logging
package import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Opens a node, and the next log first where the fork guard is lost (K1, attack A7).
package enum LogRecovery {
  /// How long members are waited for that do not answer, once one has.
  static let patience: Duration = .seconds(20)
  /// The pause between two rounds of asking.
  static let pause: Duration = .milliseconds(500)

  /// Opens a node.
  ///
  /// Without a guard the next log is opened by itself: nothing else is possible. With a guard that
  /// contradicts the state a person has to say that the state is a restored copy.
  ///
  /// - Parameters:
  ///   - folder: The state.
  ///   - settings: The node's settings.
  ///   - isRestored: Whether a person has said so.
  ///   - logger: Told what happens.
  /// - Returns: The node, its log possibly the next one.
  /// - Throws: ``NodeError``.
  package static func open(
    folder: StateFolder,
    settings: NodeSettings,
    isRestored: Bool,
    logger: Logger
  ) async throws(NodeError) -> Node {
    do throws(NodeError) {
      return try await Node(folder: folder, settings: settings)
    } catch {
      guard error.code == .logGuard, isRestored || error.detail == NodeError.guardMissing else {
        throw error
      }
    }
    try await openNextLog(folder: folder, logger: logger)
    return try await Node(folder: folder, settings: settings)
  }

  private static func openNextLog(
    folder: StateFolder,
    logger: Logger
  ) async throws(NodeError) {
    try await NodeError.wrapping {
      let store = try RecoveryStore(opening: folder)
      guard let me = AgencyID(store.identity.agency) else {
        throw NodeError(.storageUnreadable, detail: "agency")
      }
      let view = try await TrustBook.load(
        realm: store.identity.realm,
        nowMs: NodeClock.system.nowMs()
      ) { try await store.read($0) }
      let number = try await store.read { try $0.meta("tls/current") }.flatMap { UInt64($0) } ?? 0
      // Without a certificate of its own it has never spoken to anybody.
      let identity = try TLSKeeper.current(store.keyring, number: number)
      logger.notice(
        "the fork guard is lost: asking the members where this log ended",
        metadata: ["log": "\(store.identity.log)"]
      )
      var answers: [Answer] = []
      if let identity { answers = try await ask(view.directory, me: me, store, identity) }
      let ending = try ending(answers, store, view.directory)
      let heard = answers.reduce(into: [:]) { $0[$1.peer] = $1.answer.seq }
      let next = try store.openNextLog(
        ending,
        heard: heard,
        atMs: NodeClock.system.nowMs()
      )
      logger.notice(
        "the next log is open",
        metadata: [
          "log": "\(next)", "closed-size": "\(ending.size)", "members": "\(answers.count)",
        ]
      )
    }
  }

  private struct Answer: Sendable {
    let peer: String
    let answer: HeldAnswer
  }

  /// Asks every member that can be dialled what it holds of this log, until all have answered, or one
  /// has and the others have had their time.
  private static func ask(
    _ directory: PeerDirectory,
    me: AgencyID,
    _ store: RecoveryStore,
    _ identity: TLSIdentity
  ) async throws -> [Answer] {
    let links = directory.register.agencies.compactMap { agency -> (AgencyID, Link)? in
      guard agency.id != me, agency.status != .retired,
        let link = directory.link(of: agency.id)?.link, !link.endpoints.isEmpty
      else { return nil }
      return (agency.id, link)
    }
    var answers: [String: Answer] = [:]
    let start = ContinuousClock.now
    while answers.count < links.count {
      try Task.checkCancellation()
      let missing = links.filter { answers[$0.0.text] == nil }
      let round = await withTaskGroup(of: Answer?.self) { group in
        for (peer, link) in missing {
          group.addTask { await ask(peer, link, origin: store.identity.log, identity) }
        }
        var all: [Answer] = []
        for await answer in group { if let answer { all.append(answer) } }
        return all
      }
      for answer in round { answers[answer.peer] = answer }
      if answers.count == links.count { break }
      if !answers.isEmpty, start.duration(to: .now) > patience { break }
      try await Task.sleep(for: pause)
    }
    return Array(answers.values)
  }

  private static func ask(
    _ peer: AgencyID,
    _ link: Link,
    origin: String,
    _ identity: TLSIdentity
  ) async -> Answer? {
    let connection = PeerConnection(
      endpoints: link.endpoints.map { PeerEndpoint(host: $0.host, port: $0.port) },
      pins: link.tls,
      identity: { identity }
    )
    let body = ExchangeParts(notes: [WitnessNote.ask(origin)]).encoded
    let answer = try? await connection.post(
      "/v1/exchange",
      body: body,
      contentType: "application/protobuf",
      timeout: .seconds(10)
    )
    await connection.close()
    guard let answer, answer.status == 200,
      let parts = try? ExchangeParts(decoding: answer.body, role: .answer)
    else { return nil }
    for text in parts.notes {
      if case .held(let held)? = WitnessNote(text) {
        return Answer(peer: peer.text, answer: held)
      }
    }
    return nil
  }

  /// The highest checkpoint that anybody holds and that this node's key has signed.
  private static func ending(
    _ answers: [Answer],
    _ store: RecoveryStore,
    _ directory: PeerDirectory
  ) throws -> RecoveryStore.Ending {
    let key = try NodeStore.signingKey(
      store.keyring,
      named: "log/\(store.identity.number)"
    ).publicKey
    var best = store.guarded.flatMap { $0.note.isEmpty ? nil : $0 }
    for answer in answers {
      guard
        let shown = try? Checkpoint.verify(
          note: answer.answer.note,
          origin: store.identity.log,
          key: key
        ), shown.size > best?.size ?? 0
      else { continue }
      best = .init(size: shown.size, root: shown.root, note: answer.answer.note)
    }
    // Nobody has ever seen this log, or nobody can be asked: its own leaves are all there is.
    return try best ?? store.local()
  }
}

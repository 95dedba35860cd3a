internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
package import Logging
internal import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import ServiceLifecycle
internal import Synchronization
internal import TransparencyLog
internal import Trust

/// Calls the peers that can be called: sends what waits for them, and, where this node has no
/// endpoint of its own, holds a line for what waits there.
package struct PeerDialer: Service {
  private let node: Node
  private let lanes: LaneBook
  private let logger: Logger

  package init(node: Node, lanes: LaneBook, logger: Logger) {
    self.node = node
    self.lanes = lanes
    self.logger = logger
  }

  /// Starts a caller for each peer that can be dialled, and for those that appear later.
  package func run() async throws {
    let (node, lanes, logger) = (node, lanes, logger)
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        var running: Set<AgencyID> = []
        while !Task.isCancelled {
          let directory = node.trust.view.directory
          for agency in directory.register.agencies where agency.id != node.trust.me {
            guard !running.contains(agency.id), !lanes.isDialIn(agency.id) else { continue }
            running.insert(agency.id)
            let peer = agency.id
            group.addTask { await PeerCaller(node, lanes, peer, logger).run() }
          }
          // Woken when notes change the picture; otherwise looks again now and then.
          await node.lanes.wait(PeerDialer.rosterLane, atMost: .seconds(5))
        }
        group.cancelAll()
      }
    }
  }

  /// The board's name for "the list of peers has changed".
  static let rosterLane = "*roster*"

  /// The board's name for "something was heard from this peer".
  static func heardLane(_ peer: AgencyID) -> String { "heard:\(peer.text)" }

  /// The board's name for "a pin, the register or a suspension took this peer's right".
  static func rightsLane(_ peer: AgencyID) -> String { "rights:\(peer.text)" }
}

/// The calls to one peer.
private final class PeerCaller: Sendable {
  private let node: Node
  private let lanes: LaneBook
  private let peer: AgencyID
  private let logger: Logger
  private let provedAgain = Mutex(false)
  private let reachable = Mutex(true)
  private let shown = Mutex<[UInt8]>([])
  private let lastHeard = Mutex<UInt64>(0)

  init(_ node: Node, _ lanes: LaneBook, _ peer: AgencyID, _ logger: Logger) {
    self.node = node
    self.lanes = lanes
    self.peer = peer
    self.logger = logger
  }

  /// Longest pause between tries, and the first, in milliseconds.
  ///
  /// Well below five minutes: so long a peer may take to notice that the line is back.
  static let longestPauseMs: UInt64 = 120_000
  static let firstPauseMs: UInt64 = 200

  func run() async {
    guard let link = node.trust.view.directory.link(of: peer) else { return }
    let tls = node.tls
    let connection = PeerConnection(
      endpoints: link.link.endpoints.map { PeerEndpoint(host: $0.host, port: $0.port) },
      pins: link.link.tls,
      identity: { tls.current }
    )
    await withDiscardingTaskGroup { group in
      group.addTask { await self.push(connection) }
      group.addTask { await self.listen(connection) }
      group.addTask { await self.endWithRights(connection) }
    }
    await connection.close()
  }

  /// Sends what waits, as it comes.
  private func push(_ connection: PeerConnection) async {
    var pause = Self.firstPauseMs
    var isFirst = true
    while !Task.isCancelled {
      if !isFirst { await node.lanes.wait(peer.text, atMost: .seconds(30)) }
      isFirst = false
      do {
        while !Task.isCancelled, try await cycle(connection) {}
        try await greetQuietPeer(connection)
        pause = Self.firstPauseMs
      } catch {
        await lanes.lane(peer).fail()
        report(error)
        // Grows while nobody answers; anything heard from the peer wakes the lane before that.
        await node.lanes.wait(PeerDialer.heardLane(peer), atMost: .milliseconds(Int64(pause)))
        pause = min(pause * 2, Self.longestPauseMs)
        node.lanes.wake(peer.text)
      }
    }
  }

  /// Ends what is open to a peer that has lost its right, a held call too (TLS-010); a later call, for a
  /// withdrawal, is made anew.
  private func endWithRights(_ connection: PeerConnection) async {
    while !Task.isCancelled {
      await node.lanes.wait(PeerDialer.rightsLane(peer), atMost: .seconds(3_600))
      let isActive = node.trust.view.directory.isActive(peer, atMs: node.trustedMs)
      if !isActive { await connection.close() }
      try? await follow(connection)
    }
  }

  /// A call without content to a peer that was not heard for a heartbeat: whose clocks stand still
  /// must not hang on whether there was anything to say (REF-013).
  private func greetQuietPeer(_ connection: PeerConnection) async throws {
    guard let policy = node.trust.view.policy else { return }
    let last = lastHeard.withLock { $0 }
    guard node.clock.nowMs() >= last + policy.witnessing.heartbeat.nominalMs else { return }
    let answer = try await call(
      connection,
      ExchangeParts(notes: notes(node.news), held: held()),
      held: false
    )
    await lanes.lane(peer).note(peerHolds: answer.held)
  }

  /// One delivery and its receipt.
  ///
  /// - Returns: whether there may be more.
  private func cycle(_ connection: PeerConnection) async throws -> Bool {
    let lane = await lanes.lane(peer)
    let news = node.news
    let delivery = try await lane.next()
    let texts = notes(news) + (try await GossipDesk(node: node).texts(for: peer))
    guard delivery != nil || !texts.isEmpty else { return false }
    // While the peer works on this one, the next is made ready.
    async let prepared: Void = lane.prepare()
    let answer = try await call(
      connection,
      ExchangeParts(delivery: delivery, notes: texts, held: held()),
      held: false
    )
    try await prepared
    await lane.note(peerHolds: answer.held)
    if let code = answer.knownCode {
      await lane.fail()
      // The peer said what it holds: one more try proves from there. A second refusal is no lost
      // answer but another view of this log, which a pause and a person must look at.
      if code == .inconsistent, !provedAgain.withLock({ $0 }) {
        provedAgain.withLock { $0 = true }
        return true
      }
      throw NodeError(.conflict, detail: code.rawValue)
    }
    provedAgain.withLock { $0 = false }
    node.told.told(peer, news?.mark)
    guard let delivery else {
      node.lanes.wake(PeerDialer.heardLane(peer))
      return true
    }
    try await lane.answered(answer.receipt, refused: answer.refused, note: delivery.checkpoint)
    return true
  }

  /// Holds a line to a peer, when this node cannot be dialled itself: what comes is receipted in the
  /// next call.
  private func listen(_ connection: PeerConnection) async {
    var owed: DeliveryDesk.Answer?
    var pause = Self.firstPauseMs
    while !Task.isCancelled {
      guard node.settings.listenHost == nil else {
        try? await node.clock.pause(.seconds(60))
        continue
      }
      do {
        let news = node.news
        let request = ExchangeParts(
          receipt: owed?.receipt,
          notes: notes(news) + (try await GossipDesk(node: node).texts(for: peer)),
          waitSeconds: owed == nil ? node.settings.holdSeconds : 0,
          refused: owed?.refused ?? [],
          held: held()
        )
        let wasOwed = owed != nil
        let answer = try await call(connection, request, held: true)
        if wasOwed { owed = nil }
        node.told.told(peer, news?.mark)
        await lanes.lane(peer).note(peerHolds: answer.held)
        if let code = answer.knownCode { throw NodeError(.conflict, detail: code.rawValue) }
        if let delivery = answer.delivery {
          let judged = try await DeliveryDesk(node: node).receive(
            delivery,
            from: peer,
            peerHolds: answer.held
          )
          if judged.code == nil { owed = judged }
        }
        pause = Self.firstPauseMs
        node.lanes.wake(PeerDialer.heardLane(peer))
      } catch {
        report(error)
        try? await node.clock.pause(.milliseconds(Int64(pause)))
        pause = min(pause * 2, 10_000)
      }
    }
  }

  private func call(
    _ connection: PeerConnection,
    _ parts: ExchangeParts,
    held: Bool
  ) async throws -> ExchangeParts {
    var answer = try await post(connection, parts, held: held)
    if answer.status == 403, Self.isUnpinned(answer) {
      // It does not know this node's certificate: say who is calling, and try again at once.
      node.told.forget(peer)
      try await greet()
      await connection.close()
      answer = try await post(connection, parts, held: held)
    }
    let decoded: ExchangeParts
    do throws(ExchangeCode) {
      decoded = try ExchangeParts(decoding: answer.body, role: .answer)
    } catch {
      throw NodeError(.conflict, detail: error.rawValue)
    }
    if !decoded.notes.isEmpty {
      _ = try await node.trust.apply(
        notes: decoded.notes,
        store: node.store,
        nowMs: node.clock.nowMs()
      )
      try await WitnessDesk(node: node).take(decoded.notes, from: peer)
    }
    reachable.withLock { $0 = true }
    node.heard.note(peer, atMs: node.clock.nowMs())
    lastHeard.withLock { $0 = node.clock.nowMs() }
    return decoded
  }

  private static func isUnpinned(_ answer: PeerAnswer) -> Bool {
    (try? ExchangeParts(decoding: answer.body, role: .answer))?.knownCode == .unpinned
  }

  /// One request under the newest link of the peer and the newest certificate of this node.
  private func post(
    _ connection: PeerConnection,
    _ parts: ExchangeParts,
    held: Bool
  ) async throws -> PeerAnswer {
    try await follow(connection)
    do {
      return try await send(connection, parts, held: held)
    } catch HTTPLineFailure.peerRefused {
      // Somebody else's certificate, or the peer's next one, learnt of too late: only the peer's own
      // notes can tell, and they come by hello.
      try await greet()
      try await follow(connection)
      return try await send(connection, parts, held: held)
    }
  }

  private func send(
    _ connection: PeerConnection,
    _ parts: ExchangeParts,
    held: Bool
  ) async throws(HTTPLineFailure) -> PeerAnswer {
    try await connection.post(
      "/v1/exchange",
      body: parts.encoded,
      contentType: "application/protobuf",
      timeout: held ? .seconds(Int64(node.settings.holdSeconds) + 20) : .seconds(30),
      held: held,
      isPadded: true
    )
  }

  /// Lets the lines follow the peer's link, and ends those that were opened under an older certificate
  /// of this node.
  private func follow(_ connection: PeerConnection) async throws {
    if let link = node.trust.view.directory.link(of: peer)?.link {
      await connection.replace(
        endpoints: link.endpoints.map { PeerEndpoint(host: $0.host, port: $0.port) },
        pins: link.tls
      )
    }
    let current = node.tls.current.certificateDER
    let isOther = shown.withLock { shown in
      defer { shown = current }
      return !shown.isEmpty && shown != current
    }
    if isOther { await connection.close() }
  }

  /// Says hello on a line of its own, to whoever answers at one of the peer's places under a
  /// certificate that names the peer: nothing is said but notes, and nothing is believed but signatures.
  private func greet() async throws {
    guard let link = node.trust.view.directory.link(of: peer)?.link else { return }
    let expected = CertificateName(realm: node.store.identity.realm, agency: peer)
    let document = try HelloDocument.request(from: node.trust.view.directory, as: node.trust.me)
    for endpoint in link.endpoints {
      do {
        let line = try await HTTPLine.connect(
          to: .tls(
            host: endpoint.host,
            port: endpoint.port,
            identity: node.tls.current,
            verifyPeer: { (try? NodeCertificate.name(ofDER: $0)) == expected }
          )
        )
        defer { line.close() }
        let answer = try await line.send(
          HTTPLineRequest(method: "POST", path: "/v1/hello", body: document.bytes),
          timeout: .seconds(20)
        )
        guard answer.status == 200 else { continue }
        let notes = try HelloDocument(parsing: answer.body).notes.map(\.encoded)
        _ = try await node.trust.apply(
          notes: notes,
          store: node.store,
          nowMs: node.clock.nowMs()
        )
        return
      } catch is HTTPLineFailure {
        continue
      }
    }
    throw NodeError(.conflict, detail: "hello")
  }

  /// This node's news, as long as the peer has not had them.
  private func notes(_ news: Node.News?) -> [String] { node.untold(news, to: peer) }

  private func held() -> UInt64 { node.held(of: peer) }

  /// Says once that a peer cannot be reached, and nothing of what was to be sent.
  private func report(_ error: any Error) {
    node.metrics.add(.exchangesFailed)
    let first = reachable.withLock { state in
      defer { state = false }
      return state
    }
    guard first else { return }
    let code = (error as? NodeError)?.detail ?? (error as? HTTPLineFailure).map { "\($0)" }
    logger.warning(
      "peer not reached",
      metadata: ["peer": "\(peer.text)", "code": "\(code ?? "failed")"]
    )
  }
}

extension Node {
  /// The size held of the log that a peer writes now.
  func held(of peer: AgencyID) -> UInt64 {
    guard let authority = trust.view.directory.currentLog(of: peer) else { return 0 }
    return store.witness.size(of: authority.log.text, key: authority.key.bytes)
  }

  /// What every peer is to have.
  struct News {
    /// The suspensions that hold or will, and this node's card and link.
    let notes: [SignedNote]
    /// Equal for equal news.
    let mark: Digest32
  }

  /// What every peer is to have now (LNK-007, REG-025); `nil` while this node has no link.
  var news: News? {
    let directory = trust.view.directory
    guard let link = directory.link(of: trust.me) else { return nil }
    let suspensions = directory.suspensionNotes(atMs: trustedMs).suffix(
      ParcelWriter.suspensionLimit
    )
    var mark = Hash256()
    mark.update(link.sha256)
    for note in suspensions { mark.update(note.textHash) }
    let own = [directory.card(of: trust.me)?.note, link.note].compactMap(\.self)
    return News(notes: suspensions + own, mark: mark.finish())
  }

  /// News, as long as a peer has not had them.
  func untold(_ news: News?, to peer: AgencyID) -> [String] {
    guard let news, told.mark(of: peer) != news.mark else { return [] }
    return news.notes.map(\.encoded)
  }
}

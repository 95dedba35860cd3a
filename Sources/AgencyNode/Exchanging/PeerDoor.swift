internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
package import PeerLink
internal import ReferralModel
internal import Sealing
internal import ServiceLifecycle
internal import TransparencyLog
internal import Trust

/// What peers reach over TLS: one call for exchanges, one for first contact, two for parcels that wait
/// here for others, the log's public paths.
package struct PeerDoor: PeerRequestHandling {
  let node: Node
  let lanes: LaneBook
  private let hellos = HelloRate()
  private let strangers = StrangerRate()
  private let tally = ViaTally()

  package init(node: Node, lanes: LaneBook) {
    self.node = node
    self.lanes = lanes
  }

  /// An unpinned certificate may say hello, in 256 KiB, and nothing more (B16).
  package func bodyLimitBytes(
    method: String,
    path: String,
    peerCertificateDER: [UInt8]
  ) async -> Int {
    let limits = ["/v1/exchange": ExchangeLimits.bodyBytes, "/v1/parcels": ParcelSeal.limitBytes]
    guard let limit = limits[path], owner(peerCertificateDER) != nil else {
      return HelloDocument.limitBytes
    }
    // Who keeps nothing for others reads nothing for them.
    return path == "/v1/parcels" && node.via == nil ? HelloDocument.limitBytes : limit
  }

  /// Answers one request.
  package func respond(to request: PeerRequest) async -> PeerResponse {
    switch (request.method, request.path) {
    case ("POST", "/v1/exchange"): return await exchange(request)
    case ("POST", "/v1/hello"): return await hello(request)
    case ("POST", "/v1/parcels"):
      return await via.put(request.body, from: owner(request.peerCertificateDER))
    case ("POST", "/v1/parcels/next"):
      return await via.next(request.body, for: owner(request.peerCertificateDER))
    case ("GET", let path):
      guard
        owner(request.peerCertificateDER) != nil
          || strangers.admit(nowMs: node.clock.nowMs())
      else { return PeerResponse(status: 429) }
      return await PublicPaths(node: node).answer(path) ?? PeerResponse(status: 404)
    default: return PeerResponse(status: 404)
    }
  }

  private var via: ViaDoor { ViaDoor(node: node, tally: tally) }

  private func owner(_ der: [UInt8]) -> AgencyID? {
    try? node.trust.view.directory.agency(forCertificateDER: der, atMs: node.trustedMs)
  }

  private func refuse(_ code: ExchangeCode, held: UInt64 = 0) -> PeerResponse {
    node.metrics.add(.exchangesRefused)
    return PeerResponse(
      status: code.httpStatus,
      contentType: "application/protobuf",
      body: ExchangeParts(code: code, held: held).encoded,
      isPadded: true
    )
  }

  private func exchange(_ request: PeerRequest) async -> PeerResponse {
    guard let peer = owner(request.peerCertificateDER) else { return refuse(.unpinned) }
    let parts: ExchangeParts
    do throws(ExchangeCode) {
      parts = try ExchangeParts(decoding: request.body, role: .request)
    } catch {
      return refuse(error)
    }
    do throws(NodeError) {
      return try await answer(parts, peer: peer)
    } catch {
      node.metrics.add(.exchangesFailed)
      return refuse(error.code == .storageFull ? .storageFull : .busy)
    }
  }

  private func answer(
    _ parts: ExchangeParts,
    peer: AgencyID
  ) async throws(NodeError) -> PeerResponse {
    if !parts.notes.isEmpty {
      _ = try await node.trust.apply(
        notes: parts.notes,
        store: node.store,
        nowMs: node.clock.nowMs()
      )
      try await WitnessDesk(node: node).take(parts.notes, from: peer)
    }
    let standing = node.trust.view.directory.standing(of: peer, atMs: node.trustedMs)
    guard standing != .unknown else { return refuse(.member) }
    // Heard from: whoever waits to try it again need not wait longer.
    node.lanes.wake(PeerDialer.heardLane(peer))
    node.heard.note(peer, atMs: node.clock.nowMs())
    let lane = await lanes.lane(peer)
    await lane.note(peerHolds: parts.held)
    try await lane.settle(parts.receipt, refused: parts.refused)
    node.told.calledAgain(peer)
    var answer = ExchangeParts(held: node.held(of: peer))
    if let delivery = parts.delivery {
      let judged = try await DeliveryDesk(node: node).receive(
        delivery,
        from: peer,
        peerHolds: parts.held
      )
      if let code = judged.code { return refuse(code, held: judged.held) }
      answer.receipt = judged.receipt
      answer.refused = judged.refused
      answer.held = judged.held
    }
    // Only a peer that cannot be dialled gets its messages in the answer; the others are called.
    if lanes.isDialIn(peer) {
      answer.delivery = try await lane.next(inAnswer: true)
      if answer.delivery == nil, answer.receipt == nil, parts.waitSeconds > 0 {
        let limit = min(parts.waitSeconds, ExchangeLimits.waitSeconds)
        // A node that is asked to stop lets go of the lines that it holds.
        await cancelWhenGracefulShutdown { [node] in
          await node.lanes.wait(peer.text, atMost: .seconds(Int64(limit)))
        }
        answer.delivery = try await lane.next(inAnswer: true)
      }
      // Who cannot be called learns of a new link, and of a suspension, here.
      let news = node.news
      answer.notes = node.untold(news, to: peer)
      if let news, !answer.notes.isEmpty { node.told.offer(peer, news.mark) }
    }
    answer.notes += try await GossipDesk(node: node).texts(for: peer)
    node.metrics.add(.exchangesServed)
    return PeerResponse(
      status: 200,
      contentType: "application/protobuf",
      body: answer.encoded,
      isPadded: true
    )
  }

  private func hello(_ request: PeerRequest) async -> PeerResponse {
    guard hellos.admit(from: request.address, nowMs: node.clock.nowMs()) else {
      return refuse(.busy)
    }
    let document: HelloDocument
    do throws(TrustFailure) {
      document = try HelloDocument(parsing: request.body)
    } catch {
      return refuse(error == .tooLarge ? .tooLarge : .malformed)
    }
    do {
      _ = try await node.trust.apply(
        notes: document.notes.map(\.encoded),
        store: node.store,
        nowMs: node.clock.nowMs()
      )
      let answer = try HelloDocument.answer(
        to: document,
        from: node.trust.view.directory,
        as: node.trust.me
      )
      return PeerResponse(
        status: 200,
        contentType: "application/protobuf",
        body: answer.bytes
      )
    } catch {
      return refuse(.busy)
    }
  }
}

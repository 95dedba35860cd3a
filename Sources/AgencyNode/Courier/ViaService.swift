internal import CanonicalBytes
internal import Exchange
internal import HTTPLine
internal import LocalContract
package import Logging
internal import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import ServiceLifecycle
internal import Trust

/// Parcels through a `via`, unattended: fetched where this node's link says they lie, put where a
/// peer's does when neither can be called.
///
/// Source: `Protocol/spec/10-parcels.md`, PCL-028 and PCL-029.
package struct ViaService: Service {
  private let node: Node
  private let logger: Logger

  package init(node: Node, logger: Logger) {
    self.node = node
    self.logger = logger
  }

  package func run() async throws {
    let (node, logger) = (node, logger)
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await ViaDepositor(node: node, logger: logger).run() }
        var fetching: Set<AgencyID> = []
        while !Task.isCancelled {
          for via in ViaLines.own(node) where !fetching.contains(via) {
            fetching.insert(via)
            group.addTask { await ViaFetcher(node: node, via: via, logger: logger).run() }
          }
          try? await node.clock.pause(.seconds(5))
        }
        group.cancelAll()
      }
    }
  }
}

/// Lines to keepers of parcels, and who they are.
enum ViaLines {
  /// The keepers that this node's own link names and that can be called.
  static func own(_ node: Node) -> [AgencyID] {
    let directory = node.trust.view.directory
    return usable(directory.link(of: node.trust.me)?.link.via ?? [], node)
  }

  /// Those of a list that have the role and can be called.
  static func usable(_ agencies: [AgencyID], _ node: Node) -> [AgencyID] {
    let directory = node.trust.view.directory
    return agencies.filter { agency in
      agency != node.trust.me && hasRole(agency, node)
        && directory.link(of: agency)?.link.endpoints.isEmpty == false
    }
  }

  /// Whether the newest register gives a member the role of a keeper (PCL-011).
  static func hasRole(_ agency: AgencyID, _ node: Node) -> Bool {
    guard let role = Code("via") else { return false }
    return node.trust.view.directory.agency(agency)?.roles.contains(role) ?? false
  }

  /// A connection of its own to a keeper: a held fetch must not wait behind an exchange.
  static func connection(_ node: Node) -> PeerConnection {
    let tls = node.tls
    return PeerConnection(
      endpoints: [],
      pins: [],
      identity: { tls.current },
      limits: HTTPLineLimits(responseBodyBytes: ParcelSeal.limitBytes)
    )
  }

  /// Lets a connection follow the keeper's newest link.
  static func follow(_ connection: PeerConnection, to via: AgencyID, _ node: Node) async {
    guard let link = node.trust.view.directory.link(of: via)?.link else { return }
    await connection.replace(
      endpoints: link.endpoints.map { PeerEndpoint(host: $0.host, port: $0.port) },
      pins: link.tls
    )
  }
}

/// Fetches what lies at one keeper.
private struct ViaFetcher: Sendable {
  let node: Node
  let via: AgencyID
  let logger: Logger

  private static let firstPauseMs: Int64 = 500
  private static let longestPauseMs: Int64 = 120_000
  /// A node that cannot store what comes waits so long before it asks again, in ms.
  private static let storePauseMs: Int64 = 30_000

  func run() async {
    let connection = ViaLines.connection(node)
    var taken: Digest32?
    var pause = Self.firstPauseMs
    while !Task.isCancelled {
      guard ViaLines.own(node).contains(via) else {
        try? await node.clock.pause(.seconds(60))
        continue
      }
      do throws(HTTPLineFailure) {
        await ViaLines.follow(connection, to: via, node)
        let answer = try await connection.post(
          "/v1/parcels/next",
          body: taken?.bytes ?? [],
          timeout: .seconds(Int64(ViaDoor.holdSeconds) + 20),
          held: true
        )
        guard answer.status == 200 else {
          throw .closed
        }
        (taken, pause) = (nil, Self.firstPauseMs)
        guard !answer.body.isEmpty else { continue }
        taken = await take(answer.body)
        if taken == nil { try? await node.clock.pause(.milliseconds(Self.storePauseMs)) }
      } catch {
        // Who answers "unpinned" is told by the exchanges with it who calls.
        await connection.close()
        try? await node.clock.pause(.milliseconds(pause))
        pause = min(pause * 2, Self.longestPauseMs)
      }
    }
    await connection.close()
  }

  /// Takes a parcel in.
  ///
  /// - Returns: What to tell the keeper that it may forget; `nil` where this node could not store it.
  private func take(_ parcel: [UInt8]) async -> Digest32? {
    do throws(NodeError) {
      _ = try await ParcelReader(node: node).take(parcel)
    } catch {
      switch error.code {
      case .busy, .storageFull, .storageUnreadable, .shuttingDown, .internal, .logGuard: return nil
      // Refused whole: it would be refused again.
      default: logger.warning("parcel not taken", metadata: ["code": "\(error.code.rawValue)"])
      }
    }
    return Hash256.of(parcel)
  }
}

/// Puts parcels for peers that have no endpoint where their links say.
private struct ViaDepositor: Sendable {
  /// What has been done for one peer since the start.
  private struct Standing {
    var putAtMs: UInt64?
    var failed = false
    var pauseMs: UInt64 = 2_000
    var notBeforeMs: UInt64 = 0
  }

  let node: Node
  let logger: Logger

  /// What has no receipt is put again after so long, in ms: its parcel may have lapsed.
  private static let againMs: UInt64 = 24 * 3_600_000
  /// A peer that calls by itself has been heard within so long, in ms.
  private static let quietMs: UInt64 = 3_600_000
  private static let longestPauseMs: UInt64 = 900_000

  func run() async {
    var standings: [AgencyID: Standing] = [:]
    var lines: [AgencyID: PeerConnection] = [:]
    while !Task.isCancelled {
      let candidates = await candidates()
      for (peer, load) in candidates {
        let nowMs = node.clock.nowMs()
        var standing = standings[peer] ?? Standing()
        // Nothing is known of the time before the start: then it is put once again.
        let isDue =
          load.fresh + load.answers > 0 || standing.failed || standing.putAtMs == nil
          || nowMs >= (standing.putAtMs ?? 0) + Self.againMs
        guard isDue, nowMs >= standing.notBeforeMs else { continue }
        let isPut = await put(for: peer, again: standing.failed, &lines)
        standing.failed = !isPut
        standing.putAtMs = isPut ? nowMs : standing.putAtMs
        standing.pauseMs = isPut ? 2_000 : min(standing.pauseMs * 2, Self.longestPauseMs)
        standing.notBeforeMs = isPut ? 0 : nowMs + standing.pauseMs
        standings[peer] = standing
      }
      try? await node.clock.pause(.seconds(1))
    }
    for line in lines.values { await line.close() }
  }

  /// The peers with no endpoint and a keeper that can be called, for whom something waits.
  private func candidates() async -> [(AgencyID, NodeReader.ParcelLoad)] {
    let directory = node.trust.view.directory
    let nowMs = node.clock.nowMs()
    let reachesMe = directory.link(of: node.trust.me)?.link.endpoints.isEmpty == false
    let peers = directory.register.agencies.map(\.id).filter { peer in
      guard peer != node.trust.me, let link = directory.link(of: peer)?.link,
        link.endpoints.isEmpty, !link.via.contains(node.trust.me),
        !ViaLines.usable(link.via, node).isEmpty
      else { return false }
      return true
    }
    guard !peers.isEmpty,
      let found = try? await node.store.read({ reader in
        (loads: try reader.parcelLoads(atMs: nowMs), peers: try reader.peers())
      })
    else { return [] }
    return peers.compactMap { peer in
      guard let load = found.loads.first(where: { $0.agency == peer.text }) else { return nil }
      let heardMs = found.peers.first { $0.agency == peer.text }?.heardAtMs ?? 0
      // It calls this node by itself: that is the shorter way.
      guard !reachesMe || nowMs >= heardMs + Self.quietMs else { return nil }
      return (peer, load)
    }
  }

  /// Puts everything that waits for a peer at the first of its keepers that takes it.
  private func put(
    for peer: AgencyID,
    again: Bool,
    _ lines: inout [AgencyID: PeerConnection]
  ) async -> Bool {
    guard let link = node.trust.view.directory.link(of: peer)?.link else { return false }
    var after: Int64 = 0
    var written: ParcelWriter.Written?
    repeat {
      do throws(NodeError) {
        written = try await ParcelWriter(node: node).write(
          to: peer,
          after: after,
          actor: nil,
          evenEmpty: again && after == 0
        )
      } catch {
        logger.warning("parcel not written", metadata: ["code": "\(error.code.rawValue)"])
        return false
      }
      guard let parcel = written else { break }
      guard await put(parcel.parcel, at: ViaLines.usable(link.via, node), &lines) else {
        return false
      }
      after = parcel.lastRow
    } while written?.hasMore == true && !Task.isCancelled
    return true
  }

  private func put(
    _ parcel: [UInt8],
    at keepers: [AgencyID],
    _ lines: inout [AgencyID: PeerConnection]
  ) async -> Bool {
    for via in keepers {
      let line = lines[via] ?? ViaLines.connection(node)
      lines[via] = line
      await ViaLines.follow(line, to: via, node)
      do throws(HTTPLineFailure) {
        let answer = try await line.post("/v1/parcels", body: parcel, timeout: .seconds(60))
        if answer.status == 200 { return true }
        let code = ViaCode(body: answer.body)?.rawValue ?? "\(answer.status)"
        logger.warning("parcel not kept", metadata: ["peer": "\(via.text)", "code": "\(code)"])
      } catch {
        await line.close()
      }
    }
    return false
  }
}

internal import CanonicalBytes
internal import Foundation
internal import LocalContract
package import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import Synchronization
internal import TransparencyLog
internal import Trust

/// One agency's node: its parts, made once and handed to the services.
package final class Node: Sendable {
  /// The durable state.
  package let store: NodeStore
  /// Register, cards, links, policies.
  package let trust: TrustBook
  /// Who is there.
  package let sessions: SessionVault
  /// The counters.
  package let metrics: NodeMetrics
  /// The clock.
  package let clock: NodeClock
  /// Where the moments at which legs leave come from.
  let chance: Chance
  /// How the node was configured.
  package let settings: NodeSettings
  /// The certificates and keys for TLS.
  package let tls: TLSKeeper
  /// What time it is, and whether the machine's clock is believed.
  package let time: ClockKeeper
  /// Whose turn it is to sign this node's own card and link.
  let ownNotes = Turns()
  /// Which peers have had the newest link.
  let told = TellBook()
  /// The witness's signing key.
  let witnessKey: SigningKey
  /// What waits for peers.
  package let lanes: LaneBoard
  /// Parcels kept for others; `nil` where this node is no `via`.
  let via: ViaShelf?
  /// When peers last cosigned, for trusted time.
  var witnessTimes: WitnessTimes { time.witnessTimes }
  /// The newest settled checkpoints.
  let settled = SettledBook()
  /// What each peer has been handed about logs.
  let gossip = GossipBook()
  /// What each peer holds of this node's log.
  let peersHeld = PeersHeld()
  /// Peers that have accepted something of this log, so that they need not be shown what it follows.
  let successionSeen = AgencySet([])
  /// What shows that; made once, so that it is the same text each time.
  let successionText = Mutex<String?>(nil)
  /// Agencies of whose logs two histories are held.
  let forks: AgencySet
  /// Whether the clock may be believed.
  let clockWatch = ClockWatch()
  /// When peers were last heard.
  let heard = HeardBoard()
  /// Callers that wait for receipts.
  let receipts: ReceiptBoard

  /// Opens a node.
  ///
  /// - Throws: ``NodeError``: the state cannot be read, or the fork guard forbids it.
  package init(
    folder: StateFolder,
    settings: NodeSettings,
    clock: NodeClock = .system,
    chance: Chance = .system
  ) async throws(NodeError) {
    self.settings = settings
    self.chance = chance
    metrics = NodeMetrics()
    receipts = ReceiptBoard()
    do {
      let store = try NodeStore(opening: folder)
      self.store = store
      time = try await ClockKeeper(machine: clock, store: store)
      self.clock = time.clock
      sessions = SessionVault(clock: self.clock)
      lanes = LaneBoard(clock: self.clock)
      guard let me = AgencyID(store.identity.agency) else {
        throw NodeError(.storageUnreadable, detail: "agency")
      }
      trust = try await TrustBook(me: me, store: store, nowMs: self.clock.nowMs())
      let known = try await store.read { reader in
        (
          settled: try reader.newestSettledMark(), heard: try reader.newestHeardSettled(),
          evidence: try reader.evidence(kind: "log"), holds: try reader.peersHold()
        )
      }
      peersHeld.load(known.holds)
      forks = AgencySet(
        Set(
          known.evidence.compactMap { evidence in
            (try? Checkpoint.claimed(note: evidence.first)).flatMap {
              Names.parseLog($0.origin)?.agency
            }
          }
        )
      )
      if let mark = known.settled { settled.settle(own: mark) }
      for heard in known.heard {
        guard let agency = Names.parseLog(heard.origin)?.agency, let timeMs = heard.settledMs else {
          continue
        }
        settled.settle(peer: agency, timeMs: timeMs)
      }
      witnessKey = try NodeStore.signingKey(
        store.keyring,
        named: "witness/\(store.identity.number)"
      )
      tls = try await TLSKeeper(store, me: me)
      via = try settings.via.map { try ViaShelf(folder.via, limits: $0.limits) }
    } catch {
      throw NodeError(from: error)
    }
  }

  /// Trusted time T (K7), Unix ms.
  package var trustedMs: UInt64 { time.trusted.timeMs }
}

internal import CanonicalBytes
internal import Foundation
internal import LocalContract
package import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
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
  /// How the node was configured.
  package let settings: NodeSettings
  /// The certificates and keys for TLS.
  package let tls: TLSKeeper
  /// What time it is, and whether the machine's clock is believed.
  package let time: ClockKeeper
  /// Which peers have had the newest link.
  let told = TellBook()
  /// The witness's signing key.
  let witnessKey: SigningKey
  /// What waits for peers.
  package let lanes: LaneBoard
  /// When peers last cosigned, for trusted time.
  var witnessTimes: WitnessTimes { time.witnessTimes }
  /// Callers that wait for receipts.
  let receipts: ReceiptBoard

  /// Opens a node.
  ///
  /// - Throws: ``NodeError``: the state cannot be read, or the fork guard forbids it.
  package init(
    folder: StateFolder,
    settings: NodeSettings,
    clock: NodeClock = .system
  ) async throws(NodeError) {
    self.settings = settings
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
      trust = try await TrustBook(me: me, store: store)
      witnessKey = try NodeStore.signingKey(
        store.keyring,
        named: "witness/\(store.identity.number)"
      )
      tls = try await TLSKeeper(store, me: me)
    } catch {
      throw NodeError(from: error)
    }
  }

  /// Trusted time T (K7), Unix ms.
  package var trustedMs: UInt64 { time.trusted.timeMs }
}

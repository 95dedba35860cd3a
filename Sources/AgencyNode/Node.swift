internal import CanonicalBytes
internal import Foundation
package import HTTPLine
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
  /// The certificate and key for TLS.
  package let tls: TLSIdentity
  /// The witness's signing key.
  let witnessKey: SigningKey
  /// What waits for peers.
  package let lanes: LaneBoard
  /// When peers last cosigned, for trusted time.
  let witnessTimes: WitnessTimes
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
    self.clock = clock
    metrics = NodeMetrics()
    sessions = SessionVault(clock: clock)
    lanes = LaneBoard()
    witnessTimes = WitnessTimes()
    receipts = ReceiptBoard()
    do {
      let store = try NodeStore(opening: folder)
      self.store = store
      guard let me = AgencyID(store.identity.agency) else {
        throw NodeError(.storageUnreadable, detail: "agency")
      }
      trust = try await TrustBook(me: me, store: store)
      witnessKey = try NodeStore.signingKey(
        store.keyring,
        named: "witness/\(store.identity.number)"
      )
      tls = try Node.identity(store, me: me)
    } catch {
      throw NodeError(from: error)
    }
  }

  /// The node's own certificate, minted at its first start.
  private static func identity(_ store: NodeStore, me: AgencyID) throws -> TLSIdentity {
    let keyring = store.keyring
    if let der = try keyring.secret(named: "tls/certificate"),
      let key = try keyring.secret(named: "tls/key")
    {
      return try TLSIdentity(certificateDER: der.copyBytes(), privateKey: key.copyBytes())
    }
    let minted = try NodeCertificate.mint(
      for: CertificateName(realm: store.identity.realm, agency: me)
    )
    try keyring.set("tls/key", to: minted.privateKeyDER)
    try keyring.set("tls/certificate", to: SecretBytes(minted.der))
    return try TLSIdentity(
      certificateDER: minted.der,
      privateKey: minted.privateKeyDER.copyBytes()
    )
  }

  /// Trusted time T (K7), Unix ms.
  package var trustedMs: UInt64 {
    TrustedTime.now(local: clock.nowMs(), witnessTimes: witnessTimes.all, f: 1).timeMs
  }
}

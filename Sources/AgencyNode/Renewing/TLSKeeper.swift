internal import CanonicalBytes
package import HTTPLine
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Synchronization
internal import Trust

/// The node's certificates: the one in use, the next one that peers are told of before it is used, and
/// the old one that they may still know (LNK-003).
///
/// Which one is in use is one value of the store; keys are written before it and removed after it, so
/// a crash at any point leaves a pair that fits together.
package final class TLSKeeper: Sendable {
  private struct Entry: Sendable {
    let number: UInt64
    let identity: TLSIdentity
  }

  private struct State: Sendable {
    var current: Entry
    var next: Entry?
    var old: Entry?
  }

  /// When things happened, Unix ms.
  struct Times: Sendable, Equatable {
    /// The one in use was minted.
    var madeMs: UInt64
    /// The next one was first listed.
    var announcedMs: UInt64?
    /// The one in use took the old one's place.
    var switchedMs: UInt64?
  }

  private let state: Mutex<State>

  /// Loads the certificates; mints the first one.
  init(_ store: NodeStore, me: AgencyID) async throws {
    let keyring = store.keyring
    let kept = try await store.read { reader in
      (
        current: try reader.meta("tls/current"), next: try reader.meta("tls/next"),
        old: try reader.meta("tls/old")
      )
    }
    let number = kept.current.flatMap { UInt64($0) } ?? 0
    let current =
      try Self.load(keyring, number) ?? Self.mint(keyring, number, store.identity.realm, me)
    state = Mutex(
      State(
        current: current,
        next: try kept.next.flatMap { UInt64($0) }.flatMap { try Self.load(keyring, $0) },
        old: try kept.old.flatMap { UInt64($0) }.flatMap { try Self.load(keyring, $0) }
      )
    )
  }

  /// The pair to show to peers now.
  package var current: TLSIdentity { state.withLock { $0.current.identity } }

  /// What the link lists: the one in use first, then the one that follows, then the one before.
  var listed: [[UInt8]] {
    state.withLock { state in
      [state.current, state.next, state.old].compactMap { $0?.identity.certificateDER }
    }
  }

  var hasNext: Bool { state.withLock { $0.next != nil } }
  var hasOld: Bool { state.withLock { $0.old != nil } }

  /// When things happened; a store of before this was kept says that the certificate is new.
  func times(_ store: NodeStore, nowMs: UInt64) async throws -> Times {
    let kept = try await store.read { reader in
      try ["tls/made", "tls/announced", "tls/switched"].map { try reader.meta($0) }
    }
    if kept[0] == nil { try await store.change { try $0.setMeta("tls/made", String(nowMs)) } }
    return Times(
      madeMs: kept[0].flatMap { UInt64($0) } ?? nowMs,
      announcedMs: kept[1].flatMap { UInt64($0) },
      switchedMs: kept[2].flatMap { UInt64($0) }
    )
  }

  /// Mints the next certificate; from now on it is listed, and not yet used.
  func announceNext(_ store: NodeStore, me: AgencyID, nowMs: UInt64) async throws {
    let number = state.withLock { $0.current.number + 1 }
    let next =
      try Self.load(store.keyring, number)
      ?? Self.mint(store.keyring, number, store.identity.realm, me)
    try await store.change { transaction in
      try transaction.setMeta("tls/next", String(number))
      try transaction.setMeta("tls/announced", String(nowMs))
    }
    state.withLock { $0.next = next }
  }

  /// Takes the next certificate into use; the old one stays listed.
  func switchOver(_ store: NodeStore, nowMs: UInt64) async throws {
    let (current, next) = state.withLock { ($0.current, $0.next) }
    guard let next else { return }
    try await store.change { transaction in
      try transaction.setMeta("tls/old", String(current.number))
      try transaction.setMeta("tls/current", String(next.number))
      try transaction.setMeta("tls/made", String(nowMs))
      try transaction.setMeta("tls/switched", String(nowMs))
      try transaction.removeMeta("tls/next")
      try transaction.removeMeta("tls/announced")
    }
    state.withLock { $0 = State(current: next, next: nil, old: current) }
  }

  /// Lists the old certificate no longer and destroys its key.
  func dropOld(_ store: NodeStore) async throws {
    guard let old = state.withLock({ $0.old }) else { return }
    try await store.change { try $0.removeMeta("tls/old") }
    state.withLock { $0.old = nil }
    let names = Self.names(old.number)
    try store.keyring.erase([names.key, names.certificate])
  }

  private static func names(_ number: UInt64) -> (key: String, certificate: String) {
    number == 0
      ? ("tls/key", "tls/certificate") : ("tls/\(number)/key", "tls/\(number)/certificate")
  }

  private static func load(_ keyring: Keyring, _ number: UInt64) throws -> Entry? {
    let names = names(number)
    guard let der = try keyring.secret(named: names.certificate),
      let key = try keyring.secret(named: names.key)
    else { return nil }
    return Entry(
      number: number,
      identity: try TLSIdentity(certificateDER: der.copyBytes(), privateKey: key.copyBytes())
    )
  }

  private static func mint(
    _ keyring: Keyring,
    _ number: UInt64,
    _ realm: Digest32,
    _ me: AgencyID
  ) throws -> Entry {
    let minted = try NodeCertificate.mint(for: CertificateName(realm: realm, agency: me))
    let names = names(number)
    // The certificate last: a pair counts only when both are there.
    try keyring.set(names.key, to: minted.privateKeyDER)
    try keyring.set(names.certificate, to: SecretBytes(minted.der))
    return Entry(
      number: number,
      identity: try TLSIdentity(
        certificateDER: minted.der,
        privateKey: minted.privateKeyDER.copyBytes()
      )
    )
  }
}

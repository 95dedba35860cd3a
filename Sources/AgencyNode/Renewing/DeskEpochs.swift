internal import CanonicalBytes
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Trust

/// The epochs of desk keys: the next ones made with a person's card, the last ones destroyed when
/// nothing needs them any more (PROTOCOL R7, CRD-009).
struct DeskEpochs: Sendable {
  let node: Node

  /// Epochs that a card must show: this one and the two that follow.
  static let ahead = 3
  /// Most epochs made at once; a desk that slept longer starts anew.
  private static let madeLimit = 8
  /// How long a private half outlasts its epoch, in ms: 60 days.
  static let keptMs: UInt64 = 60 * 86_400_000
  /// How often it is looked at, in ms: often enough that a person need not stay for it.
  static let periodMs: UInt64 = 60_000
  /// The store's note of a destruction that has begun: ended after a crash too.
  private static let goingPrefix = "desk-key/going/"
  private static let paperPrefix = "paper/"

  // MARK: Making

  /// Whom a desk's keys are sealed to.
  typealias Holder = (user: String, key: [UInt8])

  /// One key, made and sealed to its holders.
  static func make(
    _ desk: DeskName,
    from: UInt64,
    holders: [Holder],
    node: Node
  ) throws -> Digest32 {
    let key = KeyWrap.PrivateKey.generate()
    let keyID = DeskKey.keyID(agency: node.trust.me, desk: desk, publicKey: key.publicBytes)
    var sealed: [(user: String, sealed: [UInt8])] = []
    for target in holders {
      let box = try unsafe key.withSeed { seed throws(SealingFailure) in
        try unsafe UserKey.seal(seed, to: target.key)
      }
      sealed.append((target.user, box))
    }
    try node.store.keyring.addDeskKey(
      .init(
        keyID: keyID,
        desk: desk.text,
        publicBytes: key.publicBytes,
        fromMs: Int64(clamping: from),
        notAfterMs: Int64(clamping: from + AccessService.epochMs)
      ),
      holders: sealed
    )
    return keyID
  }

  /// Makes the epochs that are missing at every desk, without anybody's passphrase: private halves are
  /// sealed to the holders' public keys.
  func extend(actor: String?, nowMs: UInt64) async throws {
    var made: [Digest32] = []
    for (name, rows) in try byDesk() {
      guard let desk = DeskName(name) else { continue }
      var last = UInt64(rows.map(\.notAfterMs).max() ?? 0)
      // Epochs follow each other without a gap, unless the desk has slept for two years.
      if last + AccessService.epochMs * UInt64(Self.madeLimit) < nowMs { last = nowMs }
      var current = rows.count { UInt64($0.notAfterMs) > nowMs }
      guard current < Self.ahead else { continue }
      let holders = try await holders(of: name)
      guard holders.count >= 2 else {
        throw NodeError(.secondHolderMissing, detail: name)
      }
      while current < Self.ahead {
        made.append(try Self.make(desk, from: last, holders: holders, node: node))
        last += AccessService.epochMs
        if last > nowMs { current += 1 }
      }
    }
    try await created(made, actor: actor, nowMs: nowMs)
  }

  /// Logs keys as made, and lets the node take messages to them.
  func created(_ keys: [Digest32], actor: String?, nowMs: UInt64) async throws {
    guard !keys.isEmpty else { return }
    try await node.store.change { transaction in
      for key in keys {
        try transaction.logDeskKey(
          key,
          outcome: "created",
          staff: .init(actor: actor, atMs: nowMs)
        )
      }
    }
    try node.trust.holdDeskKeys(of: node.store)
  }

  private func byDesk() throws -> [String: [Keyring.DeskKeyRow]] {
    Dictionary(grouping: try node.store.keyring.deskKeys(), by: \.desk)
  }

  private func holders(of desk: String) async throws -> [Holder] {
    var out: [Holder] = []
    for name in try node.store.keyring.holders(ofDesk: desk) {
      if let user = try node.store.keyring.user(name) {
        out.append((name, user.publicBytes))
      } else if let text = try await node.store.read({ try $0.meta(Self.paperPrefix + desk) }),
        let key = Hex.decode(text)
      {
        out.append((name, key))
      }
    }
    return out
  }

  /// Remembers the public half of a desk's paper key: later epochs are sealed to the same paper.
  static func keepPaper(_ desk: String, _ publicKey: [UInt8], store: NodeStore) async throws {
    try await store.change { try $0.setMeta(paperPrefix + desk, Hex.encode(publicKey)) }
  }

  /// Whether a desk has fewer than two epochs before it: a person should sign a card.
  func isFew(nowMs: UInt64) throws -> Bool {
    try byDesk().values.contains { rows in
      rows.count { UInt64($0.fromMs) > nowMs } < Self.ahead - 1
    }
  }

  // MARK: Destroying

  /// Destroys the private halves whose time is over and that nothing needs any more.
  func destroyDue() async throws {
    guard node.time.mayCosign else { return }
    // What cannot be undone waits for a time that something else bears out: a machine that wakes up in
    // 2100 would otherwise destroy every key that is idle (A6).
    let nowMs = node.time.destroyingMs
    for (name, _) in try await node.store.read({ try $0.metas(prefix: Self.goingPrefix) }) {
      guard let key = Digest32(hex: String(name.dropFirst(Self.goingPrefix.count))) else {
        continue
      }
      try await finish(key)
    }
    for key in try node.store.keyring.deskKeys() {
      guard UInt64(key.notAfterMs) + Self.keptMs <= nowMs, try await isIdle(key) else { continue }
      let mark = Self.goingPrefix + key.keyID.hex
      try await node.store.change { try $0.setMeta(mark, "1") }
      try await finish(key.keyID)
    }
  }

  /// Nothing here is sealed to the key and to no later one.
  private func isIdle(_ key: Keyring.DeskKeyRow) async throws -> Bool {
    guard try node.store.keyring.cases(onlyUnder: key).isEmpty else { return false }
    return try await node.store.read { reader in
      try reader.sealed(to: key.keyID, limit: 1).isEmpty
        && reader.resealed(to: key.keyID) == 0
    }
  }

  private func finish(_ key: Digest32) async throws {
    try node.store.keyring.destroyDeskKey(key)
    let (mark, atMs) = (Self.goingPrefix + key.hex, node.clock.nowMs())
    try await node.store.change { transaction in
      try transaction.logDeskKey(key, outcome: "destroyed", staff: .init(atMs: atMs))
      try transaction.removeMeta(mark)
    }
    try node.trust.holdDeskKeys(of: node.store)
  }
}

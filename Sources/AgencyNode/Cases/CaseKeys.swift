internal import CanonicalBytes
internal import LocalContract
internal import NodeStore
internal import Sealing

/// The key of a case: wrapped to its desk, opened only while somebody has unlocked that desk.
enum CaseKeys {
  /// Makes the key of a new case and keeps it wrapped to the desk's present epoch.
  static func make(
    caseName: String,
    desk: String,
    node: Node
  ) throws -> GuardedSecret {
    let now = Int64(clamping: node.clock.nowMs())
    let rows = try node.store.keyring.deskKeys().filter { $0.desk == desk }
    guard let row = rows.last(where: { $0.fromMs <= now }) else {
      throw NodeError(.deskUnknown, detail: desk)
    }
    var bytes = Randomness.bytes(32)
    let short = SecretBytes(bytes)
    let key = GuardedSecret(consuming: &bytes)
    let wrapped = try KeyWrap.PublicKey(row.publicBytes).wrap(short, info: info(caseName))
    try node.store.keyring.addCaseKey(caseName: caseName, keyID: row.keyID, wrapped: wrapped)
    return key
  }

  /// Wraps the key of a case to a later key of its desk.
  static func rewrap(
    caseName: String,
    from held: UnlockedDesk,
    to keyID: Digest32,
    _ key: KeyWrap.PublicKey,
    node: Node
  ) throws {
    let wraps = try node.store.keyring.caseKeys(caseName)
    guard let old = wraps.first(where: { $0.keyID == held.keyID }),
      !wraps.contains(where: { $0.keyID == keyID })
    else { return }
    let secret = try held.key.unwrap(old.wrapped, info: info(caseName), secretBytes: 32)
    let wrapped = try key.wrap(secret, info: info(caseName))
    try node.store.keyring.addCaseKey(caseName: caseName, keyID: keyID, wrapped: wrapped)
  }

  /// Opens the key of a case with a desk that somebody has unlocked.
  ///
  /// - Throws: ``NodeError`` `desk-locked`.
  static func open(
    caseName: String,
    presence: SessionVault.Presence,
    node: Node
  ) throws -> GuardedSecret {
    for entry in try node.store.keyring.caseKeys(caseName) {
      guard let desk = presence.desk(key: entry.keyID) else { continue }
      let secret = try desk.key.unwrap(entry.wrapped, info: info(caseName), secretBytes: 32)
      var bytes = secret.copyBytes()
      return GuardedSecret(consuming: &bytes)
    }
    throw NodeError(.deskLocked)
  }

  /// The name under which a section of a case is sealed.
  static func name(_ caseName: String, _ section: String) -> [UInt8] {
    Array("amonat/v1/case/\(caseName)/\(section)".utf8)
  }

  private static func info(_ caseName: String) -> [UInt8] {
    PAE.encode("amonat/v1/case-key", Array(caseName.utf8))
  }
}

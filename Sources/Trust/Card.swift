public import CanonicalBytes
public import ReferralModel
public import Sealing

/// An agency's statement of its keys and desks, made while a person has its key unlocked.
///
/// Source: PROTOCOL §6, R3.
public struct Card: Sendable {
  /// A numbered Ed25519 key: of a log or of a witness.
  public struct NumberedKey: Sendable, Equatable {
    /// The key.
    public var key: VerifyingKey
    /// Which of the agency's, from 1.
    public var number: UInt32

    /// Names a key.
    public init(key: VerifyingKey, number: UInt32) { (self.key, self.number) = (key, number) }
  }

  /// A log that has ended.
  public struct PastLog: Sendable, Equatable {
    /// Its key.
    public var key: VerifyingKey
    /// Which of the agency's, from 1.
    public var number: UInt32
    /// Its final size, in leaves.
    public var size: UInt64
    /// Its final root.
    public var root: Digest32

    /// Names an ended log.
    public init(key: VerifyingKey, number: UInt32, size: UInt64, root: Digest32) {
      (self.key, self.number, self.size, self.root) = (key, number, size, root)
    }
  }

  /// Most desks of an agency.
  public static let deskLimit = 64
  /// Most logs that have ended.
  public static let pastLogLimit = 64
  /// The protocol that every card names.
  public static let currentProtocol = "amonat/v1"

  /// Whose card.
  public var agency: AgencyID
  /// To whom parcels are sealed.
  public var courierKey: KeyWrap.PublicKey
  /// The desks, ascending by name.
  public var desks: [Desk]
  /// Until when it is current, Unix ms.
  public var expiresMs: UInt64
  /// The log in use.
  public var log: NumberedKey
  /// The log that follows, authorised beforehand.
  public var nextLog: NumberedKey
  /// The logs before, ascending.
  public var pastLogs: [PastLog]
  /// SHA-256 of the previous card's text; `nil` in the first.
  public var previous: Digest32?
  /// What the node speaks, ascending.
  public var protocols: [String]
  /// Of which realm.
  public var realm: Digest32
  /// 1, and one more each time.
  public var serial: UInt64
  /// The witness key in use.
  public var witness: NumberedKey

  /// Describes a card.
  public init(
    agency: AgencyID,
    realm: Digest32,
    serial: UInt64,
    previous: Digest32?,
    courierKey: KeyWrap.PublicKey,
    desks: [Desk],
    log: NumberedKey,
    nextLog: NumberedKey,
    witness: NumberedKey,
    expiresMs: UInt64,
    pastLogs: [PastLog] = [],
    protocols: [String] = [Card.currentProtocol]
  ) {
    (self.agency, self.realm, self.serial, self.previous) = (agency, realm, serial, previous)
    (self.courierKey, self.desks, self.log, self.nextLog) = (courierKey, desks, log, nextLog)
    (self.witness, self.expiresMs, self.pastLogs) = (witness, expiresMs, pastLogs)
    self.protocols = protocols
  }

  /// Reads the text of a note.

  ///

  /// - Throws: ``TrustFailure``.
  public init(text: [UInt8]) throws(TrustFailure) {
    try self.init(object: try NoteFields.object(text, type: .card))
  }

  /// The exact text to sign, checked by reading it back.

  ///

  /// - Throws: ``TrustFailure``.
  public func text() throws(TrustFailure) -> [UInt8] {
    let text = NoteText.of(object)
    _ = try Card(text: text)
    return text
  }

  /// The names that its log, next-log and witness keys have.
  public var logID: LogID? { LogID(agency: agency, number: log.number) }
  /// The name of the log that follows.
  public var nextLogID: LogID? { LogID(agency: agency, number: nextLog.number) }
  /// The name of its witness.
  public var witnessID: WitnessID? { WitnessID(agency: agency, number: witness.number) }

  /// The name of the courier key: `SHA-256(PAE("amonat/v1/courier-key", agency, key))`.
  public var courierKeyID: Digest32 {
    Self.courierKeyID(agency: agency, publicKey: courierKey.bytes)
  }

  /// The name of a courier key.
  public static func courierKeyID(agency: AgencyID, publicKey: [UInt8]) -> Digest32 {
    var pae = PAE("amonat/v1/courier-key", parts: 2, reserving: publicKey.count + 64)
    pae.add(agency.text)
    pae.add(publicKey)
    return Hash256.of(pae.bytes)
  }

  /// Where desk keys stand at a time, one for each desk that has one (R7).
  ///
  /// The expiry of the card itself is judged by ``PeerDirectory/sealing(to:atMs:)``.
  public func sealingKeys(atMs timeMs: UInt64) -> [SealingKey] {
    desks.compactMap { desk in
      guard let key = desk.sealingKey(atMs: timeMs) else { return nil }
      return SealingKey(
        keyID: DeskKey.keyID(agency: agency, desk: desk.name, publicKey: key.publicKey.bytes),
        agency: agency,
        desk: desk.name,
        groups: desk.groups,
        publicKey: key.publicKey,
        notAfterMs: key.notAfterMs,
        isLate: timeMs > key.notAfterMs
      )
    }
  }
}

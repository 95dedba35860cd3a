public import CanonicalBytes
public import ReferralModel
public import Sealing
public import TransparencyLog

/// Where an agency's node is now; the node signs it alone, with its log key.
///
/// Source: PROTOCOL §6, R4; `Protocol/spec/08-card-link.md`.
public struct Link: Sendable, Equatable {
  /// Most endpoints, and most members that keep parcels.
  public static let endpointLimit = 8
  /// Most certificates: the one in use, and those that follow.
  public static let certificateLimit = 4

  /// Whose link.
  public var agency: AgencyID
  /// SHA-256 of the card's text that names the log key.
  public var card: Digest32
  /// SHA-256 of the service directory, if there is one.
  public var directory: Digest32?
  /// Where it answers, the best first; empty for a node that only dials out.
  public var endpoints: [Endpoint]
  /// Until when it is current, Unix ms.
  public var expiresMs: UInt64
  /// Of which realm.
  public var realm: Digest32
  /// Greater each time; see ``nextSerial(after:nowMs:)``.
  public var serial: UInt64
  /// Its certificates, DER, the one in use first.
  public var tls: [[UInt8]]
  /// Who keeps parcels for it, ascending.
  public var via: [AgencyID]

  /// Describes a link.
  public init(
    agency: AgencyID,
    realm: Digest32,
    serial: UInt64,
    card: Digest32,
    tls: [[UInt8]],
    endpoints: [Endpoint],
    expiresMs: UInt64,
    via: [AgencyID] = [],
    directory: Digest32? = nil
  ) {
    (self.agency, self.realm, self.serial, self.card) = (agency, realm, serial, card)
    (self.tls, self.endpoints, self.expiresMs) = (tls, endpoints, expiresMs)
    (self.via, self.directory) = (via, directory)
  }

  /// A serial that is greater than the last one, also when the last one was lost with a disk.
  public static func nextSerial(after last: UInt64, nowMs: UInt64) -> UInt64 {
    max(last &+ 1, min(nowMs, CanonicalJSON.integerLimit))
  }

  /// Reads the text of a note.

  ///

  /// - Throws: ``TrustFailure``.
  public init(text: [UInt8]) throws(TrustFailure) {
    try self.init(object: try NoteFields.object(text, type: .link))
  }

  init(object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(
      object,
      keys: [
        "agency", "card", "directory", "endpoints", "expires", "realm", "serial", "tls", "type",
        "via",
      ]
    )
    agency = try fields.word("agency", as: AgencyID.self)
    card = try fields.digest("card")
    directory = try fields.optionalDigest("directory")
    expiresMs = try fields.integer("expires")
    realm = try fields.digest("realm")
    serial = try fields.integer("serial")
    guard serial >= 1 else { throw .malformed }
    via = try fields.words("via", 0...Self.endpointLimit, as: AgencyID.self)
    endpoints = []
    for text in try fields.strings("endpoints", 0...Self.endpointLimit) {
      guard let endpoint = Endpoint(text), !endpoints.contains(endpoint) else { throw .malformed }
      endpoints.append(endpoint)
    }
    tls = []
    let expected = CertificateName(realm: realm, agency: agency)
    for text in try fields.strings("tls", 1...Self.certificateLimit) {
      guard let der = Base64.decode(text), !tls.contains(der) else { throw .malformed }
      // A certificate that names somebody else is nobody's to list (attack B2).
      guard try NodeCertificate.name(ofDER: der) == expected else { throw .certificate }
      tls.append(der)
    }
  }

  /// The exact text to sign, checked by reading it back.

  ///

  /// - Throws: ``TrustFailure``.
  public func text() throws(TrustFailure) -> [UInt8] {
    let text = NoteText.of(
      CanonicalObject([
        "agency": .string(agency.text), "card": NoteText.digest(card),
        "directory": NoteText.digest(directory), "endpoints": .strings(endpoints.map(\.text)),
        "expires": .integer(expiresMs), "realm": NoteText.digest(realm),
        "serial": .integer(serial), "tls": .strings(tls.map { Base64.encode($0) }),
        "type": .string(NoteType.link.rawValue), "via": NoteText.words(via),
      ])
    )
    _ = try Link(text: text)
    return text
  }

  /// Signs the link with the log key in use.

  ///

  /// - Throws: ``TrustFailure``.
  public func signed(log: LogID, logKey: borrowing SigningKey) throws(TrustFailure) -> SignedNote {
    guard log.agency == agency else { throw .key }
    let text = try text()
    return try NoteSigners.note(text, [NoteSigners.line(text, name: log.text, key: logKey)])
  }
}

internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

/// A private key that may be held in lists.
final class Signer: Sendable {
  let key: SigningKey
  let name: String

  init(_ name: String) {
    self.name = name
    key = SigningKey.generate()
  }

  var publicKey: VerifyingKey { key.publicKey }
}

/// The keys of one agency.
final class AgencySigners: Sendable {
  let id: AgencyID
  let agency: Signer
  let log: Signer
  let nextLog: Signer
  let thirdLog: Signer
  let witness: Signer
  let courier: KeyWrap.PublicKey
  let desk: [KeyWrap.PublicKey]

  init(_ id: String) throws {
    self.id = try #require(AgencyID(id))
    agency = Signer("\(id)/amonat/agency")
    log = Signer("\(id)/amonat/log/1")
    nextLog = Signer("\(id)/amonat/log/2")
    thirdLog = Signer("\(id)/amonat/log/3")
    witness = Signer("\(id)/amonat/witness/1")
    courier = try KeyWrap.PublicKey(KeyWrap.PrivateKey.generate().publicBytes)
    desk = try (0..<4).map { _ in
      try KeyWrap.PublicKey(KeyWrap.PrivateKey.generate().publicBytes)
    }
  }
}

/// A realm of three agencies and five commissioners (root 4, membership 3, policy 2, suspend 2).
struct TrustRealm {
  /// 1 March 2026, in Unix ms.
  static let startMs: UInt64 = 1_772_323_200_000
  static let dayMs: UInt64 = 86_400_000

  let commissioners: [Signer]
  let ministry: AgencySigners
  let shelter: AgencySigners
  let health: AgencySigners
  let register: Register
  let founding: SignedNote
  let realm: Digest32

  init() throws {
    commissioners = (1...5).map { Signer("commission/c\($0)") }
    ministry = try AgencySigners("ministry.example")
    shelter = try AgencySigners("shelter.example")
    health = try AgencySigners("health.example")
    register = try Self.firstRegister(
      commissioners: commissioners,
      agencies: [health, ministry, shelter]
    )
    founding = try Self.signed(try register.text(), by: Array(commissioners.prefix(4)))
    realm = founding.textHash
  }

  static func firstRegister(
    commissioners: [Signer],
    agencies: [AgencySigners]
  ) throws -> Register {
    Register(
      agencies: try agencies.map { try entry($0.id, key: $0.agency.publicKey) },
      commissioners: commissioners.map {
        Register.Commissioner(name: String($0.name.dropFirst(11)), key: $0.publicKey)
      },
      thresholds: Register.Thresholds(membership: 3, policy: 2, root: 4, suspend: 2),
      policy: Register.PolicyReference(
        activeFromMs: startMs,
        sha256: Hash256.of(Array("policy".utf8)),
        version: 1
      ),
      notBeforeMs: startMs,
      expiresMs: startMs + 365 * dayMs
    )
  }

  static func entry(_ id: AgencyID, key: VerifyingKey) throws -> Agency {
    Agency(
      id: id,
      key: key,
      names: Agency.Names(en: "Example", ru: "Пример", tg: "Сарпаноҳи ҷӯйбор, ғӣқ"),
      sector: .ngo,
      level: .regional,
      region: try #require(Code("tj-du")),
      roles: [try #require(Code("member"))]
    )
  }

  static func signed(_ text: [UInt8], by signers: [Signer]) throws -> SignedNote {
    let text = String(decoding: text, as: UTF8.self)
    return try SignedNote(
      text: text,
      signatures: signers.map {
        NoteSignature.sign(text: text, name: $0.name, key: $0.key)
      }
    )
  }

  /// The next register after a note, with an edit, signed.
  func next(
    after note: SignedNote? = nil,
    by signers: [Signer],
    _ edit: (inout Register) throws -> Void
  ) throws -> SignedNote {
    let text = Array((note ?? founding).text.utf8)
    var register = try Register(text: text).successor(previousText: text, realm: realm)
    try edit(&register)
    return try Self.signed(try register.text(), by: signers)
  }

  /// A card, as it stands before an edit.
  func card(_ who: AgencySigners, serial: UInt64 = 1, previous: Digest32? = nil) throws -> Card {
    let (start, day) = (Self.startMs, Self.dayMs)
    return Card(
      agency: who.id,
      realm: realm,
      serial: serial,
      previous: previous,
      courierKey: who.courier,
      desks: [
        Desk(
          name: try #require(DeskName("intake")),
          groups: try ["contact", "identity", "need"].map { try #require(FieldGroup($0)) },
          keys: (0..<3).map {
            DeskKey(
              fromMs: start + UInt64($0) * 90 * day,
              notAfterMs: start + UInt64($0 + 1) * 90 * day,
              publicKey: who.desk[$0]
            )
          }
        )
      ],
      log: Card.NumberedKey(key: who.log.publicKey, number: 1),
      nextLog: Card.NumberedKey(key: who.nextLog.publicKey, number: 2),
      witness: Card.NumberedKey(key: who.witness.publicKey, number: 1),
      expiresMs: start + 400 * day
    )
  }

  func cardNote(_ who: AgencySigners, _ card: Card? = nil) throws -> SignedNote {
    let card = try card ?? self.card(who)
    return try Self.signed(
      try card.text(),
      by: [who.agency, who.log, who.nextLog, who.witness]
    )
  }

  func certificate(_ who: AgencySigners) throws -> [UInt8] {
    try NodeCertificate.mint(for: CertificateName(realm: realm, agency: who.id)).der
  }

  func link(
    _ who: AgencySigners,
    card: SignedNote,
    tls: [[UInt8]],
    serial: UInt64 = 1
  ) throws -> Link {
    Link(
      agency: who.id,
      realm: realm,
      serial: serial,
      card: card.textHash,
      tls: tls,
      endpoints: [try #require(Endpoint("https://node.example:7443"))],
      expiresMs: Self.startMs + 30 * Self.dayMs
    )
  }

  func linkNote(_ who: AgencySigners, _ link: Link) throws -> SignedNote {
    try link.signed(
      log: try #require(LogID(agency: who.id, number: 1)),
      logKey: who.log.key
    )
  }

  func directory() throws -> PeerDirectory { try PeerDirectory(founding: founding) }

  /// A directory with the shelter's card and link.
  func directoryWithShelter() throws -> (PeerDirectory, card: SignedNote, der: [UInt8]) {
    var directory = try directory()
    let card = try cardNote(shelter)
    let der = try certificate(shelter)
    #expect(directory.apply(card, atMs: Self.startMs).isApplied)
    let link = try linkNote(shelter, try link(shelter, card: card, tls: [der]))
    #expect(directory.apply(link, atMs: Self.startMs).isApplied)
    return (directory, card, der)
  }
}

extension NoteOutcome {
  var isApplied: Bool { if case .applied = self { true } else { false } }
  var isSame: Bool { if case .same = self { true } else { false } }
  var isOlder: Bool { if case .older = self { true } else { false } }
  var evidence: NoteEvidence? { if case .evidence(let evidence) = self { evidence } else { nil } }
  var refusal: TrustFailure? { if case .refused(let failure) = self { failure } else { nil } }
}

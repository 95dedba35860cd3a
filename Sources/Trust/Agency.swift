internal import CanonicalBytes
public import ReferralModel
public import Sealing

/// One member as the register lists it.
///
/// Source: PROTOCOL §6, R1.
public struct Agency: Sendable, Equatable {
  /// Whether a member may exchange.
  public enum Status: String, Sendable, CaseIterable {
    /// May exchange.
    case active
    /// Only withdrawals and erasure receipts, until a later register.
    case suspended
    /// As suspended, for good; the entry stays.
    case retired
  }

  /// Whose agency it is.
  public enum Sector: String, Sendable, CaseIterable {
    /// A state body.
    case state
    /// A non-governmental organisation.
    case ngo
    /// An international organisation.
    case international
    /// A body that oversees the others.
    case oversight
  }

  /// How far its remit reaches.
  public enum Level: String, Sendable, CaseIterable {
    /// The whole country.
    case national
    /// One region.
    case regional
    /// One district or town.
    case local
  }

  /// The name in the three languages of the mechanism; UTF-8 NFC, 1 to 200 bytes each.
  public struct Names: Sendable, Equatable {
    /// English.
    public var en: String
    /// Russian.
    public var ru: String
    /// Tajik.
    public var tg: String

    /// Takes the three names.
    public init(en: String, ru: String, tg: String) { (self.en, self.ru, self.tg) = (en, ru, tg) }

    /// Compares as bytes.
    public static func == (left: Names, right: Names) -> Bool {
      left.en.utf8.elementsEqual(right.en.utf8) && left.ru.utf8.elementsEqual(right.ru.utf8)
        && left.tg.utf8.elementsEqual(right.tg.utf8)
    }
  }

  /// Least serial of its card that is still good.
  public var cardMin: UInt64
  /// From when on what came from it is to be looked at by people (R8), Unix ms.
  public var distrustFromMs: UInt64?
  /// Its id.
  public var id: AgencyID
  /// The key that signs its cards.
  public var key: VerifyingKey
  /// How far its remit reaches.
  public var level: Level
  /// What it is called.
  public var names: Names
  /// Where it works, a code.
  public var region: Code
  /// What it does in the mechanism, codes in ascending order, at most 16.
  public var roles: [Code]
  /// Whose it is.
  public var sector: Sector
  /// Whether it may exchange.
  public var status: Status

  /// Describes a member.
  public init(
    id: AgencyID,
    key: VerifyingKey,
    names: Names,
    sector: Sector,
    level: Level,
    region: Code,
    roles: [Code] = [],
    status: Status = .active,
    cardMin: UInt64 = 1,
    distrustFromMs: UInt64? = nil
  ) {
    (self.id, self.key, self.names, self.sector) = (id, key, names, sector)
    (self.level, self.region, self.roles, self.status) = (level, region, roles, status)
    (self.cardMin, self.distrustFromMs) = (cardMin, distrustFromMs)
  }

  /// The name on the signature lines of its agency key (BYT-012).
  public var signerName: String { Self.signerName(of: id) }

  /// The name on the signature lines of an agency's key (BYT-012).
  public static func signerName(of id: AgencyID) -> String { "\(id.text)/amonat/agency" }
}

extension Agency {
  init(_ object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(
      object,
      keys: ["card_min", "id", "key", "level", "names", "region", "roles", "sector", "status"],
      optional: ["distrust_from"]
    )
    let names = try NoteFields(try fields.member("names"), keys: ["en", "ru", "tg"])
    self.init(
      id: try fields.word("id", as: AgencyID.self),
      key: try fields.verifyingKey("key"),
      names: Names(
        en: try Self.name(names, "en"),
        ru: try Self.name(names, "ru"),
        tg: try Self.name(names, "tg")
      ),
      sector: try fields.choice("sector", of: Sector.self),
      level: try fields.choice("level", of: Level.self),
      region: try fields.word("region", as: Code.self),
      roles: try fields.words("roles", 0...16, as: Code.self),
      status: try fields.choice("status", of: Status.self),
      cardMin: try fields.integer("card_min"),
      distrustFromMs: fields.has("distrust_from") ? try fields.integer("distrust_from") : nil
    )
  }

  var object: CanonicalObject {
    var object = CanonicalObject([
      "card_min": .integer(cardMin), "id": .string(id.text), "key": NoteText.key(key),
      "level": .string(level.rawValue),
      "names": .object(
        CanonicalObject([
          "en": .string(names.en), "ru": .string(names.ru), "tg": .string(names.tg),
        ])
      ),
      "region": .string(region.text), "roles": NoteText.words(roles),
      "sector": .string(sector.rawValue), "status": .string(status.rawValue),
    ])
    if let distrustFromMs { object.set("distrust_from", .integer(distrustFromMs)) }
    return object
  }

  private static func name(_ names: NoteFields, _ key: String) throws(TrustFailure) -> String {
    let name = try names.text(key, limitBytes: 200)
    guard !name.utf8.isEmpty else { throw .malformed }
    return name
  }
}

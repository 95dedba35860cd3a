internal import CanonicalBytes
internal import ReferralModel
internal import Sealing

extension Card {
  init(object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(
      object,
      keys: [
        "agency", "courier_key", "desks", "expires", "log", "next_log", "past_logs", "previous",
        "protocols", "realm", "serial", "type", "witness",
      ]
    )
    agency = try fields.word("agency", as: AgencyID.self)
    realm = try fields.digest("realm")
    serial = try fields.integer("serial")
    previous = try fields.optionalDigest("previous")
    guard serial >= 1, (serial == 1) == (previous == nil) else { throw .malformed }
    expiresMs = try fields.integer("expires")
    protocols = try fields.strings("protocols", 1...8)
    for (left, right) in zip(protocols, protocols.dropFirst())
    where !left.utf8.lexicographicallyPrecedes(right.utf8) {
      throw .malformed
    }
    courierKey = try fields.wrapKey("courier_key")
    log = try Self.numberedKey(fields, "log")
    nextLog = try Self.numberedKey(fields, "next_log")
    witness = try Self.numberedKey(fields, "witness")
    pastLogs = try Self.pastLogs(fields)
    desks = try Self.desks(fields)
    let lastPast = pastLogs.last?.number ?? 0
    guard lastPast < log.number, nextLog.number - 1 == log.number else { throw .malformed }
    try checkLife()
    try checkKeys()
  }

  private static func pastLogs(_ fields: NoteFields) throws(TrustFailure) -> [PastLog] {
    var logs: [PastLog] = []
    for entry in try fields.objects("past_logs", 0...pastLogLimit) {
      let past = try NoteFields(entry, keys: ["key", "n", "root", "size"])
      let number = try past.ordinal("n")
      if let last = logs.last, last.number >= number { throw .malformed }
      logs.append(
        PastLog(
          key: try past.verifyingKey("key"),
          number: number,
          size: try past.integer("size"),
          root: try past.digest("root")
        )
      )
    }
    return logs
  }

  private static func desks(_ fields: NoteFields) throws(TrustFailure) -> [Desk] {
    var desks: [Desk] = []
    for entry in try fields.objects("desks", 0...deskLimit) {
      let desk = try Desk(entry)
      if let last = desks.last, !(last.name < desk.name) { throw .malformed }
      desks.append(desk)
    }
    return desks
  }

  /// The card's own dates bound it: it was signed before its first epoch ended, so it ends at most
  /// 400 days after that, whatever the reader's clock says.
  private func checkLife() throws(TrustFailure) {
    for desk in desks {
      guard let first = desk.keys.first else { throw .malformed }
      guard expiresMs <= first.notAfterMs + TrustLimits.cardLifeMs else { throw .malformed }
    }
  }

  private func checkKeys() throws(TrustFailure) {
    var signing: Set<VerifyingKey> = []
    for key in signingKeys.map(\.key) {
      guard signing.insert(key).inserted else { throw .keyNotDistinct }
    }
    var sealing: Set<Digest32> = [Hash256.of(courierKey.bytes)]
    for key in desks.flatMap(\.keys) {
      guard sealing.insert(Hash256.of(key.publicKey.bytes)).inserted else { throw .keyNotDistinct }
    }
  }

  /// Every Ed25519 key of the card, with the one name it may have.
  var signingKeys: [(name: String, key: VerifyingKey)] {
    var keys = pastLogs.map { (name: logName($0.number), key: $0.key) }
    keys.append((logName(log.number), log.key))
    keys.append((logName(nextLog.number), nextLog.key))
    keys.append((witnessName, witness.key))
    return keys
  }

  func logName(_ number: UInt32) -> String { "\(agency.text)/amonat/log/\(number)" }

  var witnessName: String { "\(agency.text)/amonat/witness/\(witness.number)" }

  private static func numberedKey(
    _ fields: NoteFields,
    _ key: String
  ) throws(TrustFailure) -> NumberedKey {
    let entry = try NoteFields(try fields.member(key), keys: ["key", "n"])
    return NumberedKey(key: try entry.verifyingKey("key"), number: try entry.ordinal("n"))
  }

  var object: CanonicalObject {
    CanonicalObject([
      "agency": .string(agency.text), "courier_key": .string(Base64.encode(courierKey.bytes)),
      "desks": .list(desks.map { .object($0.object) }), "expires": .integer(expiresMs),
      "log": Self.value(log), "next_log": Self.value(nextLog),
      "past_logs": .list(
        pastLogs.map { past in
          .object(
            CanonicalObject([
              "key": NoteText.key(past.key), "n": .integer(UInt64(past.number)),
              "root": NoteText.digest(past.root), "size": .integer(past.size),
            ])
          )
        }
      ),
      "previous": NoteText.digest(previous), "protocols": .strings(protocols),
      "realm": NoteText.digest(realm), "serial": .integer(serial),
      "type": .string(NoteType.card.rawValue), "witness": Self.value(witness),
    ])
  }

  private static func value(_ key: NumberedKey) -> CanonicalValue {
    .object(
      CanonicalObject(["key": NoteText.key(key.key), "n": .integer(UInt64(key.number))])
    )
  }
}

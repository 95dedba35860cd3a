internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// What the parsers of statements, certificates and keys owe.
enum TrustLaws {
  static func hello(_ input: [UInt8]) {
    guard let document = try? HelloDocument(parsing: input) else { return }
    precondition(document.bytes == input, "one list of notes has one encoding")
  }

  static func register(_ input: [UInt8]) {
    guard let register = try? Register(text: input) else { return }
    precondition((try? register.text()) == input, "one register has one text")
  }

  static func suspension(_ input: [UInt8]) {
    guard let suspension = try? Suspension(text: input) else { return }
    precondition((try? suspension.text()) == input, "one suspension has one text")
    precondition(
      suspension.untilMs - suspension.fromMs <= TrustLimits.suspensionMs,
      "a suspension lapses"
    )
  }

  static func card(_ input: [UInt8]) {
    guard let card = try? Card(text: input) else { return }
    precondition((try? card.text()) == input, "one card has one text")
    for time in [0, card.expiresMs, .max >> 11] { _ = card.sealingKeys(atMs: time) }
  }

  static func link(_ input: [UInt8]) {
    guard let link = try? Link(text: input) else { return }
    precondition((try? link.text()) == input, "one link has one text")
  }

  static func certificate(_ input: [UInt8]) {
    guard let name = try? NodeCertificate.name(ofDER: input) else { return }
    precondition(CertificateName(uri: name.uri) == name, "a name survives being written")
  }

  /// Everything that is one short text.
  static func names(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    if let endpoint = Endpoint(text) { precondition(endpoint.text.utf8.elementsEqual(input)) }
    if let name = CertificateName(uri: text) { precondition(name.uri.utf8.elementsEqual(input)) }
    if let log = LogID(text) {
      precondition(log.text.utf8.elementsEqual(input))
      let parsed = Names.parseLog(text)
      precondition(parsed?.number == UInt64(log.number), "two readers of one grammar agree")
    }
    if let agency = AgencyID(text) {
      precondition(agency.text.utf8.elementsEqual(input))
      precondition(Names.parseLog("\(text)/amonat/log/1") != nil, "an agency may have a log")
    } else {
      precondition(Names.parseLog("\(text)/amonat/log/1") == nil, "only an agency has a log")
    }
    if let code = Code(text) { precondition(code.text.utf8.elementsEqual(input)) }
    if let desk = DeskName(text) { precondition(desk.text.utf8.elementsEqual(input)) }
  }

  static func keyFile(_ input: [UInt8]) {
    guard let file = try? SigningKeyFile(parsing: input) else { return }
    precondition(file.bytes == input, "one key file has one text")
  }
}

internal import CanonicalBytes
internal import LocalContract
internal import ReferralModel
internal import Sealing
internal import Trust

/// An agency's entry on its way to the register: `member.json`.
struct MemberFile: Codable {
  struct Names: Codable {
    var en: String
    var ru: String
    var tg: String
  }

  var id: String
  /// The agency's public key, base64.
  var key: String
  var level: String
  var names: Names
  var region: String
  var roles: [String]
  var sector: String

  /// The same with a key.
  func with(key: VerifyingKey) -> MemberFile {
    var copy = self
    copy.key = Base64.encode(key.bytes.bytes)
    return copy
  }

  /// The entry as the register lists it; `nil` where a part is not what it should be.
  var agency: Agency? {
    guard let id = AgencyID(id), let bytes = Base64.decode(key), let key = VerifyingKey(bytes),
      let level = Agency.Level(rawValue: level), let sector = Agency.Sector(rawValue: sector),
      let region = Code(region)
    else { return nil }
    let roles = roles.compactMap(Code.init).sorted()
    guard roles.count == self.roles.count else { return nil }
    return Agency(
      id: id,
      key: key,
      names: .init(en: names.en, ru: names.ru, tg: names.tg),
      sector: sector,
      level: level,
      region: region,
      roles: roles
    )
  }

  /// The file.
  static func bytes(_ member: MemberFile, _ words: Phrasebook) throws(CommandFailure) -> [UInt8] {
    guard let bytes = try? LocalJSON.encode(member, pretty: true) else {
      throw .input(words(.fileMalformed, member.id, "JSON"))
    }
    return bytes + [0x0A]
  }

  /// The entries of files.
  static func read(_ paths: [String], _ words: Phrasebook) throws(CommandFailure) -> [Agency] {
    var agencies: [Agency] = []
    for path in paths {
      guard let agency = try Input(words: words).json(MemberFile.self, path).agency else {
        throw .input(words(.fileMalformed, path, "member"))
      }
      agencies.append(agency)
    }
    return agencies
  }
}

internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import TransparencyLog
internal import Trust

/// A realm of two agencies with register, policy and cards, for bundles.
final class SampleRealm {
  /// One agency's keys.
  final class Member {
    let id: AgencyID
    let agencyKey = SigningKey.generate()
    let logKey = SigningKey.generate()
    let nextKey = SigningKey.generate()
    let witnessKey = SigningKey.generate()
    let courier: KeyWrap.PublicKey

    init(_ id: String) throws {
      guard let known = AgencyID(id) else { throw Programs.Failure(id) }
      self.id = known
      courier = try KeyWrap.PublicKey(KeyWrap.PrivateKey.generate().publicBytes)
    }

    /// The card, signed.
    func card(realm: Digest32) throws -> SignedNote {
      let card = Card(
        agency: id,
        realm: realm,
        serial: 1,
        previous: nil,
        courierKey: courier,
        desks: [],
        log: .init(key: logKey.publicKey, number: 1),
        nextLog: .init(key: nextKey.publicKey, number: 2),
        witness: .init(key: witnessKey.publicKey, number: 1),
        expiresMs: SampleEvents.startMs + 365 * SampleEvents.dayMs
      )
      return try card.signed(
        agencyKey: agencyKey,
        logKey: logKey,
        nextLogKey: nextKey,
        witnessKey: witnessKey
      )
    }

    /// The register's entry.
    func entry(_ sector: Agency.Sector) throws -> Agency {
      guard let region = Code("dushanbe") else { throw Programs.Failure("region") }
      return Agency(
        id: id,
        key: agencyKey.publicKey,
        names: .init(en: id.text, ru: id.text, tg: id.text),
        sector: sector,
        level: .national,
        region: region
      )
    }
  }

  let sender: Member
  let recipient: Member
  let policy: [UInt8]
  let register: SignedNote
  let realm: Digest32

  init() throws {
    sender = try Member(SampleEvents.sender)
    recipient = try Member(SampleEvents.recipient)
    policy = Array(try Data(contentsOf: NodeHarness.policy))
    let commissioner = SigningKey.generate()
    let text = try Register(
      agencies: [try sender.entry(.state), try recipient.entry(.ngo)],
      commissioners: [.init(name: "c1", key: commissioner.publicKey)],
      thresholds: .init(membership: 1, policy: 1, root: 1, suspend: 1),
      policy: .init(
        activeFromMs: SampleEvents.startMs,
        sha256: Hash256.of(policy),
        version: 1
      ),
      notBeforeMs: SampleEvents.startMs,
      expiresMs: SampleEvents.startMs + 400 * SampleEvents.dayMs
    ).text()
    let words = String(decoding: text, as: UTF8.self)
    register = try SignedNote(
      text: words,
      signatures: [NoteSignature.sign(text: words, name: "commission/c1", key: commissioner)]
    )
    realm = Hash256.of(text)
  }
}

internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Trust

/// Chapters 03 and 10.
extension Check {
  static let envelopes: [String: Function] = [
    "envelope": { input in
      let bytes = try input.bytes("envelope")
      let (me, peer) = (try agency(input, "me"), try agency(input, "peer"))
      let realm = try input.digest("realm")
      do throws(ItemCode) {
        let envelope = try CheckedEnvelope.check(bytes, me: me, peer: peer, realm: realm)
        return .ok(["id": .bytes(envelope.id.bytes)])
      } catch {
        return Answer(error.rawValue)
      }
    },
    "padding": { input in
      let padded = Padding.paddedSize(contentBytes: Int(try input.number("length")))
      return .ok([
        "padded": .number(UInt64(padded)),
        "ct_len": .number(UInt64(Padding.ciphertextSize(padded: padded))),
      ])
    },
    "open": { input in
      let envelope = try CheckedEnvelope(stored: try input.bytes("envelope"))
      let key = try privateKey(input, "seed")
      let id = DeskKeyID.of(
        agency: try agency(input, "agency"),
        desk: try wanted(DeskName(try input.string("desk"))),
        publicKey: key.publicBytes
      )
      do throws(ExchangeFailure) {
        let opened = try EnvelopeOpener.open(envelope, keyID: id, deskKey: key)
        let contents = opened.map { ($0.group.text, $0.content.copyBytes()) }
        return .ok(["contents": .parts(Dictionary(uniqueKeysWithValues: contents))])
      } catch {
        switch error {
        case .notForThisKey: return Answer("desk-key-gone")
        case .sealed: return Answer("seal-broken")
        default: throw error
        }
      }
    },
    "desk-key-id": { input in
      let id = DeskKeyID.of(
        agency: try agency(input, "agency"),
        desk: try wanted(DeskName(try input.string("desk"))),
        publicKey: try input.bytes("key")
      )
      return .ok(["key_id": .bytes(id.bytes)])
    },
    "courier-key-id": { input in
      let owner = try agency(input, "agency")
      let key = try input.bytes("key")
      let id = DeskKeyID.courier(agency: owner, publicKey: key)
      guard id == Card.courierKeyID(agency: owner, publicKey: key) else {
        throw VectorFault("two makers of one id differ")
      }
      return .ok(["key_id": .bytes(id.bytes)])
    },
  ]

  static let parcels: [String: Function] = [
    "parcel": { input in
      let (parcel, realm) = (try input.bytes("parcel"), try input.digest("realm"))
      let recipient = try agency(input, "recipient")
      let senders = try input.strings("senders").map { try wanted(AgencyID($0)) }
      let key = try privateKey(input, "courier_seed")
      do throws(ParcelCode) {
        let opened = try ParcelSeal.open(
          parcel,
          realm: realm,
          recipient: recipient,
          courierKey: key,
          senders: senders
        )
        return .ok(["sender": .text(opened.sender.text)])
      } catch {
        return Answer(error.rawValue)
      }
    }
  ]

  static func agency(_ input: VectorInput, _ key: String) throws -> AgencyID {
    try wanted(AgencyID(try input.string(key)))
  }

  /// A key derived from a public label: no secret.
  static func privateKey(_ input: VectorInput, _ key: String) throws -> KeyWrap.PrivateKey {
    var seed = try input.bytes(key)
    return try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
  }
}

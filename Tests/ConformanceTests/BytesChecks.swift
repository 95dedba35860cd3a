internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import TransparencyLog
internal import Trust
internal import WireSchema

/// Chapter 01.
extension Check {
  static let bytes: [String: Function] = [
    "pae": { .ok(["bytes": .bytes(PAE.list(try $0.byteStrings("parts")))]) },
    "sha256": { .ok(["bytes": .bytes(Hash256.of(try $0.bytes("bytes")).bytes)]) },
    "hmac": { input in
      guard let key = Digest32(try input.bytes("key")) else { return Answer("key") }
      return .ok(["bytes": .bytes(HMAC256.code(key: key, try input.bytes("data")).bytes)])
    },
    "public-key": { .when(VerifyingKey(try $0.bytes("key")) != nil, else: "key") },
    "signature": { input in
      let key = try wanted(VerifyingKey(try input.bytes("key")))
      let holds = key.verifies(try input.bytes("signature"), of: try input.bytes("message"))
      return .when(holds, else: "signature")
    },
    "base64": { input in
      Base64.decode(try input.bytes("text")).map { .ok(["bytes": .bytes($0)]) } ?? .malformed
    },
    "hex": { input in
      Hex.decode(try input.utf8("text")).map { .ok(["bytes": .bytes($0)]) } ?? .malformed
    },
    "name": { input in
      let holds = try isName(input.utf8("text"), of: input.string("kind"))
      return .when(holds, else: "malformed")
    },
    "cj-0": { input in
      let found = try? CanonicalJSON.parse(input.bytes("text"), profile: .event)
      return .when(found != nil, else: "malformed")
    },
    "cj-1": { input in
      let text = try input.bytes("text")
      do throws(CanonicalFailure) {
        _ = try CanonicalJSON.parse(text, profile: .note(textKeys: ["names", "reason"]))
        return .ok
      } catch {
        return error == .tooLarge ? Answer("too-large") : .malformed
      }
    },
    "statement": { input in
      let text = try input.bytes("text")
      do throws(TrustFailure) {
        switch try? input.string("type") {
        case "register": _ = try Register(text: text)
        case "suspension": _ = try Suspension(text: text)
        case "card": _ = try Card(text: text)
        default: _ = try Link(text: text)
        }
        return .ok
      } catch {
        return Answer(error.rawValue)
      }
    },
    "protobuf": { input in
      let bytes = try input.bytes("bytes")
      let type: any CanonicalWire.Type =
        switch try input.string("message") {
        case "Envelope": WireEnvelope.self
        case "Header": WireHeader.self
        case "Table": WireTable.self
        case "Stanzas": WireStanzas.self
        case "Exchange": WireExchange.self
        case "Parcel": WireParcel.self
        default: throw VectorFault("no such message")
        }
      return .when(type.init(canonical: bytes) != nil, else: "malformed")
    },
  ]

  private static func isName(_ text: String, of kind: String) throws -> Bool {
    switch kind {
    // The same grammar stands on two floors; they must agree.
    case "agency":
      try agree(AgencyID(text) != nil, Names.parseLog("\(text)/amonat/log/1") != nil)
    case "log": LogID(text) != nil && Names.parseLog(text) != nil
    case "witness": WitnessID(text) != nil && Names.parseWitness(text) != nil
    case "code":
      try agree(
        Code(text) != nil,
        FieldGroup(text) != nil && Purpose(text) != nil
      )
    case "desk": DeskName(text) != nil
    default: throw VectorFault("no such kind of name")
    }
  }

  private static func agree(_ one: Bool, _ other: Bool) throws -> Bool {
    guard one == other else { throw VectorFault("two readers of one grammar differ") }
    return one
  }

  /// What a vector gives as good and so must be.
  static func wanted<Value>(_ value: Value?, _ name: String = #function) throws -> Value {
    guard let value else { throw VectorFault("\(name): the input is not what the check needs") }
    return value
  }
}

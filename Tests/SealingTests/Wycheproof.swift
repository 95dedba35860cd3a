internal import TestSupport

/// A file of Project Wycheproof: groups of cases, each valid, invalid or acceptable.
struct Wycheproof<Group: Decodable>: Decodable {
  let testGroups: [Group]

  static func groups(_ name: String) throws -> [Group] {
    try VectorFile.json("wycheproof/\(name)_test.json", as: Self.self).testGroups
  }
}

/// What Wycheproof expects of a case.
enum Expectation: String, Decodable {
  case valid, invalid, acceptable
}

struct SignatureGroup: Decodable {
  struct Key: Decodable { let pk: HexBytes }
  struct Case: Decodable {
    let tcId: Int
    let msg, sig: HexBytes
    let result: Expectation
  }
  let publicKey: Key
  let tests: [Case]
}

struct MacGroup: Decodable {
  struct Case: Decodable {
    let tcId: Int
    let key, msg, tag: HexBytes
    let result: Expectation
  }
  let keySize, tagSize: Int
  let tests: [Case]
}

struct BoxGroup: Decodable {
  struct Case: Decodable {
    let tcId: Int
    let key, iv, aad, msg, ct, tag: HexBytes
    let result: Expectation
  }
  let ivSize: Int
  let tests: [Case]
}

struct AgreementGroup: Decodable {
  struct Case: Decodable {
    let tcId: Int
    let flags: [String]
    let `public`, `private`, shared: HexBytes
    let result: Expectation
  }
  let tests: [Case]
}

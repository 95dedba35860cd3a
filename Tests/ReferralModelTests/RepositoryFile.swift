internal import CanonicalBytes
internal import Foundation
internal import ReferralModel

/// Files of the repository that the tests hold the code to.
enum RepositoryFile {
  static func bytes(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: path)))
  }

  static func policy() throws -> Policy {
    try Policy.parse(bytes("Protocol/policy/tj-nrm.json"))
  }

  static func document(_ path: String) throws -> CanonicalObject {
    try CanonicalJSON.parse(bytes(path), profile: .document)
  }
}

/// Short ways to name things in tests.
func word<Word: DomainText>(_ text: String) -> Word {
  guard let word = Word(text) else { preconditionFailure("a test names a word of the grammar") }
  return word
}

func code(_ text: String) -> Code { word(text) }
func purpose(_ text: String) -> Purpose { word(text) }
func agency(_ text: String) -> AgencyID { word(text) }
func groups(_ text: String) -> [FieldGroup] {
  text.split(separator: " ").map { word(String($0)) }
}

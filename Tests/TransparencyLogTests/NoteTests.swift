internal import CanonicalBytes
internal import Foundation
internal import Sealing
internal import Testing

@testable internal import TransparencyLog

@Suite struct NoteTests {
  struct Example: Decodable, CustomTestStringConvertible {
    let source: String
    let vkey: String
    let note: String
    var testDescription: String { source }
  }
  struct ProofCase: Decodable {
    let valid: Bool
    let text: String
  }
  private struct ProofCases: Decodable { let cases: [ProofCase] }

  static func examples() throws -> [Example] {
    try JSONDecoder().decode([Example].self, from: VectorFiles.data("signed-note/examples.json"))
  }

  @Test(
    "Published notes verify by their keys, and are written again as they were",
    arguments: try examples()
  )
  func published(_ example: Example) throws {
    let key = try #require(NoteKey(vkey: example.vkey))
    #expect(key.vkey == example.vkey)
    let note = try SignedNote(parsing: example.note)
    #expect(note.isSigned(by: key))
    #expect(note.encoded == example.note)
    let place = try #require(example.note.firstIndex(of: "e"))
    let changed = example.note.replacingCharacters(in: place...place, with: "f")
    #expect(try !SignedNote(parsing: changed).isSigned(by: key))
  }

  @Test("The tlog-proof syntax cases are accepted and refused as their authors say")
  func proofSyntax() throws {
    let cases = try JSONDecoder().decode(
      ProofCases.self,
      from: VectorFiles.data("signed-note/tlog-proof-syntax.json")
    ).cases
    #expect(cases.count >= 10)
    for each in cases {
      let proof = TlogProof(parsing: each.text)
      #expect((proof != nil) == each.valid)
      if let proof { #expect(proof.text == each.text) }
    }
  }

  private static let line = NoteSignature.sign(text: "a\n", name: "k.example", key: Sample.key(1))
    .line

  @Test(
    "A note that breaks a rule is refused with that rule",
    arguments: [
      ("", .structure), ("a\n", .structure), ("a\n\n", .structure), ("\n", .structure),
      ("a\n\(line)", .structure), ("a\n\n\(line.dropLast())", .structure),
      ("a\r\n\n\(line)", .text), ("a\u{0}\n\n\(line)", .text), ("a\tb\n\n\(line)", .text),
      ("a\n\n- k.example AAAAAAA=\n", .signatureLine), ("a\n\n\(line)x\n", .signatureLine),
      ("a\n\n— k+e AAAAAAA=\n", .signatureLine), ("a\n\n— k.example AAAA\n", .signatureLine),
      ("a\n\n— k.example AAAAAAA\n", .signatureLine), ("a\n\n—  AAAAAAA=\n", .signatureLine),
      ("a\n\n" + String(repeating: line, count: 65), .tooLarge),
      (String(repeating: "a", count: 262_144) + "\n\n\(line)", .tooLarge),
    ] as [(String, NoteFailure)]
  )
  func refused(_ text: String, because failure: NoteFailure) {
    #expect(throws: failure) { try SignedNote(parsing: text) }
  }

  @Test("Bytes that are not UTF-8 are no note")
  func notText() {
    #expect(throws: NoteFailure.text) {
      try SignedNote(parsing: [0xFF, 0x0A, 0x0A] + Array(Self.line.utf8))
    }
  }

  @Test("Sixty-four lines are allowed, and text may hold blank lines")
  func allowed() throws {
    let note = try SignedNote(parsing: "a\n\nb\n\n" + String(repeating: Self.line, count: 64))
    #expect(note.text == "a\n\nb\n" && note.signatures.count == 64)
  }

  @Test("A note counts only with exactly one line of the key, and by that key alone")
  func exactlyOne() throws {
    let key = Sample.key(1)
    let other = Sample.key(2)
    let mine = try #require(NoteKey(name: "k.example", key: key.publicKey))
    let theirs = try #require(NoteKey(name: "k.example", key: other.publicKey))
    let line = NoteSignature.sign(text: "a\n", name: "k.example", key: key)
    let note = try SignedNote(text: "a\n", signatures: [line])
    #expect(note.isSigned(by: mine))
    #expect(!note.isSigned(by: theirs))
    #expect(try !SignedNote(text: "a\n", signatures: [line, line]).isSigned(by: mine))
    #expect(try !SignedNote(text: "b\n", signatures: [line]).isSigned(by: mine))
    let renamed = try #require(NoteKey(name: "l.example", key: key.publicKey))
    #expect(!note.isSigned(by: renamed))
  }

  @Test("A vkey with a false id, kind, key or name is refused")
  func vkeys() throws {
    let good = try Self.examples()[1].vkey
    #expect(NoteKey(vkey: good) != nil)
    let bad = [
      good.replacingOccurrences(of: "c74f20a3", with: "c74f20a4"),
      good.replacingOccurrences(of: "c74f20a3", with: "C74F20A3"),
      good.replacingOccurrences(of: "Peter", with: "Pe er"),
      good.replacingOccurrences(of: "+ARpc", with: "+BBpc"), good + "=", "a+b", "",
      "x+00000000+" + Base64.encode([1] + [UInt8](repeating: 0, count: 32)),
    ]
    for text in bad { #expect(NoteKey(vkey: text) == nil) }
    for name in ["", "a b", "a+b", "a\u{A0}b", String(repeating: "a", count: 129)] {
      #expect(!NoteKey.isName(name))
    }
  }

  @Test("A checkpoint verifies by its origin and exactly its key")
  func checkpoint() throws {
    let key = Sample.key(1)
    let other = Sample.key(2)
    let root = Sample.leaf(3)
    let note = Checkpoint.sign(origin: Sample.log, size: 5, root: root, key: key)
    let checkpoint = try Checkpoint.verify(note: note, origin: Sample.log, key: key.publicKey)
    #expect(checkpoint == Checkpoint(origin: Sample.log, size: 5, root: root))
    #expect(try Checkpoint.claimed(note: note) == checkpoint)
    #expect(throws: CheckpointFailure.signature) {
      try Checkpoint.verify(note: note, origin: Sample.log, key: other.publicKey)
    }
    #expect(throws: CheckpointFailure.origin) {
      try Checkpoint.verify(note: note, origin: "other.example/amonat/log/1", key: key.publicKey)
    }
    for bit in 0..<(note.utf8.count * 8) {
      var bytes = Array(note.utf8)
      bytes[bit / 8] ^= 1 << (bit % 8)
      guard let changed = String(validating: bytes, as: UTF8.self) else { continue }
      #expect(throws: CheckpointFailure.self) {
        try Checkpoint.verify(note: changed, origin: Sample.log, key: key.publicKey)
      }
    }
  }

  @Test(
    "A checkpoint's text is three lines and nothing else",
    arguments: [
      "a\n5\n", "a\n5\nAAAA\n", "a\n05\n\(root)\n", "a\n-5\n\(root)\n", "a\n+5\n\(root)\n",
      "\n5\n\(root)\n", "a\n5\n\(root)", "a\n5\n\(root)\next\n", "a\n9007199254740992\n\(root)\n",
      "a\n\n\(root)\n", "a\n0\n\(root)\n", "a\n5\n\(root)=\n", "a b\n5\n\(root)\n",
      "a\n18446744073709551616\n\(root)\n",
    ]
  )
  func checkpointText(_ text: String) {
    #expect(throws: CheckpointFailure.text) { try Checkpoint(parsing: text) }
  }
  private static let root = Base64.encode(Sample.leaf(0).bytes)

  @Test("A checkpoint of size 0 has the empty root")
  func empty() throws {
    let text = "a\n0\n\(Base64.encode(MerkleHash.empty.bytes))\n"
    #expect(try Checkpoint(parsing: text).text == text)
  }

  @Test("A cosignature states its time over exactly one note by exactly one key")
  func cosignature() throws {
    let log = Sample.key(1)
    let witness = Sample.key(2)
    let other = Sample.key(3)
    let note = Checkpoint.sign(origin: Sample.log, size: 5, root: Sample.leaf(3), key: log)
    let name = "w.example/amonat/witness/1"
    let line = try Cosignature.sign(
      checkpointNote: note,
      witness: name,
      key: witness,
      timeSeconds: 1_767_225_600
    )
    func time(_ line: String, _ note: String, _ name: String, _ key: VerifyingKey) throws -> UInt64
    {
      try Cosignature.verify(line: line, note: note, witness: name, key: key)
    }
    #expect(try time(line, note, name, witness.publicKey) == 1_767_225_600)
    let with = try Cosignature.append([line], to: note)
    #expect(try time(line, with, name, witness.publicKey) == 1_767_225_600)
    #expect(
      try Checkpoint.verify(note: with, origin: Sample.log, key: log.publicKey).size == 5
    )
    #expect(throws: CosignatureFailure.line) { try time(line, note, name, other.publicKey) }
    #expect(throws: CosignatureFailure.line) { try time(line, note, "x", witness.publicKey) }
    #expect(throws: CosignatureFailure.line) {
      try time(String(line.dropLast()), note, name, witness.publicKey)
    }
    let next = Checkpoint.sign(origin: Sample.log, size: 6, root: Sample.leaf(3), key: log)
    #expect(throws: CosignatureFailure.signature) { try time(line, next, name, witness.publicKey) }
    // Another time, with the rest kept.
    let signature = try #require(NoteSignature(line: line))
    var payload = signature.signature
    payload[7] ^= 1
    let later = NoteSignature(name: name, keyID: signature.keyID, signature: payload).line
    #expect(throws: CosignatureFailure.signature) { try time(later, note, name, witness.publicKey) }
    // A note signature is not a cosignature.
    let plain = NoteSignature.sign(text: note, name: name, key: witness).line
    #expect(throws: CosignatureFailure.line) { try time(plain, note, name, witness.publicKey) }
  }
}

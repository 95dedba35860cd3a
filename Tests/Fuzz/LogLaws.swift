internal import CanonicalBytes
internal import Sealing
internal import TransparencyLog

/// What the parsers of notes and events owe.
enum LogLaws {
  /// A key that signs nothing here: only the path to the signature check is walked.
  private static let key: VerifyingKey = {
    // The base point of the curve.
    guard let key = VerifyingKey([0x58] + [UInt8](repeating: 0x66, count: 31)) else {
      preconditionFailure("the base point is a key")
    }
    return key
  }()

  static func signedNote(_ input: [UInt8]) {
    guard let note = try? SignedNote(parsing: input) else { return }
    precondition(note.bytes == input, "one note has one text")
    precondition(note.textHash == Hash256.of(Array(note.text.utf8)), "the hash is the text's")
  }

  static func checkpoint(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    if let checkpoint = try? Checkpoint(parsing: text) {
      precondition(Array(checkpoint.text.utf8) == input, "one checkpoint has one text")
      _ = try? Checkpoint.verify(note: text, origin: checkpoint.origin, key: key)
    }
    guard let claimed = try? Checkpoint.claimed(note: text) else { return }
    let verified = try? Checkpoint.verify(note: text, origin: claimed.origin, key: key)
    precondition(verified == nil || verified == claimed, "a claim is what is then verified")
    _ = try? Quorum(agencies: 1, sectors: 1, f: 1).settled(
      note: text,
      origin: claimed.origin,
      logKey: key,
      witnesses: []
    )
  }

  /// Signature lines, cosignatures, vkeys and proofs, which are all single texts.
  static func lines(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    if let line = NoteSignature(line: text) {
      precondition(Array(line.line.utf8) == input, "one signature has one line")
      _ = try? Cosignature.verify(line, text: "a\n0\n", witness: line.name, key: key)
    }
    if let key = NoteKey(vkey: text) {
      precondition(Array(key.vkey.utf8) == input, "one key has one text")
    }
    if let proof = TlogProof(parsing: text) {
      precondition(Array(proof.text.utf8) == input, "one proof has one text")
    }
  }

  static func event(_ input: [UInt8]) {
    guard let event = try? LogEvent(parsing: input) else { return }
    precondition(event.bytes == input, "an event keeps its bytes")
    // Two readers of one form: what the faster takes, the stricter takes too.
    let object = try? CanonicalJSON.parse(input, profile: .event)
    precondition(object?.encoded == input, "an event is CJ-0")
    precondition(object?["index"]?.integer == event.index, "both read one index")
  }

  static func parts(_ input: [UInt8]) {
    if let staff = try? StaffPart(parsing: input) {
      precondition(staff.bytes == input, "a part keeps its bytes")
      precondition(staff.actor == nil || staff.actor != staff.actor2, "two persons are two")
    }
    if let personal = try? PersonalPart(parsing: input) {
      precondition(personal.bytes == input, "a part keeps its bytes")
      precondition(personal.isEmpty == (input == Commitments.emptyPart), "empty is {}")
    }
    if let leaf = LogLeaf(parsing: input) {
      precondition(leaf.bytes == input, "one leaf has one form")
    }
    if let path = MerkleProof.path(flat: input) {
      precondition(MerkleProof.flat(path) == input, "one path has one form")
      for size in [UInt64(path.count), .max, 1 << 63] {
        _ = MerkleProof.verifyInclusion(
          leafHash: .zero,
          index: size &- 1,
          size: size,
          path: path,
          root: .zero
        )
        _ = MerkleProof.verifyConsistency(
          from: size &- 1,
          to: size,
          oldRoot: .zero,
          newRoot: .zero,
          path: path
        )
      }
    }
  }
}

internal import CanonicalBytes
internal import FoundationEssentials
internal import LocalContract
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Registers in files: drafts that people edit, and notes that they sign.
struct Registers {
  let words: Phrasebook

  /// The chain of register notes, in any order, the first version among them.
  func chain(_ notes: [SignedNote]) throws(CommandFailure) -> RegisterChain {
    var numbered: [(UInt32, SignedNote)] = []
    do throws(TrustFailure) {
      for note in notes {
        numbered.append((try Register(text: Array(note.text.utf8)).version, note))
      }
      numbered.sort { $0.0 < $1.0 }
      guard let first = numbered.first else { throw TrustFailure.registerUnknown }
      var chain = try RegisterChain(founding: first.1)
      for (_, note) in numbered.dropFirst() { _ = try chain.apply(note) }
      return chain
    } catch {
      throw .refused(error.rawValue, words(.fileMalformed, words(.register), error.rawValue))
    }
  }

  /// A draft that people can read and edit.
  func draft(_ register: Register) throws(CommandFailure) -> [UInt8] {
    do throws(TrustFailure) {
      let text = try register.text()
      guard let object = try? CanonicalJSON.parse(text, profile: .document) else {
        throw TrustFailure.malformed
      }
      var out: [UInt8] = []
      DraftWriter.write(.object(object), depth: 0, to: &out)
      return out + [0x0A]
    } catch {
      throw .input(words(.fileMalformed, words(.register), error.rawValue))
    }
  }

  /// The exact text of a draft, or the note that it has become.
  func open(_ path: String) throws(CommandFailure) -> (text: [UInt8], note: SignedNote?) {
    let bytes = try Input(words: words).bytes(path, limitBytes: SignedNote.limitBytes)
    do throws(TrustFailure) {
      if let note = try? SignedNote(parsing: bytes) {
        _ = try Register(text: Array(note.text.utf8))
        return (Array(note.text.utf8), note)
      }
      guard let object = try? CanonicalJSON.parse(bytes, profile: .document) else {
        throw TrustFailure.malformed
      }
      return (try Register(text: object.encoded + [0x0A]).text(), nil)
    } catch {
      throw .input(words(.fileMalformed, path, error.rawValue))
    }
  }

  /// The reference to a policy file that is read and checked.
  ///
  /// `members`: Those who live under it: their regions and roles must be codes of it, where it lists such.
  func policy(
    _ path: String,
    fromMs: UInt64,
    for members: [Agency]
  ) throws(CommandFailure) -> Register.PolicyReference {
    let bytes = try Input(words: words).bytes(path)
    let policy: Policy
    do throws(PolicyFailure) {
      policy = try Policy.parse(bytes)
    } catch {
      throw .input(words(.fileMalformed, path, "\(error.code) \(error.path):\(error.line)"))
    }
    let regions = policy.lists.first { $0.code.text == "region" }?.entries.map(\.code) ?? []
    let roles = policy.roles.filter { $0.bearer == .agency }.map(\.code)
    for member in members {
      try check([member.region], among: regions, of: member)
      try check(member.roles, among: roles, of: member)
    }
    return Register.PolicyReference(
      activeFromMs: fromMs,
      sha256: Hash256.of(bytes),
      version: UInt32(clamping: policy.version)
    )
  }

  private func check(
    _ codes: [Code],
    among known: [Code],
    of member: Agency
  ) throws(CommandFailure) {
    guard !known.isEmpty, let odd = codes.first(where: { !known.contains($0) }) else { return }
    let list = known.map(\.text).joined(separator: ", ")
    throw .input(words(.notOfThePolicy, member.id.text, odd.text, list))
  }

  /// Now, Unix ms.
  static var nowMs: UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }

  /// Milliseconds of a day.
  static let dayMs: UInt64 = 86_400_000
}

/// Writes a canonical value with line ends and indentation.
private enum DraftWriter {
  static func write(_ value: CanonicalValue, depth: Int, to out: inout [UInt8]) {
    switch value {
    case .object(let object) where !object.members.isEmpty:
      list(object.members, "{", "}", depth, &out) { member, out in
        out += CanonicalObject([member.key: .integer(0)]).encoded.dropFirst().dropLast(2)
        out += " ".utf8
        write(member.value, depth: depth + 1, to: &out)
      }
    case .list(let values) where values.contains { $0.object != nil }:
      list(values, "[", "]", depth, &out) { write($0, depth: depth + 1, to: &$1) }
    default:
      // A flat value is as the canonical writer has it, without the key around it.
      out += CanonicalObject(["v": value]).encoded.dropFirst(5).dropLast()
    }
  }

  private static func list<Element>(
    _ elements: [Element],
    _ open: String,
    _ close: String,
    _ depth: Int,
    _ out: inout [UInt8],
    _ body: (Element, inout [UInt8]) -> Void
  ) {
    out += open.utf8
    for (position, element) in elements.enumerated() {
      out += (position == 0 ? "\n" : ",\n").utf8
      out += String(repeating: "  ", count: depth + 1).utf8
      body(element, &out)
    }
    out += "\n\(String(repeating: "  ", count: depth))\(close)".utf8
  }
}

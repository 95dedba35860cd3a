internal import CanonicalBytes
internal import ReferralModel
internal import Synchronization
internal import TestSupport
internal import TransparencyLog
internal import Trust

/// Chapters 07 to 09.
extension Check {
  /// 1 February 2026, when the notes of the vectors were first seen.
  static let seenMs: UInt64 = 1_769_925_600_000

  /// The frozen copy of the policy that the examples rest on.
  static let policy: Policy = {
    guard let bytes = try? RepositoryFile.bytes("Protocol/examples/policy.json"),
      let policy = try? Policy.parse(bytes)
    else { preconditionFailure("the examples have a policy") }
    return policy
  }()

  static let notes: [String: Function] = [
    "founding": { input in
      do throws(TrustFailure) {
        let directory = try PeerDirectory(founding: try note(input))
        return .ok(["realm": .bytes(directory.realm.bytes)])
      } catch {
        return Answer(error.rawValue)
      }
    },
    "note": { input in
      var directory = try directory(
        input.byteStrings("notes"),
        atMs: input.number("at")
      )
      let taken: SignedNote
      do throws(TrustFailure) { taken = try note(input) } catch { return Answer(error.rawValue) }
      switch directory.apply(taken, atMs: try input.number("at")) {
      case .applied(.register(_, _, let unconfirmed)):
        return .ok(["unconfirmed": .texts(unconfirmed.map(\.text))])
      case .applied: return .ok
      case .older: return Answer("older")
      case .same: return Answer("same")
      case .evidence: return Answer("note-conflict")
      case .refused(let failure): return Answer(failure.rawValue)
      }
    },
  ]

  static let trust: [String: Function] = [
    "certificate": { input in
      do throws(TrustFailure) {
        let name = try NodeCertificate.name(ofDER: try der(input))
        return .ok(["realm": .bytes(name.realm.bytes), "agency": .text(name.agency.text)])
      } catch {
        return Answer(error.rawValue)
      }
    },
    "certificate-realm": { input in
      let name = try NodeCertificate.name(ofDER: try input.bytes("der"))
      return .when(name.realm == (try input.digest("realm")), else: "certificate")
    },
    "pin": { input in
      let directory = try directory(input.byteStrings("notes"), atMs: input.number("at"))
      let (der, now) = (try input.bytes("certificate"), try input.number("now"))
      do throws(TrustFailure) {
        return .ok(["agency": .text(try directory.agency(forCertificateDER: der, atMs: now).text)])
      } catch {
        return Answer(error.rawValue)
      }
    },
    "hello": { input in
      let bytes = try input.bytes("bytes")
      do throws(TrustFailure) {
        return .ok(["notes": .number(UInt64(try HelloDocument(parsing: bytes).notes.count))])
      } catch {
        return Answer(error.rawValue)
      }
    },
    "sealing-key": { input in
      let card = try Card(text: Array(try SignedNote(parsing: input.bytes("card")).text.utf8))
      let keys = card.sealingKeys(atMs: try input.number("at"))
      let desk = try input.string("desk")
      guard let key = keys.first(where: { $0.desk.text == desk }) else {
        return Answer("desk-key-gone")
      }
      return .ok(["key_id": .bytes(key.keyID.bytes), "late": .number(key.isLate ? 1 : 0)])
    },
  ]

  private struct World: Hashable {
    let notes: [[UInt8]]
    let atMs: UInt64
  }

  /// Most vectors start from one of a few sets of notes.
  private static let worlds = Mutex<[World: PeerDirectory]>([:])

  /// What a node knows after it was given these notes, in this order, the founding register first.
  static func directory(_ notes: [[UInt8]], atMs: UInt64) throws -> PeerDirectory {
    let world = World(notes: notes, atMs: atMs)
    if let held = worlds.withLock({ $0[world] }) { return held }
    let made = try made(notes, atMs: atMs)
    worlds.withLock { $0[world] = made }
    return made
  }

  private static func made(_ notes: [[UInt8]], atMs: UInt64) throws -> PeerDirectory {
    let first = try SignedNote(parsing: try wanted(notes.first))
    var directory = try PeerDirectory(founding: first)
    for note in notes.dropFirst() {
      let outcome = directory.apply(try SignedNote(parsing: note), atMs: atMs)
      guard case .applied = outcome else {
        throw VectorFault("a note that should hold was not taken: \(outcome.code ?? "old")")
      }
    }
    return directory
  }

  private static func note(_ input: VectorInput) throws(TrustFailure) -> SignedNote {
    guard let bytes = try? input.bytes("note") else { throw .malformed }
    do throws(NoteFailure) { return try SignedNote(parsing: bytes) } catch {
      throw error == .tooLarge ? .tooLarge : .malformed
    }
  }

  private static func der(_ input: VectorInput) throws(TrustFailure) -> [UInt8] {
    guard let der = try? input.bytes("der") else { throw .malformed }
    return der
  }
}

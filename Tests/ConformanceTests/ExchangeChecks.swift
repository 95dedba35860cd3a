internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import TestSupport
internal import TransparencyLog
internal import Trust

/// Chapter 04: a whole request, steps 1 to 17 in their order.
extension Check {
  static let exchanges: [String: Function] = [
    "exchange": { input in
      var receiver = try Receiver(input)
      return try receiver.receive()
    }
  ]
}

/// A recipient with the memory that a vector gives it.
private struct Receiver {
  let request: [UInt8]
  let certificate: [UInt8]
  let me: AgencyID
  let nowMs: UInt64
  var directory: PeerDirectory
  let held: (size: UInt64, root: Digest32)?
  let stored: [UInt64: Digest32]
  let memory: Memory

  init(_ input: VectorInput) throws {
    request = try input.bytes("request")
    certificate = try input.bytes("certificate")
    me = try Check.agency(input, "me")
    nowMs = try input.number("now")
    directory = try Check.directory(input.byteStrings("notes"), atMs: Check.seenMs)
    held = try input.object("held").map { (try $0.number("size"), try $0.digest("root")) }
    stored = Dictionary(
      uniqueKeysWithValues: try input.objects("stored").map {
        (try $0.number("size"), try $0.digest("root"))
      }
    )
    memory = try Memory(input.object("memory") ?? VectorInput([:]))
  }

  mutating func receive() throws -> Answer {
    do throws(ExchangeCode) {
      let parts = try ExchangeParts(decoding: request, role: .request)
      let peer: AgencyID
      do throws(TrustFailure) {
        peer = try directory.agency(forCertificateDER: certificate, atMs: nowMs)
      } catch {
        throw .unpinned
      }
      for text in parts.notes {
        // A note that does not verify changes nothing, and spoils nothing (step 3).
        if let note = try? SignedNote(parsing: text) { _ = directory.apply(note, atMs: nowMs) }
      }
      guard directory.standing(of: peer, atMs: nowMs) != .unknown else { throw .member }
      guard let delivery = parts.delivery else { return Answer("poll") }
      return try receive(delivery, from: peer)
    } catch {
      return Answer(error.rawValue, ["held": .number(held?.size ?? 0)])
    }
  }

  private func receive(
    _ delivery: DeliveryPart,
    from peer: AgencyID
  ) throws(ExchangeCode) -> Answer {
    let owned: OwnedCheckpoint
    do throws(OriginFailure) {
      owned = try directory.checkpoint(delivery.checkpoint, of: peer)
    } catch {
      throw error == .origin ? .origin : .logClosed
    }
    guard let proof = MerkleProof.path(flat: delivery.proof) else { throw .malformed }
    let verdict = WitnessRule.judge(
      held: held.map {
        WitnessState(
          origin: owned.checkpoint.origin,
          key: owned.authority.key,
          size: $0.size,
          root: $0.root,
          note: ""
        )
      },
      offered: owned.checkpoint,
      from: delivery.from,
      proof: proof,
      storedRoot: { stored[$0] }
    )
    switch verdict {
    case .advance, .same, .older: break
    case .needsProof, .fork, .badProof: throw .inconsistent
    }
    // A vector has one item, or two that are alike.
    guard let item = delivery.items.first else { return .ok }
    return judge(item, owned, peer)
  }

  private func judge(_ item: ItemPart, _ owned: OwnedCheckpoint, _ peer: AgencyID) -> Answer {
    let directory = directory
    let check = StatelessCheck(
      me: me,
      peer: peer,
      realm: directory.realm,
      origin: owned.authority.log,
      size: owned.checkpoint.size,
      root: owned.checkpoint.root,
      onlyWithdrawals: !directory.isActive(peer, atMs: nowMs),
      closedLog: { log, note in
        guard let closed = try? directory.checkpoint(note, of: peer), closed.authority.log == log,
          case .past(let size, let root) = closed.authority.standing,
          closed.checkpoint.size == size, closed.checkpoint.root == root
        else { return nil }
        return closed.checkpoint
      }
    )
    do throws(ItemCode) {
      let checked = try check.check(item)
      let state = State(memory: memory, directory: directory, me: me)
      switch StatefulCheck.judge(checked, state: state, me: me, nowMs: nowMs) {
      case .accept: return .ok
      case .repeated: return Answer("repeat")
      case .seqReused: return Answer("seq-reused")
      case .refuse(let code): return Answer(code.rawValue)
      }
    } catch {
      return Answer(error.rawValue)
    }
  }
}

/// What the recipient remembers of earlier messages.
private struct Memory {
  let answers: Set<Digest32>
  let seqs: [UInt64: Digest32]
  let withdrawn: Set<CheckedItem.GrantName>
  let offers: [CheckedItem.GrantName: Digest32]
  let open: Set<Digest32>

  init(_ input: VectorInput) throws {
    answers = Set(try input.byteStrings("answers").map { try Check.wanted(Digest32($0)) })
    open = Set(try input.byteStrings("open").map { try Check.wanted(Digest32($0)) })
    seqs = Dictionary(
      uniqueKeysWithValues: try input.objects("seqs").map {
        (try $0.number("seq"), try $0.digest("message"))
      }
    )
    withdrawn = Set(try input.objects("withdrawn").map { try Self.name($0) })
    offers = Dictionary(
      uniqueKeysWithValues: try input.objects("offers").map {
        (try Self.name($0), try $0.digest("message"))
      }
    )
  }

  private static func name(_ input: VectorInput) throws -> CheckedItem.GrantName {
    CheckedItem.GrantName(
      log: try Check.wanted(LogID(try input.string("log"))),
      index: try input.number("index")
    )
  }
}

/// The memory, with the example's policy and the desks of the recipient's own card.
private struct State: ReceiverState {
  typealias Failure = Never

  let memory: Memory
  let directory: PeerDirectory
  let me: AgencyID

  func answer(to message: Digest32) -> Bool? { memory.answers.contains(message) ? true : nil }
  func message(withSeq seq: UInt64, from peer: AgencyID) -> Digest32? { memory.seqs[seq] }
  func isWithdrawn(_ grant: CheckedItem.GrantName, _ groups: [FieldGroup]) -> Bool {
    memory.withdrawn.contains(grant)
  }
  func offer(on grant: CheckedItem.GrantName) -> Digest32? { memory.offers[grant] }
  func isOwnOpenDisclosure(_ message: Digest32, to peer: AgencyID) -> Bool {
    memory.open.contains(message)
  }
  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) -> Decision? {
    guard policy == directory.policy.sha256 else { return nil }
    return Check.policy.decide(request, under: grant, atMs: nowMs)
  }
  func longestLifeMs(of kind: MessageKind) -> UInt64 { Check.policy.kind(kind)?.lifeMs ?? 0 }
  func deskGroups(ofKey keyID: Digest32) -> [FieldGroup]? {
    guard let owner = directory.deskKey(keyID), owner.agency == me else { return nil }
    return owner.groups
  }
}

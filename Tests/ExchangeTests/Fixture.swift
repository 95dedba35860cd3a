internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// What every test of a delivery starts from: two agencies, a desk, and a log of the sender.
struct Fixture {
  static let realm = known(Digest32(repeatElement(7, count: 32)))
  static let otherRealm = known(Digest32(repeatElement(8, count: 32)))
  static let policy = known(Digest32(repeatElement(9, count: 32)))
  static let register = known(Digest32(repeatElement(10, count: 32)))
  static let ministry = known(AgencyID("ministry.example"))
  static let shelter = known(AgencyID("shelter.example"))
  static let stranger = known(AgencyID("stranger.example"))
  static let log = known(LogID("ministry.example/amonat/log/2"))
  static let pastLog = known(LogID("ministry.example/amonat/log/1"))
  static let need = known(FieldGroup("need"))
  static let identity = known(FieldGroup("identity"))
  static let nowMs: UInt64 = 1_770_000_000_000
  static let dayMs: UInt64 = 86_400_000

  /// The shelter's intake desk.
  static let deskSeed = GuardedSeed()
  static let deskID = DeskKeyID.of(
    agency: shelter,
    desk: known(DeskName("intake")),
    publicKey: deskSeed.key.publicBytes
  )

  static func desk(_ groups: [FieldGroup]) throws -> EnvelopeDraft.Desk {
    EnvelopeDraft.Desk(
      keyID: deskID,
      publicKey: try KeyWrap.PublicKey(deskSeed.key.publicBytes),
      groups: groups
    )
  }

  static func envelope(
    _ groups: [FieldGroup] = [need],
    realm: Digest32 = realm,
    sender: AgencyID = ministry,
    recipient: AgencyID = shelter
  ) throws -> SealedEnvelope {
    try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: realm,
        sender: sender,
        recipient: recipient,
        parts: groups.map { EnvelopeDraft.Part(group: $0, content: Array("{}".utf8)) },
        desks: [try desk(groups)]
      )
    )
  }

  static func notification() -> SealedEnvelope {
    EnvelopeSealer.notify(realm: realm, sender: ministry, recipient: shelter)
  }
}

/// A value that the tests spell out, and so is one.
func known<Value>(_ value: Value?) -> Value {
  guard let value else { preconditionFailure("a fixture is well formed") }
  return value
}

/// A desk key that tests share; a move-only value cannot be a constant of a type.
final class GuardedSeed: Sendable {
  let key = KeyWrap.PrivateKey.generate()
}

/// A log that opens its own events.
final class TestLog {
  private final class NoTiles: TileSource {
    struct Missing: Error {}
    func tile(level: Int, index: UInt64) throws -> ExpandedTile { throw Missing() }
  }

  let name: LogID
  private(set) var tree = LogTree()
  private var kept: [(event: LogEvent, salts: EventSalts)] = []

  init(_ name: LogID, leaves: Int = 3) throws {
    self.name = name
    for _ in 0..<leaves { try append(.pad, []) }
  }

  var size: UInt64 { tree.size }
  var root: Digest32 { tree.root }

  @discardableResult
  func append(
    _ type: EventType,
    realm: Digest32 = Fixture.realm,
    log: LogID? = nil,
    index: UInt64? = nil,
    _ fields: [EventField]
  ) throws -> UInt64 {
    let event = try LogEvent(
      type: type,
      log: (log ?? name).text,
      realm: realm,
      index: index ?? tree.size,
      fields: fields
    )
    let salts = EventSalts.random()
    let leaf = LogLeaf(
      event: event.bytes,
      staff: Commitments.emptyPart,
      personal: Commitments.emptyPart,
      salts: salts
    )
    kept.append((event, salts))
    tree.append(leaf.hash)
    return tree.size - 1
  }

  func opening(_ index: UInt64, closedCheckpoint: String? = nil) throws -> EventOpening {
    let (event, salts) = kept[Int(index)]
    return EventOpening(
      event: event.bytes,
      salt: salts.event,
      staff: Commitments.staff(Commitments.emptyPart, salt: salts.staff),
      personal: Commitments.personal(Commitments.emptyPart, salt: salts.personal),
      path: try tree.inclusionProof(index: index, tiles: NoTiles()),
      closedCheckpoint: closedCheckpoint
    )
  }
}

/// One message of the ministry to the shelter, with every value that a test may want to be wrong.
struct Scenario {
  var type = EventType.disclose
  var kind = "offer"
  var basis = "consent"
  var purpose = "accommodation"
  var groups = ["need"]
  var sealed = [Fixture.need]
  var seq: UInt64 = 1
  var expires = Fixture.nowMs + Fixture.dayMs
  var peer = Fixture.shelter
  var realm = Fixture.realm
  var envelopeRealm = Fixture.realm
  var sender = Fixture.ministry
  var recipient = Fixture.shelter
  var message: Digest32?
  var policy = Fixture.policy
  var ref: Digest32?
  var outcome: String?
  var eventLog: LogID?
  var eventIndexOffset: UInt64 = 0
  var grantType = EventType.grant
  var grantGroups = ["identity", "need"]
  var grantPurpose = "accommodation"
  var grantBasis = "consent"
  var grantPeer = Fixture.shelter
  var grantRealm = Fixture.realm
  var grantUntil = Fixture.nowMs + 30 * Fixture.dayMs
  var renews: UInt64?
  var namedGrant: UInt64?
  var namedGrantLog: LogID?
  var grantInPastLog = false
  var sendsGrant = true
  var withdrawsGrantLog = Fixture.log

  static func notification(_ kind: String, ref: Digest32? = nil) -> Scenario {
    var scenario = Scenario()
    scenario.type = .notify
    scenario.kind = kind
    scenario.sealed = []
    scenario.ref = ref
    scenario.sendsGrant = false
    return scenario
  }

  struct Made {
    let item: ItemPart
    let check: StatelessCheck
    let id: Digest32
    let seq: UInt64
    let grant: CheckedItem.GrantName
    let log: TestLog
  }

  func make() throws -> Made {
    let log = try TestLog(Fixture.log)
    let past = try TestLog(Fixture.pastLog, leaves: 5)
    let grantLog = grantInPastLog ? past : log
    let grant = try appendGrant(to: grantLog)
    let name = CheckedItem.GrantName(
      log: namedGrantLog ?? grantLog.name,
      index: namedGrant ?? grant
    )
    try log.append(.pad, [])
    let envelope =
      sealed.isEmpty
      ? EnvelopeSealer.notify(realm: envelopeRealm, sender: sender, recipient: recipient)
      : try Fixture.envelope(
        sealed,
        realm: envelopeRealm,
        sender: sender,
        recipient: recipient
      )
    let event = try log.append(
      type,
      realm: realm,
      log: eventLog,
      index: log.size + eventIndexOffset,
      fields(message: message ?? envelope.id, grant: name)
    )
    for _ in 0..<6 { try log.append(.pad, []) }
    let note = "the note that closed log 1"
    let closed = Checkpoint(origin: past.name.text, size: past.size, root: past.root)
    return Made(
      item: ItemPart(
        envelope: envelope.bytes,
        event: try log.opening(event),
        grant: sendsGrant
          ? try grantLog.opening(grant, closedCheckpoint: grantInPastLog ? note : nil) : nil
      ),
      check: StatelessCheck(
        me: Fixture.shelter,
        peer: Fixture.ministry,
        realm: Fixture.realm,
        origin: Fixture.log,
        size: log.size,
        root: log.root,
        closedLog: { $0 == Fixture.pastLog && $1 == note ? closed : nil }
      ),
      id: envelope.id,
      seq: seq,
      grant: name,
      log: log
    )
  }

  private func appendGrant(to log: TestLog) throws -> UInt64 {
    guard grantType == .grant else { return try log.append(grantType, []) }
    var fields: [EventField] = [
      .string(.basis, grantBasis), .strings(.groups, grantGroups), .integer(.onward, 0),
      .string(.peer, grantPeer.text), .digest(.policy, policy), .string(.purpose, grantPurpose),
      .digest(.register, Fixture.register), .integer(.until, grantUntil),
    ]
    if let renews { fields.append(.integer(.renews, renews)) }
    return try log.append(.grant, realm: grantRealm, fields)
  }

  private func fields(message: Digest32, grant: CheckedItem.GrantName) -> [EventField] {
    var fields: [EventField] = [
      .integer(.expires, expires), .string(.kind, kind), .digest(.message, message),
      .string(.peer, peer.text), .integer(.seq, seq),
    ]
    if let ref { fields.append(.digest(.ref, ref)) }
    if let outcome { fields.append(.string(.outcome, outcome)) }
    if type == .notify {
      guard kind == "withdraw" else { return fields }
      return fields + [
        .integer(.grant, grant.index), .string(.grantLog, withdrawsGrantLog.text),
        .integer(.until, grantUntil),
      ]
    }
    fields += [
      .string(.basis, basis), .strings(.groups, groups), .digest(.policy, policy),
      .string(.purpose, purpose), .digest(.register, Fixture.register),
    ]
    guard basis != "reply" else { return fields }
    return fields + [
      .integer(.grant, grant.index), .string(.grantLog, grant.log.text),
    ]
  }
}

/// A receiver's memory, spelt out.
struct TestState: ReceiverState {
  var answers: [Digest32: String] = [:]
  var seqs: [UInt64: Digest32] = [:]
  var tombstones: Set<CheckedItem.GrantName> = []
  var takenGroups: [CheckedItem.GrantName: Set<FieldGroup>] = [:]
  var offers: [CheckedItem.GrantName: Digest32] = [:]
  var ownOpen: Set<Digest32> = []
  var desks: [Digest32: [FieldGroup]] = [Fixture.deskID: [Fixture.identity, Fixture.need]]
  var policies: Set<Digest32> = [Fixture.policy]
  /// Policies that may still come.
  var awaited: Set<Digest32> = []
  var decision = Decision.allowed
  var longest = 10 * Fixture.dayMs

  func answer(to message: Digest32) -> String? { answers[message] }
  func message(withSeq seq: UInt64, from peer: AgencyID) -> Digest32? { seqs[seq] }
  func isWithdrawn(_ grant: CheckedItem.GrantName, _ groups: [FieldGroup]) -> Bool {
    tombstones.contains(grant) || groups.contains { takenGroups[grant]?.contains($0) ?? false }
  }
  func offer(on grant: CheckedItem.GrantName) -> Digest32? { offers[grant] }
  func isOwnOpenDisclosure(_ message: Digest32, to peer: AgencyID) -> Bool {
    ownOpen.contains(message)
  }
  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) -> Decision? {
    policies.contains(policy) ? decision : nil
  }
  func hasOutlived(policy: Digest32, atMs nowMs: UInt64) -> Bool { !awaited.contains(policy) }
  func longestLifeMs(of kind: MessageKind) -> UInt64 { longest }
  func deskGroups(ofKey keyID: Digest32) -> [FieldGroup]? { desks[keyID] }
}

extension Scenario.Made {
  /// The code of steps 8 to 17, or `accept`, or `repeat`.
  func outcome(_ state: TestState = TestState(), nowMs: UInt64 = Fixture.nowMs) -> String {
    do throws(ItemCode) {
      let checked = try check.check(item)
      switch StatefulCheck.judge(checked, state: state, me: Fixture.shelter, nowMs: nowMs) {
      case .accept: return "accept"
      case .repeated(let answer): return "repeat \(answer)"
      case .seqReused: return "seq-reused"
      case .refuse(let code): return code.rawValue
      }
    } catch {
      return error.rawValue
    }
  }
}

internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension Living {
  /// What waits for a peer, as parcels.
  func parcels(to peer: Living, always: Bool = false) async throws -> [[UInt8]] {
    let service = CourierService(node: node)
    var out: [[UInt8]] = []
    var request: CourierOut? = CourierOut(to: peer.id, always: always)
    while let asked = request {
      let made = try await service.out(asked, presence())
      guard let text = made.parcel else { break }
      out.append(try #require(Base64.decode(text)))
      request = made.next.map { CourierOut(to: peer.id, after: $0) }
    }
    return out
  }

  /// Carries everything that waits for a peer there, and takes it in.
  @discardableResult
  func carry(to peer: Living) async throws -> [CourierTaken] {
    var out: [CourierTaken] = []
    for parcel in try await parcels(to: peer) { out.append(try await peer.take(parcel)) }
    return out
  }

  func take(_ parcel: [UInt8]) async throws -> CourierTaken {
    try await CourierService(node: node).take(parcel)
  }

  /// Why a parcel is not taken, or `nil`.
  func refusal(of parcel: [UInt8]) async -> String? {
    do {
      _ = try await take(parcel)
      return nil
    } catch {
      return (error as? NodeError)?.code.rawValue ?? "\(error)"
    }
  }

  /// The courier key in the keyring: what an insider of this node has.
  func courierKey() throws -> KeyWrap.PrivateKey {
    let secret = try node.store.keyring.secret(named: "courier")
    var seed = try #require(secret?.copyBytes())
    return try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
  }

  /// What a parcel for this node holds.
  func inside(_ parcel: [UInt8], from sender: Living) throws -> ExchangeParts {
    try ParcelSeal.open(
      parcel,
      realm: node.trust.view.directory.realm,
      recipient: try #require(AgencyID(id)),
      courierKey: try courierKey(),
      senders: [try #require(AgencyID(sender.id))]
    ).exchange
  }

  /// Anybody's parcel for this node.
  func forged(
    _ exchange: ExchangeParts,
    from sender: String,
    realm: Digest32? = nil
  ) throws -> [UInt8] {
    try ParcelSeal.seal(
      exchange,
      realm: realm ?? node.trust.view.directory.realm,
      sender: try #require(AgencyID(sender)),
      recipient: try #require(AgencyID(id)),
      courierKey: try KeyWrap.PublicKey(try courierKey().publicBytes)
    )
  }
}

extension NodeTests {
  /// Messages that travel on a stick.
  @Suite(.serialized) struct CourierTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]
    private static let three = two + [(id: "shelter.example", sector: "ngo")]
    private let day = TestTime.dayMs

    @Test(
      "After 120 dark days everything in time arrives by stick, both ways, with receipts, withdrawal and erasure receipt (PCL-014, PCL-008)"
    )
    func dark() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        for _ in 0..<17 {
          time.pass(ms: 5 * day)
          try await time.settle()
        }
        let name = try await ministry.openCase()
        let first = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let withdrawn = try await ministry.consent(name, to: clinic)
        let second = try await ministry.refer(withdrawn)
        _ = try await time.pass(until: "the first two are delivered") {
          let states = [
            try await ministry.line(first.message)?.state,
            try await ministry.line(second.message)?.state,
          ]
          return states == ["delivered", "delivered"]
        }
        let ministryID = try #require(AgencyID(ministry.id))
        let old = try #require(clinic.node.trust.view.directory.link(of: ministryID)?.link)

        realm.cut()
        time.pass(ms: day)
        try await clinic.act(.ack, on: try #require(try await clinic.line(first.message)))
        let lapsing = try await ministry.refer(try await ministry.consent(name, to: clinic))
        time.pass(ms: 39 * day)
        let lasting = try await ministry.refer(
          try await ministry.consent(name, to: clinic, days: 90)
        )
        #expect(lapsing.state == "queued" && lasting.state == "queued")
        time.pass(ms: 30 * day)
        _ = try await WithdrawalService(node: ministry.node).withdraw(
          ConsentWithdraw(case: name, grants: [withdrawn], confirmation: "in-person"),
          ministry.presence()
        )
        time.pass(ms: 50 * day)
        for _ in 0..<3 { try await time.settle() }
        // The links that each holds of the other have run out, with every day of grace.
        #expect(old.expiresMs + 30 * day < time.nowMs)

        // One stick there …
        let there = try await ministry.carry(to: clinic)
        #expect(there.count == 1 && there[0].from == ministry.id && there[0].refused == [])
        #expect(there[0].proven && there[0].notes >= 1 && there[0].received >= 2)
        #expect(try await clinic.line(lasting.message)?.state == "delivered")
        #expect(try await clinic.line(lapsing.message) == nil)
        #expect(try await ministry.line(lapsing.message)?.outcome == "expired")
        #expect(try await clinic.line(second.message)?.frozen == true)
        // … and the clinic knows where the ministry is now.
        let link = try #require(clinic.node.trust.view.directory.link(of: ministryID)?.link)
        #expect(link.serial > old.serial && link.expiresMs > time.nowMs)

        // Confirmed at a desk there: erased, and its receipt is on the same stick as the answers.
        _ = try await ReferralActions(node: clinic.node).act(
          try #require(try await clinic.line(second.message)).referral,
          .erase,
          ReferralAct(reason: "in-person"),
          clinic.presence()
        )
        _ = try await time.pass(until: "it is erased there, and its receipt waits") {
          try await CourierService(node: clinic.node).waiting().waiting.first?.messages == 2
        }
        let back = try await clinic.carry(to: ministry)
        #expect(back.allSatisfy { $0.refused == [] && $0.proven })
        #expect(back.reduce(0) { $0 + $1.answers } >= 2)
        #expect(try await ministry.line(first.message)?.state == "acknowledged")
        #expect(try await ministry.line(lasting.message)?.state == "delivered")
        let holders = try await WithdrawalService(node: ministry.node).holders(of: name).holders
        #expect(holders.map(\.outcome) == ["erased"])

        // The receipts of that go with the next stick, then nothing waits any more.
        try await ministry.carry(to: clinic)
        try await clinic.carry(to: ministry)
        for node in [ministry, clinic] {
          let counts = try await node.counts()
          #expect(counts["queued"] == 0 && counts["sent"] == 0)
          #expect(try await CourierService(node: node.node).waiting().waiting == [])
        }
        // Its consent ran out in the dark: it stands in the list to be asked again.
        let lapsed = try await ConsentLifeService(node: ministry.node).lapsed()
        #expect(lapsed.grants.contains { $0.grant.peer == clinic.id })
        // With the new link and the card a new referral can be sealed at once.
        let again = try await ministry.refer(try await ministry.consent(name, to: clinic))
        #expect(again.state == "queued" && again.problem == nil)
        try await ministry.carry(to: clinic)
        #expect(try await clinic.line(again.message)?.state == "delivered")
        // The line comes back: nothing is sent twice, and every view is proved.
        realm.mend()
        _ = try await time.pass(until: "the receipt has come by line") {
          try await ministry.line(again.message)?.state == "delivered"
        }
        for node in [ministry, clinic] {
          #expect(try await node.node.store.read { try $0.unproven() } == [])
        }
        #expect(try await clinic.list(.incoming).count == 4)
      }
    }

    @Test(
      "A message that goes by stick and by line is one message, and either receipt ends it (PCL-016)"
    )
    func oneMessage() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        let sent = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let parcel = try #require(try await ministry.parcels(to: clinic).first)
        #expect(try await ministry.counts()["sent"] == 1)
        // A lost stick costs nothing: it goes into the next one, as the same message.
        let second = try #require(try await ministry.parcels(to: clinic).first)
        #expect(parcel != second)
        let (one, other) = (
          try clinic.inside(parcel, from: ministry), try clinic.inside(second, from: ministry)
        )
        #expect(one.delivery?.items.map(\.envelope) == other.delivery?.items.map(\.envelope))
        #expect(try await clinic.take(parcel).received == 1)
        let again = try await clinic.take(parcel)
        #expect(again.received == 0 && again.repeated == 1)
        #expect(try await clinic.list(.incoming).count == 1)
        // The line returns before the stick: the same answer comes by line.
        realm.mend()
        _ = try await time.pass(until: "the receipt has come by line") {
          try await ministry.line(sent.message)?.state == "delivered"
        }
        #expect(try await clinic.list(.incoming).count == 1)
        // The stick with the answers is late, and changes nothing.
        for parcel in try await clinic.parcels(to: ministry, always: true) {
          #expect(try await ministry.take(parcel).answers == 0)
        }
      }
    }

    @Test(
      "A receipt lost with its stick is on the next one, and a repeat is answered again (PCL-008)"
    )
    func lostReceipt() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        let sent = try await ministry.refer(try await ministry.consent(name, to: clinic))
        try await ministry.carry(to: clinic)
        let lost = try await clinic.parcels(to: ministry)
        #expect(lost.count == 1)
        // It is on its way: nothing calls for a parcel any more, but the next one has it again.
        #expect(try await CourierService(node: clinic.node).waiting().waiting == [])
        let next = try #require(try await clinic.parcels(to: ministry, always: true).first)
        #expect(try await ministry.take(next).answers == 1)
        #expect(try await ministry.line(sent.message)?.state == "delivered")
        #expect(try await ministry.take(lost[0]).answers == 0)
      }
    }

    @Test(
      "Parcels that are read in another order are taken, marked as unproven, and proved at the next contact (CHK-033)"
    )
    func otherOrder() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        let first = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let early = try #require(try await ministry.parcels(to: clinic).first)
        let second = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let late = try #require(try await ministry.parcels(to: clinic).first)
        #expect(try await clinic.take(late).proven)
        let taken = try await clinic.take(early)
        #expect(!taken.proven && taken.repeated == 1)
        let unproven = try await clinic.node.store.read { try $0.unproven() }
        #expect(unproven.count == 1)
        // Nobody else is shown it, and nothing of it is cosigned.
        let heard = try await clinic.node.store.read { try $0.newestHeard() }
        #expect(!heard.contains { $0.size == unproven.first?.size })
        // The clinic shows it to the ministry, and the ministry proves it.
        try await clinic.carry(to: ministry)
        for parcel in try await ministry.parcels(to: clinic, always: true) {
          #expect(try await clinic.take(parcel).proven)
        }
        #expect(try await clinic.node.store.read { try $0.unproven() } == [])
        for message in [first, second] {
          #expect(try await ministry.line(message.message)?.state == "delivered")
        }
      }
    }

    @Test("Two parcels in their order are both proved, though no answer came between (PCL-015)")
    func chain() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        for _ in 0..<3 {
          _ = try await ministry.refer(try await ministry.consent(name, to: clinic))
          for taken in try await ministry.carry(to: clinic) { #expect(taken.proven) }
        }
        #expect(try await clinic.list(.incoming).count == 3)
      }
    }

    @Test("Consent is judged again when a parcel is written, and what left in one is withdrawn")
    func consentAtExport() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        let stopped = try await ministry.consent(name, to: clinic)
        let dead = try await ministry.refer(stopped)
        let gone = try await ministry.consent(name, to: clinic)
        let left = try await ministry.refer(gone)
        _ = try await WithdrawalService(node: ministry.node).stop(
          ConsentStop(case: name, grants: [stopped], channel: "in-person"),
          ministry.presence()
        )
        let parcel = try #require(try await ministry.parcels(to: clinic).first)
        #expect(try clinic.inside(parcel, from: ministry).delivery?.items.count == 1)
        // The stick is on its way when she stops the other one too: its holder is told by the next.
        _ = try await WithdrawalService(node: ministry.node).stop(
          ConsentStop(case: name, grants: [gone], channel: "in-person"),
          ministry.presence()
        )
        let word = try await ministry.parcels(to: clinic)
        #expect(!word.isEmpty)
        for parcel in word { _ = try await clinic.take(parcel) }
        // The word has overtaken the message (A3).
        #expect(try await clinic.take(parcel).refused == ["withdrawn"])
        #expect(try await clinic.line(dead.message) == nil)
        #expect(try await clinic.line(left.message) == nil)
      }
    }

    @Test("A parcel that is not what it should be is refused whole, with its code")
    func refused() async throws {
      try await LivingRealm.with(Self.three) { realm in
        let (ministry, clinic, shelter) = (realm.nodes[0], realm.nodes[1], realm.nodes[2])
        realm.cut()
        let name = try await ministry.openCase()
        _ = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let parcel = try #require(try await ministry.parcels(to: clinic).first)
        let exchange = try clinic.inside(parcel, from: ministry)
        let seen = try await clinic.node.store.change { $0.nextIndex }

        #expect(await shelter.refusal(of: parcel) == "courier-key-gone")
        #expect(await clinic.refusal(of: []) == "malformed")
        #expect(await clinic.refusal(of: Array(parcel.dropLast())) == "malformed")
        #expect(await clinic.refusal(of: parcel + [0]) == "malformed")
        #expect(
          await clinic.refusal(of: [UInt8](repeating: 0, count: ParcelSeal.limitBytes + 1))
            == "too-large"
        )
        var flipped = parcel
        flipped[parcel.count - 20] ^= 1
        #expect(await clinic.refusal(of: flipped) == "seal-broken")
        #expect(
          await clinic.refusal(
            of: try clinic.forged(exchange, from: ministry.id, realm: Randomness.digest())
          ) == "seal-broken"
        )
        #expect(
          await clinic.refusal(of: try clinic.forged(exchange, from: "stranger.example"))
            == "seal-broken"
        )
        // Another member's name on the ministry's log, and the other way round.
        #expect(
          await clinic.refusal(of: try clinic.forged(exchange, from: shelter.id)) == "not-yours"
        )
        #expect(
          await clinic.refusal(of: try clinic.forged(ExchangeParts(), from: ministry.id))
            == "malformed"
        )
        let delivery = try #require(exchange.delivery)
        let unsigned = DeliveryPart(
          items: delivery.items,
          checkpoint: delivery.checkpoint.replacingOccurrences(of: "\n— ", with: "\n— x"),
          from: delivery.from,
          proof: delivery.proof
        )
        #expect(
          await clinic.refusal(
            of: try clinic.forged(ExchangeParts(delivery: unsigned), from: ministry.id)
          ) == "origin"
        )
        // Nothing was written, nothing is owed.
        #expect(try await clinic.node.store.change { $0.nextIndex } == seen)
        #expect(try await clinic.list(.incoming) == [])
        #expect(try await CourierService(node: clinic.node).waiting().waiting == [])
        #expect(try await clinic.take(parcel).received == 1)
      }
    }

    @Test("What no log has signed is passed over in a parcel (PCL-013)")
    func unsigned() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        let sent = try await ministry.refer(try await ministry.consent(name, to: clinic))
        try await ministry.carry(to: clinic)
        // Somebody has seen a checkpoint of the clinic, and knows the id of the message.
        let back = try #require(try await clinic.parcels(to: ministry).first)
        let opened = try ministry.inside(back, from: clinic)
        let receipt = try #require(opened.receipt)
        let hex = try #require(sent.message)
        let message = try #require(Digest32(hex: hex))
        let forged = ExchangeParts(
          delivery: DeliveryPart(
            items: [],
            checkpoint: receipt.checkpoint,
            from: 0,
            proof: []
          ),
          notes: [HeldAnswer(seq: 99, withdrawn: [], note: "").text],
          refused: [RefusalPart(message: message, code: .hash)],
          held: 1 << 40
        )
        let taken = try await ministry.take(try ministry.forged(forged, from: clinic.id))
        #expect(taken.answers == 0 && taken.received == 0)
        #expect(try await ministry.line(sent.message)?.state == "queued")
        #expect(try await ministry.counts()["sent"] == 1)
        // Nor does an event of another log make a receipt.
        var borrowed = receipt.events
        let again = try #require(try await ministry.parcels(to: clinic).first)
        borrowed[0] = try clinic.inside(again, from: ministry).delivery?.items[0].event
        let other = ReceiptPart(
          events: borrowed,
          checkpoint: receipt.checkpoint,
          from: 0,
          proof: [],
          cosignature: ""
        )
        let tried = try await ministry.take(
          try ministry.forged(ExchangeParts(receipt: other), from: clinic.id)
        )
        #expect(tried.answers == 0)
        #expect(try await ministry.take(back).answers == 1)
        #expect(try await ministry.line(sent.message)?.state == "delivered")
      }
    }

    @Test(
      "More than 64 messages go in several parcels, and what is known of the peer outlives a start"
    )
    func many() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        realm.cut()
        let name = try await ministry.openCase()
        for _ in 0..<66 {
          _ = try await ministry.refer(try await ministry.consent(name, to: clinic))
        }
        let taken = try await ministry.carry(to: clinic)
        #expect(taken.map(\.received) == [64, 2] && taken.allSatisfy(\.proven))
        let back = try await clinic.carry(to: ministry)
        #expect(back.map(\.answers) == [64, 2])
        try await realm.time.settle()
        await ministry.stop()
        try await ministry.wake()
        _ = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let next = try #require(try await ministry.parcels(to: clinic).first)
        let delivery = try clinic.inside(next, from: ministry).delivery
        #expect(try #require(delivery).from > 0)
        #expect(try await clinic.take(next).proven)
      }
    }
  }
}

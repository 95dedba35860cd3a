internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Testing
internal import TransparencyLog

/// Attacks that were found on paper, at the level of messages.
@Suite struct AttackTests {
  @Test("B10: what a recipient is shown names no worker, no desk and no time")
  func staffStaysHome() throws {
    let staff = try StaffPart(
      timeMs: Fixture.nowMs,
      isAboutPerson: true,
      actor: "u-4f2a",
      desk: "intake-desk"
    )
    let made = try Scenario().make()
    let parts = ExchangeParts(
      delivery: DeliveryPart(items: [made.item], checkpoint: "x", from: 0, proof: [])
    )
    let sent = String(decoding: parts.encoded, as: UTF8.self)
    for word in ["u-4f2a", "intake-desk", "\"time\"", "\(Fixture.nowMs)"] {
      #expect(!sent.contains(word), "\(word)")
    }
    // The commitment under another salt is another one, so two recipients cannot compare it.
    let salts = [EventSalts.random(), EventSalts.random()]
    let commitments = salts.map { Commitments.staff(staff.bytes, salt: $0.staff) }
    #expect(commitments[0] != commitments[1])
  }

  @Test("C4: what a desk opens is content and its group, and nothing that proves it to others")
  func nothingToProve() throws {
    let envelope = try CheckedEnvelope(stored: try Fixture.envelope().bytes)
    let opened = try EnvelopeOpener.open(
      envelope,
      keyID: Fixture.deskID,
      deskKey: Fixture.deskSeed.key
    )
    let first = try #require(opened.first)
    let held = Mirror(reflecting: first).children.compactMap(\.label)
    #expect(held == ["group", "content"])
  }

  @Test("C10: a compartment that is still missing is asked for, before anything is logged")
  func blobsFollow() throws {
    let made = try Scenario().make()
    let envelope = try CheckedEnvelope(stored: made.item.envelope)
    // The same envelope with the place of its compartment empty has the same id.
    let end = made.item.envelope.count - (envelope.rows.first?.ciphertext.count ?? 0)
    var bytes = Array(made.item.envelope[..<end])
    while bytes.last != 0x22 { bytes.removeLast() }
    bytes.append(0)
    let event = try #require(made.item.event)
    let item = ItemPart(envelope: bytes, event: event, grant: made.item.grant)
    let checked = try made.check.check(item)
    #expect(checked.id == made.id && checked.envelope.blobs.count == 1)
    let verdict = StatefulCheck.judge(
      checked,
      state: TestState(),
      me: Fixture.shelter,
      nowMs: Fixture.nowMs
    )
    #expect(verdict.code == .blobsWanted && !ItemCode.blobsWanted.refusesWithEvent)
    // Everything else is judged first: no upload for what would be refused.
    var withdrawn = TestState()
    withdrawn.tombstones = [made.grant]
    let refused = StatefulCheck.judge(
      checked,
      state: withdrawn,
      me: Fixture.shelter,
      nowMs: Fixture.nowMs
    )
    #expect(refused.code == .withdrawn)
  }

  @Test("C17: one opening serves one message, and one leaf one index")
  func oneOpeningOneMessage() throws {
    let one = try Scenario().make()
    let other = try Scenario().make()
    let item = ItemPart(
      envelope: other.item.envelope,
      event: try #require(one.item.event),
      grant: one.item.grant
    )
    #expect(throws: ItemCode.notLogged) { try one.check.check(item) }
  }

  @Test("D4: what a suspended member sent is refused without looking at when it was logged")
  func suspendedMeanwhile() throws {
    let made = try Scenario().make()
    let suspended = StatelessCheck(
      me: Fixture.shelter,
      peer: Fixture.ministry,
      realm: Fixture.realm,
      origin: Fixture.log,
      size: made.log.size,
      root: made.log.root,
      onlyWithdrawals: true
    )
    #expect(throws: ItemCode.member) { try suspended.check(made.item) }
    #expect(throws: Never.self) { try made.check.check(made.item) }
  }

  @Test("D7: bytes that carry one message under another name are refused")
  func oneName() throws {
    let one = try Scenario().make()
    let other = try Scenario().make()
    #expect(CheckedEnvelope.claimedID(one.item.envelope) == one.id)
    #expect(one.id != other.id)
    var named = Scenario()
    named.message = other.id
    #expect(try named.make().outcome() == "not-logged")
  }
}

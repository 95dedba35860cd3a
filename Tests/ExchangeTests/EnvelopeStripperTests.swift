internal import Exchange
internal import ReferralModel
internal import Testing

/// One group goes, without a key, and the rest still opens (WDR-016).
@Suite struct EnvelopeStripperTests {
  @Test("A group that is taken out is gone, and the others open as before")
  func one() throws {
    let sealed = try Fixture.envelope([Fixture.identity, Fixture.need])
    let whole = try CheckedEnvelope(stored: sealed.bytes)
    let (left, gone) = EnvelopeStripper.strip(sealed.bytes, of: [Fixture.identity])
    let stripped = try CheckedEnvelope(stored: #require(left))
    #expect(gone == [whole.rows[0].ciphertext])
    #expect(stripped.id == whole.id)
    #expect(EnvelopeStripper.groups(in: stripped.bytes) == [Fixture.need])
    let opened = try EnvelopeOpener.open(
      stripped,
      keyID: Fixture.deskID,
      deskKey: Fixture.deskSeed.key
    )
    #expect(opened.map(\.group) == [Fixture.need])
    // Again: nothing more to take.
    #expect(EnvelopeStripper.strip(stripped.bytes, of: [Fixture.identity]).gone.isEmpty)
  }

  @Test("When the last group goes, nothing is left of the envelope")
  func all() throws {
    let sealed = try Fixture.envelope([Fixture.identity, Fixture.need])
    let (left, gone) = EnvelopeStripper.strip(
      sealed.bytes,
      of: [Fixture.identity, Fixture.need]
    )
    #expect(left == nil && gone.count == 2)
  }

  @Test("What is no envelope goes whole")
  func broken() {
    let bytes = Array("no envelope".utf8)
    let (left, gone) = EnvelopeStripper.strip(bytes, of: [Fixture.need])
    #expect(left == nil && gone == [bytes])
    #expect(EnvelopeStripper.groups(in: bytes).isEmpty)
  }

  @Test("A group that an envelope does not have takes nothing")
  func other() throws {
    let sealed = try Fixture.envelope()
    let (left, gone) = EnvelopeStripper.strip(sealed.bytes, of: [Fixture.identity])
    #expect(left == sealed.bytes && gone.isEmpty)
  }
}

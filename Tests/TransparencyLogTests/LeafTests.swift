internal import CanonicalBytes
internal import Sealing
internal import Testing

@testable internal import TransparencyLog

@Suite struct LeafTests {
  @Test("The worked example of an offer's leaf")
  func workedExample() throws {
    let event = try Sample.offer()
    #expect(event.bytes.count == 551)
    let staff = try StaffPart(
      timeMs: 1_767_225_600_000,
      isAboutPerson: true,
      actor: "u1",
      desk: "intake"
    )
    let personal = try PersonalPart(subject: String(repeating: "ab", count: 16))
    let salt = PersonalKey(Sample.fill(3)).salt(log: Sample.log, index: 9)
    #expect(salt.hex == "badbc9cc54acacb8ae73cf0d6fddd88d052ad04d7a25e27b688211a77298f67d")
    let leaf = LogLeaf(
      event: event.bytes,
      staff: staff.bytes,
      personal: personal.bytes,
      salts: EventSalts(event: Sample.fill(1), staff: Sample.fill(2), personal: salt)
    )
    let expected =
      "016fd21c70161cfb9b390d64fcd17743ecb9437a36c8f30c79851ab268400b6755f00a625a65d8f260ee04c3d6"
      + "9f9a679435e4ad69c6411ddd32cc54c88cde9e84d886e370712a9a3369cc43c702ab0604f504bbf385610da7f1"
      + "9b39c3ebdd8619"
    #expect(Hex.encode(leaf.bytes) == expected)
    #expect(
      leaf.hash.hex == "c16d68e4f74041c05d86434cbe08d4e6c2b620127d9ab6e7df227abd64fee64b"
    )
  }

  @Test("The worked example of a pad's leaf: nothing but its key and index is stored")
  func pad() throws {
    let leaf = try PadKey(Sample.fill(5)).leaf(log: Sample.log, realm: Sample.realm, index: 3)
    let expected =
      "01f2b802c87a6fbe56c75e7eeec4cf453922c21cce4eaf6e8f3d30cf5a21c370ea76f89a879717a20f405f373d"
      + "f5315ef729e51c4a8211513d5e0014d0dc541a4af05eecb7d48d6ae7d0f67b062e63714d5d7d2aff51bc1f69f5"
      + "761001ceb90ad6"
    #expect(Hex.encode(leaf.bytes) == expected)
    let salts = PadKey(Sample.fill(5)).salts(index: 3)
    #expect(Set([salts.event, salts.staff, salts.personal]).count == 3)
    #expect(PadKey(Sample.fill(5)).salts(index: 4).event != salts.event)
  }

  @Test("C3: a salt is 32 bytes by its type, a leaf 97 bytes that begin with 01")
  func lengths() throws {
    #expect(Digest32([UInt8](repeating: 1, count: 31)) == nil)
    #expect(Digest32([UInt8](repeating: 1, count: 33)) == nil)
    #expect(Digest32([UInt8](repeating: 1, count: 65)) == nil)
    let leaf = LogLeaf(event: Sample.fill(1), staff: Sample.fill(2), personal: Sample.fill(3))
    #expect(leaf.bytes.count == 97 && leaf.bytes[0] == 1)
    #expect(LogLeaf(parsing: leaf.bytes) == leaf)
    #expect(LogLeaf(parsing: leaf.bytes + [0]) == nil)
    #expect(LogLeaf(parsing: Array(leaf.bytes.dropLast())) == nil)
    var other = leaf.bytes
    other[0] = 2
    #expect(LogLeaf(parsing: other) == nil)
  }

  @Test("One part under one salt commits differently as event, staff and personal part")
  func labels() {
    let (part, salt) = (Commitments.emptyPart, Sample.fill(1))
    let all = [
      Commitments.event(part, salt: salt), Commitments.staff(part, salt: salt),
      Commitments.personal(part, salt: salt), Commitments.event(part, salt: Sample.fill(2)),
      Commitments.event([], salt: salt),
    ]
    #expect(Set(all).count == all.count)
  }

  @Test("Personal salts differ by key, log and index, and the secrets print nothing")
  func personalSalts() throws {
    let key = PersonalKey(Sample.fill(1))
    let all = [
      key.salt(log: "a", index: 1), key.salt(log: "a", index: 2), key.salt(log: "b", index: 1),
      PersonalKey(Sample.fill(2)).salt(log: "a", index: 1),
    ]
    #expect(Set(all).count == all.count)
    #expect("\(key)" == "PersonalKey" && String(reflecting: key) == "PersonalKey")
    #expect("\(PadKey.random())" == "PadKey" && "\(EventSalts.random())" == "EventSalts")
    let salts = EventSalts.random(personal: Sample.fill(9))
    #expect(salts.personal == Sample.fill(9) && salts.event != salts.staff)
    #expect(Mirror(reflecting: salts).children.isEmpty)
    let event = try Sample.offer()
    #expect("\(event)" == "disclose@9" && Mirror(reflecting: event).children.isEmpty)
  }

  /// A log of 21 leaves with the offer at its index, and the offer's opening.
  private func opened() throws -> (EventOpening, LogTree) {
    let event = try Sample.offer()
    let salts = EventSalts.random()
    let leaf = LogLeaf(
      event: event.bytes,
      staff: Commitments.emptyPart,
      personal: Commitments.emptyPart,
      salts: salts
    )
    var tree = LogTree()
    for number in 0..<21 { tree.append(number == 9 ? leaf.hash : Sample.leaf(number)) }
    let path = try tree.inclusionProof(index: 9, tiles: TileShelf())
    return (
      EventOpening(
        event: event.bytes,
        salt: salts.event,
        staff: leaf.staff,
        personal: leaf.personal,
        path: path
      ), tree
    )
  }

  @Test("An opening verifies, and gives its event")
  func opening() throws {
    let (opening, tree) = try opened()
    let event = try opening.verify(size: tree.size, root: tree.root)
    #expect(event.type == .disclose && event.index == 9 && event.string(.peer) == "health.example")
    #expect(throws: OpeningFailure.notLogged) {
      try opening.verify(size: 40, root: tree.root)
    }
    #expect(throws: OpeningFailure.notLogged) { try opening.verify(size: 9, root: tree.root) }
    #expect(throws: OpeningFailure.notLogged) {
      try opening.verify(size: tree.size, root: Sample.leaf(1))
    }
  }

  @Test("Any single flipped bit of an opening is refused")
  func bitFlips() throws {
    let (opening, tree) = try opened()
    func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
      var copy = bytes
      copy[bit / 8] ^= 1 << (bit % 8)
      return copy
    }
    func refused(
      event: [UInt8]? = nil,
      salt: [UInt8]? = nil,
      staff: [UInt8]? = nil,
      personal: [UInt8]? = nil,
      path: [UInt8]? = nil
    ) throws {
      let changed = EventOpening(
        event: event ?? opening.event,
        salt: salt.flatMap { Digest32($0) } ?? opening.salt,
        staff: staff.flatMap { Digest32($0) } ?? opening.staff,
        personal: personal.flatMap { Digest32($0) } ?? opening.personal,
        path: try path.map { try #require(MerkleProof.path(flat: $0)) } ?? opening.path
      )
      #expect(throws: OpeningFailure.self) {
        try changed.verify(size: tree.size, root: tree.root)
      }
    }
    for bit in 0..<(opening.event.count * 8) {
      try refused(event: flipped(opening.event, bit))
    }
    for bit in 0..<256 {
      try refused(salt: flipped(opening.salt.bytes, bit))
      try refused(staff: flipped(opening.staff.bytes, bit))
      try refused(personal: flipped(opening.personal.bytes, bit))
    }
    let path = MerkleProof.flat(opening.path)
    for bit in 0..<(path.count * 8) { try refused(path: flipped(path, bit)) }
  }

  @Test("C17: one leaf cannot be opened at another index")
  func otherIndex() throws {
    let (opening, tree) = try opened()
    let moved = try Sample.offer(index: 10)
    let changed = EventOpening(
      event: moved.bytes,
      salt: opening.salt,
      staff: opening.staff,
      personal: opening.personal,
      path: try tree.inclusionProof(index: 10, tiles: TileShelf())
    )
    #expect(throws: OpeningFailure.notLogged) {
      try changed.verify(size: tree.size, root: tree.root)
    }
  }
}

internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

@testable internal import Audit

/// The pieces of the inner loop, held to the plain ones.
@Suite struct PieceTests {
  @Test("Pads are hashed as the log hashes them")
  func pads() throws {
    let log = try TestLog(try World.shared.get(), try World.shared.get().ministry)
    let head = BundleHead(
      log: try unwrapped(LogID(log.name)),
      madeMs: 1,
      realm: log.world.realm,
      root: .zero,
      size: 9
    )
    var hasher = PadHasher(padKey: log.padKey.bytes, head: head)
    for index in [0, 1, 255, 256, 1 << 40] as [UInt64] {
      let pad = try log.padKey.leaf(log: log.name, realm: log.world.realm, index: index)
      #expect(hasher.hash(index: index) == pad.hash)
    }
  }

  @Test("A word keeps its number, whatever was asked between; an unknown one gets none by asking")
  func words() {
    let table = WordTable()
    // More than are kept at hand, and with the same first, middle and last letters.
    let words = (0..<500).map { "a\($0 % 10)m\($0)z" }
    let numbers = words.map { table.number($0) }
    #expect(Set(numbers).count == words.count && table.count == words.count)
    for (word, number) in zip(words, numbers).reversed() {
      #expect(table.number(word) == number && table.text(number) == word)
      #expect(table.known(Array(word.utf8)[...]) == number)
    }
    #expect(table.known(Array("b".utf8)[...]) == nil && table.known([]) == nil)
    #expect(table.count == words.count)
  }

  @Test("Grants are found by their index, with the first withdrawal and offer of each")
  func grants() {
    var table = GrantTable()
    let narrow = GrantTable.Scope(peer: 1, purpose: 2, policy: 3, groups: 0b0101)
    let wide = GrantTable.Scope(peer: 1, purpose: 2, policy: 3, groups: 0b1101)
    #expect(table[0] == nil)
    for number in 0..<10_000 as Range<UInt64> {
      table.add(3 * number + 1, number.isMultiple(of: 2) ? narrow : wide, untilMs: number)
    }
    for number in [0, 1, 4_095, 4_096, 8_191, 8_192, 9_999] as [UInt64] {
      let grant = table[3 * number + 1]
      #expect(grant?.index == 3 * number + 1 && grant?.untilMs == number)
      #expect(grant?.scope == (number.isMultiple(of: 2) ? narrow : wide))
      #expect(table[3 * number] == nil && table[3 * number + 2] == nil)
    }
    #expect(table[1 << 50] == nil)
    table.withdraw(4, at: 100)
    table.withdraw(4, at: 200)
    table.withdraw(5, at: 100)
    #expect(table[4]?.withdrawnAt == 100 && table[1]?.withdrawnAt == nil)
    let offered = [4, 4, 7].map { table.offer($0) }
    #expect(offered == [false, true, false])
    #expect(wide.covers(narrow) && !narrow.covers(wide) && wide.covers(wide))
    for other in [
      GrantTable.Scope(peer: 9, purpose: 2, policy: 3, groups: 1),
      GrantTable.Scope(peer: 1, purpose: 9, policy: 3, groups: 1),
      GrantTable.Scope(peer: 1, purpose: 2, policy: 9, groups: 1),
    ] {
      #expect(!wide.covers(other))
    }
  }

  @Test("The right edge gives the tree's root at every size")
  func rootStack() throws {
    var stack = RootStack()
    var tree = LogTree()
    #expect(stack.root == tree.root)
    for number in 0..<70 {
      let leaf = message("leaf \(number)")
      stack.append(leaf)
      tree.append(leaf)
      #expect(stack.root == tree.root)
    }
    #expect(stack.size == 70)
  }

  @Test("Bits are set, cleared and found in runs, across words")
  func bits() {
    var bits = LeafBits()
    for index in [0, 1, 2, 63, 64, 65, 128, 300] as [UInt64] { bits.set(index) }
    #expect(bits[63] && bits[64] && !bits[66] && !bits[10_000])
    var runs: [ClosedRange<UInt64>] = []
    bits.runs { runs.append($0) }
    #expect(runs == [0...2, 63...65, 128...128, 300...300])
    runs = []
    bits.runs(in: 2...64) { runs.append($0) }
    #expect(runs == [2...2, 63...64])
    bits.clear(1...64)
    runs = []
    bits.runs { runs.append($0) }
    #expect(runs == [0...0, 65...65, 128...128, 300...300])
    bits.clear(0...(1 << 50))
    bits.runs { _ in Issue.record("nothing is left") }
  }

  @Test("Lines come whole out of chunks of any size")
  func splitter() {
    let text = Array("one\n\nthree is longer\nfour".utf8)
    for size in 1...text.count {
      var splitter = LineSplitter()
      var lines: [String] = []
      var start = 0
      while start < text.count {
        let end = min(start + size, text.count)
        let fits = splitter.feed(Array(text[start..<end])) { bytes, range in
          lines.append(LineBytes.text(bytes, range))
          return true
        }
        #expect(fits)
        start = end
      }
      #expect(lines == ["one", "", "three is longer"])
      #expect(splitter.hasRest)
    }
  }

  @Test(
    "Numbers have one form",
    arguments: [
      ("0", 0), ("7", 7), ("9007199254740991", 9_007_199_254_740_991), ("", nil), ("00", nil),
      ("01", nil), ("9007199254740992", nil), ("99999999999999999", nil), ("-1", nil), ("1 ", nil),
    ] as [(String, UInt64?)]
  )
  func numbers(_ text: String, _ value: UInt64?) {
    let bytes = Array(text.utf8)
    #expect(LineBytes.number(bytes, 0..<bytes.count) == value)
  }

  @Test(
    "Ranges of an erasure have one form",
    arguments: [
      ("3-3", 3...3), ("0-10", 0...10), ("5-4", nil), ("5", nil), ("-5", nil), ("5-", nil),
      ("05-6", nil), ("5-6-7", nil),
    ] as [(String, ClosedRange<UInt64>?)]
  )
  func ranges(_ text: String, _ value: ClosedRange<UInt64>?) {
    #expect(LineBytes.indexRange(text) == value)
  }

  @Test("Hexadecimal of a field is 64 lower-case digits")
  func hexadecimal() {
    let digest = message("digest")
    let bytes = Array("x\(digest.hex)y".utf8)
    #expect(LineBytes.digest(bytes, 1..<65) == digest)
    #expect(LineBytes.digest(bytes, 0..<64) == nil)
    #expect(LineBytes.digest(bytes, 1..<64) == nil)
    let upper = Array(digest.hex.uppercased().utf8)
    #expect(LineBytes.digest(upper, 0..<64) == nil)
  }

  @Test("A head is read as it was written, and nothing else is")
  func head() throws {
    let head = BundleHead(
      log: try unwrapped(LogID("a.example/amonat/log/2")),
      madeMs: 5,
      realm: message("r"),
      root: message("o"),
      size: 12
    )
    #expect(try BundleHead(parsing: head.encoded) == head)
    let text = String(decoding: head.encoded, as: UTF8.self)
    for (old, new) in [
      ("a.example\"", "b.example\""), ("\"size\":12", "\"size\":\"12\""),
      ("{\"agency", "{ \"agency"),
      ("\"made\":5,", ""),
    ] {
      let changed = Array(text.replacing(old, with: new).utf8)
      #expect(throws: BundleHead.Failure.malformed) { try BundleHead(parsing: changed) }
    }
  }
}

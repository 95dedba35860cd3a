internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

@testable internal import Audit

@Suite struct BundleTests {
  @Test("A whole referral of two agencies passes, in chunks of any size")
  func clean() throws {
    let referral = try Referral()
    for bundle in [referral.ministryBundle, referral.shelterBundle] {
      let bytes = try bundle.bytes()
      for chunk in [1 << 20, 4096, 777] {
        let found = findings(bytes, realm: referral.world.realm, chunk: chunk)
        #expect(codes(found) == [], "\(found)")
        #expect(found.allSatisfy { $0.severity == .note })
      }
    }
  }

  @Test("The summary counts events, pads, peers and receipts, and names nobody")
  func summary() throws {
    let referral = try Referral()
    var verifier = BundleVerifier(name: "m") { _ in }
    verifier.feed(try referral.ministryBundle.bytes())
    let summary = verifier.finish()
    #expect(summary.isWhole)
    #expect(summary.head?.log.text == referral.ministry.name)
    #expect(summary.events["disclose"] == 2)
    #expect(summary.events["grant"] == 1)
    #expect(summary.sent == ["shelter.example": 3])
    #expect(summary.received == ["shelter.example": 1])
    #expect(summary.receipts == 3)
    #expect(summary.pads == UInt64(referral.ministry.leaves.filter(\.isPad).count))
    #expect(summary.settledSize == referral.ministry.size)
    #expect(summary.policies == [referral.world.policyHash.hex])
  }

  @Test("A bundle that breaks off after any line is refused as truncated (AUD-003)")
  func truncated() throws {
    let bytes = try Referral().shelterBundle.bytes()
    let ends = bytes.indices.filter { bytes[$0] == 0x0A }
    #expect(ends.count > 15)
    // After each line, and in the middle of the last.
    for end in ends.dropLast().map({ $0 + 1 }) + [0, bytes.count - 1, bytes.count - 30] {
      let found = findings(Array(bytes[..<end]))
      #expect(found.last?.code == .bundleTruncated, "cut at \(end)")
    }
  }

  @Test("A bundle that goes on after its end line is refused (AUD-003)")
  func trailing() throws {
    let bytes = try Referral().shelterBundle.bytes()
    for tail in ["x", "\n", "end\t1\t2\n"] {
      let found = findings(bytes + Array(tail.utf8))
      #expect(codes(found) == [.bundleMalformed], "after \(tail.debugDescription)")
    }
  }

  @Test("One flipped bit in any byte of a bundle is found (AUD-004)")
  func flipped() throws {
    // Without the policy, whose many bytes are all covered by one line.
    let world = try World.shared.get()
    let log = try TestLog(world, world.shelter)
    try log.pad()
    let taken = try log.receive(message("one"), from: world.ministry)
    try log.pad()
    try log.erase(["0-1"], cause: taken)
    var bundle = TestBundle(log)
    bundle.policies = [Array("x".utf8)]
    bundle.cards = [world.shelter]
    bundle.marks = [4: try log.note(4)]
    bundle.seen = [(try TestLog(world, world.ministry), 2, nil)]
    let bytes = try bundle.bytes()

    // The reader is a value: what stands before a line is read once.
    var before: [BundleVerifier] = []
    let box = FindingBox()
    var verifier = BundleVerifier(name: "one") { box.found.append($0) }
    var lineStarts = [0]
    for (position, byte) in bytes.enumerated() where byte == 0x0A {
      lineStarts.append(position + 1)
    }
    for (line, start) in lineStarts.dropLast().enumerated() {
      before.append(verifier)
      verifier.feed(Array(bytes[start..<lineStarts[line + 1]]))
    }
    box.found = []
    var missed: [Int] = []
    for (line, start) in lineStarts.dropLast().enumerated() {
      for position in start..<lineStarts[line + 1] {
        var changed = Array(bytes[start...])
        changed[position - start] ^= 1 << UInt8((position * 5 + 3) % 8)
        var reader = before[line]
        box.found = []
        reader.feed(changed)
        _ = reader.finish()
        let isFound = box.found.contains { $0.code == .bundleAltered || $0.code.stopsReading }
        if !isFound { missed.append(position) }
      }
    }
    #expect(missed == [])
  }

  @Test("A changed byte is named by line, byte and leaf")
  func places() throws {
    let bytes = try Referral().ministryBundle.bytes()
    var changed = bytes
    let line = try unwrapped(lines(bytes).firstIndex { $0.contains("\"kind\":\"offer\"") })
    var start = 0
    for _ in 0..<line { start = try unwrapped(bytes[start...].firstIndex(of: 0x0A)) + 1 }
    let digit = start + 5
    changed[digit] = changed[digit] == 0x30 ? 0x31 : 0x30
    let found = findings(changed)
    let mismatch = try unwrapped(found.first { $0.code == .leafMismatch })
    #expect(mismatch.line == UInt64(line) + 1)
    #expect(mismatch.offset == UInt64(start))
    #expect(mismatch.leaves == 4...4)
    #expect(codes(found).last == .bundleAltered || codes(found).contains(.bundleAltered))
    #expect(mismatch.place(.en) == "leaf 4, line \(line + 1), byte \(start)")
  }

  @Test("A changed word of an answered event is that leaf's finding, and the reading goes on")
  func changedWord() throws {
    let text = lines(try Referral().ministryBundle.bytes())
    for (old, new) in [("\"kind\":\"offer\"", "\"kind\":\"oFfer\""), ("disclose", "dizclose")] {
      let line = try unwrapped(text.firstIndex { $0.contains("\"kind\":\"offer\"") })
      var changed = text
      changed[line] = changed[line].replacing(old, with: new)
      let found = codes(findings(finished(changed)))
      #expect(found.starts(with: [.leafMismatch, .eventMalformed]), "\(found)")
      #expect(!found.contains { $0.stopsReading })
    }
  }

  @Test("The writer keeps the order of the format and its indices")
  func writerOrder() throws {
    let referral = try Referral()
    let log = referral.ministry
    let head = BundleHead(
      log: try unwrapped(LogID(log.name)),
      madeMs: 1,
      realm: referral.world.realm,
      root: log.root(2),
      size: 2
    )
    var writer = try BundleWriter(head: head, padKey: log.padKey.bytes) { _ in }
    #expect(throws: BundleWriteFailure.order(word: "checkpoint")) { try writer.checkpoint([1]) }
    try writer.card([1])
    #expect(throws: BundleWriteFailure.order(word: "register")) { try writer.register([1]) }
    #expect(throws: BundleWriteFailure.length(word: "card")) { try writer.card([]) }
    try writer.checkpoint([1])
    #expect(throws: BundleWriteFailure.order(word: "view")) { try writer.view([1]) }
    #expect(throws: BundleWriteFailure.index(expected: 0)) { try writer.pads(first: 1, last: 1) }
    try writer.pads(first: 0, last: 0)
    #expect(throws: BundleWriteFailure.order(word: "end")) { try writer.finish() }
    try writer.pads(first: 1, last: 1)
    #expect(throws: BundleWriteFailure.order(word: "mark")) { try writer.mark([1]) }
    try writer.finish()
  }
}

/// Findings that copies of one reader share.
final class FindingBox {
  var found: [Finding] = []
}

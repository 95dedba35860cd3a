internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

@testable internal import Audit

/// The form of a bundle, and what stops the reading.
@Suite struct FormTests {
  let world: World
  let log: TestLog
  let good: [String]

  init() throws {
    world = try World.shared.get()
    log = try TestLog(world, world.shelter)
    for _ in 0..<3 { try log.pad() }
    var bundle = TestBundle(log)
    bundle.cards = [world.ministry, world.shelter]
    bundle.marks = [3: try log.note(3, by: [world.ministry])]
    let peer = try TestLog(world, world.ministry)
    bundle.seen = [(peer, 1, nil), (peer, 2, nil)]
    good = lines(try bundle.bytes())
  }

  @Test("The lines as written pass")
  func passes() { #expect(codes(findings(finished(good))) == []) }

  @Test(
    "A line that is not in the grammar, or not in its place, is refused (AUD-002)",
    arguments: [
      "swap head", "no pad-key", "no register", "no card", "no checkpoint", "policy after card",
      "cards swapped", "register twice", "pads wrong", "pads twice", "pads past end", "leaf short",
      "leaf hex", "leaf upper", "extra field", "mark twice", "mark early", "view alone",
      "receipt alone", "seen order", "seen twice", "unknown word", "empty line", "leaf missing",
      "leaf extra", "magic", "number zero", "base64",
    ]
  )
  func malformed(_ change: String) throws {
    var lines = good
    func position(_ word: String) throws -> Int {
      try unwrapped(lines.firstIndex { $0.hasPrefix(word + "\t") || $0 == word })
    }
    switch change {
    case "swap head": lines.swapAt(1, 2)
    case "no pad-key": lines.remove(at: 2)
    case "no register": lines.remove(at: try position("register"))
    case "no card": lines.removeAll { $0.hasPrefix("card\t") }
    case "no checkpoint": lines.remove(at: try position("checkpoint"))
    case "policy after card": lines.swapAt(try position("policy"), try position("card"))
    case "cards swapped": lines.swapAt(try position("card"), try position("card") + 1)
    case "register twice":
      lines.insert(lines[try position("register")], at: try position("register"))
    case "pads wrong": lines[try position("pads")] = "pads\t3\t3"
    case "pads twice":
      let index = try unwrapped(lines.lastIndex { $0.hasPrefix("pads\t") })
      lines[index] = "pads\t3\t3"
      lines.insert("pads\t4\t4", at: index + 1)
    case "pads past end":
      lines[try unwrapped(lines.lastIndex { $0.hasPrefix("pads\t") })] = "pads\t3\t5"
    case "leaf short": lines[try position("leaf")] = "leaf\tabc"
    case "leaf hex":
      let index = try position("leaf")
      lines[index] = "leaf\tx" + lines[index].dropFirst(6)
    case "leaf upper":
      let index = try position("leaf")
      lines[index] = lines[index].prefix(60) + "A" + lines[index].dropFirst(61)
    case "extra field": lines[try position("leaf")] += "\t"
    case "mark twice": lines.insert(lines[try position("mark")], at: try position("mark"))
    case "mark early":
      let mark = lines.remove(at: try position("mark"))
      lines.insert(mark, at: try position("pads"))
    case "view alone":
      let mark = lines[try position("mark")]
      lines.insert("view" + mark.dropFirst(4), at: try position("pads"))
    case "receipt alone":
      let hex = String(repeating: "0", count: 64)
      lines.insert("receipt\t{}\t\(hex)\t\(hex)\t\(hex)\t-", at: try position("pads"))
    case "seen order": lines.swapAt(lines.count - 1, lines.count - 2)
    case "seen twice": lines.append(lines[lines.count - 1])
    case "unknown word": lines.insert("hello\tworld", at: try position("leaf"))
    case "empty line": lines.insert("", at: try position("leaf"))
    case "leaf missing": lines.removeAll { $0.hasPrefix("pads\t3") }
    case "leaf extra": lines.insert("pads\t5\t5", at: try position("seen"))
    case "magic": lines[0] = "amonat-audit-bundle/v2"
    case "number zero": lines[try position("pads")] = "pads\t02\t2"
    default: lines[try position("register")] += "="
    }
    #expect(lines != good)
    let found = findings(finished(lines))
    let last = try unwrapped(found.last)
    // Two registers of one version break the chain, which has its own code.
    #expect(last.code == (change == "register twice" ? .registerRefused : .bundleMalformed))
    #expect(last.line != nil && last.offset != nil)
  }

  @Test("A line over the limit is refused before it is kept (AUD-005)")
  func longLine() {
    var reader = BundleVerifier(name: "long") { _ in }
    let box = FindingBox()
    reader = BundleVerifier(name: "long") { box.found.append($0) }
    let chunk = [UInt8](repeating: 0x61, count: 1 << 20)
    for _ in 0..<4 { reader.feed(chunk) }
    _ = reader.finish()
    #expect(box.found.map(\.code) == [.bundleMalformed])
  }

  @Test("A from other than 0 is unsupported (AUD-006)")
  func from() {
    var lines = good
    lines[1] = lines[1].replacing("\"from\":0", with: "\"from\":1")
    #expect(codes(findings(finished(lines))) == [.bundleUnsupported])
  }

  @Test("A wrong count or hash in the end line is bundle-altered (AUD-004)")
  func endLine() throws {
    let body = Array((good.joined(separator: "\n") + "\n").utf8)
    let hash = Hash256.of(body).hex
    #expect(
      codes(findings(body + Array("end\t\(good.count + 1)\t\(hash)\n".utf8))) == [.bundleAltered]
    )
    let other = message("other").hex
    #expect(
      codes(findings(body + Array("end\t\(good.count)\t\(other)\n".utf8))) == [.bundleAltered]
    )
  }

  @Test("Another realm than the auditor named stops the reading (AUD-040)")
  func realm() {
    #expect(codes(findings(finished(good), realm: message("realm"))) == [.realmOther])
    #expect(codes(findings(finished(good), realm: world.realm)) == [])
  }

  @Test("A register that nobody signed stops the reading (AUD-040)")
  func unsignedRegister() throws {
    let text = world.register.text
    let line = NoteSignature.sign(text: text, name: "commission/c1", key: world.health.logKey)
    let note = try SignedNote(text: text, signatures: [line])
    var lines = good
    lines[3] = "register\t" + Base64.encode(note.bytes)
    let found = findings(finished(lines))
    #expect(codes(found) == [.registerRefused])
    #expect(found.first?.details == ["register", "signature-missing"])
  }

  @Test("A card that another agency signed stops the reading (AUD-040)")
  func foreignCard() throws {
    let card = try world.ministry.card(realm: world.realm, signer: world.health)
    var lines = good
    let index = try unwrapped(lines.firstIndex { $0.hasPrefix("card\t") })
    lines[index] = "card\t" + Base64.encode(card.bytes)
    #expect(codes(findings(finished(lines))) == [.cardRefused])
  }

  @Test("A missing policy in force is named, and one witness is taken to settle (AUD-008)")
  func policyInForce() {
    let lines = good.filter { !$0.hasPrefix("policy\t") }
    let found = findings(finished(lines))
    #expect(codes(found) == [.policyMissing])
    #expect(found.first?.details == ["newest"])
  }

  @Test("Every code has a sentence in three languages")
  func sentences() {
    for code in FindingCode.allCases {
      let finding = Finding(code, .error, bundle: "b", line: 1, offset: 2, leaves: 3...4)
      let texts = AuditLanguage.allCases.map { finding.sentence($0) }
      #expect(Set(texts).count == 3, "\(code)")
      #expect(!texts.contains(code.rawValue))
    }
    for key in AuditCatalogue.sentences.keys {
      let word = String(key.split(separator: " ")[0])
      #expect(FindingCode(rawValue: word) != nil, "\(key)")
    }
    #expect(AuditLanguage(environment: "tg_TJ.UTF-8") == .tg)
    #expect(AuditLanguage(environment: "ru") == .ru)
    #expect(AuditLanguage(environment: "C.UTF-8") == .en)
    #expect(AuditLanguage(environment: nil) == .en)
  }
}

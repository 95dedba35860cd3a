internal import CanonicalBytes
internal import Testing

/// What the reader said, without the place.
enum Verdict: Equatable {
  case accepted, tooLarge, syntax, keyOrder, number, text, depth, list, notCanonical

  init(_ bytes: [UInt8], _ profile: CanonicalJSON.Profile) {
    do throws(CanonicalFailure) {
      _ = try CanonicalJSON.parse(bytes, profile: profile)
      self = .accepted
    } catch {
      self =
        switch error {
        case .tooLarge: .tooLarge
        case .syntax: .syntax
        case .keyOrder: .keyOrder
        case .number: .number
        case .text: .text
        case .depth: .depth
        case .list: .list
        case .notCanonical: .notCanonical
        }
    }
  }
}

@Suite struct EventTextTests {
  @Test(
    "An event in its one form is read, and written back byte for byte",
    arguments: [
      "{}", #"{"a":0}"#, #"{"a":9007199254740991}"#, #"{"a":""}"#,
      #"{"a":1,"a1":1,"a_":1,"aa":1}"#, #"{"a":["x"]}"#, #"{"a":["","A","a","aa","b"]}"#,
      #"{"a":" !#[]^_`{|}~/"}"#, #"{"a":"\#(String(repeating: "x", count: 128))"}"#,
    ]
  )
  func accepts(_ text: String) throws {
    let object = try CanonicalJSON.parse(Array(text.utf8), profile: .event)
    #expect(object.encoded == Array(text.utf8))
  }

  @Test(
    "An event in any other form is refused",
    arguments: [
      ("", .syntax), ("{", .syntax), ("[]", .syntax), (#""a""#, .syntax), ("null", .syntax),
      ("{}{}", .syntax), ("{}\n", .syntax), (" {}", .syntax), ("{ }", .syntax),
      (#"{"a": 1}"#, .syntax), (#"{"a":1 }"#, .syntax), (#"{"a":1,}"#, .syntax),
      (#"{"a"}"#, .syntax), (#"{"a":}"#, .syntax), (#"{a:1}"#, .syntax), (#"{'a':1}"#, .syntax),
      (#"{"a":1"#, .syntax), (#"{"a":"x"#, .syntax), (#"{"a":["x""#, .syntax),
      (#"{"a":1,"a":1}"#, .keyOrder), (#"{"a":1,"a":2}"#, .keyOrder),
      (#"{"b":1,"a":1}"#, .keyOrder), (#"{"a":1,"A":1}"#, .syntax),
      (#"{"":1}"#, .syntax), (#"{"1a":1}"#, .syntax), (#"{"a-b":1}"#, .syntax),
      (#"{"aa":1,"a":1}"#, .keyOrder),
      (#"{"a":01}"#, .number), (#"{"a":00}"#, .number), (#"{"a":-0}"#, .number),
      (#"{"a":-1}"#, .number), (#"{"a":1.0}"#, .number), (#"{"a":1e2}"#, .number),
      (#"{"a":1E2}"#, .number), (#"{"a":9007199254740992}"#, .number),
      (#"{"a":9999999999999999}"#, .number), (#"{"a":99999999999999999999}"#, .number),
      (#"{"a":+1}"#, .syntax), (#"{"a":.5}"#, .syntax), (#"{"a":0x1}"#, .syntax),
      (#"{"a":true}"#, .syntax), (#"{"a":false}"#, .syntax), (#"{"a":null}"#, .syntax),
      (#"{"a":{}}"#, .syntax), (#"{"a":NaN}"#, .syntax),
      (#"{"a":"\n"}"#, .text), (#"{"a":"\u0041"}"#, .text), (#"{"a":"\/"}"#, .text),
      (#"{"a":"\\"}"#, .text), (#"{"a":"\""}"#, .text), (#"{"\u0061":1}"#, .text),
      ("{\"a\":\"é\"}", .text), ("{\"é\":1}", .text), ("{\"a\":\"\u{7F}\"}", .text),
      ("{\"a\":\"\t\"}", .text), ("{\"a\":\"\0\"}", .text), ("\u{FEFF}{}", .syntax),
      (#"{"a":"\#(String(repeating: "x", count: 129))"}"#, .text),
      (#"{"a":[]}"#, .list), (#"{"a":["b","a"]}"#, .list), (#"{"a":["a","a"]}"#, .list),
      (#"{"a":["a",]}"#, .syntax), (#"{"a":[1]}"#, .syntax), (#"{"a":[["a"]]}"#, .syntax),
      (#"{"a":["a" ,"b"]}"#, .syntax), (#"{"a":["a"}"#, .syntax),
    ] as [(String, Verdict)]
  )
  func refuses(_ text: String, because verdict: Verdict) {
    #expect(Verdict(Array(text.utf8), .event) == verdict)
  }

  @Test("The size limit of an event is exact")
  func size() {
    func event(of count: Int) -> [UInt8] {
      let object = (0..<29).map { number in
        let key = number < 10 ? "k0\(number)" : "k\(number)"
        return "\"\(key)\":\"\(String(repeating: "x", count: 128))\""
      }
      let head = "{" + object.joined(separator: ",") + ",\"z\":\""
      return Array((head + String(repeating: "y", count: count - head.utf8.count - 2) + "\"}").utf8)
    }
    #expect(event(of: 4096).count == 4096)
    #expect(Verdict(event(of: 4096), .event) == .accepted)
    #expect(Verdict(event(of: 4097), .event) == .tooLarge)
  }

  @Test("Attack A9: a leaf with one key twice has no reading at all, rather than two")
  func duplicateKeys() {
    #expect(Verdict(Array(#"{"grant":7,"grant":9}"#.utf8), .event) == .keyOrder)
    #expect(Verdict(Array(#"{"grant":7,"grant":9}"#.utf8), .note(textKeys: [])) == .keyOrder)
    #expect(Verdict(Array(#"{"grant":7,"grant":9}"#.utf8), .document) == .keyOrder)
    // The same key hidden behind an escape, which other readers undo before they compare.
    #expect(Verdict(Array(#"{"grant":7,"gr\u0061nt":9}"#.utf8), .document) == .text)
  }

  @Test("A failure names the byte and the line")
  func place() {
    #expect(throws: CanonicalFailure.number(offset: 5, line: 1)) {
      try CanonicalJSON.parse(Array(#"{"a":01}"#.utf8), profile: .event)
    }
    #expect(throws: CanonicalFailure.syntax(offset: 10, line: 3)) {
      try CanonicalJSON.parse(Array("{\n \"a\":\n  x}".utf8), profile: .document)
    }
  }
}

@Suite struct NoteTextTests {
  static let profile = CanonicalJSON.Profile.note(textKeys: ["names"])

  @Test(
    "A note in its one form is read, and written back byte for byte",
    arguments: [
      #"{"names":"Сарпаноҳ"}"#, #"{"names":{"en":"Shelter","tg":"Сарпаноҳ"}}"#,
      #"{"names":["б","a","б"]}"#, #"{"names":"a\"b\\c"}"#, #"{"a":[]}"#, #"{"a":["b","a","a"]}"#,
      #"{"a":[{"b":1},{"a":[2]}]}"#, #"{"a":{"a":{"a":{"a":{"a":{}}}}}}"#,
      #"{"a":[[[[[1]]]]]}"#, "{\"names\":\"🏠 \u{E000}\u{2028}\"}",
    ]
  )
  func accepts(_ text: String) throws {
    let object = try CanonicalJSON.parse(Array(text.utf8), profile: Self.profile)
    #expect(object.encoded == Array(text.utf8))
  }

  @Test(
    "A note in any other form is refused",
    arguments: [
      (#"{"title":"Сарпаноҳ"}"#, .text), (#"{"names":{"ё":"x"}}"#, .text),
      (#"{"title":"\""}"#, .text), (#"{"names":"\/"}"#, .text), (#"{"names":"\n"}"#, .text),
      (#"{"names":"\t"}"#, .text), (#"{"names":"\u0441"}"#, .text),
      ("{\"names\":\"e\u{301}\"}", .text), ("{\"names\":\"\u{212B}\"}", .text),
      ("{\"names\":\"\u{85}\"}", .text), ("{\"names\":\"\u{9F}\"}", .text),
      ("{\"names\":\"\u{80}\"}", .text), ("{\"names\":\"\u{7F}\"}", .text),
      ("{\"names\":\"\n\"}", .text), ("{\"names\":\"\u{0}\"}", .text),
      ("{\"names\":\"\u{1F}\"}", .text), ("\u{FEFF}{}", .syntax), ("{}\n", .syntax),
      (#"{"a":true}"#, .syntax), (#"{"a":null}"#, .syntax), (#"{"a": 1}"#, .syntax),
      (#"{"names":"x"#, .syntax), (#"{"names":"é"#, .syntax), (#"{"names":"\"#, .syntax),
      (#"{"b":1,"a":1}"#, .keyOrder), (#"{"x":{"b":1,"a":1}}"#, .keyOrder),
      (#"{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}"#, .depth), (#"{"a":[[[[[[1]]]]]]}"#, .depth),
      (#"{"a":[1,]}"#, .syntax), (#"{"a":1.5}"#, .number), (#"{"a":-0}"#, .number),
    ] as [(String, Verdict)]
  )
  func refuses(_ text: String, because verdict: Verdict) {
    #expect(Verdict(Array(text.utf8), Self.profile) == verdict)
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [
      [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF],
      [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]]
  )
  func notUnicode(_ bytes: [UInt8]) {
    let text = Array(#"{"names":""#.utf8) + bytes + Array(#""}"#.utf8)
    #expect(Verdict(text, Self.profile) == .text)
    #expect(Verdict(text, .document) == .text)
  }

  @Test("The size limit of a note is exact")
  func size() {
    func note(of count: Int) -> [UInt8] {
      Array("{\"a\":\"\(String(repeating: "x", count: count - 8))\"}".utf8)
    }
    #expect(Verdict(note(of: 262_144), Self.profile) == .accepted)
    #expect(Verdict(note(of: 262_145), Self.profile) == .tooLarge)
  }

  @Test(
    "Only text in normalisation form C passes, in every script a note may carry",
    arguments: [
      ("\u{E9}", true), ("e\u{301}", false), ("\u{212B}", false), ("\u{C5}", true),
      ("\u{4E3}", true), ("\u{438}\u{304}", false), ("\u{419}", true), ("\u{418}\u{306}", false),
      ("\u{622}", true), ("\u{627}\u{653}", false), ("\u{6C0}", true), ("\u{6D5}\u{654}", false),
      ("\u{915}\u{93C}", true), ("\u{958}", false), ("\u{D55C}", true),
      ("\u{1112}\u{1161}\u{11AB}", false), ("\u{1E0C}\u{307}", true), ("\u{1E0A}\u{323}", false),
      ("q\u{323}\u{307}", true), ("q\u{307}\u{323}", false), ("\u{FB01}", true),
      ("\u{2126}", false), ("\u{344}", false), ("\u{1112E}", true), ("\u{11131}\u{11127}", false),
      ("\u{11938}", true), ("\u{11935}\u{11930}", false), ("\u{F900}", false),
    ]
  )
  func normalisation(_ text: String, _ isNormal: Bool) {
    let bytes = Array("{\"names\":\"\(text)\"}".utf8)
    #expect((Verdict(bytes, Self.profile) == .accepted) == isNormal)
  }

  @Test(
    "Marks pile up to thirty; more are refused before they are sorted",
    arguments: ["\u{323}", "\u{301}", "\u{323}\u{301}", "\u{F73}", "\u{F75}", "\u{F81}"]
  )
  func marks(_ marks: String) {
    func verdict(_ count: Int) -> Verdict {
      let run = String(repeating: marks, count: count / marks.unicodeScalars.count)
      return Verdict(Array("{\"names\":\"z\(run)\"}".utf8), Self.profile)
    }
    if marks == "\u{323}" {
      // The first joins the letter before it, so it stands composed.
      let run = String(repeating: marks, count: 30)
      #expect(Verdict(Array("{\"names\":\"\u{1E93}\(run)\"}".utf8), Self.profile) == .accepted)
    }
    #expect(verdict(32) == .text)
    #expect(verdict(60_000) == .text)
  }

  @Test("Texts that Unicode calls equal are not equal here")
  func byteEquality() {
    let composed = CanonicalValue.string("\u{E9}")
    let decomposed = CanonicalValue.string("e\u{301}")
    #expect("\u{E9}" == "e\u{301}")
    #expect(composed != decomposed)
    #expect(CanonicalObject(["a": composed]) != CanonicalObject(["a": decomposed]))
  }
}

@Suite struct DocumentTextTests {
  @Test(
    "A document may be written for people",
    arguments: [
      " {\r\n\t\"b\" : [ 1 , true , false , { } , [ ] ] ,\n \"a\" : \"é e\u{301}\\n\\\"\\\\\" }\n",
      #"{"ё":{"а":"б"}}"#, "{\"a\":\"\u{85}\"}",
    ]
  )
  func accepts(_ text: String) throws {
    let object = try CanonicalJSON.parse(Array(text.utf8), profile: .document)
    #expect(try CanonicalJSON.parse(object.encoded, profile: .document) == object)
  }

  @Test(
    "A document is still strict",
    arguments: [
      ("", .syntax), ("[]", .syntax), ("{} x", .syntax), ("{}{}", .syntax), ("\u{FEFF}{}", .syntax),
      (#"{"a":1,"b":2,"a":3}"#, .keyOrder), ("{\"a\":1,}", .syntax), ("{\"a\":[1,]}", .syntax),
      ("{/**/}", .syntax), ("{\"a\":null}", .syntax), ("{\"a\":tru}", .syntax),
      ("{\"a\":True}", .syntax), ("{\"a\":1.0}", .number), ("{\"a\":-1}", .number),
      ("{\"a\":01}", .number), ("{\"a\":1e2}", .number), (#"{"a":"\t"}"#, .text),
      (#"{"a":"\u0041"}"#, .text), (#"{"a":"\/"}"#, .text), ("{\"a\":\"\n\"}", .text),
      ("{\"a\":1\u{A0}}", .syntax), ("{\"a\":1\u{0C}}", .syntax), ("{\"a\" 1}", .syntax),
    ] as [(String, Verdict)]
  )
  func refuses(_ text: String, because verdict: Verdict) {
    #expect(Verdict(Array(text.utf8), .document) == verdict)
  }

  @Test("Keys that Unicode calls equal are two keys")
  func keys() throws {
    let text = "{\"e\u{301}\":1,\"\u{E9}\":2}"
    let object = try CanonicalJSON.parse(Array(text.utf8), profile: .document)
    #expect(object["e\u{301}"] == .integer(1))
    #expect(object["\u{E9}"] == .integer(2))
  }

  @Test("Depth and size are bounded", arguments: [(16, true), (17, false), (100_000, false)])
  func depth(_ levels: Int, _ isAccepted: Bool) {
    let lists = levels - 1
    let nested = String(repeating: "[", count: lists) + String(repeating: "]", count: lists)
    let verdict = Verdict(Array("{\"a\":\(nested)}".utf8), .document)
    #expect(verdict == (isAccepted ? .accepted : .depth))
    let large = [UInt8](repeating: 0x20, count: 4_194_303)
    #expect(Verdict(large + [0x7B], .document) == .syntax)
    #expect(Verdict(large + [0x7B, 0x7D], .document) == .tooLarge)
  }
}

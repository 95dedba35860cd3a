internal import CanonicalBytes
internal import ReferralModel
internal import Testing

@Suite struct FormTests {
  let policy: Policy

  init() throws { policy = try RepositoryFile.policy() }

  private func refusal(
    _ json: String,
    of group: String,
    granted: String
  ) throws -> FormFailure? {
    let content = try CanonicalJSON.parse(Array(json.utf8), profile: .document)
    do throws(FormFailure) {
      try policy.check(content: content, of: word(group), granted: groups(granted))
      return nil
    } catch { return error }
  }

  private let need = #""service":"safe-accommodation","age-band":"25-34","languages":["tg"]"#

  @Test("A good form passes, in any of the languages")
  func good() throws {
    #expect(try refusal("{\(need)}", of: "need", granted: "need") == nil)
    let tajik = String(repeating: "ғӣқӯҳҷ", count: 83) + "ғӣ"
    #expect(
      try refusal("{\(need),\"summary\":\"\(tajik)\"}", of: "need", granted: "need") == nil
    )
  }

  @Test("Over-disclosure is found: a group that was not granted, or identity hidden in the need")
  func overDisclosed() throws {
    let identity: FieldGroup = word("identity")
    let needGroup: FieldGroup = word("need")
    #expect(
      try refusal(#"{"name":"x"}"#, of: "identity", granted: "need") == .overDisclosed(identity)
    )
    #expect(
      try refusal("{\(need),\"name\":\"x\"}", of: "need", granted: "identity need")
        == .overDisclosed(needGroup)
    )
    let document = try CanonicalJSON.parse(
      Array("{\"need\":{\(need)},\"identity\":{\"name\":\"x\"}}".utf8),
      profile: .document
    )
    #expect(throws: FormFailure.overDisclosed(identity)) {
      try policy.check(document: document, granted: groups("need"))
    }
    try policy.check(document: document, granted: groups("identity need"))
  }

  @Test(
    "A fault in a form has its own code",
    arguments: [
      (#","colour":"red""#, "form-unknown-field"),
      (#","summary":"""#, "form-wrong-type"),
      (#","summary":7"#, "form-wrong-type"),
      (#","dependants":21"#, "form-too-long"),
      (#","dependants":"2""#, "form-wrong-type"),
      (#","sex":"purple""#, "form-unknown-code"),
      (#","expects-contact":"yes""#, "form-wrong-type"),
      (#","dependants-ages":[1]"#, "form-wrong-type"),
      (#","dependants-ages":["0-5","x"]"#, "form-unknown-code"),
      (#","summary":"\#(String(repeating: "ғ", count: 501))""#, "form-too-long"),
    ]
  )
  func faults(_ extra: String, _ code: String) throws {
    #expect(try refusal("{\(need)\(extra)}", of: "need", granted: "need")?.code == code)
  }

  @Test("A required field, a date and a month are checked")
  func requiredAndDates() throws {
    #expect(
      try refusal(#"{"alias":"x"}"#, of: "identity", granted: "identity")
        == .missing(word("identity"), code("name"))
    )
    for (date, good) in [
      ("1994-03-02", true), ("2000-02-29", true), ("2001-02-29", false), ("1994-13-01", false),
      ("1994-3-2", false), ("02.03.1994", false),
    ] {
      let found = try refusal(
        "{\"name\":\"x\",\"born\":\"\(date)\"}",
        of: "identity",
        granted: "identity"
      )
      #expect((found == nil) == good, "\(date)")
    }
    for (month, good) in [("2024-12", true), ("2024-13", false), ("2024", false)] {
      let found = try refusal(
        "{\"types\":[\"forced-labour\"],\"from\":\"\(month)\"}",
        of: "exploitation",
        granted: "exploitation"
      )
      #expect((found == nil) == good, "\(month)")
    }
    #expect(try refusal("{}", of: "weather", granted: "weather") == .unknownGroup)
  }
}

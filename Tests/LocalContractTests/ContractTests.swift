internal import CanonicalBytes
internal import Testing

@testable internal import LocalContract

@Suite struct ContractTests {
  private func decode<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
    try LocalJSON.decode(type, from: Array(text.utf8))
  }

  @Test("A field that the API does not know is refused by its name")
  func unknownField() throws {
    #expect(throws: LocalFailure(.unknownField, detail: "reson")) {
      try decode(#"{"reson":"x"}"#, as: ReferralAct.self)
    }
    #expect(throws: LocalFailure(.unknownField, detail: "until")) {
      try decode(
        #"{"case":"a","grants":[{"peer":"b","purpose":"c","groups":[],"until":1}]}"#,
        as: ConsentRecord.self
      )
    }
  }

  @Test("What may be left out has its default, and what may not is named")
  func defaults() throws {
    let batch = try decode(#"{"referrals":[{"grant":7}]}"#, as: ReferBatch.self)
    #expect(batch == ReferBatch(referrals: [ReferAsk(grant: 7)]))
    #expect(batch.wait == .queued && !batch.dryRun && batch.referrals[0].urgency == "routine")
    #expect(throws: LocalFailure(.malformed, detail: "user")) {
      try decode(#"{"passphrase":"x"}"#, as: Unlock.self)
    }
  }

  @Test("A field holds text, a whole number, a truth value or codes, and nothing else")
  func fieldValues() throws {
    let text = #"{"a":"7","b":7,"c":true,"d":["x","y"]}"#
    let values = try decode(text, as: [String: FieldValue].self)
    #expect(
      values == ["a": .text("7"), "b": .number(7), "c": .flag(true), "d": .codes(["x", "y"])]
    )
    #expect(try LocalJSON.encode(values) == Array(text.utf8))
    for value in values.values { #expect(FieldValue(value.canonical) == value) }
    for bad in ["null", "-1", "1.5", "9007199254740992", "{}", "[1]", "[null]"] {
      #expect(throws: LocalFailure.self, "\(bad)") {
        try decode("{\"a\":\(bad)}", as: [String: FieldValue].self)
      }
    }
  }

  @Test("What is wrong with a request never quotes it")
  func quiet() {
    do {
      _ = try decode(#"{"user":{"secret":"Zarina"},"passphrase":"x"}"#, as: Unlock.self)
      Issue.record("decoded")
    } catch {
      #expect(!"\(error)".contains("Zarina"))
    }
  }

  @Test("A problem tells code, status and reasons, and comes back as the same failure")
  func problems() throws {
    let failure = LocalFailure(
      .grantMissing,
      detail: "identity",
      reasons: ["groups-not-granted", "expired"]
    )
    let bytes = try LocalJSON.encode(failure.problem)
    let problem = try LocalJSON.decode(Problem.self, from: bytes)
    #expect(problem.type == "urn:amonat:problem:grant-missing" && problem.status == 409)
    #expect(LocalFailure(problem) == failure)
    for code in ProblemCode.allCases { #expect((400..<600).contains(code.status)) }
  }

  @Test("A path takes ids and nothing that could leave it")
  func paths() {
    #expect(LocalEndpoint.act.method == "POST")
    #expect(LocalEndpoint.act.path(id: "ab12", action: "ack") == "/v1/referrals/ab12/ack")
    #expect(
      LocalEndpoint.referrals.path(query: [("box", "in"), ("state", "in-service")])
        == "/v1/referrals?box=in&state=in-service"
    )
    for bad in ["", "../x", "a/b", "a?b", "a b", "й", "a%2e"] {
      #expect(LocalEndpoint.showCase.path(id: bad) == nil, "\(bad)")
    }
    #expect(Set(LocalEndpoint.allCases.map(\.rawValue)).count == LocalEndpoint.allCases.count)
  }

  @Test("Without a node the failure says what to do")
  func unreachable() async throws {
    let client = LocalClient(socket: "/nonexistent/amonat.sock")
    do {
      _ = try await client.status()
      Issue.record("answered")
    } catch {
      #expect(error.code == LocalFailure.unreachable && error.title.contains("amonatd"))
    }
  }
}

internal import ReferralModel
internal import Testing

@Suite struct IdentifierTests {
  @Test(
    "An agency id keeps its grammar",
    arguments: [
      ("shelter.example", true), ("a.b", true), ("a-b.c-d.example", true),
      (String(repeating: "a", count: 32) + ".example", true),
      ("example", false), ("", false), (".example", false), ("a..b", false), ("a.", false),
      ("-a.example", false), ("a-.example", false), ("A.example", false), ("а.example", false),
      ("a_b.example", false), (String(repeating: "a", count: 33) + ".example", false),
      (Array(repeating: "abcdefg", count: 8).joined(separator: ".") + ".a", false),
    ]
  )
  func agencyGrammar(_ text: String, _ good: Bool) {
    #expect((AgencyID(text) != nil) == good)
  }

  @Test("Log and witness names are derived from the agency and read back exactly")
  func derivedNames() throws {
    let log = try #require(LogID(agency: agency("shelter.example"), number: 2))
    #expect(log.text == "shelter.example/amonat/log/2")
    #expect(LogID(log.text) == log)
    let witness = try #require(WitnessID("shelter.example/amonat/witness/1"))
    #expect(witness.agency == agency("shelter.example") && witness.number == 1)
    #expect(LogID(agency: agency("shelter.example"), number: 0) == nil)
    for text in [
      "shelter.example/amonat/log/0", "shelter.example/amonat/log/01",
      "shelter.example/amonat/log/+1", "shelter.example/amonat/log/4294967296",
      "shelter.example/amonat/log/1/", "shelter.example//log/1", "example/amonat/log/1",
      "shelter.example/amonat/witness/1",
    ] {
      #expect(LogID(text) == nil, "\(text)")
    }
  }

  @Test(
    "A code keeps its grammar",
    arguments: [
      ("need", true), ("0-5", true), ("medical.pep", false), ("a--b", false),
      ("a-", false), ("", false), ("-a", false),
      (".a", false), ("A", false), ("a b", false), (String(repeating: "a", count: 48), true),
      (String(repeating: "a", count: 49), false), ("қоида", false),
    ]
  )
  func codeGrammar(_ text: String, _ good: Bool) {
    #expect((Code(text) != nil) == good)
    #expect((FieldGroup(text) != nil) == good)
  }

  @Test("A local id is 32 lower-case hexadecimal digits, in byte order")
  func localID() throws {
    let id = ReferralID(high: 0x0102_0304_0506_0708, low: 0xFFFE_FDFC_FBFA_F9F8)
    #expect(id.text == "0102030405060708fffefdfcfbfaf9f8")
    #expect(ReferralID(id.text) == id)
    #expect(ReferralID(bytes: id.bytes) == id)
    #expect(ReferralID(id.text.uppercased()) == nil)
    #expect(ReferralID(String(id.text.dropLast())) == nil)
    #expect(ReferralID(high: 0, low: 1) < id)
    var random = SystemRandomNumberGenerator()
    #expect(CaseID(using: &random) != CaseID(using: &random))
  }

  @Test("Message kinds split into disclosures and notices")
  func kinds() {
    #expect(MessageKind.allCases.filter(\.isDisclosure) == [.offer, .supplement, .reply, .tally])
    #expect(MessageKind(rawValue: "info-request") == .infoRequest)
    #expect(MessageKind.allCases.count == 24)
    #expect(MessageKind.allCases.count { $0.isRequired } == 17)
  }
}

internal import Foundation
internal import Testing

@testable internal import LocalContract

/// The quick reader of bulk referrals against the general decoder: same answer, or none from either.
@Suite struct ReferReaderTests {
  private static let usual = #"""
    {"referrals":[{"grant":17,"urgency":"routine","content":{"need":{"age-band":"25-34",
    "dependants":1,"expects-contact":true,"languages":["ru","tg"],"summary":"Ҷои бехатар"},
    "contact":{}},"fromCase":false,"expiresDays":3,"service":"shelter","replaces":"ab"},
    {"grant":18}],"dryRun":false,"wait":"receipt"}
    """#

  /// What both make of a text; whether it was taken at all.
  private func taken(_ bytes: [UInt8]) -> Bool {
    let general = try? JSONDecoder().decode(ReferBatch.self, from: Data(bytes))
    let quick = ReferReader.read(bytes)
    // The quick reader may leave anything to the other, but never differs from it.
    if let quick { #expect(quick == general) }
    #expect((try? LocalJSON.decode(ReferBatch.self, from: bytes)) == general)
    return quick != nil
  }

  @Test("The usual text is taken, with blanks and in any order of its fields")
  func usual() {
    #expect(taken(Array(Self.usual.utf8)))
    #expect(taken(Array(Self.usual.filter { !$0.isWhitespace }.utf8)))
    #expect(taken(Array(#" { "wait" : "queued" , "referrals" : [ ] } "#.utf8)))
  }

  @Test(
    "What is unusual or wrong is left to the general decoder",
    arguments: [
      #"{"referrals":[{"grant":1,"service":"a\"b"}]}"#, #"{"referrals":[{"grant":1.0}]}"#,
      #"{"referrals":[{"grant":1e2}]}"#, #"{"referrals":[{"grant":01}]}"#,
      #"{"referrals":[{"grant":-1}]}"#, #"{"referrals":[{"grant":1,"service":null}]}"#,
      #"{"referrals":[{"grant":1,"grant":2}]}"#, #"{"referrals":[{"service":"a"}]}"#,
      #"{"referrals":[{"grant":1,"unknown":2}]}"#, #"{"referrals":[{"grant":1}],"other":1}"#,
      #"{"referrals":[{"grant":1},]}"#, #"{"referrals":[{"grant":1}]}}"#,
      #"{"referrals":[{"grant":1}]"#,
      #"{"referrals":[{"grant":18446744073709551615}]}"#, #"{"wait":"receipt"}"#, "[]", "",
      #"{"referrals":[],"wait":"never"}"#, #"{"referrals":[],"dryRun":1}"#,
      #"{"referrals":[{"grant":1,"expiresDays":4294967296}]}"#,
      #"{"referrals":[{"grant":1,"content":{"need":{"a":9007199254740992}}}]}"#,
      #"{"referrals":[{"grant":1,"content":{"need":{"a":{}}}}]}"#,
      #"{"referrals":[{"grant":1,"content":{"need":{"a":["b",1]}}}]}"#,
      #"{"referrals":[{"grant":1,"content":{"need":{"a":1,"a":2}}}]}"#,
    ]
  )
  func unusual(_ text: String) {
    #expect(!taken(Array(text.utf8)))
  }

  @Test("With any one byte changed, both say the same")
  func changed() {
    let usual = Array(Self.usual.utf8)
    for place in usual.indices {
      for byte in [0x00, 0x09, 0x20, 0x22, 0x2C, 0x2E, 0x30, 0x5C, 0x5D, 0x65, 0x7D, 0x80, 0xFF]
        as [UInt8]
      {
        var bytes = usual
        bytes[place] = byte
        _ = taken(bytes)
      }
      _ = taken(Array(usual[..<place]))
    }
  }
}

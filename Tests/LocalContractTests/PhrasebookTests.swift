internal import ReferralModel
internal import Testing

@testable internal import LocalContract

@Suite struct PhrasebookTests {
  private static func places(_ text: String) -> Set<String> {
    // The piece before the first place may be empty and still is not a place.
    let pieces = text.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
    return Set(pieces.map { String($0.prefix { $0 != "}" }) })
  }

  @Test("Every phrase stands in every language", arguments: PhraseLanguage.allCases)
  func phrases(_ language: PhraseLanguage) {
    let table = PhraseTable.of(language)
    for phrase in Phrase.allCases {
      let text = table.phrases[phrase]
      #expect(text?.isEmpty == false, "\(phrase)")
      #expect(
        Self.places(text ?? "") == Self.places(PhraseTable.english.phrases[phrase] ?? "?"),
        "\(phrase) has the same places"
      )
    }
  }

  @Test("Every code, reason and state stands in every language", arguments: PhraseLanguage.allCases)
  func codes(_ language: PhraseLanguage) {
    let table = PhraseTable.of(language)
    #expect(Set(table.problems.keys) == Set(ProblemCode.allCases.map(\.rawValue)))
    // A case may be erased.
    #expect(Set(table.states.keys) == Set(ReferralState.allCases.map(\.rawValue) + ["erased"]))
    #expect(
      Set(table.timers.keys)
        == Set(TimerName.allCases.map(\.rawValue) + [DueItem.ownConsent, DueItem.retention])
    )
    #expect(table.timers.values.allSatisfy { !$0.isEmpty })
    let reasons: [RefusalReason] = [
      .noGrant, .wrongRecipient, .wrongPurpose, .groupsNotGranted([]), .expired, .basisNotAllowed,
      .withdrawn, .grantUsed, .policyKind, .policyPurpose, .policyGroups, .survivorDeny,
      .foreignAgency, .notStatistics,
    ]
    // A withdrawal's alerts, steps and receipts are told by the same table.
    let alerts = [
      "receipt-late", "erasure-late", "withdrawal-flood", "stop-unconfirmed", "consent-invalid",
    ]
    let steps = WithdrawalStep.allCases.map(\.rawValue)
    let receipts = ErasurePlan.Outcome.allCases.map(\.rawValue)
    #expect(Set(table.reasons.keys) == Set(reasons.map(\.code) + alerts + steps + receipts))
    let texts = [table.problems, table.reasons, table.states].flatMap(\.values)
    #expect(texts.allSatisfy { !$0.isEmpty })
  }

  @Test("Every word of consent, and of each other state, stands in every language")
  func stateWords() {
    let consent = Set(ConsentState.allCases.map(\.rawValue) + ConsentStep.allCases.map(\.rawValue))
    #expect(Set(StateWords.consent.table.keys) == consent)
    for kind in StateWords.allCases {
      for (code, texts) in kind.table {
        #expect(Set(texts.keys) == Set(PhraseLanguage.allCases), "\(code)")
        #expect(Set(texts.values).count == 3, "\(code)")
      }
      #expect(kind.text("no-such-code", .tajik) == "no-such-code")
    }
  }

  @Test("The tables are three languages, not one three times")
  func distinct() {
    for phrase in [Phrase.agency, .inboxEmpty, .mayNotRefer] {
      let texts = PhraseLanguage.allCases.map { PhraseTable.of($0).phrases[phrase] }
      #expect(Set(texts).count == 3)
    }
  }

  @Test("The letters that Tajik has and Russian has not survive the table and JSON")
  func letters() throws {
    let all = PhraseTable.tajik.phrases.values.joined()
    for letter in "ғӣқӯҳҷ" { #expect(all.contains(letter), "\(letter)") }
    let text = "Ғамхорӣ: қӯҳӣ, ҷавоб, ӯҳда"
    let back = try LocalJSON.decode([String].self, from: LocalJSON.encode([text]))
    #expect(back.first?.utf8.elementsEqual(text.utf8) == true)
  }

  @Test("A value that looks like a place is not filled again")
  func filling() {
    #expect(Phrasebook.fill("{0} {1}", ["{1}", "b"]) == "{1} b")
    #expect(Phrasebook.fill("{0} { {9", ["a"]) == "a { {9")
  }

  @Test(
    "The language is the first that is spoken",
    arguments: [
      ([nil, "tg_TJ.UTF-8"], .tajik), (["xx", "ru"], .russian), (["C", nil], .english),
    ] as [([String?], PhraseLanguage)]
  )
  func choosing(_ names: [String?], _ language: PhraseLanguage) {
    #expect(PhraseLanguage.choose(names) == language)
  }
}

internal import ReferralModel
internal import Testing

@testable internal import LocalContract

@Suite struct ConsentWordsTests {
  private static func places(_ text: String) -> Set<String> {
    let pieces = text.split(separator: "{", omittingEmptySubsequences: false).dropFirst()
    return Set(pieces.map { String($0.prefix { $0 != "}" }) })
  }

  @Test("Every phrase about consent stands in every language, with the same places")
  func phrases() {
    for phrase in ConsentPhrase.allCases {
      let texts = PhraseLanguage.allCases.compactMap { ConsentPhrase.table[phrase]?[$0] }
      #expect(texts.count == PhraseLanguage.allCases.count, "\(phrase)")
      #expect(texts.allSatisfy { !$0.isEmpty }, "\(phrase)")
      #expect(Set(texts.map(Self.places)).count == 1, "\(phrase)")
    }
  }

  @Test(
    "Every reason of a refused consent or grant has its words",
    arguments: PhraseLanguage.allCases
  )
  func reasons(_ language: PhraseLanguage) {
    let words = Phrasebook(language)
    let others = [
      "reason-missing", "authority-missing", "reviewer-is-granter", "caller-is-not-her",
    ]
    let codes =
      ConsentFault.allCases.map(\.rawValue) + GrantRefusal.allCases.map(\.rawValue) + others
    for code in codes { #expect(words.reason(code) != code, "\(code)") }
  }

  @Test("Yes and no are different words in every language, and none is both")
  func answers() {
    for language in PhraseLanguage.allCases {
      let (yes, no) = Phrasebook(language).answers
      #expect(!yes.isEmpty && !no.isEmpty && Set(yes).isDisjoint(with: no))
      #expect((yes + no).allSatisfy { $0.lowercased() == $0 })
    }
  }

  @Test("What is read to a survivor or printed for her names nothing that could harm her")
  func neutral() {
    let printed: [ConsentPhrase] = [
      .receiptTitle, .receiptNumber, .receiptDate, .receiptYes, .receiptNo, .receiptUntil,
      .receiptTakeBack, .slipPlease, .slipWord, .slipNeeds, .slipSpeaks, .slipThanks,
    ]
    let harmful = [
      "traffick", "victim", "survivor", "shelter", "police", "торговл", "жертв", "пострадав",
      "милици", "одамфурӯш", "ҷабрдида", "милиса",
    ]
    for phrase in printed {
      for language in PhraseLanguage.allCases {
        let text = phrase.text(language).lowercased()
        for word in harmful { #expect(!text.contains(word), "\(phrase) \(language) \(word)") }
      }
    }
  }
}

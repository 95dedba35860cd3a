internal import Foundation
internal import ReferralModel
internal import Testing

@testable internal import LocalContract

@Suite struct PolicyWordsTests {
  private static func places(_ text: String) -> Set<Substring> {
    Set(text.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first })
  }

  @Test("Every text about policies stands in every language", arguments: PhraseLanguage.allCases)
  func complete(_ language: PhraseLanguage) {
    let table = PolicyWords.table(language)
    let english = PolicyWords.table(.english)
    #expect(Set(table.faults.keys) == Set(PolicyFailure.Code.allCases.map(\.rawValue)))
    #expect(Set(table.parts.keys) == Set(PolicyPart.allCases.map(\.rawValue)))
    #expect(Set(table.aspects.keys) == Set(PolicyAspect.allCases.map(\.rawValue)))
    #expect(Set(table.sets.keys) == Set(PolicySet.allCases.map(\.rawValue)))
    #expect(
      Set(table.timers.keys)
        == Set(TimerName.allCases.map(\.rawValue) + PeriodName.allCases.map(\.rawValue))
    )
    #expect(Set(table.units.keys) == Set(Span.Unit.allCases.map(\.rawValue)))
    let values =
      AgeRule.Assent.allCases.map(\.rawValue) + RoleRule.Bearer.allCases.map(\.rawValue)
      + FieldType.allCases.map(\.rawValue)
    #expect(Set(table.values.keys) == Set(values))
    #expect(Set(table.headings.keys) == Set(PolicyHeading.allCases))
    for (key, text) in table.aspects {
      #expect(Self.places(text) == Self.places(english.aspects[key] ?? ""), "\(key)")
    }
    for (key, texts) in table.sets {
      #expect(texts.gains != texts.loses, "\(key)")
      #expect(Self.places(texts.gains) == Self.places(english.sets[key]?.gains ?? ""), "\(key)")
      #expect(Self.places(texts.loses) == Self.places(english.sets[key]?.loses ?? ""), "\(key)")
    }
    for (key, text) in table.headings {
      #expect(Self.places(text) == Self.places(english.headings[key] ?? ""), "\(key)")
    }
  }

  @Test("A change is one plain sentence in the reader's language")
  func sentences() throws {
    let old = try policy()
    let new = try policy { text in
      text.replacing(
        #"{"code": "psychosocial", "groups": ["child", "contact", "identity", "need", "safety"]"#,
        with:
          #"{"code": "psychosocial", "groups": ["child", "contact", "health", "need", "safety"]"#
      )
      .replacing(#""draft-warn": "21d""#, with: #""draft-warn": "10wd""#)
      .replacing(#""overlap": "30d""#, with: #""overlap": "60d""#)
    }
    #expect(
      sentences(old, new, .english) == [
        "How long the rules before these stay allowed: 30 d → 60 d.",
        "“Psychosocial support”: a recipient may now also see “Health”.",
        "“Psychosocial support”: a recipient may no longer see “Identity”.",
        "Time limit: a draft's end is announced: 21 d → 10 working days.",
      ]
    )
    let tajik = sentences(old, new, .tajik)
    #expect(
      tajik[1] == "«Дастгирии психологию иҷтимоӣ»: гиранда акнун «Саломатӣ»-ро низ дида метавонад."
    )
    let russian = sentences(old, new, .russian)
    #expect(russian[1].hasSuffix("получатель теперь может видеть и «Здоровье»."))
    // An abbreviated unit at the end brings its own full stop.
    #expect(russian[3].hasSuffix("10 раб. дн.") && !russian[3].hasSuffix(".."))
    #expect(sentences(old, old, .english).isEmpty)
  }

  private func sentences(_ old: Policy, _ new: Policy, _ language: PhraseLanguage) -> [String] {
    let words = PolicyWords(Phrasebook(language))
    guard let spoken = Language(language.rawValue) else { return [] }
    return old.changes(to: new).map {
      words.sentence(
        $0,
        old: Catalogue(old, language: spoken),
        new: Catalogue(new, language: spoken)
      )
    }
  }

  private func policy(_ edit: (String) -> String = { $0 }) throws -> Policy {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let bytes = try Data(contentsOf: root.appending(path: "Protocol/policy/tj-nrm.json"))
    return try Policy.parse(Array(edit(String(decoding: bytes, as: UTF8.self)).utf8))
  }
}

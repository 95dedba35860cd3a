/// Every text of one language; the three tables have the same keys.
package struct PhraseTable: Sendable {
  /// Sentences and words.
  package let phrases: [Phrase: String]
  /// What went wrong, by the codes of ``ProblemCode``.
  package let problems: [String: String]
  /// Why a disclosure may not happen, by `RefusalReason`'s codes.
  package let reasons: [String: String]
  /// Where a referral stands, by `ReferralState`'s codes.
  package let states: [String: String]
  /// What a clock waits for, by `TimerName`'s codes.
  package let timers: [String: String]

  /// The table of a language.
  package static func of(_ language: PhraseLanguage) -> PhraseTable {
    switch language {
    case .tajik: .tajik
    case .russian: .russian
    case .english: .english
    }
  }
}

/// A language that the command line speaks.
package enum PhraseLanguage: String, CaseIterable, Sendable {
  /// Tajik.
  case tajik = "tg"
  /// Russian.
  case russian = "ru"
  /// English.
  case english = "en"

  /// The language of a locale name such as `tg_TJ.UTF-8`; `nil` for one that is not spoken.
  package init?(locale: String) {
    self.init(rawValue: String(locale.prefix { $0 != "_" && $0 != "." && $0 != "@" && $0 != "-" }))
  }

  /// The first of these that names a spoken language; English where none does.
  package static func choose(_ names: [String?]) -> PhraseLanguage {
    for name in names {
      if let name, let language = PhraseLanguage(locale: name) { return language }
    }
    return .english
  }
}

/// Texts in one language, filled in.
package struct Phrasebook: Sendable {
  /// The language.
  package let language: PhraseLanguage
  private let table: PhraseTable

  /// Opens a language.
  package init(_ language: PhraseLanguage) {
    self.language = language
    table = PhraseTable.of(language)
  }

  /// A phrase with its places filled.
  package func callAsFunction(_ phrase: Phrase, _ values: String...) -> String {
    Self.fill(table.phrases[phrase] ?? phrase.rawValue, values)
  }

  /// What a problem's code means; the code itself where it is not known.
  package func problem(_ code: String) -> String { table.problems[code] ?? code }

  /// What a warning of the status means; the problem's text, or the code, where it is no such warning.
  package func warning(_ code: String) -> String {
    NodeWarning(rawValue: code)?.text(language) ?? WarningWords.all[code]?[language]
      ?? problem(code)
  }

  /// What a reason's code means; the code itself where it is not known.
  package func reason(_ code: String) -> String {
    table.reasons[code] ?? ConsentReasons.text(code, language) ?? problem(code)
  }

  /// What a referral's state means; the code itself where it is not known.
  package func state(_ code: String) -> String { table.states[code] ?? code }

  /// What another state means; the code itself where it is not known.
  package func state(_ code: String, of kind: StateWords) -> String { kind.text(code, language) }

  /// What a clock waits for; the code itself where it is not known.
  package func timer(_ code: String) -> String { table.timers[code] ?? code }

  /// Puts values into `{0}`, `{1}`…, in one pass, so that a value never is a place.
  static func fill(_ text: String, _ values: [String]) -> String {
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      let inner = rest[rest.index(after: open)...]
      guard let close = inner.firstIndex(of: "}"), let place = Int(inner[..<close]),
        values.indices.contains(place)
      else {
        out += "{"
        rest = inner
        continue
      }
      out += values[place]
      rest = inner[inner.index(after: close)...]
    }
    return out + rest
  }
}

/// A language of the auditor's sentences.
package enum AuditLanguage: String, Sendable, CaseIterable {
  case en, ru, tg

  /// The language of an environment's `LANG`, such as `tg_TJ.UTF-8`; English for any other.
  package init(environment value: String?) {
    let word = (value ?? "").prefix { $0.isLetter }.lowercased()
    self = AuditLanguage(rawValue: word) ?? .en
  }
}

/// One sentence in the three languages; `{0}`, `{1}` … stand for a finding's details.
struct Sentence: Sendable {
  let en: String
  let ru: String
  let tg: String

  init(_ en: String, ru: String, tg: String) { (self.en, self.ru, self.tg) = (en, ru, tg) }

  func text(_ language: AuditLanguage) -> String {
    switch language {
    case .en: en
    case .ru: ru
    case .tg: tg
    }
  }
}

extension Finding {
  /// One plain sentence.
  package func sentence(_ language: AuditLanguage) -> String {
    let first = details.first.flatMap { AuditCatalogue.sentences["\(code.rawValue) \($0)"] }
    let last = details.last.flatMap { AuditCatalogue.sentences["\(code.rawValue) \($0)"] }
    guard let sentence = first ?? last ?? AuditCatalogue.sentences[code.rawValue] else {
      return code.rawValue
    }
    return AuditCatalogue.fill(sentence.text(language), details)
  }

  /// Where it is: leaves, line and byte.
  package func place(_ language: AuditLanguage) -> String {
    var parts: [String] = []
    if let leaves {
      if leaves.lowerBound == leaves.upperBound {
        parts.append(AuditCatalogue.say("leaf", language, [String(leaves.lowerBound)]))
      } else {
        parts.append(
          AuditCatalogue.say(
            "leaves",
            language,
            [String(leaves.lowerBound), String(leaves.upperBound)]
          )
        )
      }
    }
    if let line { parts.append(AuditCatalogue.say("line", language, [String(line)])) }
    if let offset, line != nil {
      parts.append(AuditCatalogue.say("byte", language, [String(offset)]))
    }
    return parts.joined(separator: ", ")
  }
}

extension AuditCatalogue {
  /// Puts details in the places of a sentence.
  static func fill(_ template: String, _ details: [String]) -> String {
    var out = template
    for (position, detail) in details.enumerated() {
      out = out.split(separator: "{\(position)}", omittingEmptySubsequences: false)
        .joined(separator: detail)
    }
    return out
  }

  /// A phrase of the report.
  static func say(_ key: String, _ language: AuditLanguage, _ details: [String] = []) -> String {
    guard let phrase = phrases[key] else { return key }
    return fill(phrase.text(language), details)
  }
}

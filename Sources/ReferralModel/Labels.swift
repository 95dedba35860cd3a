/// What people read for a code: one text in each of the policy's languages.
public struct Labels: Hashable, Sendable {
  /// The texts, in the order of the policy's languages.
  let texts: [(language: Language, text: String)]

  /// The text in a language, if the policy speaks it.
  public subscript(_ language: Language) -> String? {
    for entry in texts where entry.language == language { return entry.text }
    return nil
  }

  /// The text in a language, else in the policy's first language.
  public func text(in language: Language) -> String {
    self[language] ?? texts.first?.text ?? ""
  }

  /// Compares languages and texts as bytes.
  public static func == (left: Labels, right: Labels) -> Bool {
    left.texts.count == right.texts.count
      && zip(left.texts, right.texts).allSatisfy {
        $0.language == $1.language && $0.text.utf8.elementsEqual($1.text.utf8)
      }
  }

  /// Feeds languages only; texts that differ as bytes may be equivalent as text.
  public func hash(into hasher: inout Hasher) {
    for entry in texts { hasher.combine(entry.language) }
  }
}

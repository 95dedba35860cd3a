/// What a node asks a person to look at: the codes of `warnings` in its status, with their sentences.
package enum NodeWarning: String, CaseIterable, Sendable {
  /// The machine's clock is more than a day behind.
  case clockBehind = "clock-behind"
  /// The machine's clock is more than a day ahead.
  case clockAhead = "clock-ahead"
  /// A desk has fewer than two epochs of keys before it.
  case deskKeysFew = "desk-keys-few"
  /// One cosignature settles a checkpoint in this mechanism.
  case quorumOne = "quorum-one"

  /// The sentence in a language.
  package func text(_ language: PhraseLanguage) -> String {
    switch language {
    case .english: english
    case .russian: russian
    case .tajik: tajik
    }
  }

  private var english: String {
    switch self {
    case .clockBehind:
      "The machine's clock is more than a day behind: set it, or run `amonat clock witnesses`."
    case .clockAhead:
      "The machine's clock is more than a day ahead: set it, or, if it is right, run `amonat clock local`."
    case .deskKeysFew: "A desk is running out of keys: sign a new card (`amonat card sign`)."
    case .quorumOne: "A single cosignature settles a checkpoint in this mechanism."
    }
  }

  private var russian: String {
    switch self {
    case .clockBehind:
      "Часы компьютера отстают больше чем на сутки: поправьте их или выполните `amonat clock witnesses`."
    case .clockAhead:
      "Часы компьютера спешат больше чем на сутки: поправьте их или, если они верны, выполните `amonat clock local`."
    case .deskKeysFew:
      "У рабочего места заканчиваются ключи: подпишите новую карточку (`amonat card sign`)."
    case .quorumOne: "В этом механизме контрольную точку закрепляет одна подпись свидетеля."
    }
  }

  private var tajik: String {
    switch self {
    case .clockBehind:
      "Соати компютер зиёда аз як шабонарӯз қафо мондааст: онро дуруст кунед ё `amonat clock witnesses`-ро иҷро кунед."
    case .clockAhead:
      "Соати компютер зиёда аз як шабонарӯз пеш рафтааст: онро дуруст кунед ё, агар дуруст бошад, `amonat clock local`-ро иҷро кунед."
    case .deskKeysFew:
      "Калидҳои мизи корӣ ба охир мерасанд: варақаи навро имзо кунед (`amonat card sign`)."
    case .quorumOne: "Дар ин механизм нуқтаи санҷиширо як имзои шоҳид тасдиқ мекунад."
    }
  }
}

/// What the words of a state mean that are no state of a referral, by their codes.
package enum StateWords: String, CaseIterable, Sendable {
  /// How her word on a question stands, and what happened to it.
  case consent
  /// How a review stands, and what is special about its item.
  case review
  /// How an agency stands in the register.
  case agency
  /// How old a register is.
  case register
  /// Where messages are.
  case message
  /// Whether somebody is grown.
  case capacity
  /// What a child said.
  case assent

  /// The text in a language; the code itself where it is not known.
  package func text(_ code: String, _ language: PhraseLanguage) -> String {
    table[code]?[language] ?? code
  }

  /// Every code with its text in Tajik, Russian and English.
  package var table: [String: [PhraseLanguage: String]] {
    switch self {
    case .consent: Self.consentTable
    case .review: Self.reviewTable
    case .agency: Self.agencyTable
    case .register: Self.registerTable
    case .message: Self.messageTable
    case .capacity: Self.capacityTable
    case .assent: Self.assentTable
    }
  }

  private static let consentTable: [String: [PhraseLanguage: String]] = [
    "unknown": [.tajik: "пурсида нашудааст", .russian: "не спрашивали", .english: "not asked"],
    "requested": [.tajik: "пурсида шуд", .russian: "спросили", .english: "asked"],
    "request-deferred": [.tajik: "ба баъд монд", .russian: "отложено", .english: "put off"],
    "refused": [.tajik: "рад шуд", .russian: "отказано", .english: "refused"],
    "given": [.tajik: "дода шуд", .russian: "дано", .english: "given"],
    "renewed": [.tajik: "нав шуд", .russian: "продлено", .english: "renewed"],
    "expired": [.tajik: "мӯҳлаташ гузашт", .russian: "срок истёк", .english: "run out"],
    "withdrawn": [.tajik: "бозпас гирифта шуд", .russian: "отозвано", .english: "taken back"],
    "revoked": [
      .tajik: "аз ҷониби муассиса ё суд қатъ шуд", .russian: "прекращено учреждением или судом",
      .english: "ended by an agency or a court",
    ],
    "invalidated": [
      .tajik: "беэътибор дониста шуд", .russian: "признано недействительным",
      .english: "found never to have counted",
    ],
    "request": [.tajik: "пурсиш", .russian: "вопрос", .english: "asking"],
    "defer": [.tajik: "ба баъд гузоштан", .russian: "отсрочка", .english: "putting off"],
    "refuse": [.tajik: "рад", .russian: "отказ", .english: "a no"],
    "give": [.tajik: "розигӣ", .russian: "согласие", .english: "a yes"],
    "renew": [.tajik: "аз нав розигӣ", .russian: "повторное согласие", .english: "a yes again"],
    "expire": [
      .tajik: "гузаштани мӯҳлат", .russian: "истечение срока",
      .english: "the time ran out",
    ],
    "withdraw": [.tajik: "бозпасгирӣ", .russian: "отзыв", .english: "taking back"],
    "revoke": [.tajik: "қатъ", .russian: "прекращение", .english: "ending by others"],
    "invalidate": [
      .tajik: "беэътибор донистан", .russian: "признание недействительным",
      .english: "found invalid",
    ],
  ]

  private static let reviewTable: [String: [PhraseLanguage: String]] = [
    "waiting": [.tajik: "интизор аст", .russian: "ждёт проверки", .english: "waiting"],
    "overdue": [.tajik: "дер шуд", .russian: "просрочено", .english: "overdue"],
    "in-order": [.tajik: "дуруст аст", .russian: "в порядке", .english: "in order"],
    "incident": [.tajik: "ҳодиса", .russian: "происшествие", .english: "an incident"],
    "late": [.tajik: "дер сабт шудааст", .russian: "записано поздно", .english: "recorded late"],
    "second-missing": [
      .tajik: "шахси дуюм нест", .russian: "нет второго человека",
      .english: "the second person is missing",
    ],
    "lapsed": [
      .tajik: "мӯҳлати шахси дуюм гузашт", .russian: "срок второго человека истёк",
      .english: "the second person came too late",
    ],
  ]

  private static let agencyTable: [String: [PhraseLanguage: String]] = [
    "active": [.tajik: "фаъол", .russian: "действует", .english: "active"],
    "suspended": [.tajik: "боздошта шудааст", .russian: "приостановлено", .english: "suspended"],
    "retired": [
      .tajik: "аз механизм баромадааст", .russian: "вышло из механизма",
      .english: "retired",
    ],
    "unknown": [.tajik: "номаълум", .russian: "неизвестно", .english: "unknown"],
  ]

  private static let registerTable: [String: [PhraseLanguage: String]] = [
    "current": [.tajik: "ҷорӣ", .russian: "действует", .english: "current"],
    "warning": [
      .tajik: "ба зудӣ кӯҳна мешавад", .russian: "скоро устареет",
      .english: "soon out of date",
    ],
    "stale": [.tajik: "кӯҳна", .russian: "устарел", .english: "out of date"],
  ]

  private static let messageTable: [String: [PhraseLanguage: String]] = [
    "queued": [.tajik: "дар навбат", .russian: "в очереди", .english: "queued"],
    "sent": [.tajik: "фиристода", .russian: "отправлено", .english: "sent"],
    "delivered": [.tajik: "расонда", .russian: "доставлено", .english: "delivered"],
    "refused": [.tajik: "рад карда", .russian: "отклонено", .english: "refused"],
    "dead": [.tajik: "нарасонда", .russian: "не доставлено", .english: "not delivered"],
    "held": [.tajik: "нигоҳ дошта", .russian: "задержано", .english: "held"],
    "receipts-not-final": [
      .tajik: "забонхатҳои тасдиқнашуда", .russian: "квитанции не закреплены",
      .english: "receipts not final",
    ],
  ]

  private static let capacityTable: [String: [PhraseLanguage: String]] = [
    "adult": [.tajik: "калонсол", .russian: "взрослый человек", .english: "an adult"],
    "child": [.tajik: "кӯдак", .russian: "ребёнок", .english: "a child"],
    "doubtful": [.tajik: "маълум нест", .russian: "неясно", .english: "not clear"],
  ]

  private static let assentTable: [String: [PhraseLanguage: String]] = [
    "given": [.tajik: "розӣ шуд", .russian: "согласие устно", .english: "agreed"],
    "written": [
      .tajik: "хаттӣ розӣ шуд", .russian: "согласие письменно", .english: "agreed in writing",
    ],
    "refused": [.tajik: "рад кард", .russian: "отказ", .english: "said no"],
    "not-able": [
      .tajik: "гуфта наметавонад", .russian: "не может сказать", .english: "cannot say",
    ],
  ]
}

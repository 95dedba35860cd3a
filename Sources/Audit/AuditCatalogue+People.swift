extension AuditCatalogue {
  /// What people did, or still owe.
  static let people: [String: Sentence] = [
    "exception-scope": Sentence(
      "The policy does not allow the exception {0} for this purpose or for so much.",
      ru: "Политика не допускает исключения {0} для этой цели или в таком объёме.",
      tg: "Сиёсат истиснои {0}-ро барои ин мақсад ё ба ин андоза иҷозат намедиҳад."
    ),
    "second-person-late": Sentence(
      "The second person stood by the exception of leaf {0} later than the policy allows.",
      ru: "Второе лицо подтвердило исключение (запись {0}) позже, чем разрешает политика.",
      tg: "Шахси дуюм истисноро (навишти {0}) дертар аз он ки сиёсат иҷозат медиҳад, тасдиқ кард."
    ),
    "second-person-missing": Sentence(
      "Nobody stood by this exception as its second person in the time that the policy gives.",
      ru: "Никто не подтвердил это исключение как второе лицо в срок, данный политикой.",
      tg: "Дар мӯҳлати сиёсат ҳеҷ кас ин истисноро ҳамчун шахси дуюм тасдиқ накард."
    ),
    "review-missing": Sentence(
      "This was to be looked at by somebody else by now, and nobody has.",
      ru: "Это уже должен был проверить кто-то другой, но никто не проверил.",
      tg: "Инро бояд то ҳол каси дигар месанҷид, вале ҳеҷ кас насанҷидааст."
    ),
    "review-late": Sentence(
      "Leaf {0} was looked at later than the policy allows.",
      ru: "Запись {0} проверена позже, чем разрешает политика.",
      tg: "Навишти {0} дертар аз мӯҳлати сиёсат санҷида шуд."
    ),
    "review-incident": Sentence(
      "Whoever looked at leaf {0} called it an incident.",
      ru: "Проверивший запись {0} назвал её происшествием.",
      tg: "Касе, ки навишти {0}-ро санҷид, онро ҳодиса номид."
    ),
    "reviewer-same-person": Sentence(
      "Leaf {0} was looked at by somebody who had done it or stood by it.",
      ru: "Запись {0} проверил тот, кто сам её сделал или подтвердил.",
      tg: "Навишти {0}-ро касе санҷид, ки худаш онро карда ё тасдиқ карда буд."
    ),
    "record-late": Sentence(
      "What was said or handed over was recorded later than the policy allows.",
      ru: "Сказанное или переданное записано позже, чем разрешает политика.",
      tg: "Он чи гуфта ё супурда шуд, дертар аз мӯҳлати сиёсат сабт шудааст."
    ),
    "erasure-receipt-late": Sentence(
      "A holder had not confirmed in time that what it got was erased (leaf {0}).",
      ru: "Получатель не подтвердил вовремя, что полученное удалено (запись {0}).",
      tg: "Дорандаи маълумот нест кардани онро сари вақт тасдиқ накард (навишти {0})."
    ),
    "erasure-receipt-missing": Sentence(
      "{0} was told to erase, and its log holds no answer; the policy's time is over.",
      ru: "{0} получило требование удалить, но в его журнале нет ответа; срок политики истёк.",
      tg: "Ба {0} гуфта шуд, ки нест кунад, вале дар дафтараш ҷавоб нест; мӯҳлати сиёсат гузашт."
    ),
    "expire-missing": Sentence(
      "This grant ran out more than a day ago, and no event says that it ended.",
      ru: "Срок этого разрешения истёк более суток назад, но события об окончании нет.",
      tg: "Мӯҳлати ин иҷозат зиёда аз як шабонарӯз пеш гузашт, вале рӯйдоди анҷоми он нест."
    ),
    "adoption-missing": Sentence(
      "The event rests on a register or policy that this log never took into use.",
      ru: "Событие опирается на реестр или политику, которые этот журнал не вводил в действие.",
      tg: "Рӯйдод ба феҳрист ё сиёсате такя мекунад, ки ин дафтар онро ба кор надаровардааст."
    ),
    "withdraw-missing": Sentence(
      "The log says that the consent of leaf {0} is over, and never took that grant back.",
      ru: "По журналу согласие (запись {0}) больше не действует, но разрешение не отозвано.",
      tg: "Дафтар мегӯяд, ки розигии навишти {0} қатъ шуд, вале иҷозат бозпас гирифта нашудааст."
    ),
    "consent-revoked": Sentence(
      "An agency, a guardian or a court took this consent back.",
      ru: "Это согласие отозвано учреждением, опекуном или судом.",
      tg: "Ин розигиро муассиса, васӣ ё суд бозпас гирифтааст."
    ),
    "consent-invalidated": Sentence(
      "This consent never was one: people must look into how it came about.",
      ru: "Это согласие никогда не было действительным: следует выяснить, как оно возникло.",
      tg: "Ин розигӣ ҳеҷ гоҳ дуруст набуд: бояд муайян шавад, ки он чӣ гуна пайдо шуд."
    ),
    "own-consent-missing": Sentence(
      "{0} began a service before it had logged a consent of its own for it.",
      ru: "{0} начало оказывать услугу прежде, чем записало собственное согласие на неё.",
      tg: "{0} хизматрасониро пеш аз сабти розигии худ барои он оғоз кард."
    ),
    "anonymous-misused": Sentence(
      "A disclosure without a grant claims to be about nobody, and is not, or goes elsewhere.",
      ru:
        "Передача без разрешения выдаёт себя за безымянную, но кого-то называет или идёт не туда.",
      tg: "Додани бе иҷозат худро беном мегӯяд, вале касеро ном мебарад ё ба ҷойи дигар меравад."
    ),
    "use-after-end": Sentence(
      "{0} opened what it had received after the grant (leaf {1}) was over, without a consent of its own.",
      ru:
        "{0} открыло полученное после окончания разрешения (запись {1}), не имея своего согласия.",
      tg: "{0} он чиро, ки гирифта буд, баъди анҷоми иҷозат (навишти {1}) бе розигии худ кушод."
    ),
  ]
}

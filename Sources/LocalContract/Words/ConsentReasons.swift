/// Why a consent, a grant or an exception was refused, in words.
enum ConsentReasons {
  /// The text of a reason's code; `nil` for a code that is none of these.
  static func text(_ code: String, _ language: PhraseLanguage) -> String? {
    table[code]?[language]
  }

  static let table: [String: [PhraseLanguage: String]] = [
    "record-missing": [
      .tajik: "Навишта нашудааст, ки розигӣ чӣ тавр гирифта шуд.",
      .russian: "Не записано, как взято согласие.",
      .english: "It is not recorded how consent was taken.",
    ],
    "notice-missing": [
      .tajik: "Огоҳинома номбар нашудааст.",
      .russian: "Не указано, что было объяснено.",
      .english: "No notice is named.",
    ],
    "language-unknown": [
      .tajik: "Чунин забон дар протокол нест.",
      .russian: "Такого языка нет в протоколе.",
      .english: "The policy has no such language.",
    ],
    "mode-unknown": [
      .tajik: "Чунин тарзи фаҳмондан дар протокол нест.",
      .russian: "Такого способа объяснения нет в протоколе.",
      .english: "The policy has no such way of explaining.",
    ],
    "age-unknown": [
      .tajik: "Синну сол навишта нашудааст.",
      .russian: "Не указан возраст.",
      .english: "The age is not said.",
    ],
    "age-contradicts": [
      .tajik: "Синну сол ба гуфташуда мувофиқ нест.",
      .russian: "Возраст противоречит сказанному.",
      .english: "The age contradicts what was said.",
    ],
    "decider-not-allowed": [
      .tajik: "Дар ин синну сол ин шахс қарор карда наметавонад.",
      .russian: "В этом возрасте этот человек решать не может.",
      .english: "At that age this person may not decide.",
    ],
    "decider-basis": [
      .tajik: "Асос ба касе, ки қарор кард, мувофиқ нест.",
      .russian: "Основание не подходит к тому, кто решил.",
      .english: "The basis does not fit who decided.",
    ],
    "assent-missing": [
      .tajik: "Аз кӯдак пурсида нашудааст.",
      .russian: "Ребёнка не спросили как следует.",
      .english: "The child was not asked as it should be.",
    ],
    "assent-refused": [
      .tajik: "Кӯдак «не» гуфт.",
      .russian: "Ребёнок сказал «нет».",
      .english: "The child said no.",
    ],
    "caregiver-suspect": [
      .tajik: "Парастори мавриди шубҳа қарор намекунад.",
      .russian: "Подозреваемый опекун не решает.",
      .english: "A caregiver under suspicion decides nothing.",
    ],
    "interpreter-not-independent": [
      .tajik: "Тарҷумон мустақил эълон нашудааст.",
      .russian: "Переводчик не заявил о независимости.",
      .english: "The interpreter has not declared to be independent.",
    ],
    "companion-role": [
      .tajik: "Ҳамроҳ на тарҷумон, на шоҳид ва на намоянда буда метавонад.",
      .russian: "Сопровождающий не может быть ни переводчиком, ни свидетелем, ни представителем.",
      .english: "Who came along can be neither interpreter, nor witness, nor proxy.",
    ],
    "expression-unknown": [
      .tajik: "Чунин тарзи розигӣ дар протокол нест.",
      .russian: "Такого способа согласия нет в протоколе.",
      .english: "The policy has no such way of saying yes.",
    ],
    "witness-missing": [
      .tajik: "Шоҳид лозим аст.",
      .russian: "Нужен свидетель.",
      .english: "A witness is needed.",
    ],
    "evidence-malformed": [
      .tajik: "Рақами далел нодуруст аст.",
      .russian: "Отпечаток доказательства неверен.",
      .english: "The digest of the evidence is not one.",
    ],
    "receipt-unknown": [
      .tajik: "Гуфта нашудааст, ки бо варақа чӣ шуд.",
      .russian: "Не сказано, что стало с листком.",
      .english: "It is not said what happened to the receipt.",
    ],
    "written-missing": [
      .tajik: "Розигии хаттӣ лозим аст.",
      .russian: "Нужно письменное согласие.",
      .english: "A written consent is needed.",
    ],
    "country-missing": [
      .tajik: "Кишвар номбар нашудааст.",
      .russian: "Не названа страна.",
      .english: "The country is not named.",
    ],
    "abroad-not-allowed": [
      .tajik: "Барои ин мақсад ба хориҷа фиристода намешавад.",
      .russian: "С этой целью за границу не передают.",
      .english: "Nothing is sent abroad for that purpose.",
    ],
    "foreign-agency": [
      .tajik: "Ин муассисаи хориҷиро қоидаҳо номбар намекунанд.",
      .russian: "Этого зарубежного учреждения нет в правилах.",
      .english: "The policy does not name that foreign agency.",
    ],
    "country-other": [
      .tajik: "Ин муассиса дар кишвари дигар аст.",
      .russian: "Это учреждение в другой стране.",
      .english: "That agency is in another country.",
    ],
    "beyond-majority": [
      .tajik: "Аз рӯзи балоғат дарозтар аст.",
      .russian: "Дольше дня совершеннолетия.",
      .english: "It goes beyond the day of coming of age.",
    ],
    "too-long": [
      .tajik: "Матн аз ҳад дароз аст.",
      .russian: "Текст слишком длинный.",
      .english: "A text is too long.",
    ],
    "life-too-long": [
      .tajik: "Мӯҳлат аз протокол дарозтар аст.",
      .russian: "Срок дольше, чем разрешает протокол.",
      .english: "It would last longer than the policy allows.",
    ],
    "onward-not-allowed": [
      .tajik: "Додан ба дигарон иҷозат нест.",
      .russian: "Передавать дальше нельзя.",
      .english: "It may not be passed on.",
    ],
    "parent-too-narrow": [
      .tajik: "Розигии аввал инро дар бар намегирад.",
      .russian: "Первое согласие этого не охватывает.",
      .english: "The first consent does not cover it.",
    ],
    "second-person-missing": [
      .tajik: "Шахси дуюм лозим аст.",
      .russian: "Нужен второй человек.",
      .english: "A second person is needed.",
    ],
    "second-person-same": [
      .tajik: "Шахси дуюм бояд дигар кас бошад.",
      .russian: "Второй человек должен быть другим.",
      .english: "The second person must be somebody else.",
    ],
    "role-missing": [
      .tajik: "Сиёсат барои ин истисно вазифаҳои дигари ду шахсро талаб мекунад.",
      .russian: "Для этого исключения политика требует других ролей у двух людей.",
      .english: "The policy asks for other roles of the two persons.",
    ],
    "reason-missing": [
      .tajik: "Сабаб навишта нашудааст.",
      .russian: "Не указана причина.",
      .english: "The reason is not said.",
    ],
    "authority-missing": [
      .tajik: "Моддаи қонун, ҳукм ё қарор номбар нашудааст.",
      .russian: "Не названа статья, решение суда или иное решение.",
      .english: "The article, order or decision is not named.",
    ],
    "reviewer-is-granter": [
      .tajik: "Тафтишкунанда бояд дигар кас бошад.",
      .russian: "Проверять должен другой человек.",
      .english: "Somebody else must look at it.",
    ],
    "caller-is-not-her": [
      .tajik: "Бо худи вай гап назадаанд.",
      .russian: "С ней самой не говорили.",
      .english: "She herself was not spoken to.",
    ],
  ]
}

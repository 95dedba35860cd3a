/// The texts about consent.
extension ConsentPhrase {
  static let table: [ConsentPhrase: [PhraseLanguage: String]] =
    first.merging(second) { one, _ in one }

  private static let first: [ConsentPhrase: [PhraseLanguage: String]] = [
    .yesNo: [
      .tajik: "[ҳа/не; Enter — не]",
      .russian: "[да/нет; Enter — нет]",
      .english: "[yes/no; Enter means no]",
    ],
    .yesWords: [
      .tajik: "ҳа,ха,х",
      .russian: "да,д",
      .english: "yes,y",
    ],
    .noWords: [
      .tajik: "не,н",
      .russian: "нет,н",
      .english: "no,n",
    ],
    .sayYesOrNo: [
      .tajik: "Лутфан «ҳа» ё «не» гӯед.",
      .russian: "Ответьте, пожалуйста, «да» или «нет».",
      .english: "Please answer yes or no.",
    ],
    .chooseOne: [
      .tajik: "Яке аз инҳоро нависед: {0}",
      .russian: "Выберите одно из: {0}",
      .english: "Choose one of: {0}",
    ],
    .inputEnded: [
      .tajik: "Ҷавобҳо пеш аз анҷом қатъ шуданд; чизе сабт нашуд.",
      .russian: "Ответы закончились раньше времени; ничего не записано.",
      .english: "The answers ended too early; nothing was recorded.",
    ],
    .wizardStart: [
      .tajik: "Ҳар саволро бо овоз хонед. То он даме ки вай «ҳа» нагӯяд, ҷавоб «не» аст.",
      .russian: "Читайте каждый вопрос вслух. Пока она не сказала «да», ответ — «нет».",
      .english: "Read each question aloud. Until she says yes, the answer is no.",
    ],
    .whoDecides: [
      .tajik: "Кӣ қарор мекунад?",
      .russian: "Кто решает?",
      .english: "Who decides?",
    ],
    .relationToHer: [
      .tajik: "Ин шахс ба вай кӣ мешавад?",
      .russian: "Кем этот человек ей приходится?",
      .english: "How does this person stand to her?",
    ],
    .adultOrChild: [
      .tajik: "Калонсол, кӯдак ё номаълум?",
      .russian: "Взрослая, ребёнок или неясно?",
      .english: "Adult, child, or doubtful?",
    ],
    .ageBand: [
      .tajik: "Гурӯҳи синну сол?",
      .russian: "Возрастная группа?",
      .english: "Age band?",
    ],
    .howExplained: [
      .tajik: "Чӣ тавр фаҳмонда шуд?",
      .russian: "Как это было объяснено?",
      .english: "How was it explained?",
    ],
    .whoInterprets: [
      .tajik: "Кӣ тарҷума мекунад? (холӣ — ҳеҷ кас)",
      .russian: "Кто переводит? (пусто — никто)",
      .english: "Who interprets? (empty: nobody)",
    ],
    .interpreterIndependent: [
      .tajik: "Оё тарҷумон эълон кард, ки мустақил аст?",
      .russian: "Заявил ли переводчик, что он независим?",
      .english: "Has the interpreter declared to be independent?",
    ],
    .whoCameAlong: [
      .tajik: "Кӣ ҳамроҳаш омад? (холӣ — ҳеҷ кас)",
      .russian: "Кто пришёл с ней? (пусто — никто)",
      .english: "Who came along? (empty: nobody)",
    ],
    .whoSupports: [
      .tajik: "Кӣ дар фаҳмидан кӯмак мекунад, бе он ки қарор кунад? (холӣ — ҳеҷ кас)",
      .russian: "Кто помогает понять, не решая? (пусто — никто)",
      .english: "Who helps her understand without deciding? (empty: nobody)",
    ],
    .childAssent: [
      .tajik: "Кӯдак чӣ гуфт?",
      .russian: "Что сказал ребёнок?",
      .english: "What did the child say?",
    ],
    .bornOn: [
      .tajik: "Санаи таваллуд, масалан 2010-05-31 (холӣ — маълум нест):",
      .russian: "Дата рождения, например 2010-05-31 (пусто — неизвестна):",
      .english: "Born on, such as 2010-05-31 (empty: not known):",
    ],
    .whoMustNotKnow: [
      .tajik:
        "Кӣ набояд донад: agency:МУАССИСА, district:МИНТАҚА ё person:КОРМАНД; якторӣ (холӣ — дигар ҳеҷ кас)",
      .russian:
        "Кто не должен узнать: agency:УЧРЕЖДЕНИЕ, district:РЕГИОН или person:СОТРУДНИК; по одному (пусто — больше никто)",
      .english:
        "Who must not learn of it: agency:ID, district:REGION or person:USER; one at a time (empty: nobody else)",
    ],
    .suspectCaregiver: [
      .tajik: "Оё ба парастор шубҳа ҳаст?",
      .russian: "Подозревается ли тот, кто за ней ухаживает?",
      .english: "Is a caregiver suspected?",
    ],
    .readToHer: [
      .tajik: "Акнун саволҳо ба худи вай:",
      .russian: "Теперь вопросы ей самой:",
      .english: "Now the questions to her:",
    ],
    .share: [
      .tajik: "{0}. Оё мо метавонем инро ба «{1}» диҳем: {2}? То {3}.",
      .russian: "{0}. Можно ли нам передать в «{1}»: {2}? До {3}.",
      .english: "{0}. May we share this with {1}: {2}? Until {3}.",
    ],
    .shareAlso: [
      .tajik: "Боз ба «{0}»: {1}?",
      .russian: "Ещё в «{0}»: {1}?",
      .english: "Also with {0}: {1}?",
    ],
    .passOn: [
      .tajik: "Оё «{0}» метавонад инро ба боз як ташкилоте диҳад, ки ба шумо кӯмак мекунад?",
      .russian: "Может ли «{0}» передать это ещё одной организации, которая вам помогает?",
      .english: "May {0} pass it on to one more agency that helps you?",
    ],
    .countryNamed: [
      .tajik: "Ба кадом кишвар?",
      .russian: "В какую страну?",
      .english: "To which country?",
    ],
    .withdrawalExplained: [
      .tajik: "Оё фаҳмонда шуд, ки инро ҳар вақт бозпас гирифтан мумкин аст?",
      .russian: "Объяснено ли, что всё это можно отозвать в любое время?",
      .english: "Was it explained that all this can be taken back at any time?",
    ],
    .teachBack: [
      .tajik: "Оё вай бо суханони худ гуфт, ки ба чӣ розӣ шуд?",
      .russian: "Сказала ли она своими словами, на что согласилась?",
      .english: "Has she said in her own words what she agreed to?",
    ],
    .howShown: [
      .tajik: "Розигӣ чӣ тавр изҳор шуд?",
      .russian: "Как выражено согласие?",
      .english: "How was consent shown?",
    ],
    .whoWitnessed: [
      .tajik: "Кӣ шоҳид буд?",
      .russian: "Кто был свидетелем?",
      .english: "Who witnessed it?",
    ],
    .wantsReceipt: [
      .tajik: "Оё шумо коғазе мехоҳед, ки дар он навишта шудааст, ба чӣ розӣ шудед?",
      .russian: "Хотите ли вы листок, на котором написано, на что вы согласились?",
      .english: "Do you want a paper that says what you agreed to?",
    ],
    .receiptDangerous: [
      .tajik: "Агар касе ин коғазро ёбад, оё хатарнок аст?",
      .russian: "Опасно ли, если кто-то найдёт этот листок?",
      .english: "Would it be dangerous if somebody found that paper?",
    ],
    .nothingAgreed: [
      .tajik: "Вай ба чизе розӣ нашуд; ҷавобҳои «не» сабт шуданд.",
      .russian: "Она ни на что не согласилась; ответы «нет» записаны.",
      .english: "She agreed to nothing; that she said no is recorded.",
    ],
    .notKept: [
      .tajik: "Вай намехоҳад, ки чизе нигоҳ дошта шавад. Ҳеҷ чиз сабт нашуд.",
      .russian: "Она не хочет, чтобы что-либо хранилось. Ничего не записано.",
      .english: "She does not want anything to be kept. Nothing was recorded.",
    ],
    .receiptTitle: [
      .tajik: "Варақаи шумо",
      .russian: "Ваш листок",
      .english: "Your paper",
    ],
    .receiptNumber: [
      .tajik: "Рақам: {0}",
      .russian: "Номер: {0}",
      .english: "Number: {0}",
    ],
    .receiptDate: [
      .tajik: "Сана: {0}",
      .russian: "Дата: {0}",
      .english: "Date: {0}",
    ],
    .receiptYes: [
      .tajik: "Шумо «ҳа» гуфтед:",
      .russian: "Вы сказали «да»:",
      .english: "You said yes to:",
    ],
    .receiptNo: [
      .tajik: "Шумо «не» гуфтед:",
      .russian: "Вы сказали «нет»:",
      .english: "You said no to:",
    ],
    .receiptUntil: [
      .tajik: "{0} (то {1})",
      .russian: "{0} (до {1})",
      .english: "{0} (until {1})",
    ],
    .receiptTakeBack: [
      .tajik: "Ҳар вақт метавонед онро бозпас гиред. Рақамро гӯед; сабабашро намепурсанд.",
      .russian: "Вы можете отозвать это в любое время. Назовите номер; причину не спросят.",
      .english: "You can take it back at any time. Say the number; nobody asks why.",
    ],
  ]

  private static let second: [ConsentPhrase: [PhraseLanguage: String]] = [
    .receiptWithheld: [
      .tajik: "Варақа дода нашуд: он метавонад хатарнок бошад.",
      .russian: "Листок не выдан: он может быть опасен.",
      .english: "No paper is handed out: it could be dangerous.",
    ],
    .reasonPrompt: [
      .tajik: "Чӣ рӯй дод ва чаро бе розигӣ? (мӯҳр карда мешавад)",
      .russian: "Что случилось и почему без согласия? (будет запечатано)",
      .english: "What happened, and why without consent? (will be sealed)",
    ],
    .exceptionUsed: [
      .tajik: "Истисно сабт шуд. Онро шахси дигар ҳатман тафтиш мекунад.",
      .russian: "Исключение записано. Другой человек обязательно его проверит.",
      .english: "The exception is recorded. Somebody else will look at it.",
    ],
    .secondStands: [
      .tajik: "Шумо ин истисноро тасдиқ кардед.",
      .russian: "Вы подтвердили это исключение.",
      .english: "You stand by this exception.",
    ],
    .tellHer: [
      .tajik: "Ба худи вай ҳарчи зудтар, вақте ки бехатар аст, гӯед.",
      .russian: "Скажите ей самой, как только это безопасно.",
      .english: "Tell her as soon as it is safe.",
    ],
    .reviewLine: [
      .tajik: "{0}  {1}  {2}  {3}  то {4}: {5}",
      .russian: "{0}  {1}  {2}  {3}  до {4}: {5}",
      .english: "{0}  {1}  {2}  {3}  by {4}: {5}",
    ],
    .reviewed: [
      .tajik: "{0}: сабт шуд ({1}).",
      .russian: "{0}: записано ({1}).",
      .english: "{0}: recorded ({1}).",
    ],
    .nothingToReview: [
      .tajik: "Барои тафтиш чизе нест.",
      .russian: "Проверять нечего.",
      .english: "Nothing to look at.",
    ],
    .recorded: [
      .tajik: "Сабт шуд: {0}.",
      .russian: "Записано: {0}.",
      .english: "Recorded: {0}.",
    ],
    .recordedLate: [
      .tajik: "Сабт шуд: {0}. Дер сабт шуд; шахси дигар онро мебинад.",
      .russian: "Записано: {0}. Записано поздно; другой человек посмотрит.",
      .english: "Recorded: {0}. It was late; somebody else will look at it.",
    ],
    .slipPlease: [
      .tajik: "Лутфан ба касе, ки ин варақаро меорад, кӯмак кунед.",
      .russian: "Пожалуйста, помогите тому, кто принёс этот листок.",
      .english: "Please help the person who brings this paper.",
    ],
    .slipWord: [
      .tajik: "Калима: {0}",
      .russian: "Слово: {0}",
      .english: "Word: {0}",
    ],
    .slipNeeds: [
      .tajik: "Лозим аст: {0}",
      .russian: "Нужно: {0}",
      .english: "Needed: {0}",
    ],
    .slipSpeaks: [
      .tajik: "Забонҳо: {0}",
      .russian: "Языки: {0}",
      .english: "Languages: {0}",
    ],
    .slipThanks: [
      .tajik: "Ташаккур.",
      .russian: "Спасибо.",
      .english: "Thank you.",
    ],
    .contactOpened: [
      .tajik: "Тамос {0} кушода шуд. Ном лозим нест.",
      .russian: "Обращение {0} открыто. Имя не нужно.",
      .english: "Contact {0} is open. No name is needed.",
    ],
    .callBackFirst: [
      .tajik: "Занги бехатар",
      .russian: "Как безопасно перезвонить",
      .english: "How to call back safely",
    ],
    .wordKnown: [
      .tajik: "Калима дуруст аст.",
      .russian: "Слово верное.",
      .english: "That is the word.",
    ],
    .wordUnknown: [
      .tajik: "Калима дуруст нест. Чизе нагӯед.",
      .russian: "Слово неверное. Ничего не говорите.",
      .english: "That is not the word. Say nothing.",
    ],
    .contactCase: [
      .tajik: "Тамос акнун парванда аст: {0}.",
      .russian: "Обращение стало делом: {0}.",
      .english: "The contact is now case {0}.",
    ],
    .lapsedNone: [
      .tajik: "Ягон розигӣ ба охир намерасад.",
      .russian: "Никакое согласие не истекает.",
      .english: "No consent runs out.",
    ],
    .lapsedLine: [
      .tajik: "{0}: {1}, {2}, {3} рӯз ({4})",
      .russian: "{0}: {1}, {2}, дней: {3} ({4})",
      .english: "{0}: {1}, {2}, {3} days ({4})",
    ],
    .dueLine: [
      .tajik: "Парванда {0}: {1} рӯз ({2}). Онро кушоед.",
      .russian: "Дело {0}: дней: {1} ({2}). Откройте его.",
      .english: "Case {0}: {1} days ({2}). Open it.",
    ],
    .lapsedWord: [
      .tajik: "ба охир расид",
      .russian: "истекло",
      .english: "run out",
    ],
    .storyLine: [
      .tajik: "{0}. {1}  {2}  {3} → {4}",
      .russian: "{0}. {1}  {2}  {3} → {4}",
      .english: "{0}. {1}  {2}  {3} → {4}",
    ],
    .storyWhole: [
      .tajik: "Таърих пурра аст.",
      .russian: "История целая.",
      .english: "The history is whole.",
    ],
    .storyBroken: [
      .tajik: "Таърих тағйир дода шудааст!",
      .russian: "История изменена!",
      .english: "The history has been changed!",
    ],
    .ownTaken: [
      .tajik: "Розигии худи мо гирифта шуд; парванда {0}.",
      .russian: "Наше собственное согласие взято; дело {0}.",
      .english: "Our own consent is taken; case {0}.",
    ],
    .counted: [
      .tajik: "Ҳисоб шуд. Дар бораи вай чизе нигоҳ дошта нашуд.",
      .russian: "Учтено. О ней ничего не сохранено.",
      .english: "Counted. Nothing is kept about her.",
    ],
    .countLine: [
      .tajik: "{0}  {1}  {2}: {3}",
      .russian: "{0}  {1}  {2}: {3}",
      .english: "{0}  {1}  {2}: {3}",
    ],
    .tallyCount: [
      .tajik: "Варақаҳо: {0}; кушода нашуданд: {1}.",
      .russian: "Записей: {0}; не открыто: {1}.",
      .english: "Notes: {0}; not opened: {1}.",
    ],
    .countHidden: [
      .tajik: "Рақамҳои аз {0} кам нишон дода намешаванд.",
      .russian: "Числа меньше {0} не показаны.",
      .english: "Counts below {0} are not shown.",
    ],
    .journeyLine: [
      .tajik: "{0}  {1}  {2}  то {3}: {4}",
      .russian: "{0}  {1}  {2}  до {3}: {4}",
      .english: "{0}  {1}  {2}  by {3}: {4}",
    ],
    .journeyTravelling: [
      .tajik: "дар роҳ",
      .russian: "в пути",
      .english: "on the way",
    ],
    .journeyArrived: [
      .tajik: "расид",
      .russian: "прибыла",
      .english: "arrived",
    ],
    .journeyMissed: [
      .tajik: "НАРАСИД: фавран занг занед",
      .russian: "НЕ ПРИБЫЛА: звоните немедленно",
      .english: "NOT ARRIVED: call at once",
    ],
    .acrossBorder: [
      .tajik: "берун аз кишвар",
      .russian: "за границу",
      .english: "across the border",
    ],
    .insideBorder: [
      .tajik: "дар дохили кишвар",
      .russian: "внутри страны",
      .english: "inside the country",
    ],
    .exportedCase: [
      .tajik: "Навишта шуд: {0}. Ин файл муҳофизат нашудааст.",
      .russian: "Записано: {0}. Этот файл не защищён.",
      .english: "Written: {0}. That file is not protected.",
    ],
  ]
}

extension AuditCatalogue {
  /// The words of the report around the findings.
  static let phrases: [String: Sentence] = [
    "leaf": Sentence("leaf {0}", ru: "запись {0}", tg: "навишти {0}"),
    "leaves": Sentence("leaves {0}–{1}", ru: "записи {0}–{1}", tg: "навиштаҳои {0}–{1}"),
    "line": Sentence("line {0}", ru: "строка {0}", tg: "сатри {0}"),
    "byte": Sentence("byte {0}", ru: "байт {0}", tg: "байти {0}"),
    "error": Sentence("error", ru: "ошибка", tg: "хато"),
    "warning": Sentence("warning", ru: "предупреждение", tg: "огоҳӣ"),
    "note": Sentence("note", ru: "заметка", tg: "эзоҳ"),
    "clean": Sentence(
      "clean: every leaf, signature and rule was checked",
      ru: "чисто: проверены все записи, подписи и правила",
      tg: "пок: ҳамаи навиштаҳо, имзоҳо ва қоидаҳо санҷида шуданд"
    ),
    "findings": Sentence(
      "{0} errors, {1} warnings, {2} notes",
      ru: "ошибок {0}, предупреждений {1}, заметок {2}",
      tg: "хато {0}, огоҳӣ {1}, эзоҳ {2}"
    ),
    "unchecked": Sentence(
      "could not be checked to the end",
      ru: "не удалось проверить до конца",
      tg: "то охир санҷида нашуд"
    ),
    "unreadable": Sentence(
      "the file cannot be read",
      ru: "файл не читается",
      tg: "файл хонда намешавад"
    ),
    "agency": Sentence("agency", ru: "учреждение", tg: "муассиса"),
    "log": Sentence("log", ru: "журнал", tg: "дафтар"),
    "realm": Sentence("realm", ru: "реестр (realm)", tg: "феҳрист (realm)"),
    "made": Sentence("made", ru: "создан", tg: "сохта шуд"),
    "size": Sentence("leaves", ru: "записей", tg: "навиштаҳо"),
    "settled": Sentence("settled up to", ru: "закреплено до", tg: "тасдиқшуда то"),
    "none": Sentence("none", ru: "нет", tg: "нест"),
    "times": Sentence(
      "first and last event",
      ru: "первое и последнее событие",
      tg: "рӯйдоди аввал ва охир"
    ),
    "events": Sentence("events", ru: "события", tg: "рӯйдодҳо"),
    "pads": Sentence("pads", ru: "заполнители", tg: "пуркунандаҳо"),
    "closed": Sentence("not shown", ru: "не показано", tg: "нишондоданашуда"),
    "sent": Sentence("sent to", ru: "отправлено", tg: "фиристода шуд"),
    "received": Sentence("received from", ru: "получено от", tg: "гирифта шуд аз"),
    "purposes": Sentence("purposes", ru: "цели", tg: "мақсадҳо"),
    "policies": Sentence("policies", ru: "политики", tg: "сиёсатҳо"),
    "receipts": Sentence("receipts", ru: "квитанции", tg: "забонхатҳо"),
    "matched": Sentence(
      "messages that stand in both logs: {0}",
      ru: "сообщений в обоих журналах: {0}",
      tg: "паёмҳо дар ҳар ду дафтар: {0}"
    ),
    "present": Sentence("bundles of", ru: "пакеты", tg: "бастаҳои"),
    "unverified": Sentence(
      "This is a summary, not a verdict; run verify for that.",
      ru: "Это сводка, а не заключение; для него выполните verify.",
      tg: "Ин ҷамъбаст аст, на хулоса; барои хулоса verify-ро иҷро кунед."
    ),
  ]
}

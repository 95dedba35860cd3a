/// What the command line says of a call that it does not understand, in the languages of its people.
///
/// The parser of arguments speaks English only: what it says is found by its form, and said again.
package enum UsageWords {
  /// The message in a language; as it is where nobody has translated it.
  package static func text(_ message: String, _ language: PhraseLanguage) -> String {
    guard language != .english else { return message }
    for (form, texts) in forms {
      guard let values = values(of: message, in: form), let text = texts[language] else { continue }
      return Phrasebook.fill(text, values.map { self.text($0, language) })
    }
    return message
  }

  /// Each form with its Tajik and Russian text.
  ///
  /// `{0}` and `{1}` stand for what varies; of two forms that fit the first counts.
  package static let forms: [(form: String, texts: [PhraseLanguage: String])] = [
    (
      "Unknown option '{0}'. Did you mean '{1}'?",
      [
        .tajik: "Имконоти номаълум «{0}». Оё «{1}» дар назар аст?",
        .russian: "Неизвестный параметр «{0}». Может быть, «{1}»?",
      ]
    ),
    (
      "Unknown option '{0}'",
      [.tajik: "Имконоти номаълум «{0}»", .russian: "Неизвестный параметр «{0}»"]
    ),
    (
      "Missing expected argument '{0}'",
      [.tajik: "«{0}» намерасад", .russian: "Не хватает «{0}»"]
    ),
    (
      "Missing one of: {0}",
      [.tajik: "Яке аз инҳо намерасад: {0}", .russian: "Не хватает одного из: {0}"]
    ),
    (
      "Missing value for '{0}'",
      [.tajik: "Барои «{0}» қимат нест", .russian: "Нет значения для «{0}»"]
    ),
    (
      "Missing required subcommand.",
      [.tajik: "Зерфармон намерасад.", .russian: "Не хватает подкоманды."]
    ),
    (
      "Unexpected argument '{0}'",
      [.tajik: "Ин ҷо интизор набуд: «{0}»", .russian: "Лишнее здесь: «{0}»"]
    ),
    (
      "The option '{0}' does not take any value, but '{1}' was specified.",
      [
        .tajik: "«{0}» қимат намегирад, вале «{1}» дода шуд.",
        .russian: "«{0}» не принимает значения, а дано «{1}».",
      ]
    ),
    (
      "The value '{0}' is invalid for '{1}': {2}",
      [
        .tajik: "Қимати «{0}» барои «{1}» дуруст нест: {2}",
        .russian: "Значение «{0}» для «{1}» не подходит: {2}",
      ]
    ),
    (
      "The value '{0}' is invalid for '{1}'. Please provide one of {2}.",
      [
        .tajik: "Қимати «{0}» барои «{1}» дуруст нест. Яке аз инҳоро диҳед: {2}.",
        .russian: "Значение «{0}» для «{1}» не подходит. Укажите одно из: {2}.",
      ]
    ),
    (
      "The value '{0}' is invalid for '{1}'",
      [
        .tajik: "Қимати «{0}» барои «{1}» дуруст нест",
        .russian: "Значение «{0}» для «{1}» не подходит",
      ]
    ),
    (
      "'{0}' is none of: {1}.",
      [.tajik: "«{0}» яке аз инҳо нест: {1}.", .russian: "«{0}» — ни одно из: {1}."]
    ),
    (
      "A moment is written as {0}.",
      [.tajik: "Вақт чунин навишта мешавад: {0}.", .russian: "Момент пишут так: {0}."]
    ),
    (
      "A day is written as {0}.",
      [.tajik: "Рӯз чунин навишта мешавад: {0}.", .russian: "День пишут так: {0}."]
    ),
    (
      "Give --answer or --ask-people.",
      [
        .tajik: "--answer ё --ask-people-ро диҳед.",
        .russian: "Укажите --answer или --ask-people.",
      ]
    ),
    (
      "Give --from FILE or --from-case.",
      [
        .tajik: "--from ФАЙЛ ё --from-case-ро диҳед.",
        .russian: "Укажите --from ФАЙЛ или --from-case.",
      ]
    ),
    (
      "Give a plan's id, or --case.",
      [
        .tajik: "Рақами нақша ё --case-ро диҳед.",
        .russian: "Укажите номер плана или --case.",
      ]
    ),
    (
      "--log needs a file.",
      [.tajik: "Барои --log файл лозим аст.", .russian: "Для --log нужен файл."]
    ),
    (
      "Give --agency (step 1) or --register (step 2).",
      [
        .tajik: "--agency (қадами 1) ё --register (қадами 2)-ро диҳед.",
        .russian: "Укажите --agency (шаг 1) или --register (шаг 2).",
      ]
    ),
    (
      "--agency is step 1 and --register step 2; give one.",
      [
        .tajik: "--agency қадами 1 ва --register қадами 2 аст; якеашро диҳед.",
        .russian: "--agency — шаг 1, --register — шаг 2; укажите что-то одно.",
      ]
    ),
    (
      "Step 2 needs the --policy that the register names.",
      [
        .tajik: "Барои қадами 2 --policy лозим аст, ки феҳрист номбар мекунад.",
        .russian: "Для шага 2 нужна --policy, которую называет реестр.",
      ]
    ),
    (
      "--agency is not an agency id: labels of a-z, 0-9, - joined by dots.",
      [
        .tajik: "--agency номи муассиса нест: a-z, 0-9, - бо нуқтаҳо.",
        .russian: "--agency — не имя учреждения: a-z, 0-9, - через точки.",
      ]
    ),
    (
      "--holders is 1 to {0}.",
      [.tajik: "--holders аз 1 то {0} аст.", .russian: "--holders: от 1 до {0}."]
    ),
    (
      "--threshold is 1 to --holders.",
      [.tajik: "--threshold аз 1 то --holders аст.", .russian: "--threshold: от 1 до --holders."]
    ),
    (
      "With three holders or more, --threshold is at least 2.",
      [
        .tajik: "Агар дорандагон се ё бештар бошанд, --threshold ҳадди ақал 2 аст.",
        .russian: "Если держателей трое или больше, --threshold не меньше 2.",
      ]
    ),
    (
      "--names must hold --holders different names.",
      [
        .tajik: "Дар --names бояд --holders номи гуногун бошад.",
        .russian: "В --names должно быть --holders разных имён.",
      ]
    ),
    (
      "A register lists at least one --member.",
      [
        .tajik: "Дар феҳрист ҳадди ақал як --member ҳаст.",
        .russian: "В реестре есть хотя бы один --member.",
      ]
    ),
    (
      "Give --agency for a new note, or --note to sign one.",
      [
        .tajik: "Барои навиштаи нав --agency ё барои имзо --note-ро диҳед.",
        .russian: "Укажите --agency для новой записки или --note, чтобы подписать.",
      ]
    ),
    (
      "--hours is 1 to 72.",
      [.tajik: "--hours аз 1 то 72 аст.", .russian: "--hours: от 1 до 72."]
    ),
    ("{0} unexpected arguments: '{1}'", [.tajik: "Зиёдатӣ: «{1}»", .russian: "Лишнее: «{1}»"]),
  ]

  /// The words in front of a line of the parser.
  package static func heading(_ line: String, _ language: PhraseLanguage) -> String {
    for (word, texts) in headings where line.hasPrefix(word + ": ") {
      guard let text = texts[language] else { return line }
      let rest = line.dropFirst(word.utf8.count + 2)
      return "\(text): " + (word == "Error" ? self.text(String(rest), language) : String(rest))
    }
    return line
  }

  private static let headings: [(String, [PhraseLanguage: String])] = [
    ("Error", [.tajik: "Хато", .russian: "Ошибка"]),
    ("Help", [.tajik: "Маълумот", .russian: "Справка"]),
    ("Usage", [.tajik: "Тарзи навишт", .russian: "Как писать"]),
  ]

  /// What stands at the places of a form; `nil` where the message has another form.
  private static func values(of message: String, in form: String) -> [String]? {
    let pieces = form.split(separator: "{", omittingEmptySubsequences: false)
    guard let start = pieces.first, message.hasPrefix(start) else { return nil }
    var rest = message.dropFirst(start.count)
    var values: [String] = []
    for (place, piece) in pieces.enumerated().dropFirst() {
      // The places of a form are numbered in their order.
      let literal = piece.dropFirst(2)
      if place == pieces.count - 1 {
        guard rest.hasSuffix(literal) else { return nil }
        values.append(String(rest.dropLast(literal.count)))
        rest = ""
      } else {
        guard let found = rest.firstRange(of: literal) else { return nil }
        values.append(String(rest[..<found.lowerBound]))
        rest = rest[found.upperBound...]
      }
    }
    return rest.isEmpty ? values : nil
  }
}

internal import LocalContract
internal import Testing

@Suite struct UsageWordsTests {
  @Test(
    "What the parser says is said in the language of the call, values as they were",
    arguments: [
      ("Unknown option '--foo'", "Неизвестный параметр «--foo»"),
      (
        "Unknown option '--cas'. Did you mean '--case'?",
        "Неизвестный параметр «--cas». Может быть, «--case»?"
      ),
      ("Missing expected argument '--case <case>'", "Не хватает «--case <case>»"),
      (
        "The value 'xx' is invalid for '--sector <sector>': 'xx' is none of: state, ngo.",
        "Значение «xx» для «--sector <sector>» не подходит: «xx» — ни одно из: state, ngo."
      ),
      ("3 unexpected arguments: 'a', 'b', 'c'", "Лишнее: «a', 'b', 'c»"),
      ("--hours is 1 to 72.", "--hours: от 1 до 72."),
      ("Something nobody has translated", "Something nobody has translated"),
    ]
  )
  func russian(_ message: String, _ said: String) {
    #expect(UsageWords.text(message, .russian) == said)
    #expect(UsageWords.text(message, .english) == message)
  }

  @Test("Every form stands in Tajik and Russian with the same places, and is found by itself")
  func forms() {
    for (form, texts) in UsageWords.forms {
      #expect(Set(texts.keys) == [.tajik, .russian], "\(form)")
      for (language, text) in texts {
        let filled = form.replacing("{0}", with: "a").replacing("{1}", with: "b")
          .replacing("{2}", with: "c")
        let said = text.replacing("{0}", with: "a").replacing("{1}", with: "b")
          .replacing("{2}", with: "c")
        #expect(UsageWords.text(filled, language) == said)
      }
    }
  }

  @Test("The first word of each line is translated, and the way a call is written is not")
  func headings() {
    #expect(
      UsageWords.heading("Error: Missing required subcommand.", .tajik)
        == "Хато: Зерфармон намерасад."
    )
    #expect(UsageWords.heading("Usage: amonat case new", .russian) == "Как писать: amonat case new")
    #expect(UsageWords.heading("  See more", .russian) == "  See more")
    #expect(UsageWords.heading("Error: x", .english) == "Error: x")
  }
}

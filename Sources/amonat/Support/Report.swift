internal import Glibc
internal import LocalContract

/// What a person reads: lines of text, safe for a terminal.
struct Report {
  let words: Phrasebook
  let labels: PolicyLabels
  private var lines: [String] = []
  private var indent = ""

  init(_ words: Phrasebook, labels: PolicyLabels) { (self.words, self.labels) = (words, labels) }

  /// Everything, with its line ends.
  var text: String { lines.map { $0 + "\n" }.joined() }

  /// One line.
  mutating func line(_ text: String) { lines.append(indent + Self.plain(text)) }

  /// One phrase.
  mutating func say(_ phrase: Phrase) { line(words(phrase)) }

  /// A name and its value; nothing where there is no value.
  mutating func field(_ phrase: Phrase, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    line("\(words(phrase)): \(value)")
  }

  /// A heading and indented lines under it; nothing where there are none.
  mutating func section<Element>(
    _ phrase: Phrase,
    _ elements: [Element],
    _ body: (Element, inout Report) -> Void
  ) {
    list(words(phrase), elements, body)
  }

  /// The same under a heading that is no phrase.
  mutating func list<Element>(
    _ heading: String,
    _ elements: [Element],
    _ body: (Element, inout Report) -> Void
  ) {
    guard !elements.isEmpty else { return }
    line(heading + ":")
    indent += "  "
    for element in elements { body(element, &self) }
    indent.removeLast(2)
  }

  /// Text that cannot move the cursor, change colours or turn the direction of writing.
  static func plain(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
        out.append("·")
      default: out.append(scalar)
      }
    }
    return String(out)
  }

  /// A moment in the machine's own time zone: `2026-11-21 18:54`.
  static func moment(_ ms: UInt64) -> String {
    var seconds = time_t(clamping: ms / 1_000)
    var parts = unsafe tm()
    guard unsafe localtime_r(&seconds, &parts) != nil else { return "\(ms)" }
    let (month, date) = unsafe (parts.tm_mon + 1, parts.tm_mday)
    let (year, hour, minute) = unsafe (parts.tm_year + 1_900, parts.tm_hour, parts.tm_min)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(year)-\(two(month))-\(two(date))"
    return "\(day) \(two(hour)):\(two(minute))"
  }
}

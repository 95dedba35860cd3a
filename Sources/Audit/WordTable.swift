/// Gives each different word a small number, so that rules compare numbers.
///
/// One table serves all bundles that are read together; hence a class.
final class WordTable {
  private struct Words {
    var numbers: [String: UInt32] = [:]
    var texts: [[UInt8]] = []
    /// The words last asked for, by a few bits of theirs: a log speaks of the same few again and again.
    var recent = [UInt32](repeating: .max, count: 64)

    mutating func known(_ word: ArraySlice<UInt8>) -> UInt32? {
      let place = Self.place(word)
      let last = recent[place]
      if last < texts.count, texts[Int(last)][...] == word { return last }
      guard let number = numbers[String(decoding: word, as: UTF8.self)] else { return nil }
      recent[place] = number
      return number
    }

    mutating func number(_ word: ArraySlice<UInt8>) -> UInt32 {
      if let number = known(word) { return number }
      let number = UInt32(texts.count)
      texts.append(Array(word))
      numbers[String(decoding: word, as: UTF8.self)] = number
      return number
    }

    private static func place(_ word: ArraySlice<UInt8>) -> Int {
      guard let first = word.first, let last = word.last else { return 0 }
      let middle = word[word.startIndex + word.count / 2]
      return (Int(first) &+ 7 &* Int(last) &+ 31 &* Int(middle) &+ word.count) & 63
    }
  }

  // One property, so that one question is one access.
  private var words = Words()

  /// How many words there are.
  var count: Int { words.texts.count }

  /// The number of a word, which is ASCII by grammar; a new word gets the next number.
  func number(_ word: String) -> UInt32 { number(Array(word.utf8)[...]) }

  /// The number of a word where it stands; a new word gets the next number.
  func number(_ word: ArraySlice<UInt8>) -> UInt32 { words.number(word) }

  /// The number of a word where it stands; `nil` for a word that was never given one.
  func known(_ word: ArraySlice<UInt8>) -> UInt32? { words.known(word) }

  /// The word of a number.
  func text(_ number: UInt32) -> String {
    String(decoding: words.texts[Int(number)], as: UTF8.self)
  }
}

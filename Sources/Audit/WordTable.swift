/// Gives each different word a small number, so that rules compare numbers.
///
/// One table serves all bundles that are read together; hence a class.
final class WordTable {
  private var numbers: [String: UInt32] = [:]
  private var words: [String] = []

  /// The number of a word, which is ASCII by grammar; a new word gets the next number.
  func number(_ word: String) -> UInt32 {
    if let number = numbers[word] { return number }
    let number = UInt32(words.count)
    words.append(word)
    numbers[word] = number
    return number
  }

  /// The word of a number.
  func text(_ number: UInt32) -> String { words[Int(number)] }
}

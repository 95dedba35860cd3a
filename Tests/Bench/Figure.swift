internal import Foundation

/// One line of the results.
struct Figure {
  /// What stands under one name.
  enum Value {
    case text(String)
    case whole(Int)
    case number(Double)
  }

  /// The names and values, in the order written.
  var fields: [(name: String, value: Value)]

  /// A benchmark's value with its unit, and what else was measured.
  init(_ bench: String, _ value: Double, _ unit: String, _ more: [(String, Value)] = []) {
    fields = [("bench", .text(bench)), ("value", .number(value)), ("unit", .text(unit))]
    fields += more.map { (name: $0.0, value: $0.1) }
  }

  /// A line without a value.
  init(_ bench: String, _ more: [(String, Value)]) {
    fields = [("bench", .text(bench))]
    fields += more.map { (name: $0.0, value: $0.1) }
  }

  /// Writes the line to standard output.
  func print() {
    let parts = fields.map { "\(Self.quoted($0.name)):\(Self.json($0.value))" }
    FileHandle.standardOutput.write(Data("{\(parts.joined(separator: ","))}\n".utf8))
  }

  private static func json(_ value: Value) -> String {
    switch value {
    case .text(let text): quoted(text)
    case .whole(let number): String(number)
    case .number(let number): number.isFinite ? rounded(number) : "null"
    }
  }

  private static func rounded(_ number: Double) -> String {
    let digits = abs(number) >= 1_000 ? 1.0 : abs(number) >= 10 ? 100.0 : 10_000.0
    return String((number * digits).rounded() / digits)
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// What a person watching wants to know.
enum Progress {
  /// Writes a line to standard error.
  static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}

/// Order statistics of a sample.
enum Sample {
  /// The value below which this share of the sample lies; 0 for an empty one.
  static func percentile(_ share: Double, of values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted[min(max(place, 0), sorted.count - 1)]
  }
}

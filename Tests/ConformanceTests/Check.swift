internal import CanonicalBytes
internal import TestSupport

/// What a function answered to a vector's input.
struct Answer {
  /// `ok`, or the code.
  let label: String
  /// What a positive answer says.
  var gives: [String: Given] = [:]

  init(_ label: String, _ gives: [String: Given] = [:]) {
    self.label = label
    self.gives = gives
  }

  static let ok = Answer("ok")
  static let malformed = Answer("malformed")

  static func ok(_ gives: [String: Given]) -> Answer { Answer("ok", gives) }

  /// `ok` where something holds, else a code.
  static func when(_ holds: Bool, else code: String) -> Answer { holds ? .ok : Answer(code) }
}

/// One value of an answer.
enum Given {
  case bytes([UInt8])
  case number(UInt64)
  case text(String)
  case texts([String])
  case parts([String: [UInt8]])

  /// Whether a vector asks for exactly this.
  func matches(_ value: VectorValue) -> Bool {
    switch (self, value) {
    case (.bytes(let bytes), _): (try? VectorBytes.read(value)) == bytes
    case (.number(let number), .number(let wanted)): number == wanted
    case (.text(let text), .text(let wanted)): text.utf8.elementsEqual(wanted.utf8)
    case (.texts(let texts), .list(let wanted)):
      texts.count == wanted.count
        && zip(texts, wanted).allSatisfy { Given.text($0).matches($1) }
    case (.parts(let parts), .object(let wanted)):
      parts.count == wanted.count
        && wanted.allSatisfy { name, value in
          parts[name].map { Given.bytes($0).matches(value) } ?? false
        }
    default: false
    }
  }
}

/// The one function that each kind of vector is for.
enum Check {
  typealias Function = @Sendable (VectorInput) throws -> Answer

  static let all: [String: Function] = [
    bytes, notes, events, envelopes, exchanges, receipts, checkpoints, trust, parcels, referrals,
    bundles,
  ].reduce(into: [:]) { $0.merge($1) { _, _ in preconditionFailure("a check has one name") } }
}

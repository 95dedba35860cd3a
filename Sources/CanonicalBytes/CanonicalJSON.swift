internal import Foundation

/// Why bytes are not a canonical text.
public enum CanonicalFailure: Error, Equatable, Sendable {
  /// More bytes than the profile allows.
  case tooLarge
  /// Not the grammar, at this byte offset and line (from 1).
  case syntax(offset: Int, line: Int)
  /// A key twice, or keys out of order.
  case keyOrder(offset: Int, line: Int)
  /// A number with a sign, a leading zero, a fraction, or above 2^53 − 1.
  case number(offset: Int, line: Int)
  /// A character the profile forbids, text that is not NFC, too many marks in a row, or too long a
  /// text.
  case text(offset: Int, line: Int)
  /// Deeper than the profile allows.
  case depth(offset: Int, line: Int)
  /// A list that is empty or not strictly ascending where it must be.
  case list(offset: Int, line: Int)
  /// Read well, but writing it again gives other bytes.
  case notCanonical
}

/// The strict reader of CJ-0, CJ-1 and of policy documents.
///
/// No other JSON reader ever sees signed or hashed bytes. Source: `Protocol/spec/01-bytes.md`.
public enum CanonicalJSON {
  /// Which texts are admitted.
  public enum Profile: Sendable {
    /// CJ-0: one flat object, at most 4 KiB.
    case event
    /// CJ-1: nesting at most 6, at most 256 KiB; the named keys may hold UTF-8 text in NFC.
    case note(textKeys: Set<String>)
    /// A human-written document: white space, booleans, any UTF-8 text, nesting at most 16, at most
    /// 4 MiB; keys in any order, but never twice. Not re-encoded.
    case document
  }

  /// Largest CJ-0 text, in bytes.
  public static let eventLimitBytes = 4096
  /// Largest CJ-1 text, in bytes.
  public static let noteLimitBytes = 262_144
  /// Largest document, in bytes.
  public static let documentLimitBytes = 4_194_304
  /// Longest string of CJ-0, in bytes.
  public static let eventStringLimitBytes = 128
  /// Largest number.
  public static let integerLimit: UInt64 = (1 << 53) - 1

  /// Reads exactly one object, and compares what it read, written again, with the input.
  ///
  /// - Throws: ``CanonicalFailure`` for the first rule broken; nothing is repaired.
  public static func parse(
    _ bytes: [UInt8],
    profile: Profile
  ) throws(CanonicalFailure) -> CanonicalObject {
    var reader = CanonicalReader(bytes: bytes, profile: profile)
    let object = try reader.readWhole()
    if case .document = profile { return object }
    guard object.encoded == bytes else { throw .notCanonical }
    return object
  }

  /// Most combining marks in a row (UAX #15's stream-safe form): normalising sorts a run of marks in
  /// quadratic time, and text comes from strangers.
  public static let markRunLimit = 30

  /// Whether text is in Unicode normalisation form C, with no run of marks above ``markRunLimit``.
  static func isNormalised(_ text: String) -> Bool {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return true }
    var run = 0
    for scalar in text.unicodeScalars {
      run = isMark(scalar) ? run + 1 : 0
      guard run <= markRunLimit else { return false }
    }
    return text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(text.utf8)
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Of class 0 themselves, but made of marks.
    case 0x0F73, 0x0F75, 0x0F81: true
    default: scalar.properties.canonicalCombiningClass != .notReordered
    }
  }
}

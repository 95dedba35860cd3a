internal import CanonicalBytes
internal import Sealing

/// A parser of outside bytes, and what must hold whatever the bytes are.
///
/// A new parser joins by one case here and one folder of seeds.
enum FuzzTarget: String, CaseIterable {
  case event
  case note
  case document
  case base64
  case hex
  case compartment
  case wrap

  /// Feeds one input.
  ///
  /// A trap, a leak or a broken law is a finding; a refusal is not.
  func run(_ input: [UInt8]) {
    switch self {
    case .event: Laws.canonical(input, .event)
    case .note: Laws.canonical(input, .note(textKeys: ["names", "reason"]))
    case .document: Laws.document(input)
    case .base64: Laws.base64(input)
    case .hex: Laws.hex(input)
    case .compartment: Laws.compartment(input)
    case .wrap: Laws.wrap(input)
    }
  }
}

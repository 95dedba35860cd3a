internal import CanonicalBytes
internal import Foundation
package import ReferralModel
internal import Sealing
internal import WireSchema

/// Takes groups out of a stored envelope, without any key.
///
/// The table and the stanzas stay, so that what is left still opens and still has its id; the place
/// of a compartment that is gone is empty. Source: `Protocol/spec/05-receipts.md`, WDR-016.
package enum EnvelopeStripper {
  /// Takes groups out.
  ///
  /// - Parameters:
  ///   - bytes: An envelope that was checked before it was stored.
  ///   - groups: What is to go.
  /// - Returns: What is left, `nil` if nothing that anybody could open; and the sealed bytes that
  ///   went. An envelope that cannot be read goes whole.
  package static func strip(
    _ bytes: [UInt8],
    of groups: [FieldGroup]
  ) -> (left: [UInt8]?, gone: [[UInt8]]) {
    guard let parsed = try? EnvelopeReader(bytes),
      parsed.rows.count == parsed.wire.compartment.count
    else { return (nil, [bytes]) }
    var wire = parsed.wire
    var gone: [[UInt8]] = []
    for (place, row) in parsed.rows.enumerated()
    where groups.contains(row.group) && !wire.compartment[place].isEmpty {
      gone.append([UInt8](wire.compartment[place]))
      wire.compartment[place] = Data()
    }
    guard wire.compartment.contains(where: { !$0.isEmpty }) else { return (nil, gone) }
    return (gone.isEmpty ? bytes : wire.canonicalBytes, gone)
  }

  /// The bytes of a stored envelope that are its own: sealed content and wrapped keys.
  ///
  /// The framing is like that of every other envelope, and would be found for ever.
  package static func sealed(in bytes: [UInt8]) -> [[UInt8]] {
    guard let parsed = try? EnvelopeReader(bytes) else { return [Array(bytes.suffix(4096))] }
    return parsed.wire.compartment.filter { !$0.isEmpty }.map { [UInt8]($0) }
      + parsed.stanzas.flatMap { [$0.encapsulated, $0.wrapped] }
  }

  /// The groups of a stored envelope whose compartments are still there, ascending.
  package static func groups(in bytes: [UInt8]) -> [FieldGroup] {
    guard let parsed = try? EnvelopeReader(bytes) else { return [] }
    return zip(parsed.rows, parsed.wire.compartment).filter { !$1.isEmpty }.map(\.0.group)
  }
}

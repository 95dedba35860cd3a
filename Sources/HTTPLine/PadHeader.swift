/// The header field that hides the size of a body: zeros, which no reader looks at.
///
/// Whoever counts bytes on the wire sees steps of 4 KiB, so that an answer, a refusal and a poll look
/// alike (attack D2). The body itself is never padded, and the field means nothing.
///
/// Source: `Protocol/spec/04-exchange.md`, EXC-005.
package enum PadHeader {
  /// Its name.
  package static let name = "amonat-pad"
  /// The step, in bytes.
  package static let stepBytes = 4096
  /// The field without its value, with `": "` and the line end.
  private static let frameBytes = name.utf8.count + 4

  /// The value that brings a body, its length in digits and this field to a multiple of the step.
  package static func value(bodyBytes: Int) -> String {
    let visible = bodyBytes + String(bodyBytes).utf8.count + frameBytes
    let over = visible % stepBytes
    return String(repeating: "0", count: over == 0 ? 0 : stepBytes - over)
  }
}

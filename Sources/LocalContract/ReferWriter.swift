/// Writes the usual answer to a batch of referrals: of all bodies, the one that goes out by the thousand.
///
/// Byte for byte what the general encoder writes; whatever is unusual is left to that one.
enum ReferWriter {
  /// The text of the answers; `nil` where one holds more than the plain fields, or a text that would
  /// need an escape.
  static func write(_ answers: ReferResults) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(32 + answers.results.count * 320)
    out += "{\"results\":[".utf8
    for (place, result) in answers.results.enumerated() {
      guard result.reasons == nil, result.problem == nil, result.telephone == nil else {
        return nil
      }
      if place > 0 { out.append(UInt8(ascii: ",")) }
      guard write(result, to: &out) else { return nil }
    }
    out += "]}".utf8
    return out
  }

  /// Writes one answer, its keys in their order.
  private static func write(_ result: ReferResult, to out: inout [UInt8]) -> Bool {
    let start = out.count
    out.append(UInt8(ascii: "{"))
    if let groups = result.groups {
      out += "\"groups\":[".utf8
      for (place, group) in groups.enumerated() {
        if place > 0 { out.append(UInt8(ascii: ",")) }
        guard write(group, to: &out) else { return false }
      }
      out.append(UInt8(ascii: "]"))
    }
    let texts: [(String, String?)] = [
      ("\"message\":", result.message), ("\"peer\":", result.peer),
      ("\"purpose\":", result.purpose), ("\"referral\":", result.referral),
      ("\"state\":", result.state),
    ]
    for (key, text) in texts {
      guard let text else { continue }
      if out.count > start + 1 { out.append(UInt8(ascii: ",")) }
      out += key.utf8
      guard write(text, to: &out) else { return false }
    }
    out.append(UInt8(ascii: "}"))
    return true
  }

  /// Writes a text between quotes; `false` where it needs an escape.
  private static func write(_ text: String, to out: inout [UInt8]) -> Bool {
    out.append(UInt8(ascii: "\""))
    let start = out.count
    out += text.utf8
    for place in start..<out.count {
      let byte = out[place]
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
        return false
      }
    }
    out.append(UInt8(ascii: "\""))
    return true
  }
}

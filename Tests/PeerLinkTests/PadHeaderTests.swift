internal import HTTPLine
internal import Testing

/// Sizes on the wire tell the step only (EXC-005; attack D2).
@Suite struct PadHeaderTests {
  /// What an onlooker can count: the body, its length in digits, and the field with its line end.
  private func visible(_ body: Int) -> Int {
    body + String(body).utf8.count + PadHeader.name.utf8.count + 4
      + PadHeader.value(bodyBytes: body).utf8.count
  }

  @Test("D2: every body ends on a step, with the fewest zeros that do it")
  func steps() {
    for body in Array(0...9_000) + [99_999, 100_000, 8 << 20] {
      let padded = visible(body)
      #expect(padded.isMultiple(of: PadHeader.stepBytes), "\(body)")
      #expect(PadHeader.value(bodyBytes: body).utf8.count < PadHeader.stepBytes)
      #expect(PadHeader.value(bodyBytes: body).utf8.allSatisfy { $0 == 0x30 })
    }
    // A poll, a refusal and a receipt look alike.
    #expect(Set([0, 40, 790, 3_900].map(visible)) == [PadHeader.stepBytes])
  }
}

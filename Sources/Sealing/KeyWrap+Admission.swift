extension KeyWrap {
  /// Bytes of the ML-KEM-768 half: 768 coefficients of 12 bits, then the seed of the matrix.
  private static let coefficientBytes = 1_152
  private static let latticeBytes = 1_184
  /// The modulus of ML-KEM.
  private static let modulus = 3_329

  /// The points of small order on Curve25519, little-endian, the top bit clear: with one of these
  /// the classical half of the wrap would be no secret.
  private static let smallOrder: [[UInt8]] = {
    let zero = [UInt8](repeating: 0, count: 32)
    var one = zero
    one[0] = 1
    func nearPrime(_ low: UInt8) -> [UInt8] {
      [low] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    }
    let first: [UInt8] = [
      0xE0, 0xEB, 0x7A, 0x7C, 0x3B, 0x41, 0xB8, 0xAE, 0x16, 0x56, 0xE3, 0xFA, 0xF1, 0x9F, 0xC4,
      0x6A, 0xDA, 0x09, 0x8D, 0xEB, 0x9C, 0x32, 0xB1, 0xFD, 0x86, 0x62, 0x05, 0x16, 0x5F, 0x49,
      0xB8, 0x00,
    ]
    let second: [UInt8] = [
      0x5F, 0x9C, 0x95, 0xBC, 0xA3, 0x50, 0x8C, 0x24, 0xB1, 0xD0, 0xB1, 0x55, 0x9C, 0x83, 0xEF,
      0x5B, 0x04, 0x44, 0x5C, 0xC4, 0x58, 0x1C, 0x8E, 0x86, 0xD8, 0x22, 0x4E, 0xDD, 0xD0, 0x9F,
      0x11, 0x57,
    ]
    return [zero, one, first, second, nearPrime(0xEC), nearPrime(0xED), nearPrime(0xEE)]
  }()

  /// Whether a public key is one that can be sealed to: every coefficient below the modulus
  /// (FIPS 203, 7.2), and no point of small order.
  ///
  /// A peer's key is admitted once, with its card, and not found broken when somebody seals to it.
  static func isCanonical(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == publicKeyBytes else { return false }
    for start in stride(from: 0, to: coefficientBytes, by: 3) {
      let (low, middle, high) = (Int(bytes[start]), Int(bytes[start + 1]), Int(bytes[start + 2]))
      guard low | (middle & 0x0F) << 8 < modulus, middle >> 4 | high << 4 < modulus else {
        return false
      }
    }
    var point = Array(bytes[latticeBytes...])
    point[31] &= 0x7F
    return !smallOrder.contains(point)
  }
}

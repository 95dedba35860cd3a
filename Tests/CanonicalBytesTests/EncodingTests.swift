internal import CanonicalBytes
internal import TestSupport
internal import Testing

@Suite struct Base64Tests {
  @Test(
    "The examples of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
  )
  func examples(_ plain: String, _ text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test(
    "Anything but the one form is refused",
    arguments: [
      "Z", "Zg", "Zg=", "Z===", "====", "=Zg=", "Zg=g", "Zh==", "Zm9=", "Zg==Zg==", "Zm8=Zm9v",
      "Zm9v\n", "Zm9v    ", " Zm9", "Zm9-", "Zm9_", "Zm9*", "Zmé", "Zg==\0\0\0\0", "ＺＺ",
    ]
  )
  func refuses(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("Of all endings, exactly those a writer makes are read")
  func endings() {
    let alphabet = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    var accepted = 0
    for first in alphabet {
      for second in alphabet where Base64.decode([first, second, 0x3D, 0x3D]) != nil {
        accepted += 1
      }
    }
    #expect(accepted == 256)
  }

  @Test("Every byte string comes back")
  func roundTrip() {
    var random = SeededGenerator(seed: 64)
    for count in 0..<200 {
      let bytes = random.bytes(count)
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
      let injured = random.mutate(Array(Base64.encode(bytes).utf8))
      guard let read = Base64.decode(injured) else { continue }
      #expect(Array(Base64.encode(read).utf8) == injured)
    }
  }
}

@Suite struct HexTests {
  @Test("Lower-case digits, two a byte, and nothing else")
  func strict() {
    #expect(Hex.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
    #expect(Hex.decode("000fa5ff") == [0x00, 0x0F, 0xA5, 0xFF])
    #expect(Hex.decode("") == [])
    for text in ["0", "0F", "0x00", " 00", "00 ", "0g", "0`", "0/", "0:", "٠٠", "é", "00\n", "-1"] {
      #expect(Hex.decode(text) == nil, "\(text)")
    }
  }

  @Test("Of all pairs of bytes, exactly 256 are read")
  func pairs() {
    var accepted = 0
    for first in UInt8(0)..<128 {
      for second in UInt8(0)..<128 {
        let text = String(decoding: [first, second], as: UTF8.self)
        guard let bytes = Hex.decode(text) else { continue }
        accepted += 1
        #expect(Hex.encode(bytes) == text)
      }
    }
    #expect(accepted == 256)
  }
}

@Suite struct Digest32Tests {
  @Test("Exactly 32 bytes, from wherever they come")
  func size() {
    let bytes = (0..<33).map { UInt8($0) }
    #expect(Digest32(bytes) == nil)
    #expect(Digest32(bytes[..<31]) == nil)
    #expect(Digest32(bytes[1...])?.bytes == Array(bytes[1...]))
    #expect(Digest32(bytes, at: 1)?.bytes == Array(bytes[1...]))
    #expect(Digest32(bytes, at: 2) == nil)
    #expect(Digest32(bytes, at: -1) == nil)
    #expect(Digest32(bytes, at: .max) == nil)
    #expect(Digest32([], at: 0) == nil)
    #expect(Digest32.zero.bytes == [UInt8](repeating: 0, count: 32))
  }

  @Test("Hexadecimal is 64 lower-case digits")
  func hexadecimal() throws {
    let text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
    let digest = try #require(Digest32(hex: text))
    #expect(digest.hex == text)
    #expect(Digest32(hex: text.uppercased()) == nil)
    #expect(Digest32(hex: String(text.dropLast(2))) == nil)
    #expect(Digest32(hex: text + "00") == nil)
  }

  @Test("Of all bytes in all places, exactly the sixteen lower-case digits are read")
  func foreignDigits() throws {
    var random = SeededGenerator(seed: 16)
    let digest = try #require(Digest32(random.bytes(32)))
    let digits = Array("0123456789abcdef".utf8)
    for place in 0..<64 {
      for byte in UInt8.min...UInt8.max {
        var text = Array(digest.hex.utf8)
        text[place] = byte
        let read = Digest32(hexDigits: text.span)
        #expect((read != nil) == digits.contains(byte))
        #expect(Digest32.isHex(text.span) == digits.contains(byte))
        guard let read else { continue }
        var written: [UInt8] = [7]
        read.appendHex(to: &written)
        #expect(written == [7] + text && Array(read.hex.utf8) == text)
      }
    }
    let text = Array((digest.hex + "0").utf8)
    for count in [0, 1, 32, 63, 65] {
      #expect(Digest32(hexDigits: text.span.extracting(0..<count)) == nil)
    }
    #expect(Digest32(hexDigits: text.span.extracting(0..<64)) == digest)
  }

  @Test("Order is the order of the bytes")
  func order() throws {
    var random = SeededGenerator(seed: 32)
    for _ in 0..<500 {
      var left = random.bytes(32)
      let right = left
      left[Int.random(in: 0..<32, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      let (first, second) = (try #require(Digest32(left)), try #require(Digest32(right)))
      #expect((first < second) == left.lexicographicallyPrecedes(right))
      #expect((first == second) == (left == right))
    }
  }
}

@Suite struct PAETests {
  @Test("The worked example")
  func example() {
    let expected: [UInt8] = [
      3, 0, 0, 0, 0, 0, 0, 0,
      4, 0, 0, 0, 0, 0, 0, 0, 0x64, 0x65, 0x6D, 0x6F,
      0, 0, 0, 0, 0, 0, 0, 0,
      2, 0, 0, 0, 0, 0, 0, 0, 0xD2, 0xB3,
    ]
    #expect(PAE.encode("demo", [], [0xD2, 0xB3]) == expected)
    var pae = PAE("demo", parts: 2)
    pae.add([])
    pae.add("ҳ")
    #expect(pae.bytes == expected)
    #expect(PAE.list([Array("demo".utf8), [], [0xD2, 0xB3]]) == expected)
    #expect(PAE.list([]) == [UInt8](repeating: 0, count: 8))
  }

  @Test("Numbers are eight bytes, the least significant first")
  func numbers() {
    #expect(PAE.littleEndian(0x0102_0304_0506_0708) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(PAE.littleEndian(.max) == [UInt8](repeating: 0xFF, count: 8))
  }

  @Test("Moving a byte from one part to the next, or splitting a part, changes the encoding")
  func injective() {
    let encodings = [
      PAE.encode("a", Array("bc".utf8)), PAE.encode("ab", Array("c".utf8)),
      PAE.encode("a", Array("b".utf8), Array("c".utf8)), PAE.encode("abc"),
      PAE.encode("a", Array("bc".utf8), []), PAE.encode("a", [], Array("bc".utf8)),
    ]
    #expect(Set(encodings).count == encodings.count)
  }

  @Test("A digest is a part of 32 bytes")
  func digest() {
    var pae = PAE("demo", parts: 1)
    pae.add(Digest32.zero)
    #expect(pae.bytes == PAE.encode("demo", [UInt8](repeating: 0, count: 32)))
  }

  @Test("What stands before a part, written alone, is the encoding without the part")
  func head() {
    for count in [0, 1, 255, 256, 70_000] {
      let part = [UInt8](repeating: 7, count: count)
      var head = [UInt8](repeating: 0xEE, count: PAE.headBytes)
      let written = unsafe head.withUnsafeMutableBytes {
        unsafe PAE.writeHead("amonat/v1/personal", part: count, to: $0)
      }
      #expect(Array(head[..<written]) + part == PAE.encode("amonat/v1/personal", part))
      #expect(head[written...].allSatisfy { $0 == 0xEE })
    }
  }

  @Test("A wrong count of parts ends the program rather than sharing an encoding")
  func wrongCount() async {
    await #expect(processExitsWith: .failure) {
      var pae = PAE("demo", parts: 2)
      pae.add("a")
      _ = pae.bytes
    }
    await #expect(processExitsWith: .failure) {
      var pae = PAE("demo", parts: 1)
      pae.add("a")
      pae.add("b")
    }
  }
}

internal import Exchange
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

/// `Protocol/openapi/peer.yaml` says the numbers, codes and forms of the code.
@Suite struct PeerDocumentTests {
  @Test("The peer's document lists the statuses of every code of an exchange")
  func statuses() throws {
    let document = try PeerDocument()
    #expect(document.calls.count == 9)
    let exchange = try #require(document.calls.first { $0.path == "/v1/exchange" })
    let codes = Set(ExchangeCode.allCases.map(\.httpStatus))
    #expect(Set(exchange.statuses.keys) == codes.union([200]))
    #expect(Set(exchange.statuses.values) == ["application/protobuf"])
    let hello = try #require(document.calls.first { $0.path == "/v1/hello" })
    #expect(Set(hello.statuses.keys) == [200, 400, 413, 429])
  }

  @Test("The peer's document lists the limits of the code")
  func limits() throws {
    let document = try PeerDocument()
    #expect(document.number("maxLength", below: "    Exchange:") == ExchangeLimits.bodyBytes)
    #expect(document.number("maximum", below: "    Held:") == ExchangeLimits.blobBytes)
    #expect(document.number("maxLength", below: "    Code:") == ExchangeLimits.codeBytes)
    #expect(document.number("maxLength", below: "    Tile:") == 256 * (2 + LogLeaf.byteCount))
    #expect(HelloDocument.limitBytes == 256 << 10)
  }

  @Test("The peer's document has the grammar of codes and of tiles")
  func patterns() throws {
    let document = try PeerDocument()
    let code = try Regex(#require(document.pattern(below: "    Code:")))
    for word in ExchangeCode.allCases.map(\.rawValue) + ItemCode.allCases.map(\.rawValue) {
      #expect(word.wholeMatch(of: code) != nil && Code(word) != nil)
    }
    for word in ["", "a.b", "-a", "a-", "a--b", "A"] {
      #expect(word.wholeMatch(of: code) == nil && Code(word) == nil, "\(word)")
    }
    let tile = try Regex(#require(document.pattern(below: "    TileIndex:")))
    for (index, width) in [(0, nil), (67, 1), (999, 255), (1_234_067, 5)] as [(UInt64, Int?)] {
      let path = TilePath.tile(level: 0, index: index, width: width).dropFirst("tile/0/".count)
      #expect(path.wholeMatch(of: tile) != nil, "\(path)")
    }
    for path in ["1", "0001", "x001", "001.p/0", "001.p/256", "001/002"] {
      #expect(path.wholeMatch(of: tile) == nil, "\(path)")
    }
  }
}

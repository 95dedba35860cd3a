internal import FoundationEssentials
internal import Testing

@testable internal import LocalContract

@Suite struct DocumentTests {
  private func lines(_ path: String) throws -> [Substring] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try Data(contentsOf: URL(filePath: "/\(root)/\(path)"))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  @Test("The OpenAPI document has exactly the calls of the code")
  func calls() throws {
    var path = ""
    var calls: Set<String> = []
    for line in try lines("Protocol/openapi/local.yaml") {
      if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
      if line == "    get:" || line == "    post:" {
        calls.insert(line.dropFirst(4).dropLast().uppercased() + " " + path)
      }
    }
    #expect(calls == Set(LocalEndpoint.allCases.map(\.rawValue)))
  }

  @Test("The OpenAPI document has the fields of what the code sends")
  func fields() throws {
    var schemas: [String: Set<String>] = [:]
    var schema = ""
    for line in try lines("Protocol/openapi/local.yaml").drop(while: { $0 != "  schemas:" }) {
      let indent = line.prefix { $0 == " " }.count
      let name = String(line.dropFirst(indent).prefix { $0 != ":" })
      if indent == 4 { schema = name }
      if indent == 8 { schemas[schema, default: []].insert(name) }
    }
    let ask = ReferAsk(grant: 1, service: "a", content: [:], expiresDays: 1, replaces: "b")
    let sent: [(String, any Encodable)] = [
      ("ReferAsk", ask), ("ReferBatch", ReferBatch(referrals: [ask])),
      ("Unlock", Unlock(user: "a", passphrase: "b")),
      ("Problem", Problem(.busy, detail: "a", reasons: ["b"])),
      (
        "ConsentWithdraw",
        ConsentWithdraw(
          case: "a",
          grants: [1],
          groups: ["b"],
          confirmation: "code-word",
          codeWord: "c"
        )
      ),
      ("HandOn", HandOn(referral: "a", peer: "b", purpose: "c", service: "d", groups: [], days: 1)),
      ("AlertSettle", AlertSettle(alert: 1)),
      ("CodeWordSet", CodeWordSet(case: "a", codeWord: "b")),
      ("ReceivedStop", ReceivedStop(referral: "a", channel: "b")),
      ("ReferralAct", ReferralAct(reason: "a", outcome: "b", expectedMs: 1, content: [:])),
    ]
    for (name, value) in sent {
      let bytes = try LocalJSON.encode(value)
      let keys = try LocalJSON.decode([String: Anything].self, from: bytes).keys
      #expect(schemas[name] == Set(keys), "\(name)")
    }
  }

  @Test("The registry has every code of the local API with its status")
  func registry() throws {
    var listed: [String: Int] = [:]
    var isLocal = false
    for line in try lines("Protocol/registries/error-codes.md") {
      if line.hasPrefix("## ") { isLocal = line.hasPrefix("## Local API") }
      let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
      if isLocal, cells.count > 1, let status = Int(cells[1]) { listed[String(cells[0])] = status }
    }
    let coded = ProblemCode.allCases.map { ($0.rawValue, $0.status) }
    #expect(listed == Dictionary(uniqueKeysWithValues: coded))
  }
}

/// Any JSON value, unread.
private struct Anything: Decodable {
  init(from decoder: any Decoder) throws {}
}

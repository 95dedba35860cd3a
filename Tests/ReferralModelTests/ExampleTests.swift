internal import CanonicalBytes
internal import ReferralModel
internal import Testing

@Suite struct ExampleTests {
  @Test(
    "Each example case can be consented to and referred under the policy",
    arguments: ["case", "child", "return", "returned", "hotline"].flatMap { name in
      ["en", "tg", "ru"].map { "\(name)-\($0)" }
    }
  )
  func example(_ name: String) throws {
    let policy = try RepositoryFile.policy()
    let example = try RepositoryFile.document("docs/examples/\(name).json")
    let content = try #require(example["content"]?.object)
    let legs = try #require(example["legs"]?.list)
    #expect(!legs.isEmpty)
    let now: UInt64 = 1_800_000_000_000
    for leg in legs.compactMap(\.object) {
      let peer = agency(leg["to"]?.string ?? "")
      let wanted = purpose(leg["purpose"]?.string ?? "")
      let serviceCode = code(leg["service"]?.string ?? "")
      let service = try #require(policy.service(serviceCode))
      let granted = groups((leg["groups"]?.strings ?? []).joined(separator: " "))
      #expect(!granted.isEmpty)
      let need = try #require(leg["need"])
      #expect(service.purpose == wanted)
      #expect(need.object?["service"]?.string == service.code.text)
      #expect(policy.priority(code(leg["priority"]?.string ?? "")) != nil)

      var document = CanonicalObject()
      document.set("need", need)
      for member in content.members where granted.contains(where: { $0.text == member.key }) {
        document.set(member.key, member.value)
      }
      #expect(document.members.count == granted.count, "every granted group has content")
      try policy.check(document: document, granted: granted)

      let request = GrantRequest(
        peer: peer,
        purpose: wanted,
        groups: granted,
        basis: .consent,
        untilMs: now + 30 * 86_400_000,
        actor: word("officer")
      )
      #expect(policy.admit(request, atMs: now) == .admitted(secondPersonByMs: nil))
      let facts = GrantFacts(
        log: word("unit.example/amonat/log/1"),
        index: 0,
        peer: peer,
        purpose: wanted,
        groups: granted,
        basis: .consent,
        untilMs: request.untilMs
      )
      for (kind, carried) in [
        (MessageKind.offer, granted.filter { $0.text == "need" }),
        (.supplement, granted.filter { $0.text != "need" }),
      ] where !carried.isEmpty {
        let disclosure = DisclosureRequest(
          kind: kind,
          recipient: peer,
          purpose: wanted,
          groups: carried,
          basis: .consent
        )
        #expect(policy.decide(disclosure, under: facts, atMs: now) == .allowed)
      }
    }
    for section in example["sections"]?.object?.members ?? [] {
      let content = try #require(section.value.object)
      try policy.check(content: content, ofSection: groups(section.key)[0])
    }
    let refusals = try #require(example["refused"]?.list)
    for refusal in refusals.compactMap(\.object) {
      #expect(policy.purpose(purpose(refusal["purpose"]?.string ?? "")) != nil)
      let reason = code(refusal["reason"]?.string ?? "")
      #expect(policy.list(code("non-consent"))?.contains(reason) == true)
    }
  }
}

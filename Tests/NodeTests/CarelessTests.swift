internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// What somebody in a hurry does, and what must not come of it.
  @Suite(.serialized) struct CarelessTests {
    @Test("A node takes no socket at which another answers, and takes none away when it ends")
    func socket() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.clinic.stop()
      let second = try pair.harness.programs.run(
        "amonatd",
        ["--state", pair.clinic.state.path, "--socket", pair.ministry.socket]
      )
      #expect(second.status == 1 && second.err.contains("another program answers"))
      #expect(try await pair.ministry.client().status().agency == "ministry.example")
    }

    @Test("A bundle on standard output is the bundle, and stays nowhere else")
    func bundle() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let before = try FileManager.default.contentsOfDirectory(atPath: pair.ministry.state.path)
      let printed = try pair.ministry.tryCLI(["audit", "export", "--out", "-"])
      #expect(printed.status == 0, "\(printed.err)")
      let file = pair.root.appendingPathComponent("printed.bundle")
      try Data(printed.out.utf8).write(to: file)
      let checked = try pair.harness.programs.run("amonat-audit", ["verify", file.path])
      #expect(checked.status != 2, "\(checked.out)")
      let after = try FileManager.default.contentsOfDirectory(atPath: pair.ministry.state.path)
      #expect(after.filter { $0.hasSuffix(".bundle") } == before.filter { $0.hasSuffix(".bundle") })
    }

    @Test(
      "A child by the case's own words is no adult, and nobody is referred to the agency itself"
    )
    func child() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      var need = Pair.need
      need["age-band"] = .text("12-14")
      let opened = try await client.openCase(
        CaseOpen(desk: "intake", sections: ["need": need])
      )
      let asAdult = ConsentRecord(
        case: opened.case,
        grants: [Pair.grant(["need"])],
        record: Pair.facts
      )
      do throws(LocalFailure) {
        _ = try await client.recordConsent(asAdult)
        Issue.record("a child of 12 to 14 was taken for an adult")
      } catch {
        #expect(error.problem.reasons == ["age-contradicts"])
      }
      let other = try await client.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      var grant = Pair.grant(["need"])
      grant.peer = "ministry.example"
      let toItself = ConsentRecord(case: other.case, grants: [grant], record: Pair.facts)
      do throws(LocalFailure) {
        _ = try await client.recordConsent(toItself)
        Issue.record("an agency took a grant for itself")
      } catch {
        #expect(error.problem.code == "malformed" && error.problem.detail == "peer")
      }
    }
  }
}

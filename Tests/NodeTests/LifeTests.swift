internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct LifeTests {
    private static let ministry = "ministry.example"
    private static let clinic = "clinic.example"

    private func refused(
      _ code: String,
      _ body: () async throws -> some Any
    ) async {
      do {
        _ = try await body()
        Issue.record("\(code): it was allowed")
      } catch let failure as LocalFailure {
        #expect(failure.code == code)
      } catch {
        Issue.record("\(code): \(error)")
      }
    }

    @Test(
      "A move by the wrong side, late, twice or too early has its own code, changes nothing, counts"
    )
    func badMoves() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let (out, inside, _) = try await world.referred()
      let sender = try await world.session(Self.ministry)
      let recipient = try await world.session(Self.clinic)
      func stand() async throws -> [String] {
        try await [
          world.state(Self.ministry, out), world.state(Self.clinic, inside),
        ]
      }
      var before = try await stand()
      await refused("wrong-side") { try await sender.act(.accept, on: out) }
      await refused("wrong-side") {
        try await recipient.act(.recall, on: inside, ReferralAct(reason: "error"))
      }
      for action in [ReferralAction.start, .complete] {
        await refused("too-early") {
          try await recipient.act(action, on: inside, ReferralAct(outcome: "fully-met"))
        }
      }
      #expect(try await stand() == before)
      _ = try await recipient.act(.ack, on: inside)
      await refused("already-done") { try await recipient.act(.ack, on: inside) }
      _ = try await sender.act(.recall, on: out, ReferralAct(reason: "error"))
      // What is recalled is erased at once, and the receipt closes it at both.
      for (agency, id) in [(Self.clinic, inside), (Self.ministry, out)] {
        try await world.waits(agency, id, until: "closed")
      }
      before = try await stand()
      await refused("too-late") { try await recipient.act(.accept, on: inside) }
      #expect(try await stand() == before)
      // Each is in the log of the side that tried, by its code.
      for (agency, codes) in [
        (Self.clinic, ["own-already-done", "own-too-early", "own-too-late", "own-wrong-side"]),
        (Self.ministry, ["own-wrong-side"]),
      ] {
        let counted = try await world.refusals(agency)
        #expect(Set(codes).isSubset(of: counted), "\(agency): \(counted)")
      }
      await world.end()
    }

    @Test("Every state is reached by commands and messages, and moved only by who may")
    func everyState() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let (out, inside, _) = try await world.referred()
      let sender = try await world.session(Self.ministry)
      let recipient = try await world.session(Self.clinic)

      // The wrong side, too early, and unlisted codes are refused, each with its code.
      await refused("wrong-side") { try await sender.act(.accept, on: out) }
      await refused("wrong-side") {
        try await recipient.act(.recall, on: inside, ReferralAct(reason: "error"))
      }
      await refused("too-early") { try await recipient.act(.start, on: inside) }
      await refused("policy") {
        try await recipient.act(.ask, on: inside, ReferralAct(reason: "no-such-code"))
      }
      await refused("state-not-allowed") {
        try await sender.act(
          .answer,
          on: out,
          ReferralAct(content: ["contact": ["channel": .text("messenger")]])
        )
      }

      _ = try await recipient.act(.ack, on: inside)
      try await world.waits(Self.ministry, out, until: "acknowledged")
      await refused("already-done") { try await recipient.act(.ack, on: inside) }

      // A question: the decision stands still; the answer may not go beyond the grant.
      _ = try await recipient.act(.ask, on: inside, ReferralAct(reason: "need-detail"))
      try await world.waits(Self.ministry, out, until: "info-requested")
      let asked = try await recipient.due().items.first { $0.timer == "decide" }
      #expect(asked?.why == "question")
      await refused("grant-missing") {
        try await sender.act(
          .answer,
          on: out,
          ReferralAct(content: ["health": ["needs": .codes(["general"])]])
        )
      }
      _ = try await sender.act(
        .answer,
        on: out,
        ReferralAct(content: ["contact": ["channel": .text("messenger")]])
      )
      try await world.waits(Self.clinic, inside, until: "acknowledged")
      let opened = try await recipient.showReferral(inside)
      #expect(opened.content["contact"]?["channel"] == .text("messenger"))

      // The waiting list takes a day, and a future one.
      await refused("field-missing") {
        try await recipient.act(.waitlist, on: inside, ReferralAct(reason: "within-month"))
      }
      await refused("field-missing") {
        try await recipient.act(
          .waitlist,
          on: inside,
          ReferralAct(reason: "within-month", expectedMs: world.clock.nowMs - 1000)
        )
      }
      // The sender learns the day, not the moment (REF-038).
      let momentMs = world.clock.nowMs + 20 * 86_400_000
      _ = try await recipient.act(
        .waitlist,
        on: inside,
        ReferralAct(reason: "within-month", expectedMs: momentMs)
      )
      try await world.waits(Self.ministry, out, until: "waitlisted")
      let dayMs = momentMs - momentMs % 86_400_000
      #expect(try await sender.showReferral(out).line.expectedMs == dayMs)
      let due = try await sender.due().items.first { $0.id == out && $0.timer == "waitlist-review" }
      #expect(due?.dueMs == dayMs && due?.late == false)

      // Taken on, begun, lost, found, disputed, settled, ended, closed, opened again, closed.
      await refused("state-not-allowed") {
        _ = try await recipient.ownConsent(LifeWorld.ownConsent(inside))
      }
      for (client, id, action, act, state) in [
        (recipient, inside, ReferralAction.accept, ReferralAct(), "accepted"),
        (recipient, inside, .lost, ReferralAct(reason: "no-show"), "lost-contact"),
        (recipient, inside, .start, ReferralAct(), "in-service"),
        (sender, out, .dispute, ReferralAct(reason: "conduct"), "disputed"),
        (recipient, inside, .resolve, ReferralAct(reason: "agreed"), "in-service"),
        (recipient, inside, .complete, ReferralAct(outcome: "partly-met"), "completed"),
        (sender, out, .close, ReferralAct(reason: "goals-met"), "closed"),
        (sender, out, .reopen, ReferralAct(), "acknowledged"),
        (recipient, inside, .decline, ReferralAct(reason: "changed-mind"), "declined"),
      ] as [(LocalClient, String, ReferralAction, ReferralAct, String)] {
        if action == .start {
          await refused("own-consent-missing") { try await client.act(action, on: id, act) }
          _ = try await client.ownConsent(LifeWorld.ownConsent(id))
        }
        _ = try await client.act(action, on: id, act)
        try await world.waits(Self.ministry, out, until: state)
        try await world.waits(Self.clinic, inside, until: state)
        #expect(try await sender.showReferral(out).line.expectedMs == nil, "no day in \(state)")
      }
      _ = try await sender.act(.close, on: out, ReferralAct(reason: "declined"))
      try await world.waits(Self.clinic, inside, until: "closed")
      await refused("too-late") { try await recipient.act(.accept, on: inside) }
      // The Coordinator learned of the dispute: an id and a code.
      let council = try await world.session("council.example")
      try await eventually("the Coordinator is told") { try await !council.due().watched.isEmpty }
      let watched = try await council.due().watched
      #expect(watched.map(\.code) == ["conduct"])
      #expect(try await watched.first?.ref == sender.showReferral(out).line.message)

      // A redirect forwards nothing; the sender plans anew and links the new one to the old.
      let second = try await world.referred()
      _ = try await recipient.act(.redirect, on: second.inside, ReferralAct(reason: "legal-aid"))
      try await world.waits(Self.ministry, second.out, until: "redirect-proposed")
      let (_, grant) = try await world.grant(sender, caseID: second.caseID)
      var again = LifeWorld.ask(grant)
      again.replaces = second.out
      let made = try await sender.refer(ReferBatch(referrals: [again], wait: .receipt))
      #expect(made.first?.state == "delivered")
      #expect(try await !sender.due().items.contains { $0.id == second.out })

      // What is recalled is erased within the day, and the receipt closes it.
      let third = try await world.referred()
      _ = try await recipient.act(.accept, on: third.inside)
      try await world.waits(Self.ministry, third.out, until: "accepted")
      _ = try await sender.act(.recall, on: third.out, ReferralAct(reason: "error"))
      try await world.waits(Self.ministry, third.out, until: "closed")
      let gone = try await recipient.showReferral(third.inside)
      #expect(gone.line.state == "closed" && gone.content.isEmpty)
      await refused("too-late") { try await sender.act(.reopen, on: third.out) }
      await world.end()
    }

    @Test(
      "Clocks: reminders are kept, a dark node is not blamed, silence expires, distance does not"
    )
    func clocks() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let silent = try await world.referred(urgency: "urgent")
      var sender = try await world.session(Self.ministry)
      var recipient = try await world.session(Self.clinic)
      let due = try await recipient.due().items.filter { $0.id == silent.inside }
      #expect(due.map(\.timer) == ["acknowledge"] && due.first?.side == "us")
      #expect(try await sender.due().items.first { $0.id == silent.out }?.side == "them")

      // The clinic goes dark for five days: its time stands still, and nothing expires.
      await world.stop(Self.clinic)
      world.clock.pass(hours: 5 * 24)
      try await eventually("the clinic counts as dark") {
        sender = try await world.session(Self.ministry)
        let item = try await sender.due().items.first { $0.id == silent.out }
        return item?.why == "dark" && item?.late == false && item?.darkMs ?? 0 > 4 * 86_400_000
      }
      #expect(try await world.state(Self.ministry, silent.out) == "delivered")
      // What is referred meanwhile waits, and is undeliverable in the end: not expired.
      let (_, grant) = try await world.grant(sender)
      var brief = LifeWorld.ask(grant)
      brief.expiresDays = 3
      let away = try await sender.refer(ReferBatch(referrals: [brief]))
      let waiting = try #require(away.first?.referral)
      world.clock.pass(hours: 4 * 24)
      try await world.waits(Self.ministry, waiting, until: "undeliverable")

      // It comes back, and its people still have their days; then nobody answers, and it expires.
      try await world.start([Self.clinic])
      try await eventually("the clocks run again") {
        sender = try await world.session(Self.ministry)
        let item = try await sender.due().items.first { $0.id == silent.out }
        return item.map { $0.why != "dark" && $0.darkMs > 8 * 86_400_000 } ?? false
      }
      #expect(try await world.state(Self.ministry, silent.out) == "delivered")
      world.clock.pass(hours: 7 * 24)
      try await eventually("silence expires") {
        ["expired", "recalled", "closed"].contains(
          try await world.state(Self.ministry, silent.out)
        )
      }
      recipient = try await world.session(Self.clinic)
      try await world.waits(Self.clinic, silent.inside, until: "closed")
      #expect(try await recipient.showReferral(silent.inside).content.isEmpty)
      await world.end()
    }

    @Test("An emergency shows the telephone at once, and the Coordinator learns that it is late")
    func emergency() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let sender = try await world.session(Self.ministry)
      let (_, grant) = try await world.grant(sender)
      let results = try await sender.refer(
        ReferBatch(referrals: [LifeWorld.ask(grant, urgency: "emergency")], wait: .receipt)
      )
      #expect(results.first?.telephone == "+992 37 000 00 00")
      let id = try #require(results.first?.referral)
      let item = try await sender.due().items.first { $0.id == id }
      #expect(item?.telephone == "+992 37 000 00 00" && item?.urgency == "emergency")
      // In small steps: a leap of two heartbeats is two heartbeats of silence, and the clock of a node
      // that counts as dark stands still (REF-013).
      try await eventually("the Coordinator is told") {
        world.clock.pass(minutes: 1)
        let council = try await world.session("council.example")
        return try await council.due().watched.map(\.code).contains("late-acknowledge")
      }
      let council = try await world.session("council.example")
      let cases = try await council.cases().cases
      #expect(cases.isEmpty, "an id and a code, nothing else")
      try await eventually("nobody answered") {
        world.clock.pass(minutes: 1)
        return ["expired", "recalled", "closed"].contains(try await world.state(Self.ministry, id))
      }
      await world.end()
    }

    @Test("Capacity is asked and answered before anything about a person is said")
    func capacity() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let sender = try await world.session(Self.ministry)
      let recipient = try await world.session(Self.clinic)
      _ = try await recipient.setCapacity(CapacitySet(code: "health-adult", answer: "yes"))
      await refused("policy") {
        try await recipient.setCapacity(CapacitySet(code: "health-adult", answer: "perhaps"))
      }
      await refused("policy") {
        try await sender.askCapacity(CapacityAsk(peer: Self.clinic, code: "a-named-person"))
      }
      await refused("agency-unknown") {
        try await sender.askCapacity(CapacityAsk(peer: "nobody.example", code: "health-adult"))
      }
      let first = try await sender.askCapacity(
        CapacityAsk(peer: Self.clinic, code: "health-adult")
      )
      try await eventually("it answers by itself") {
        try await sender.capacity().questions.first { $0.id == first.id }?.answer == "yes"
      }
      let second = try await sender.askCapacity(
        CapacityAsk(peer: Self.clinic, code: "health-child")
      )
      try await eventually("it asks its people") {
        try await recipient.capacity().questions.contains { $0.id == second.id }
      }
      #expect(try await sender.capacity().questions.first?.answer == nil)
      _ = try await recipient.answerCapacity(
        second.id,
        CapacityReply(answer: "not-eligible-profile")
      )
      await refused("already-done") {
        try await recipient.answerCapacity(second.id, CapacityReply(answer: "no"))
      }
      try await eventually("people have answered") {
        try await sender.capacity().questions.first { $0.id == second.id }?.answer
          == "not-eligible-profile"
      }
      // An answer holds for a day.
      world.clock.pass(hours: 25)
      let later = try await world.session(Self.ministry)
      #expect(try await later.capacity().questions.allSatisfy(\.stale))
      await world.end()
    }

    @Test(
      "A plan's legs do not know each other; one is dropped, the others stay; corrections arrive"
    )
    func plans() async throws {
      let world = try await LifeWorld()
      try await world.start()
      let sender = try await world.session(Self.ministry)
      let recipient = try await world.session(Self.clinic)
      let (caseID, first) = try await world.grant(sender)
      let (_, second) = try await world.grant(sender, caseID: caseID)
      let (_, stranger) = try await world.grant(sender)
      await refused("grant-missing") {
        try await sender.newPlan(
          PlanNew(case: caseID, legs: [LifeWorld.ask(first), LifeWorld.ask(stranger)])
        )
      }
      let plan = try await sender.newPlan(
        PlanNew(case: caseID, legs: [LifeWorld.ask(first), LifeWorld.ask(second)])
      )
      #expect(plan.legs.count == 2 && plan.refused.isEmpty && plan.reached == 0)
      try await eventually("both arrived") {
        try await Pair.referrals(recipient, .incoming).count == 2
      }
      let inside = try await Pair.referrals(recipient, .incoming)
      let outside = Set(plan.legs.map(\.line.referral))
      #expect(Set(inside.map(\.referral)).count == 2)
      #expect(outside.isDisjoint(with: inside.map(\.referral)))

      let kept = plan.legs[0].line
      let keptInside = try #require(inside.first { $0.message == kept.message })
      _ = try await recipient.act(.accept, on: keptInside.referral)
      try await world.waits(Self.ministry, kept.referral, until: "accepted")
      let dropped = try await sender.dropLeg(
        plan.plan,
        PlanDrop(referral: plan.legs[1].line.referral, reason: "survivor-changed-mind")
      )
      #expect(dropped.total == 1 && dropped.reached == 1)
      await refused("already-done") {
        try await sender.dropLeg(
          plan.plan,
          PlanDrop(referral: plan.legs[1].line.referral, reason: "error")
        )
      }
      #expect(try await world.state(Self.ministry, kept.referral) == "accepted")
      await refused("plan-unknown") {
        try await sender.plan(String(repeating: "0", count: 32))
      }

      // The recipient has the old number, then the new one; who holds what can be told.
      try await eventually("the number has arrived") {
        try await recipient.showReferral(keptInside.referral).content["contact"]?["number"]
          == .text("000-11-22")
      }
      let amended = try await sender.amend(
        caseID,
        CaseAmend(
          sections: ["contact": ["channel": .text("telephone"), "number": .text("000-33-44")]]
        )
      )
      #expect(amended.referrals.map(\.referral) == [kept.referral])
      try await eventually("the correction has arrived") {
        try await recipient.showReferral(keptInside.referral).content["contact"]?["number"]
          == .text("000-33-44")
      }
      let holders = try await sender.holders(of: caseID).holders
      let holder = try #require(holders.first { $0.referral == kept.referral })
      #expect(holder.groups == ["contact", "identity", "need"] && holder.peer == Self.clinic)

      // Nothing that a recipient holds names the plan, the case or the other leg.
      for text in [plan.plan, caseID] + outside {
        let folder = try #require(world.harness.nodes[Self.clinic]).state
        for file in ["node.db", "node.db-wal"] {
          let data = try Data(contentsOf: folder.appendingPathComponent(file))
          #expect(data.range(of: Data(text.utf8)) == nil)
        }
      }
      await world.end()
    }

    @Test("Drafts are kept sealed, sent when wanted, and erased when they are old")
    func drafts() async throws {
      let world = try await LifeWorld()
      try await world.start([Self.ministry])
      var sender = try await world.session(Self.ministry)
      let (_, grant) = try await world.grant(sender)
      let first = try await sender.saveDraft(DraftSave(ask: LifeWorld.ask(grant)))
      #expect(try await sender.due().items.contains { $0.id == first.draft })
      let sent = try await sender.sendDraft(first.draft)
      #expect(sent.results.first?.state == "queued")
      await refused("draft-unknown") { try await sender.sendDraft(first.draft) }
      var old = LifeWorld.ask(grant)
      old.content?["need"]?["summary"] = .text("Zarnigor waits by the river")
      let second = try await sender.saveDraft(DraftSave(ask: old))
      let folder = try #require(world.harness.nodes[Self.ministry]).state
      for file in ["node.db", "node.db-wal"] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file))
        #expect(data.range(of: Data("Zarnigor".utf8)) == nil)
      }
      #expect(try await sender.drafts().drafts.map(\.draft) == [second.draft])
      world.clock.pass(hours: 29 * 24)
      try await eventually("the old draft is gone") {
        sender = try await world.session(Self.ministry)
        return try await sender.drafts().drafts.isEmpty
      }
      await world.end()
    }

    @Test("People are told by a command and by mail, and neither learns anything of a person")
    func signals() async throws {
      let world = try await LifeWorld()
      let told = world.root.appendingPathComponent("told")
      let hook = world.root.appendingPathComponent("hook")
      let mailer = world.root.appendingPathComponent("mailer")
      for (file, what) in [(hook, "hook"), (mailer, "mail")] {
        try """
        #!/bin/sh
        { echo "\(what) begin"; env; echo "args $*"; cat; echo; echo "\(what) end"; } >> \(told.path)

        """.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      }
      let config = world.root.appendingPathComponent("signals.json")
      try """
      {"command": "\(hook.path)", "sendmail": "\(mailer.path)", "from": "node@clinic.example",
       "desks": [{"desk": "health", "command": true, "mail": ["duty@clinic.example"],
         "deputies": ["deputy@clinic.example"], "supervisors": ["head@clinic.example"],
         "subject": "Post", "text": "Лутфан почтаро бинед."}]}
      """.write(to: config, atomically: true, encoding: .utf8)
      world.set(try SignalSettings(file: config.path), for: Self.clinic)
      try await world.start()
      let made = try await world.referred(urgency: "emergency")
      func said() throws -> String { (try? String(contentsOf: told, encoding: .utf8)) ?? "" }
      try await eventually("the desk is told") {
        try said().contains("AMONAT_SIGNAL_REASON=arrived") && said().contains("duty@clinic")
      }
      world.clock.pass(hours: 2)
      try await eventually("deputy and supervisor are told") {
        try said().contains("deputy@clinic.example") && said().contains("head@clinic.example")
          && said().contains("AMONAT_SIGNAL_STAGE=supervisor")
      }
      let text = try said()
      let sender = try await world.session(Self.ministry)
      let line = try await sender.showReferral(made.out).line
      for secret in [
        "Example Person", "000-11-22", made.out, made.inside, made.caseID, line.message,
        Self.ministry, "medical-general", "khatlon", "AMONAT_SESSION", world.root.path + "/clinic",
      ] {
        #expect(!text.contains(secret), "\(secret)")
      }
      #expect(text.contains(Data("Лутфан почтаро бинед.".utf8).base64EncodedString()))
      let names = Set(
        text.split(separator: "\n").filter { $0.contains("=") && !$0.contains(":") }
          .map { $0.prefix { $0 != "=" } }
      )
      #expect(
        names.isSubset(of: [
          "PATH", "PWD", "SHLVL", "_", "OLDPWD", "AMONAT_SIGNAL_REASON", "AMONAT_SIGNAL_STAGE",
          "AMONAT_SIGNAL_DESK",
        ]),
        "\(names)"
      )
      await world.end()
    }

    @Test(
      "A signal file that says too much, or what is not known, is refused",
      arguments: [
        #"{"desks": [], "extra": 1}"#, #"{"command": "relative", "desks": []}"#,
        #"{"desks": [{"desk": "a", "command": true}]}"#,
        #"{"desks": [{"desk": "a", "mail": ["x@y"]}]}"#,
        #"{"sendmail": "/bin/true", "from": "a@b", "desks": [{"desk": "a", "mail": ["-oops@y"], "subject": "s", "text": "t"}]}"#,
        #"{"sendmail": "/bin/true", "from": "a@b", "desks": [{"desk": "a", "mail": ["x@y"], "subject": "s\nBcc: z@z", "text": "t"}]}"#,
        #"[]"#,
      ]
    )
    func signalFiles(_ text: String) throws {
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent(UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: file) }
      try text.write(to: file, atomically: true, encoding: .utf8)
      #expect(throws: SignalSettings.Failure.self) { try SignalSettings(file: file.path) }
    }
  }
}

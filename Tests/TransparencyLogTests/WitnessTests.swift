internal import CanonicalBytes
internal import Foundation
internal import Sealing
internal import Testing

@testable internal import TransparencyLog

@Suite struct WitnessTests {
  private func state(_ size: Int, _ tree: LogTree, _ shelf: TileShelf) throws -> WitnessState {
    WitnessState(
      origin: Sample.log,
      key: Sample.key(1).publicKey,
      size: UInt64(size),
      root: try tree.root(at: UInt64(size), tiles: shelf),
      note: "held"
    )
  }

  @Test("K3: larger needs the proof from the size held; else 409 and that size")
  func larger() throws {
    let (tree, shelf, _) = Sample.tree(40)
    let held = try state(17, tree, shelf)
    let offered = Checkpoint(origin: Sample.log, size: 40, root: tree.root)
    let proof = try tree.consistencyProof(from: 17, tiles: shelf)
    func judge(_ from: UInt64, _ proof: [Digest32], _ offered: Checkpoint) -> WitnessRule.Verdict {
      WitnessRule.judge(held: held, offered: offered, from: from, proof: proof) { _ in nil }
    }
    #expect(judge(17, proof, offered) == .advance)
    #expect(judge(16, proof, offered) == .needsProof(held: 17))
    #expect(judge(0, [], offered) == .needsProof(held: 17))
    #expect(judge(17, [], offered) == .badProof)
    #expect(judge(17, proof.dropLast(), offered) == .badProof)
    let other = Checkpoint(origin: Sample.log, size: 40, root: Sample.leaf(1))
    #expect(judge(17, proof, other) == .badProof)
  }

  @Test("K3: at first contact only a start from nothing, without a proof, is taken")
  func firstContact() {
    let offered = Checkpoint(origin: Sample.log, size: 3, root: Sample.leaf(1))
    func judge(_ from: UInt64, _ proof: [Digest32]) -> WitnessRule.Verdict {
      WitnessRule.judge(held: nil, offered: offered, from: from, proof: proof) { _ in nil }
    }
    #expect(judge(0, []) == .advance)
    #expect(judge(2, []) == .needsProof(held: 0))
    #expect(judge(0, [Sample.leaf(1)]) == .badProof)
  }

  @Test("K4, B6: only one size with two roots is a fork")
  func sameSize() throws {
    let (tree, shelf, _) = Sample.tree(40)
    let held = try state(40, tree, shelf)
    func judge(_ root: Digest32) -> WitnessRule.Verdict {
      WitnessRule.judge(
        held: held,
        offered: Checkpoint(origin: Sample.log, size: 40, root: root),
        from: 40,
        proof: []
      ) { _ in nil }
    }
    #expect(judge(tree.root) == .same)
    #expect(judge(Sample.leaf(1)) == .fork(size: 40))
  }

  @Test("B9: a smaller checkpoint is a late arrival if it is stored or proved, else 409")
  func smaller() throws {
    let (tree, shelf, _) = Sample.tree(40)
    let held = try state(40, tree, shelf)
    let root = try tree.root(at: 17, tiles: shelf)
    let offered = Checkpoint(origin: Sample.log, size: 17, root: root)
    let proof = try tree.consistencyProof(from: 17, tiles: shelf)
    func judge(
      _ offered: Checkpoint,
      _ from: UInt64,
      _ proof: [Digest32],
      _ stored: Digest32?
    ) -> WitnessRule.Verdict {
      WitnessRule.judge(held: held, offered: offered, from: from, proof: proof) { size in
        size == 17 ? stored : nil
      }
    }
    #expect(judge(offered, 9, [], root) == .older)
    #expect(judge(offered, 9, [], nil) == .needsProof(held: 40))
    #expect(judge(offered, 40, [], nil) == .needsProof(held: 40))
    #expect(judge(offered, 40, proof, nil) == .older)
    #expect(judge(offered, 40, proof.dropLast(), nil) == .badProof)
    let other = Checkpoint(origin: Sample.log, size: 17, root: Sample.leaf(1))
    #expect(judge(other, 40, proof, nil) == .badProof)
    #expect(judge(other, 40, proof, root) == .fork(size: 17))
  }

  @Test("K4: two notes are evidence only if both verify, with one size and two roots")
  func evidence() throws {
    let key = Sample.key(1)
    let other = Sample.key(2)
    func note(_ size: UInt64, _ root: Int, _ key: borrowing SigningKey) -> String {
      Checkpoint.sign(origin: Sample.log, size: size, root: Sample.leaf(root), key: key)
    }
    let (first, second) = (note(5, 1, key), note(5, 2, key))
    func held(_ a: String, _ b: String) -> ForkEvidence? {
      ForkEvidence(a, b, origin: Sample.log, key: key.publicKey)
    }
    let evidence = try #require(held(first, second))
    #expect(evidence.size == 5 && evidence.hash == held(second, first)?.hash)
    #expect(held(first, first) == nil)
    #expect(held(first, note(6, 2, key)) == nil)
    #expect(held(first, note(5, 2, other)) == nil)
    #expect(held(first, "x") == nil)
  }

  @Test("K5: the time signed never runs back, and a clock a day behind does not sign")
  func cosignatureTime() {
    func time(_ local: UInt64, _ last: UInt64?, _ trusted: UInt64) -> UInt64? {
      WitnessRule.cosignatureTime(localSeconds: local, lastSigned: last, trusted: trusted)
    }
    #expect(time(1000, nil, 0) == 1000)
    #expect(time(1000, 1500, 0) == 1500)
    #expect(time(1000, 500, 1000 + 86_400) == 1000)
    #expect(time(1000, 500, 1001 + 86_400) == nil)
  }

  @Test("K1, A7: a log signs on only if its tree holds what it signed last")
  func forkGuard() throws {
    let (tree, shelf, _) = Sample.tree(40)
    func judge(_ note: Checkpoint?, leaves: Bool = true, size: UInt64 = 40) -> ForkGuard.Verdict {
      ForkGuard.judge(
        treeSize: size,
        treeRootAt: { try? tree.root(at: $0, tiles: shelf) },
        guardNote: note,
        leavesExist: leaves
      )
    }
    func signed(_ size: UInt64, _ root: Digest32) -> Checkpoint {
      Checkpoint(origin: Sample.log, size: size, root: root)
    }
    #expect(judge(signed(40, tree.root)) == .proceed)
    #expect(judge(signed(17, try tree.root(at: 17, tiles: shelf))) == .proceed)
    #expect(judge(signed(17, tree.root)) == .mustOpenNewLog)
    #expect(judge(signed(41, tree.root)) == .treeBehind(signed: 41))
    #expect(judge(nil) == .mustOpenNewLog)
    #expect(judge(nil, leaves: false, size: 40) == .mustOpenNewLog)
    #expect(judge(nil, leaves: true, size: 0) == .mustOpenNewLog)
    #expect(judge(nil, leaves: false, size: 0) == .proceed)
    #expect(judge(signed(0, MerkleHash.empty), size: 40) == .proceed)
  }

  @Test(
    "K2, B11: idle and busy heartbeats are 16·k leaves apart",
    arguments: [
      (0, 0, 16), (16, 16, 32), (16, 17, 32), (16, 32, 32), (16, 33, 48), (32, 5, 48),
      (5, 100, 101), (1 << 53, 1 << 53, nil), (.max, .max, nil), (0, .max, nil),
    ] as [(UInt64, UInt64, UInt64?)]
  )
  func heartbeat(_ last: UInt64, _ size: UInt64, _ next: UInt64?) {
    #expect(Heartbeat.nextSize(last: last, size: size) == next)
  }

  @Test("A6, K7: one witness cannot move the time; two sectors can, up to a day")
  func trustedTime() {
    let day = TrustedTime.alarmMs
    func now(_ times: [(String, String, UInt64)], f: Int = 1) -> TrustedTime {
      TrustedTime.now(
        local: 1000,
        witnessTimes: times.map { WitnessTime(agency: $0.0, sector: $0.1, timeMs: $0.2) },
        f: f
      )
    }
    let far: UInt64 = 4_102_444_800_000
    #expect(now([]) == .time(1000))
    #expect(now([("a", "ngo", far)]) == .time(1000))
    #expect(now([("a", "ngo", far), ("a", "ngo", far - 1)]) == .time(1000))
    #expect(now([("a", "ngo", far), ("b", "state", 2000)]) == .time(2000))
    #expect(now([("a", "ngo", far), ("b", "ngo", far)]) == .time(1000))
    #expect(now([("a", "ngo", 9000), ("b", "ngo", 8000), ("c", "state", 3000)]) == .time(3000))
    #expect(now([("a", "ngo", 9000), ("b", "state", 500)]) == .time(1000))
    #expect(now([("a", "ngo", 9000), ("b", "state", 8000)], f: 0) == .time(8000))
    #expect(
      now([("a", "ngo", 9000), ("b", "state", 8000), ("c", "ngo", 7000)], f: 2) == .time(7000)
    )
    #expect(now([("a", "ngo", far), ("b", "state", 1000 + day)]) == .time(1000 + day))
    let alarm = now([("a", "ngo", far), ("b", "state", 1001 + day)])
    #expect(alarm == .alarm(localMs: 1000, witnessMs: 1001 + day))
    #expect(alarm.isAlarm && alarm.timeMs == 1000)
  }

  /// A settled note: the log's checkpoint with cosignatures (agency, name's agency, key, time).
  private func cosigned(_ lines: [(String, UInt8, UInt64)]) throws -> String {
    let note = Checkpoint.sign(
      origin: Sample.log,
      size: 5,
      root: Sample.leaf(1),
      key: Sample.key(1)
    )
    return try Cosignature.append(
      lines.map { agency, key, time in
        try Cosignature.sign(
          checkpointNote: note,
          witness: Names.witness(agency: agency, number: 1),
          key: Sample.key(key),
          timeSeconds: time
        )
      },
      to: note
    )
  }

  private func witness(_ agency: String, _ sector: String, _ key: UInt8) -> Witness {
    Witness(
      agency: agency,
      sector: sector,
      name: Names.witness(agency: agency, number: 1),
      key: Sample.key(key).publicKey
    )
  }

  @Test("K6: distinct agencies, distinct keys and sectors settle; time is the (f+1)-th largest")
  func quorum() throws {
    let witnesses = [
      witness("a.example", "ngo", 2), witness("b.example", "state", 3),
      witness("c.example", "ngo", 4),
    ]
    func settled(_ quorum: Quorum, _ note: String) throws -> Quorum.Settled? {
      try quorum.settled(
        note: note,
        origin: Sample.log,
        logKey: Sample.key(1).publicKey,
        witnesses: witnesses
      )
    }
    let three = try cosigned([("a.example", 2, 30), ("b.example", 3, 20), ("c.example", 4, 10)])
    #expect(try settled(Quorum(agencies: 3, sectors: 2, f: 1), three)?.timeSeconds == 20)
    #expect(try settled(Quorum(agencies: 1, sectors: 1, f: 0), three)?.timeSeconds == 30)
    #expect(try settled(Quorum(agencies: 1, sectors: 1, f: 9), three)?.timeSeconds == 10)
    #expect(try settled(Quorum(agencies: 4, sectors: 1, f: 1), three) == nil)
    #expect(try settled(Quorum(agencies: 2, sectors: 3, f: 1), three) == nil)
    let ngos = try cosigned([("a.example", 2, 30), ("c.example", 4, 10)])
    #expect(try settled(Quorum(agencies: 2, sectors: 2, f: 1), ngos) == nil)
    #expect(try settled(Quorum(agencies: 2, sectors: 1, f: 1), ngos)?.checkpoint.size == 5)
    let twice = try cosigned([("a.example", 2, 30), ("a.example", 2, 31)])
    #expect(try settled(Quorum(agencies: 2, sectors: 1, f: 1), twice) == nil)
    #expect(try settled(Quorum(agencies: 1, sectors: 1, f: 0), twice)?.timeSeconds == 31)
    let unknown = try cosigned([("d.example", 5, 30), ("a.example", 5, 30)])
    #expect(try settled(Quorum(agencies: 1, sectors: 1, f: 0), unknown) == nil)
    #expect(throws: CheckpointFailure.signature) {
      try Quorum(agencies: 1, sectors: 1, f: 0).settled(
        note: three,
        origin: Sample.log,
        logKey: Sample.key(9).publicKey,
        witnesses: witnesses
      )
    }
  }

  @Test("B2: one key re-labelled as two witnesses counts once, and a log is not its own witness")
  func relabelled() throws {
    let note = Checkpoint.sign(
      origin: Sample.log,
      size: 5,
      root: Sample.leaf(1),
      key: Sample.key(1)
    )
    let line = try Cosignature.sign(
      checkpointNote: note,
      witness: Names.witness(agency: "a.example", number: 1),
      key: Sample.key(2),
      timeSeconds: 30
    )
    // The signature names no cosigner: the same one under another name verifies.
    let signature = try #require(NoteSignature(line: line)).signature
    let name = Names.witness(agency: "b.example", number: 1)
    let copied = NoteSignature(
      name: name,
      keyID: NoteKey.keyID(name: name, key: Sample.key(2).publicKey, kind: .cosignature),
      signature: signature
    ).line
    #expect(
      try Cosignature.verify(
        line: copied,
        note: note,
        witness: name,
        key: Sample.key(2).publicKey
      ) == 30
    )
    let both = try Cosignature.append([line, copied], to: note)
    func settled(_ agencies: Int, _ note: String, _ witnesses: [Witness]) throws -> Bool {
      try Quorum(agencies: agencies, sectors: 1, f: 0).settled(
        note: note,
        origin: Sample.log,
        logKey: Sample.key(1).publicKey,
        witnesses: witnesses
      ) != nil
    }
    let squatted = [witness("a.example", "ngo", 2), witness("b.example", "state", 2)]
    #expect(try settled(1, both, squatted))
    #expect(try !settled(2, both, squatted))
    let own = try cosigned([("shelter.example", 7, 30)])
    #expect(try !settled(1, own, [witness("shelter.example", "ngo", 7)]))
    let ownKey = try cosigned([("c.example", 1, 30)])
    #expect(try !settled(1, ownKey, [witness("c.example", "ngo", 1)]))
  }

  /// One request of a litewitness script with the status it expects.
  struct Request: CustomTestStringConvertible {
    let old: UInt64
    let proof: [Digest32]
    let note: String
    let status: Int
    let body: String
    var testDescription: String { "old \(old): \(status)" }
  }

  static func script() throws -> [Request] {
    let text = String(
      decoding: try VectorFiles.data("tlog-witness/litewitness.txtar"),
      as: UTF8.self
    )
    return try text.components(separatedBy: "POST ").dropFirst().compactMap { part -> Request? in
      let pieces = part.components(separatedBy: "```\n")
      guard pieces.count == 3, let blank = pieces[1].range(of: "\n\n") else { return nil }
      let head = pieces[1][..<blank.lowerBound].split(separator: "\n")
      return Request(
        old: try #require(UInt64(head[0].dropFirst(4))),
        proof: try head.dropFirst().map { line in
          try #require(Base64.decode(String(line)).flatMap { Digest32($0) })
        },
        note: String(pieces[1][blank.upperBound...]),
        status: try #require(Int(pieces[2].dropFirst(5).prefix(3))),
        body: pieces[2]
      )
    }
  }

  @Test("The litewitness script: each request is judged as its author says")
  func litewitness() throws {
    let requests = try Self.script()
    #expect(requests.map(\.status) == [200, 403, 403, 422, 422, 200, 409, 200, 409])
    let origin =
      "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
    let raw = try #require(
      Hex.decode("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
    )
    let key = try #require(VerifyingKey(raw))
    var held: WitnessState?
    for request in requests {
      let checkpoint: Checkpoint
      do {
        checkpoint = try Checkpoint.verify(note: request.note, origin: origin, key: key)
      } catch {
        #expect(request.status == 403)
        // One of them is refused earlier: its base64 has set spare bits.
        #expect([.origin, .signature, .note(.signatureLine)].contains(error))
        continue
      }
      // add-checkpoint asks for the size held before anything else.
      if request.old != held?.size ?? 0 {
        #expect(request.status == 409)
        #expect(request.body.contains("\"\(held?.size ?? 0)\\n\""))
        if checkpoint.size > held?.size ?? 0 {
          let verdict = WitnessRule.judge(
            held: held,
            offered: checkpoint,
            from: request.old,
            proof: request.proof
          ) { _ in nil }
          #expect(verdict == .needsProof(held: held?.size ?? 0))
        }
        continue
      }
      let verdict = WitnessRule.judge(
        held: held,
        offered: checkpoint,
        from: request.old,
        proof: request.proof
      ) { _ in nil }
      #expect((verdict == .advance) == (request.status == 200))
      #expect((verdict == .badProof) == (request.status == 422))
      guard verdict == .advance else { continue }
      held = WitnessState(
        origin: origin,
        key: key,
        size: checkpoint.size,
        root: checkpoint.root,
        note: request.note
      )
    }
    #expect(held?.size == 5)
  }
}

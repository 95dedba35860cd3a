internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import TransparencyLog

/// Chapters 05 and 06.
extension Check {
  static let receipts: [String: Function] = [
    "receipt": { input in
      let answer = try ExchangeParts(decoding: input.bytes("answer"), role: .answer)
      let receipt = try wanted(answer.receipt)
      let theirs = try Checkpoint.claimed(note: receipt.checkpoint)
      let sent = Set(try input.byteStrings("sent").map { try wanted(Digest32($0)) })
      let outcomes = ReceiptCheck(
        me: try agency(input, "me"),
        realm: try input.digest("realm"),
        origin: try wanted(LogID(theirs.origin)),
        size: theirs.size,
        root: theirs.root
      ).check(receipt) { sent.contains($0) }
      switch try wanted(outcomes.first) {
      case .success(let outcome): return .ok(["outcome": .text(outcome.outcome)])
      case .failure(let code): return Answer(code.rawValue)
      }
    },
    "cosignature": { input in
      let (line, note) = (try input.utf8("line"), try input.utf8("note"))
      let key = try wanted(VerifyingKey(try input.bytes("key")))
      let witness = try input.string("witness")
      do throws(CosignatureFailure) {
        let time = try Cosignature.verify(line: line, note: note, witness: witness, key: key)
        return .ok(["seconds": .number(time)])
      } catch {
        return Answer("cosignature")
      }
    },
  ]

  static let checkpoints: [String: Function] = [
    "checkpoint": { input in
      guard let note = try? input.utf8("note") else { return .malformed }
      let key = try wanted(VerifyingKey(try input.bytes("key")))
      let origin = try input.string("origin")
      do throws(CheckpointFailure) {
        let found = try Checkpoint.verify(note: note, origin: origin, key: key)
        return .ok(["size": .number(found.size), "root": .bytes(found.root.bytes)])
      } catch {
        switch error {
        case .note, .text: return .malformed
        case .origin, .signature: return Answer("origin")
        }
      }
    },
    "inclusion": { input in
      guard let path = MerkleProof.path(flat: try input.bytes("path")) else {
        return Answer("not-included")
      }
      let holds = MerkleProof.verifyInclusion(
        leafHash: try input.digest("leaf_hash"),
        index: try input.number("index"),
        size: try input.number("size"),
        path: path,
        root: try input.digest("root")
      )
      return .when(holds, else: "not-included")
    },
    "consistency": { input in
      guard let path = MerkleProof.path(flat: try input.bytes("path")) else {
        return Answer("inconsistent")
      }
      let holds = MerkleProof.verifyConsistency(
        from: try input.number("from"),
        to: try input.number("to"),
        oldRoot: try input.digest("old_root"),
        newRoot: try input.digest("new_root"),
        path: path
      )
      return .when(holds, else: "inconsistent")
    },
    "tree": { .ok(["root": .bytes(try tree($0).root.bytes)]) },
    "tile-path": { input in
      let path = TilePath.tile(
        level: Int(try input.number("level")),
        index: try input.number("n"),
        width: try width(input)
      )
      return .ok(["path": .text(path)])
    },
    "entries-path": { input in
      let path = TilePath.entries(index: try input.number("n"), width: try width(input))
      return .ok(["path": .text(path)])
    },
    "guard": { input in
      let leaves = try input.byteStrings("leaves")
      let last = try input.object("guard")
      let verdict = ForkGuard.judge(
        treeSize: UInt64(leaves.count),
        treeRootAt: { size in
          guard size <= leaves.count else { return nil }
          return tree(Array(leaves[..<Int(size)])).root
        },
        guardNote: try last.map {
          Checkpoint(
            origin: "ministry.example/amonat/log/1",
            size: try $0.number("size"),
            root: try $0.digest("root")
          )
        },
        leavesExist: !leaves.isEmpty || input.has("known")
      )
      return .when(verdict == .proceed, else: "log-guard")
    },
    "heartbeat": { input in
      let next = Heartbeat.nextSize(last: try input.number("last"), size: try input.number("size"))
      return next.map { .ok(["next": .number($0)]) } ?? .malformed
    },
    "evidence": { input in
      let found = ForkEvidence(
        try input.utf8("first"),
        try input.utf8("second"),
        origin: try input.string("origin"),
        key: try wanted(VerifyingKey(try input.bytes("key")))
      )
      return Answer(found == nil ? "no-evidence" : "fork")
    },
    "cosign-time": { input in
      let time = WitnessRule.cosignatureTime(
        localSeconds: try input.number("local"),
        lastSigned: input.has("last") ? try input.number("last") : nil,
        trusted: try input.number("trusted")
      )
      return time.map { .ok(["seconds": .number($0)]) } ?? Answer("no-cosignature")
    },
    "settled": { input in
      let quorum = Quorum(
        agencies: Int(try input.number("agencies")),
        sectors: Int(try input.number("sectors")),
        f: Int(try input.number("f"))
      )
      let witnesses = try input.objects("witnesses").map { witness in
        Witness(
          agency: try witness.string("agency"),
          sector: try witness.string("sector"),
          name: try witness.string("name"),
          key: try wanted(VerifyingKey(try witness.bytes("key")))
        )
      }
      let (note, origin) = (try input.utf8("note"), try input.string("origin"))
      let key = try wanted(VerifyingKey(try input.bytes("key")))
      do throws(CheckpointFailure) {
        let found = try quorum.settled(
          note: note,
          origin: origin,
          logKey: key,
          witnesses: witnesses
        )
        guard let found else { return Answer("not-settled") }
        return .ok(["seconds": .number(found.timeSeconds)])
      } catch {
        return Answer("origin")
      }
    },
    "time": { input in
      let times = try input.objects("times").map {
        WitnessTime(
          agency: try $0.string("agency"),
          sector: try $0.string("sector"),
          timeMs: try $0.number("ms")
        )
      }
      let trusted = TrustedTime.now(
        local: try input.number("local"),
        witnessTimes: times,
        f: Int(try input.number("f"))
      )
      return Answer(trusted.isAlarm ? "alarm" : "ok", ["ms": .number(trusted.timeMs)])
    },
  ]

  private static func tree(_ input: VectorInput) throws -> LogTree {
    tree(try input.byteStrings("leaves"))
  }

  private static func tree(_ leaves: [[UInt8]]) -> LogTree {
    var tree = LogTree()
    for leaf in leaves { tree.append(MerkleHash.leaf(leaf)) }
    return tree
  }

  private static func width(_ input: VectorInput) throws -> Int? {
    let width = try input.number("width")
    return width == 0 ? nil : Int(width)
  }
}

internal import CanonicalBytes
internal import TestSupport
internal import TransparencyLog

/// Chapter 02.
extension Check {
  static let events: [String: Function] = [
    "event": { .when((try? LogEvent(parsing: $0.bytes("e"))) != nil, else: "malformed") },
    "staff": { .when((try? StaffPart(parsing: $0.bytes("a"))) != nil, else: "malformed") },
    "personal": { .when((try? PersonalPart(parsing: $0.bytes("p"))) != nil, else: "malformed") },
    "leaf": { input in
      given(
        LogLeaf(
          event: try input.bytes("e"),
          staff: try input.bytes("a"),
          personal: try input.bytes("p"),
          salts: EventSalts(
            event: try input.digest("s_e"),
            staff: try input.digest("s_a"),
            personal: try input.digest("s_p")
          )
        )
      )
    },
    "leaf-bytes": { .when(LogLeaf(parsing: try $0.bytes("leaf")) != nil, else: "malformed") },
    "pad": { input in
      given(
        try PadKey(input.digest("pad_key")).leaf(
          log: input.utf8("log"),
          realm: input.digest("realm"),
          index: input.number("index")
        )
      )
    },
    "personal-salt": { input in
      let key = PersonalKey(try input.digest("key"))
      let salt = key.salt(log: try input.utf8("log"), index: try input.number("index"))
      return .ok(["salt": .bytes(salt.bytes)])
    },
    "opening": { input in
      guard let path = MerkleProof.path(flat: try input.bytes("path")) else { return .malformed }
      let opening = EventOpening(
        event: try input.bytes("e"),
        salt: try input.digest("salt"),
        staff: try input.digest("staff"),
        personal: try input.digest("personal"),
        path: path
      )
      let (size, root) = (try input.number("size"), try input.digest("root"))
      do throws(OpeningFailure) {
        _ = try opening.verify(size: size, root: root)
        return .ok
      } catch {
        return error == .notLogged ? Answer("not-logged") : .malformed
      }
    },
  ]

  private static func given(_ leaf: LogLeaf) -> Answer {
    .ok(["leaf": .bytes(leaf.bytes), "hash": .bytes(leaf.hash.bytes)])
  }
}

internal import CanonicalBytes
internal import Sealing

extension Register {
  init(object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(
      object,
      keys: [
        "agencies", "commissioners", "expires", "not_before", "policy", "previous", "realm",
        "thresholds", "type", "version",
      ]
    )
    version = try fields.ordinal("version")
    previous = try fields.optionalDigest("previous")
    realm = try fields.optionalDigest("realm")
    // Version 1 has nothing before it and cannot hold its own hash.
    guard (version == 1) == (previous == nil), (version == 1) == (realm == nil) else {
      throw .malformed
    }
    notBeforeMs = try fields.integer("not_before")
    expiresMs = try fields.integer("expires")
    guard notBeforeMs < expiresMs else { throw .malformed }
    let policy = try NoteFields(
      try fields.member("policy"),
      keys: ["active_from", "sha256", "version"]
    )
    self.policy = PolicyReference(
      activeFromMs: try policy.integer("active_from"),
      sha256: try policy.digest("sha256"),
      version: try policy.ordinal("version")
    )
    let counts = try NoteFields(
      try fields.member("thresholds"),
      keys: ["membership", "policy", "root", "suspend"]
    )
    thresholds = Thresholds(
      membership: try counts.ordinal("membership"),
      policy: try counts.ordinal("policy"),
      root: try counts.ordinal("root"),
      suspend: try counts.ordinal("suspend")
    )
    commissioners = []
    for entry in try fields.objects("commissioners", 1...Self.commissionerLimit) {
      let commissioner = try NoteFields(entry, keys: ["key", "name"])
      let name = try commissioner.text("name", limitBytes: 32)
      guard NameGrammar.isLabel(name) else { throw .malformed }
      if let last = commissioners.last, !(last.name < name) { throw .malformed }
      commissioners.append(
        Commissioner(name: name, key: try commissioner.verifyingKey("key"))
      )
    }
    agencies = []
    for entry in try fields.objects("agencies", 1...Self.agencyLimit) {
      let agency = try Agency(entry)
      if let last = agencies.last, !(last.id < agency.id) { throw .malformed }
      agencies.append(agency)
    }
    try checkCounts()
    try checkKeys()
  }

  private func checkCounts() throws(TrustFailure) {
    // `root` guards what the others may not touch, so none of them may be harder to reach; one
    // person alone suspends nobody where there are three (REG-009).
    guard thresholds.root <= commissioners.count, thresholds.membership <= thresholds.root,
      thresholds.policy <= thresholds.root, thresholds.suspend <= thresholds.root,
      thresholds.suspend >= 2 || commissioners.count < 3
    else { throw .malformed }
  }

  private func checkKeys() throws(TrustFailure) {
    var seen: Set<VerifyingKey> = []
    for key in commissioners.map(\.key) + agencies.map(\.key) {
      guard seen.insert(key).inserted else { throw .keyNotDistinct }
    }
  }

  var object: CanonicalObject {
    CanonicalObject([
      "agencies": .list(agencies.map { .object($0.object) }),
      "commissioners": .list(
        commissioners.map {
          .object(CanonicalObject(["key": NoteText.key($0.key), "name": .string($0.name)]))
        }
      ),
      "expires": .integer(expiresMs), "not_before": .integer(notBeforeMs),
      "policy": .object(
        CanonicalObject([
          "active_from": .integer(policy.activeFromMs), "sha256": NoteText.digest(policy.sha256),
          "version": .integer(UInt64(policy.version)),
        ])
      ),
      "previous": NoteText.digest(previous), "realm": NoteText.digest(realm),
      "thresholds": .object(
        CanonicalObject([
          "membership": .integer(UInt64(thresholds.membership)),
          "policy": .integer(UInt64(thresholds.policy)),
          "root": .integer(UInt64(thresholds.root)),
          "suspend": .integer(UInt64(thresholds.suspend)),
        ])
      ),
      "type": .string(NoteType.register.rawValue), "version": .integer(UInt64(version)),
    ])
  }
}

/// The grammars of this target's own names.
enum NameGrammar {
  /// Whether a text is `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`.
  static func isLabel(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (1...32).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
      bytes.last != UInt8(ascii: "-")
    else { return false }
    return bytes.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

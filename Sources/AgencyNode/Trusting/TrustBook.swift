package import CanonicalBytes
package import LocalContract
package import NodeStore
package import ReferralModel
internal import Synchronization
internal import TransparencyLog
package import Trust

/// What a node knows of the members and of the rules: register, cards, links, policies.
///
/// Readers take a snapshot, a value; a change is applied to a copy, stored, and put in its place.
package final class TrustBook: Sendable {
  /// One consistent view.
  package struct View: Sendable {
    /// Register, cards, links and pins.
    package var directory: PeerDirectory
    /// The desk keys of this agency whose private halves are still held (A8).
    package var heldDeskKeys: Set<Digest32> = []
    /// The policies at hand, by their hash.
    package var policies: [Digest32: Policy]
    /// Which of them count, as of the last look at the clock.
    package var standing: PolicyStanding

    /// The hash of the register in force.
    package var registerHash: Digest32 { directory.registers.newest.sha256 }
    /// The hash of the policy in force.
    package var policyHash: Digest32 { standing.inForce }
    /// The policy in force; `nil` until its file has been imported.
    package var policy: Policy? { policies[policyHash] }

    /// The rules of a policy that a message may name now; `nil` for any other.
    package func allowedPolicy(_ hash: Digest32) -> Policy? {
      standing.allows(hash) ? policies[hash] : nil
    }

    /// Whether this node can say of a policy that its time is over.
    ///
    /// It holds the file, a register has named it, and it has begun. Of any other policy a node can
    /// only say that it does not know it.
    package func hasOutlived(_ hash: Digest32, atMs nowMs: UInt64) -> Bool {
      policies[hash] != nil
        && directory.registers.entries.contains {
          $0.register.policy.sha256 == hash && $0.register.policy.activeFromMs <= nowMs
        }
    }

    /// The policy in force, then the others that a register has named, the newest first: what was
    /// made under an earlier one is read by it.
    package var readingOrder: [Policy] {
      var hashes = [policyHash]
      for entry in directory.registers.entries.reversed()
      where !hashes.contains(entry.register.policy.sha256) {
        hashes.append(entry.register.policy.sha256)
      }
      return hashes.compactMap { policies[$0] }
    }

    mutating func look(atMs nowMs: UInt64) {
      standing = PolicyStanding(
        directory.registers.entries.map(\.register.policy),
        held: policies,
        atMs: nowMs
      )
    }
  }

  private let state: Mutex<View>
  /// Notes are applied, stored and put to use one batch after the other.
  private let turns = Turns()
  private let rights = RightsWatch()
  /// This node's agency.
  package let me: AgencyID

  /// Loads what the store holds: the notes in the order in which they came.
  package init(me: AgencyID, store: NodeStore, nowMs: UInt64) async throws(NodeError) {
    self.me = me
    let held = try await NodeError.wrapping { Set(try store.keyring.deskKeys().map(\.keyID)) }
    state = Mutex(
      try await Self.load(realm: store.identity.realm, heldDeskKeys: held, nowMs: nowMs) {
        try await store.read($0)
      }
    )
  }

  /// What was stored, as read.
  package struct Stored: Sendable {
    let notes: [(text: String, atMs: UInt64)]
    let policies: [(hash: Digest32, body: [UInt8])]
    let successions: [NodeReader.Succession]
  }

  /// Makes a view of what a store holds.
  static func load(
    realm: Digest32,
    heldDeskKeys: Set<Digest32> = [],
    nowMs: UInt64,
    reading: (@escaping @Sendable (NodeReader) throws -> Stored) async throws -> Stored
  ) async throws(NodeError) -> View {
    let loaded = try await NodeError.wrapping {
      try await reading { reader in
        Stored(
          notes: try reader.notesInOrder(),
          policies: try reader.policies(),
          successions: try reader.successions()
        )
      }
    }
    guard let first = loaded.notes.first, let founding = try? SignedNote(parsing: first.text),
      var directory = try? PeerDirectory(founding: founding)
    else { throw NodeError(.registerUnknown, detail: "the founding register is missing") }
    guard directory.realm == realm else {
      throw NodeError(.storageUnreadable, detail: "the register is of another realm")
    }
    for (text, atMs) in loaded.notes.dropFirst() {
      guard let note = try? SignedNote(parsing: text) else { continue }
      _ = directory.apply(note, atMs: atMs)
    }
    var policies: [Digest32: Policy] = [:]
    for (hash, body) in loaded.policies {
      if let policy = try? Policy.parse(body) { policies[hash] = policy }
    }
    for ended in loaded.successions {
      Self.adopt(
        ended.agency,
        oldLog: ended.oldLog,
        size: ended.size,
        root: ended.root,
        in: &directory
      )
    }
    return View(
      directory: directory,
      heldDeskKeys: heldDeskKeys,
      policies: policies,
      standing: PolicyStanding(
        directory.registers.entries.map(\.register.policy),
        held: policies,
        atMs: nowMs
      )
    )
  }

  /// Learns which desk keys are held, after one was made or destroyed.
  func holdDeskKeys(of store: NodeStore) throws {
    let held = Set(try store.keyring.deskKeys().map(\.keyID))
    state.withLock { $0.heldDeskKeys = held }
  }

  /// An agency's next log has begun (R6).
  ///
  /// - Throws: ``NodeError`` where its card does not say so, or says so already.
  func adopt(
    _ agency: AgencyID,
    oldLog: String,
    size: UInt64,
    root: Digest32
  ) throws(NodeError) {
    let adopted = state.withLock {
      Self.adopt(agency.text, oldLog: oldLog, size: size, root: root, in: &$0.directory)
    }
    guard adopted else { throw NodeError(.conflict, detail: "log") }
  }

  @discardableResult
  private static func adopt(
    _ agency: String,
    oldLog: String,
    size: UInt64,
    root: Digest32,
    in directory: inout PeerDirectory
  ) -> Bool {
    // A newer card knows of it by itself.
    guard let id = AgencyID(agency), directory.card(of: id)?.card.logID?.text == oldLog else {
      return false
    }
    return (try? directory.adoptNextLog(of: id, closedSize: size, root: root)) != nil
  }

  /// Looks at the clock: a policy may have begun, or an overlap ended.
  ///
  /// Returns: Whether anything changed.
  @discardableResult
  package func look(atMs nowMs: UInt64) -> Bool {
    defer { rights.settle(view.directory, atMs: nowMs) }
    return state.withLock { view in
      let before = view.standing
      view.look(atMs: nowMs)
      return view.standing != before
    }
  }

  /// Calls when a pin, the register, a suspension or time has taken an agency's right to a
  /// certificate (TLS-010).
  func whenRightsEnd(atMs nowMs: UInt64, _ act: @escaping RightsWatch.Act) {
    rights.watch(act)
    rights.settle(view.directory, atMs: nowMs)
  }

  /// Whether these notes, on top of what is held, name a policy.
  package func names(policy hash: Digest32, with notes: [String], atMs nowMs: UInt64) -> Bool {
    var directory = view.directory
    for text in notes {
      guard let note = try? SignedNote(parsing: text) else { continue }
      _ = directory.apply(note, atMs: nowMs)
    }
    return directory.registers.entries.contains { $0.register.policy.sha256 == hash }
  }

  /// The present view.
  package var view: View { state.withLock { $0 } }

  /// What a note did, with the text to keep when it was applied.
  struct Applied {
    let outcome: Trust.NoteOutcome
    let note: SignedNote
  }

  /// Applies notes to the view and stores those that changed it; events are logged for the register
  /// and for this node's own card and link.
  ///
  /// Nothing is used before its event is logged (REG-015, CRD-007): the notes are tried on a copy, and
  /// where the store refuses them the view stays as it was.
  ///
  /// - Returns: One outcome a note, in order.
  package func apply(
    notes: [String],
    store: NodeStore,
    nowMs: UInt64,
    actor: String? = nil
  ) async throws(NodeError) -> [LocalContract.NoteOutcome] {
    // Texts about logs are for the witness desk.
    let own = notes.filter { WitnessNote($0) == nil }
    guard !own.isEmpty else { return [] }
    return try await NodeError.wrapping {
      try await turns.take {
        try await applyNow(own, store: store, nowMs: nowMs, actor: actor)
      }
    }
  }

  private func applyNow(
    _ notes: [String],
    store: NodeStore,
    nowMs: UInt64,
    actor: String?
  ) async throws -> [LocalContract.NoteOutcome] {
    var tried = view.directory
    var outcomes: [LocalContract.NoteOutcome] = []
    var kept: [(kind: String, owner: String, serial: UInt64, text: String, hash: Digest32)] = []
    var evidence: [(String, String, String)] = []
    for text in notes {
      guard let note = try? SignedNote(parsing: text) else {
        outcomes.append(.init(type: "unknown", result: "refused", code: "malformed"))
        continue
      }
      switch tried.apply(note, atMs: nowMs) {
      case .applied(let change):
        let (kind, owner, serial, hash) = Self.describe(change)
        kept.append((kind, owner, serial, text, hash))
        outcomes.append(
          .init(
            type: kind,
            agency: owner.isEmpty ? nil : owner,
            number: serial,
            result: "applied"
          )
        )
      case .older: outcomes.append(.init(type: Self.type(of: note), result: "older"))
      case .same: outcomes.append(.init(type: Self.type(of: note), result: "same"))
      case .evidence(let found):
        evidence.append(
          (found.type.rawValue, found.held.encoded, found.received.encoded)
        )
        outcomes.append(
          .init(type: Self.type(of: note), result: "evidence", code: "note-conflict")
        )
      case .refused(let failure):
        outcomes.append(
          .init(type: Self.type(of: note), result: "refused", code: failure.rawValue)
        )
      }
    }
    guard !kept.isEmpty || !evidence.isEmpty else { return outcomes }
    let me = me.text
    let (rows, contradictions) = (kept, evidence)
    try await store.change { transaction in
      for row in rows {
        try transaction.keepNote(
          kind: row.kind,
          owner: row.owner,
          serial: row.serial,
          text: row.text,
          atMs: nowMs
        )
        let type: EventType? =
          switch row.kind {
          case "register": .register
          case "card" where row.owner == me: .card
          case "link" where row.owner == me: .link
          default: nil
          }
        if let type {
          try transaction.append(
            type,
            [.digest(.message, row.hash)],
            staff: .init(actor: actor, atMs: nowMs)
          )
        }
      }
      for (kind, first, second) in contradictions {
        try transaction.keepEvidence(kind: kind, first: first, second: second, atMs: nowMs)
      }
    }
    // Applied again rather than put in place: a log may have been adopted meanwhile.
    state.withLock { view in
      for row in rows {
        guard let note = try? SignedNote(parsing: row.text) else { continue }
        _ = view.directory.apply(note, atMs: nowMs)
      }
      view.look(atMs: nowMs)
    }
    rights.settle(view.directory, atMs: nowMs)
    return outcomes
  }

  /// Takes in a policy file that a register names.
  package func add(
    policy body: [UInt8],
    hash: Digest32,
    store: NodeStore,
    nowMs: UInt64
  ) async throws(NodeError) {
    let policy: Policy
    do { policy = try Policy.parse(body) } catch {
      throw NodeError(.policy, detail: String(describing: error))
    }
    state.withLock { view in
      view.policies[hash] = policy
      view.look(atMs: nowMs)
    }
    try await NodeError.wrapping {
      try await store.change { transaction in
        try transaction.keepPolicy(hash, body)
        try transaction.append(.policy, [.digest(.message, hash)], staff: .init(atMs: nowMs))
      }
    }
  }

  /// The log that follows an agency's, adopted after its `succeed` event has been seen.
  private static func describe(
    _ change: NoteChange
  ) -> (kind: String, owner: String, serial: UInt64, hash: Digest32) {
    switch change {
    case .register(let version, let hash, _): ("register", "", UInt64(version), hash)
    case .suspension(let agency, let hash): ("suspension", agency.text, 0, hash)
    case .card(let agency, let serial, let hash): ("card", agency.text, serial, hash)
    case .link(let agency, let serial, let hash): ("link", agency.text, serial, hash)
    }
  }

  private static func type(of note: SignedNote) -> String {
    for type in ["register", "suspension", "card", "link"]
    where note.text.contains("\"type\":\"amonat/v1/\(type)\"") {
      return type
    }
    return "unknown"
  }
}

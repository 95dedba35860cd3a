package import CanonicalBytes
internal import LocalContract
package import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Makes the state of a new node from the founding register: the one thing a person must compare.
package enum NodeFounding {
  /// Creates the state folder.
  ///
  /// Parameters:
  /// `folder`: Where; must not hold a node yet.
  /// `agency`: The agency's id; must stand in the newest register.
  /// `registers`: Register notes from version 1 upwards.
  /// `policy`: The policy file that the newest register names.
  /// `nowMs`: Unix ms.
  /// Returns: The realm.
  package static func create(
    _ folder: StateFolder,
    agency: String,
    registers: [String],
    policy: [UInt8],
    nowMs: UInt64
  ) async throws(NodeError) -> Digest32 {
    guard let me = AgencyID(agency) else { throw NodeError(.agencyUnknown, detail: agency) }
    return try await NodeError.wrapping {
      guard let first = registers.first else { throw NodeError(.registerUnknown) }
      var directory = try PeerDirectory(founding: try SignedNote(parsing: first))
      for text in registers.dropFirst() {
        if case .refused(let failure) = directory.apply(
          try SignedNote(parsing: text),
          atMs: nowMs
        ) {
          throw NodeError(.registerUnknown, detail: failure.rawValue)
        }
      }
      guard directory.agency(me) != nil else {
        throw NodeError(.agencyUnknown, detail: "\(agency) is not in the register")
      }
      let hash = Hash256.of(policy)
      guard hash == directory.policy.sha256 else {
        throw NodeError(
          .policyUnknown,
          detail: "the file is not the policy that the register names"
        )
      }
      do { _ = try Policy.parse(policy) } catch {
        throw NodeError(.policy, detail: String(describing: error))
      }
      try NodeStore.create(folder, agency: agency, realm: directory.realm)
      let store = try NodeStore(opening: folder)
      let notes = directory.registers.entries.map {
        (text: $0.note.encoded, version: $0.register.version, hash: $0.sha256)
      }
      try await store.change { transaction in
        for note in notes {
          try transaction.keepNote(
            kind: "register",
            owner: "",
            serial: UInt64(note.version),
            text: note.text,
            atMs: nowMs
          )
          try transaction.append(
            .register,
            [.digest(.message, note.hash)],
            staff: .init(atMs: nowMs)
          )
        }
        try transaction.keepPolicy(hash, policy)
        try transaction.append(.policy, [.digest(.message, hash)], staff: .init(atMs: nowMs))
      }
      return directory.realm
    }
  }
}

internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Users, desks and sessions.
package struct AccessService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Life of a desk key epoch, in ms: 90 days.
  package static let epochMs: UInt64 = 90 * 86_400_000
  /// Epochs made at once: this one and the two that follow.
  package static let epochs = 3

  /// Adds a user: a key pair whose private half stands under the passphrase.
  package func addUser(_ request: UserAdd) async throws(NodeError) -> UserAdded {
    guard UserName(request.name) != nil else {
      throw NodeError(.malformed, detail: "name: lower-case letters, digits, dots and dashes")
    }
    guard request.passphrase.unicodeScalars.count >= LocalLimits.passphraseScalars else {
      throw NodeError(
        .passphraseWeak,
        detail: "at least \(LocalLimits.passphraseScalars) characters"
      )
    }
    let roles = try known(request.roles)
    let node = node
    return try await NodeError.wrapping {
      guard try node.store.keyring.user(request.name) == nil else { throw NodeError(.userExists) }
      let key = UserKey.generate()
      let salt = Randomness.bytes(Passphrase.saltBytes)
      let cost = node.settings.passphraseCost
      let wrapping = try Passphrase.key(
        SecretBytes(Array(request.passphrase.utf8)),
        salt: salt,
        cost: cost
      )
      let name = Array("amonat/v1/user/\(request.name)".utf8)
      let box = unsafe key.withSecret { unsafe KeyBox.seal($0, key: wrapping, name: name) }
      try node.store.keyring.addUser(
        .init(
          name: request.name,
          publicBytes: key.publicBytes,
          cost: cost,
          salt: salt,
          box: box
        )
      )
      try await node.store.change { try $0.setMeta(Self.rolesKey(request.name), roles) }
      return UserAdded(name: request.name)
    }
  }

  /// Says what a person does here from now on.
  package func setRoles(_ request: UserRoles) async throws(NodeError) -> UserRoles {
    let roles = try known(request.roles)
    let node = node
    return try await NodeError.wrapping {
      guard try node.store.keyring.user(request.name) != nil else {
        throw NodeError(.userUnknown, detail: request.name)
      }
      try await node.store.change { try $0.setMeta(Self.rolesKey(request.name), roles) }
      return request
    }
  }

  /// What a person does here, as codes of the policy.
  static func roles(of user: String, _ node: Node) async throws -> [Code] {
    let text = try await node.store.read { try $0.meta(rolesKey(user)) } ?? ""
    return text.split(separator: " ").compactMap { Code(String($0)) }
  }

  private static func rolesKey(_ user: String) -> String { "roles/\(user)" }

  /// Roles that the policy gives to persons, sorted, with blanks between.
  private func known(_ roles: [String]) throws(NodeError) -> String {
    let codes = roles.compactMap { Code($0) }
    let listed = node.trust.view.policy?.roles.filter { $0.bearer == .person }.map(\.code) ?? []
    guard codes.count == roles.count, codes.allSatisfy(listed.contains) else {
      throw NodeError(.policy, detail: "roles")
    }
    return Set(codes).sorted().map(\.text).joined(separator: " ")
  }

  /// Adds a desk with the keys of three epochs, sealed to its holders and, if asked, to paper.
  package func addDesk(_ request: DeskAdd) async throws(NodeError) -> DeskAdded {
    guard let desk = DeskName(request.name) else {
      throw NodeError(.malformed, detail: "name: lower-case letters, digits and dashes")
    }
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let groups = request.groups.compactMap { FieldGroup($0) }.sorted()
    guard groups.count == request.groups.count, !groups.isEmpty,
      groups.allSatisfy({ policy.form($0) != nil })
    else { throw NodeError(.policy, detail: "groups") }
    let holders = Array(Set(request.holders)).sorted()
    guard holders.count + (request.paper ? 1 : 0) >= 2 else {
      throw NodeError(
        .secondHolderMissing,
        detail: "name two holders, or one and ask for a paper key"
      )
    }
    let node = node
    return try await NodeError.wrapping {
      let keyring = node.store.keyring
      guard try !keyring.deskKeys().contains(where: { $0.desk == desk.text }) else {
        throw NodeError(.conflict, detail: "the desk exists")
      }
      var sealTo: [DeskEpochs.Holder] = []
      for holder in holders {
        guard let user = try keyring.user(holder) else {
          throw NodeError(.userUnknown, detail: holder)
        }
        sealTo.append((holder, user.publicBytes))
      }
      var paperText: String?
      if request.paper {
        let paper = UserKey.generate()
        paperText = unsafe paper.withSecret { unsafe Hex.encode([UInt8]($0)) }
        sealTo.append(("paper.\(desk.text)", paper.publicBytes))
        try await DeskEpochs.keepPaper(desk.text, paper.publicBytes, store: node.store)
      }
      var keyIDs: [Digest32] = []
      let nowMs = node.clock.nowMs()
      for epoch in 0..<UInt64(Self.epochs) {
        keyIDs.append(
          try DeskEpochs.make(
            desk,
            from: nowMs + epoch * Self.epochMs,
            holders: sealTo,
            node: node
          )
        )
      }
      try await DeskEpochs(node: node).created(keyIDs, actor: nil, nowMs: nowMs)
      let groupText = groups.map(\.text).joined(separator: " ")
      try await node.store.change { try $0.setMeta("desk/\(desk.text)", groupText) }
      return DeskAdded(desk: desk.text, keyIDs: keyIDs.map(\.hex), paperKey: paperText)
    }
  }

  /// Unlocks the desks of a user.
  ///
  /// The passphrase is tried off the actors: it takes its time.
  @concurrent
  package func unlock(_ request: Unlock) async throws(NodeError) -> Session {
    let node = node
    let nowMs = node.clock.nowMs()
    return try await NodeError.wrapping {
      guard let user = try node.store.keyring.user(request.user) else {
        // The same work for a name that does not exist, so that names cannot be tried out.
        _ = try? Passphrase.key(
          SecretBytes(Array(request.passphrase.utf8)),
          salt: Randomness.bytes(Passphrase.saltBytes),
          cost: node.settings.passphraseCost
        )
        throw NodeError(.passphraseWrong)
      }
      let wrapping = try Passphrase.key(
        SecretBytes(Array(request.passphrase.utf8)),
        salt: user.salt,
        cost: user.cost
      )
      let name = Array("amonat/v1/user/\(request.user)".utf8)
      guard let opened = try? KeyBox.open(user.box, key: wrapping, name: name) else {
        node.metrics.add(.unlocksFailed)
        try await node.store.change {
          _ = try $0.append(
            .unlock,
            [.string(.outcome, "refused")],
            staff: .init(actor: request.user, atMs: nowMs)
          )
        }
        throw NodeError(.passphraseWrong)
      }
      var bytes = opened.copyBytes()
      let key = UserKey(secret: GuardedSecret(consuming: &bytes))
      var desks: [UnlockedDesk] = []
      for held in try node.store.keyring.sealedDeskKeys(of: request.user) {
        let seed = try key.open(held.sealed)
        desks.append(
          UnlockedDesk(
            desk: held.key.desk,
            keyID: held.key.keyID,
            key: try KeyWrap.PrivateKey(seed: seed)
          )
        )
      }
      let presence = SessionVault.Presence(user: request.user, desks: desks)
      try await node.store.change {
        _ = try $0.append(
          .unlock,
          [.string(.outcome, "unlocked")],
          staff: .init(actor: request.user, atMs: nowMs)
        )
      }
      node.metrics.add(.unlocks)
      let token = try await node.sessions.open(presence)
      return Session(
        token: token,
        user: request.user,
        desks: presence.deskNames,
        expiresInSeconds: SessionVault.idleSeconds
      )
    }
  }
}

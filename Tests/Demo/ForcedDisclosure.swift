internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import NodeStore
internal import ReferralModel
internal import TestSupport
internal import Trust

/// A sender whose software was changed: it puts a message into its queue that no consent covers.
///
/// The node is stopped, the message is queued behind its back, and the node, started again, sends it
/// as it sends everything. Only the recipient can refuse now.
struct ForcedDisclosure {
  let sender: HarnessNode
  let grant: UInt64
  let recipient: String

  /// Sends it.
  ///
  /// - Returns: the recipient's code.
  func send() async throws -> String {
    sender.stop()
    let message = try await queueBehindItsBack()
    try await sender.start()
    for _ in 0..<150 {
      let known = try await outcome(of: message)
      if let known { return known }
      try await Task.sleep(for: .milliseconds(100))
    }
    return "no answer"
  }

  private func queueBehindItsBack() async throws -> Digest32 {
    let folder = StateFolder(sender.state)
    let node = try await Node(
      folder: folder,
      settings: NodeSettings(socketPath: sender.socket)
    )
    let (index, recipient) = (grant, recipient)
    guard let me = AgencyID(sender.spec.id), let peer = AgencyID(recipient),
      let group = FieldGroup("identity"),
      let held = try await node.store.read({ try $0.grants([index]) }).first
    else { throw Programs.Failure("the grant is not there") }
    let now = NodeClock.system.nowMs()
    let offer = try node.trust.view.directory.sealing(to: peer, atMs: now)
    guard let key = offer.keys.first(where: { $0.groups.contains(group) }) else {
      throw Programs.Failure("no desk for it")
    }
    let sealed = try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: node.store.identity.realm,
        sender: me,
        recipient: peer,
        parts: [.init(group: group, content: Array(#"{"name":"Somebody"}"#.utf8))],
        desks: [.init(keyID: key.keyID, publicKey: key.publicKey, groups: [group])]
      )
    )
    let offered = try await node.store.read { reader in
      try reader.referrals(isSender: true, state: nil, after: nil, limit: 200).lines
        .first { $0.grantIndex == index }
    }
    try await node.store.change { transaction in
      // The purpose is another one than she agreed to.
      _ = try transaction.queue(
        OutboundDraft(
          peer: recipient,
          kind: "supplement",
          message: sealed.id,
          envelope: sealed.bytes,
          groups: [group.text],
          purpose: "criminal-justice",
          basis: "consent",
          grant: .init(index: held.index, log: held.log, untilMs: held.untilMs),
          ref: offered?.offer,
          expiresMs: now + 86_400_000,
          atMs: now
        ),
        referral: nil
      )
    }
    return sealed.id
  }

  private func outcome(of message: Digest32) async throws -> String? {
    // Read from the file beside the running node.
    let reader = try NodeStore.outcome(of: message, in: StateFolder(sender.state))
    return reader
  }
}

internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import WireSchema

/// What the parsers of wire messages owe.
enum WireLaws {
  private static let me = known(AgencyID("shelter.example"))
  private static let peer = known(AgencyID("ministry.example"))
  private static let origin = known(LogID("ministry.example/amonat/log/1"))

  /// A courier key derived from a public number: no secret.
  private static let courier = Holder()

  private final class Holder: Sendable {
    let key: KeyWrap.PrivateKey

    init() {
      var seed = [UInt8](repeating: 7, count: 32)
      guard let key = try? KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed)) else {
        preconditionFailure("every 32-byte seed is a key")
      }
      self.key = key
    }
  }

  private static func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a law names what exists") }
    return value
  }

  static func exchange(_ input: [UInt8], role: ExchangeParts.Role) {
    guard let parts = try? ExchangeParts(decoding: input, role: role) else { return }
    precondition(WireExchange(canonical: input) != nil, "what is read is canonical")
    let isWhole =
      parts.delivery?.items.allSatisfy { $0.event != nil } ?? true
      && parts.receipt?.events.allSatisfy { $0 != nil } ?? true
    if isWhole { precondition(parts.encoded == input, "one exchange has one encoding") }
    judge(parts)
  }

  /// Steps 8 to 11, and the checks of a receipt, under a checkpoint that fits nothing.
  private static func judge(_ parts: ExchangeParts) {
    let size = (try? Checkpoint.claimed(note: parts.delivery?.checkpoint ?? ""))?.size ?? 8
    let check = StatelessCheck(
      me: me,
      peer: peer,
      realm: .zero,
      origin: origin,
      size: size,
      root: .zero
    )
    for item in parts.delivery?.items ?? [] {
      // No root is zero, so nothing is ever found in that tree.
      precondition((try? check.check(item)) == nil, "nothing stands in a tree without leaves")
      _ = CheckedEnvelope.claimedID(item.envelope)
    }
    guard let receipt = parts.receipt else { return }
    let results = ReceiptCheck(me: peer, realm: .zero, origin: origin, size: size, root: .zero)
      .check(receipt) { _ in true }
    precondition(results.count == receipt.events.count, "each event has its result")
  }

  static func envelope(_ input: [UInt8]) {
    let claimed = CheckedEnvelope.claimedID(input)
    guard let envelope = try? CheckedEnvelope(stored: input) else { return }
    precondition(envelope.bytes == input && envelope.id == claimed, "an envelope keeps its bytes")
    precondition(envelope.rows.isEmpty == envelope.stanzas.isEmpty, "content has a desk")
    for stanza in envelope.stanzas {
      let opened = try? EnvelopeOpener.open(
        envelope,
        keyID: stanza.keyID,
        deskKey: courier.key
      )
      precondition(opened == nil, "nobody seals to this key")
    }
  }

  static func parcel(_ input: [UInt8]) {
    let keyID = try? ParcelSeal.keyID(of: input)
    let opened = try? ParcelSeal.open(
      input,
      realm: .zero,
      recipient: me,
      courierKey: courier.key,
      senders: [peer]
    )
    precondition(opened == nil || keyID != nil, "what opens has a key")
  }
}

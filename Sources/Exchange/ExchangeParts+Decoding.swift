internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import TransparencyLog
internal import WireSchema

extension ExchangeParts {
  /// Reads an exchange off the wire: every limit of step 1 first, then the canonical form.
  ///
  /// An opening that cannot be one spoils its own item or event, not the rest (EXC-008).
  ///
  /// - Parameters:
  ///   - bytes: Untrusted.
  ///   - role: Which side wrote it.
  /// - Throws: ``ExchangeCode/tooLarge`` or ``ExchangeCode/malformed``.
  package init(decoding bytes: [UInt8], role: Role) throws(ExchangeCode) {
    try WireScan.checkLimits(bytes)
    guard let wire = WireExchange(canonical: bytes) else { throw .malformed }
    self.init()
    if wire.hasDelivery { delivery = try Self.delivery(wire.delivery) }
    if wire.hasReceipt { receipt = try Self.receipt(wire.receipt) }
    notes = wire.note
    guard !notes.contains(where: \.isEmpty) else { throw .malformed }
    guard wire.waitSeconds <= ExchangeLimits.waitSeconds else { throw .malformed }
    waitSeconds = wire.waitSeconds
    for refusal in wire.refused {
      guard let message = Digest32(field: refusal.message), Code(refusal.code) != nil else {
        throw .malformed
      }
      refused.append(RefusalPart(message: message, received: refusal.code))
    }
    guard wire.code.isEmpty || Code(wire.code) != nil else { throw .malformed }
    if role == .request { guard wire.code.isEmpty else { throw .malformed } }
    code = wire.code
    held = try Self.number(wire.held)
  }

  private static func delivery(_ wire: WireDelivery) throws(ExchangeCode) -> DeliveryPart {
    guard !wire.checkpoint.isEmpty else { throw .malformed }
    let items = wire.item.map { item -> ItemPart in
      let envelope = [UInt8](item.envelope)
      guard item.hasEvent, let event = EventOpening(item.event) else {
        return ItemPart(broken: envelope)
      }
      guard item.hasGrant else { return ItemPart(envelope: envelope, event: event, grant: nil) }
      guard let grant = EventOpening(item.grant) else { return ItemPart(broken: envelope) }
      return ItemPart(envelope: envelope, event: event, grant: grant)
    }
    return DeliveryPart(
      items: items,
      checkpoint: wire.checkpoint,
      from: try number(wire.from),
      proof: try proof(wire.proof),
      settled: wire.settled,
      settledProof: try proof(wire.settledProof)
    )
  }

  private static func receipt(_ wire: WireReceipt) throws(ExchangeCode) -> ReceiptPart {
    guard !wire.checkpoint.isEmpty else { throw .malformed }
    return ReceiptPart(
      events: wire.event.map { EventOpening($0) },
      checkpoint: wire.checkpoint,
      from: try number(wire.from),
      proof: try proof(wire.proof),
      cosignature: wire.cosignature
    )
  }

  private static func proof(_ field: Data) throws(ExchangeCode) -> [UInt8] {
    guard field.count.isMultiple(of: Digest32.byteCount) else { throw .malformed }
    return [UInt8](field)
  }

  private static func number(_ value: UInt64) throws(ExchangeCode) -> UInt64 {
    guard value <= CanonicalJSON.integerLimit else { throw .malformed }
    return value
  }
}

extension EventOpening {
  fileprivate init?(_ wire: WireOpening) {
    guard !wire.e.isEmpty, wire.e.count <= CanonicalJSON.eventLimitBytes,
      let salt = Digest32(field: wire.salt), let staff = Digest32(field: wire.staff),
      let personal = Digest32(field: wire.personal),
      let path = MerkleProof.path(flat: [UInt8](wire.path))
    else { return nil }
    self.init(
      event: [UInt8](wire.e),
      salt: salt,
      staff: staff,
      personal: personal,
      path: path,
      closedCheckpoint: wire.closedCheckpoint.isEmpty ? nil : wire.closedCheckpoint
    )
  }
}

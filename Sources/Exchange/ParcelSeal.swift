package import CanonicalBytes
internal import Foundation
package import ReferralModel
package import Sealing
internal import WireSchema

/// Why a parcel did not open; the text is the registered code.
package enum ParcelCode: String, Error, Sendable, CaseIterable {
  /// More bytes than a parcel has.
  case tooLarge = "too-large"
  /// Not a canonical parcel, or an exchange without a delivery and without a receipt.
  case malformed
  /// Sealed to a courier key that is no longer held.
  case courierKeyGone = "courier-key-gone"
  /// Changed, cut, or from no member of the register.
  case sealBroken = "seal-broken"
}

/// An exchange that travels without a connection: sealed for the recipient's node.
///
/// Who finds it learns the recipient's key, a padded size and a time.
/// Source: `Protocol/spec/10-parcels.md`.
package enum ParcelSeal {
  /// Largest parcel, in bytes.
  package static let limitBytes = 10 << 20

  /// A parcel that opened.
  package struct Opened: Sendable {
    /// The agency it claims to come from; the checkpoint inside must be its log's (PCL-006).
    package let sender: AgencyID
    /// What it carried.
    package let exchange: ExchangeParts
  }

  /// Seals an exchange.
  ///
  /// - Parameters:
  ///   - exchange: What to carry.
  ///   - realm: The realm.
  ///   - sender: This agency.
  ///   - recipient: The agency it is for.
  ///   - courierKey: The courier key of the recipient's newest card.
  /// - Returns: The bytes of the parcel.
  /// - Throws: ``ExchangeFailure/tooLarge`` or ``ExchangeFailure/key``.
  package static func seal(
    _ exchange: ExchangeParts,
    realm: Digest32,
    sender: AgencyID,
    recipient: AgencyID,
    courierKey: KeyWrap.PublicKey
  ) throws(ExchangeFailure) -> [UInt8] {
    let content = exchange.encoded
    guard content.count <= ExchangeLimits.bodyBytes else { throw .tooLarge }
    let keyID = DeskKeyID.courier(agency: recipient, publicKey: courierKey.bytes)
    let contentKey = SecretBytes.random(count: Digest32.byteCount)
    let info = Self.info(realm: realm, sender: sender, recipient: recipient, keyID: keyID)
    let wrapped: KeyWrap.Wrapped
    do { wrapped = try courierKey.wrap(contentKey, info: info) } catch { throw .key }
    let streamKey = unsafe contentKey.withBytes { unsafe Digest32(reading: $0) }
    let sealed = PaddedStream.seal(
      content,
      key: streamKey,
      associated: associated(keyID, wrapped.encapsulated)
    )
    var out = WireWriter(reserving: sealed.count + 1_300)
    out.digest(1, keyID)
    out.data(2, wrapped.encapsulated)
    out.data(3, wrapped.sealed)
    out.data(4, sealed)
    return out.bytes
  }

  /// The courier key that a parcel is sealed to, so that the node can look for it.
  ///
  /// - Throws: ``ParcelCode/tooLarge`` or ``ParcelCode/malformed``.
  package static func keyID(of parcel: [UInt8]) throws(ParcelCode) -> Digest32 {
    try parse(parcel).keyID
  }

  /// Opens a parcel.
  ///
  /// - Parameters:
  ///   - parcel: The bytes, untrusted.
  ///   - realm: This node's realm.
  ///   - recipient: This node's agency.
  ///   - courierKey: This node's courier key.
  ///   - senders: The agencies of the register, active ones first.
  /// - Returns: The exchange, and which of them sealed it.
  /// - Throws: ``ParcelCode`` of the first failure.
  package static func open(
    _ parcel: [UInt8],
    realm: Digest32,
    recipient: AgencyID,
    courierKey: borrowing KeyWrap.PrivateKey,
    senders: [AgencyID]
  ) throws(ParcelCode) -> Opened {
    let (keyID, wrapped, sealed) = try parse(parcel)
    guard keyID == DeskKeyID.courier(agency: recipient, publicKey: courierKey.publicBytes) else {
      throw .courierKeyGone
    }
    for sender in senders {
      let info = Self.info(realm: realm, sender: sender, recipient: recipient, keyID: keyID)
      guard
        let contentKey = try? courierKey.unwrap(
          wrapped,
          info: info,
          secretBytes: Digest32.byteCount
        )
      else { continue }
      let streamKey = unsafe contentKey.withBytes { unsafe Digest32(reading: $0) }
      guard
        let content = try? PaddedStream.open(
          sealed,
          key: streamKey,
          associated: associated(keyID, wrapped.encapsulated)
        )
      else { throw .sealBroken }
      let exchange: ExchangeParts
      do {
        exchange = try ExchangeParts(decoding: content.copyBytes(), role: .request)
      } catch {
        throw error == .tooLarge ? .tooLarge : .malformed
      }
      guard exchange.delivery != nil || exchange.receipt != nil else { throw .malformed }
      return Opened(sender: sender, exchange: exchange)
    }
    throw .sealBroken
  }

  private static func parse(
    _ parcel: [UInt8]
  ) throws(ParcelCode) -> (keyID: Digest32, wrapped: KeyWrap.Wrapped, sealed: [UInt8]) {
    guard parcel.count <= limitBytes else { throw .tooLarge }
    guard let wire = WireParcel(canonical: parcel), let keyID = Digest32(field: wire.keyID),
      wire.enc.count == KeyWrap.encapsulatedBytes,
      wire.wrapped.count == Digest32.byteCount + 16,
      Padding.paddedSize(ciphertextBytes: wire.sealed.count) != nil
    else { throw .malformed }
    let wrapped = KeyWrap.Wrapped(encapsulated: [UInt8](wire.enc), sealed: [UInt8](wire.wrapped))
    return (keyID, wrapped, [UInt8](wire.sealed))
  }

  private static func info(
    realm: Digest32,
    sender: AgencyID,
    recipient: AgencyID,
    keyID: Digest32
  ) -> [UInt8] {
    var pae = PAE("amonat/v1/parcel", parts: 4, reserving: 192)
    pae.add(realm)
    pae.add(sender.text)
    pae.add(recipient.text)
    pae.add(keyID)
    return pae.bytes
  }

  private static func associated(_ keyID: Digest32, _ encapsulated: [UInt8]) -> [UInt8] {
    var pae = PAE("amonat/v1/parcel-body", parts: 2, reserving: 1_200)
    pae.add(keyID)
    pae.add(encapsulated)
    return pae.bytes
  }
}

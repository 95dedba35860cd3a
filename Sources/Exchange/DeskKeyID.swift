package import CanonicalBytes
package import ReferralModel
internal import Sealing

/// How the keys that envelopes and parcels are sealed to are named.
///
/// Source: `Protocol/spec/03-envelope.md`, `Protocol/spec/10-parcels.md`.
package enum DeskKeyID {
  /// `SHA-256(PAE("amonat/v1/desk-key", agency, desk, public key))`.
  package static func of(agency: AgencyID, desk: DeskName, publicKey: [UInt8]) -> Digest32 {
    KeyWrap.deskKeyID(agency: agency.text, desk: desk.text, publicKey: publicKey)
  }

  /// `SHA-256(PAE("amonat/v1/courier-key", agency, public key))`.
  package static func courier(agency: AgencyID, publicKey: [UInt8]) -> Digest32 {
    var pae = PAE("amonat/v1/courier-key", parts: 2, reserving: publicKey.count + 64)
    pae.add(agency.text)
    pae.add(publicKey)
    return Hash256.of(pae.bytes)
  }
}

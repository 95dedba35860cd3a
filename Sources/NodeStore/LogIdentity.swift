package import CanonicalBytes

/// Whose log this is: what every event of it repeats.
package struct LogIdentity: Sendable {
  /// The agency id.
  package let agency: String
  /// The log's number, from 1.
  package let number: UInt64
  /// SHA-256 of register version 1.
  package let realm: Digest32
  /// `<agency>/amonat/log/<n>`.
  package let log: String
  /// The realm in lower hex, as events carry it.
  package let realmHex: String

  /// Names a log.
  package init(agency: String, number: UInt64, realm: Digest32) {
    self.agency = agency
    self.number = number
    self.realm = realm
    log = "\(agency)/amonat/log/\(number)"
    realmHex = realm.hex
  }

  /// The witness of the same node and number.
  package var witness: String { "\(agency)/amonat/witness/\(number)" }
}

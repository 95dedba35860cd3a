package import CanonicalBytes
package import ReferralModel

/// What a bundle says of itself in its second line.
package struct BundleHead: Sendable, Equatable {
  /// Whose log it is.
  package let agency: AgencyID
  /// Which log.
  package let log: LogID
  /// When the bundle was made, in Unix ms, by the agency's word.
  package let madeMs: UInt64
  /// The register's version 1.
  package let realm: Digest32
  /// The root over ``size`` leaves.
  package let root: Digest32
  /// Number of leaves.
  package let size: UInt64

  /// Puts a head together.
  package init(log: LogID, madeMs: UInt64, realm: Digest32, root: Digest32, size: UInt64) {
    self.agency = log.agency
    self.log = log
    self.madeMs = madeMs
    self.realm = realm
    self.root = root
    self.size = size
  }

  /// Why a head was refused.
  package enum Failure: Error, Equatable {
    /// Not the canonical text with exactly the keys of a head.
    case malformed
    /// `from` is not 0: a form that this version does not read (AUD-006).
    case unsupported
  }

  /// Reads a head.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    guard bytes.count <= BundleLimits.eventBytes,
      let object = try? CanonicalJSON.parse(bytes, profile: .event),
      object.members.map(\.key) == ["agency", "from", "log", "made", "realm", "root", "size"],
      let from = object["from"]?.integer, let made = object["made"]?.integer,
      let agency = object["agency"]?.string, let log = (object["log"]?.string).flatMap(LogID.init),
      log.agency.text == agency, let size = object["size"]?.integer,
      let realm = (object["realm"]?.string).flatMap(Digest32.init(hex:)),
      let root = (object["root"]?.string).flatMap(Digest32.init(hex:))
    else { throw .malformed }
    guard from == 0 else { throw .unsupported }
    self.init(log: log, madeMs: made, realm: realm, root: root, size: size)
  }

  /// The canonical text.
  package var encoded: [UInt8] {
    CanonicalObject([
      "agency": .string(agency.text), "from": .integer(0), "log": .string(log.text),
      "made": .integer(madeMs), "realm": .string(realm.hex), "root": .string(root.hex),
      "size": .integer(size),
    ]).encoded
  }
}

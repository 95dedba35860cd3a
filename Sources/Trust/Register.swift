public import CanonicalBytes
public import ReferralModel
public import Sealing

/// The list of members, commissioners, thresholds and the policy in force.
///
/// Source: PROTOCOL §6, R1. A value may be edited freely; ``text()`` checks it whole.
public struct Register: Sendable, Equatable {
  /// One holder of a commission key.
  public struct Commissioner: Sendable, Equatable {
    /// A label, as in agency ids.
    public var name: String
    /// The key.
    public var key: VerifyingKey

    /// Names a key holder.
    public init(name: String, key: VerifyingKey) { (self.name, self.key) = (name, key) }

    /// The name on this commissioner's signature lines (BYT-012).
    public var signerName: String { "commission/\(name)" }
  }

  /// How many distinct commissioners each change needs; `root` is the highest.
  public struct Thresholds: Sendable, Equatable {
    /// A change of the members.
    public var membership: UInt32
    /// A change of the policy.
    public var policy: UInt32
    /// Everything else.
    public var root: UInt32
    /// A suspension.
    public var suspend: UInt32

    /// Takes the four counts.
    public init(membership: UInt32, policy: UInt32, root: UInt32, suspend: UInt32) {
      (self.membership, self.policy) = (membership, policy)
      (self.root, self.suspend) = (root, suspend)
    }
  }

  /// Which policy is in force.
  public struct PolicyReference: Sendable, Equatable {
    /// From when on, Unix ms.
    public var activeFromMs: UInt64
    /// SHA-256 of the policy file's bytes.
    public var sha256: Digest32
    /// Its version, from 1.
    public var version: UInt32

    /// Names a policy.
    public init(activeFromMs: UInt64, sha256: Digest32, version: UInt32) {
      (self.activeFromMs, self.sha256, self.version) = (activeFromMs, sha256, version)
    }
  }

  /// Most commissioners: as many as a note has lines.
  public static let commissionerLimit = 64
  /// Most members.
  public static let agencyLimit = 1_024

  /// The members for ever, ascending by id.
  public var agencies: [Agency]
  /// The key holders, ascending by name.
  public var commissioners: [Commissioner]
  /// After this, Unix ms, every node warns; nothing stops (R9).
  public var expiresMs: UInt64
  /// From when on it is meant to hold, Unix ms; information for people.
  public var notBeforeMs: UInt64
  /// The policy in force.
  public var policy: PolicyReference
  /// SHA-256 of the previous version's text; `nil` in version 1.
  public var previous: Digest32?
  /// SHA-256 of version 1's text; `nil` in version 1 itself.
  public var realm: Digest32?
  /// How many commissioners each change needs.
  public var thresholds: Thresholds
  /// 1, and one more each time.
  public var version: UInt32

  /// Describes version 1, or any other; use ``successor(previousText:realm:)`` for the next.
  public init(
    agencies: [Agency],
    commissioners: [Commissioner],
    thresholds: Thresholds,
    policy: PolicyReference,
    notBeforeMs: UInt64,
    expiresMs: UInt64,
    version: UInt32 = 1,
    previous: Digest32? = nil,
    realm: Digest32? = nil
  ) {
    (self.agencies, self.commissioners, self.thresholds) = (agencies, commissioners, thresholds)
    (self.policy, self.notBeforeMs, self.expiresMs) = (policy, notBeforeMs, expiresMs)
    (self.version, self.previous, self.realm) = (version, previous, realm)
  }

  /// Reads the text of a note.

  ///

  /// - Throws: ``TrustFailure``.
  public init(text: [UInt8]) throws(TrustFailure) {
    try self.init(object: try NoteFields.object(text, type: .register))
  }

  /// The exact text to sign, checked by reading it back.

  ///

  /// - Throws: ``TrustFailure``.
  public func text() throws(TrustFailure) -> [UInt8] {
    let text = NoteText.of(object)
    _ = try Register(text: text)
    return text
  }

  /// The entry of a member.
  public func agency(_ id: AgencyID) -> Agency? {
    // Ascending by id, so halving finds it.
    var (low, high) = (0, agencies.count)
    while low < high {
      let middle = (low + high) / 2
      if agencies[middle].id < id { low = middle + 1 } else { high = middle }
    }
    guard low < agencies.count, agencies[low].id == id else { return nil }
    return agencies[low]
  }

  /// The same register as the next version's draft, to be edited.
  public func successor(previousText: [UInt8], realm: Digest32) -> Register {
    var next = self
    let (version, overflow) = version.addingReportingOverflow(1)
    next.version = overflow ? version &- 1 : version
    next.previous = Hash256.of(previousText)
    next.realm = realm
    return next
  }

  /// How old the register is against its expiry; warnings only (R9).
  public enum Age: Sendable, Equatable {
    /// Nothing to say.
    case current
    /// Expires within 30 days, or has expired within the last 30.
    case warning
    /// Expired more than 30 days ago; members that know each other go on.
    case stale
  }

  /// The age at a time, Unix ms.
  public func age(atMs timeMs: UInt64) -> Age {
    if timeMs > expiresMs {
      return timeMs - expiresMs > TrustLimits.registerWarningMs ? .stale : .warning
    }
    return expiresMs - timeMs <= TrustLimits.registerWarningMs ? .warning : .current
  }
}

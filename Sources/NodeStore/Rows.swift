package import CanonicalBytes
internal import Foundation
internal import GRDB

/// A grant of this node.
package struct OwnGrant: Sendable {
  package let index: UInt64
  package let log: String
  package let caseName: String
  /// The row of the personal key, 16 bytes.
  package let person: [UInt8]
  package let peer: String
  package let purpose: String
  package let basis: String
  package let groups: [String]
  package let policyHex: String
  package let onward: Bool
  package let untilMs: UInt64
  package let offered: Bool
  package let stopped: Bool
  /// Groups that were taken back one by one.
  package let cut: [String]
  package let withdrawIndex: UInt64?
  package let atMs: UInt64
  /// The time within which its leg leaves, in ms; above 0 where other recipients may compare.
  package let legWindowMs: UInt64
  /// When its leg was handed over, Unix ms.
  package let referredMs: UInt64?
  /// The index of the GRANT that its recipient knows, once a message under it has left.
  package let shownIndex: UInt64?

  /// The index by which others know it.
  package var toldIndex: UInt64 { shownIndex ?? index }

  static let selection = """
    SELECT g.idx, g.log, c.name, g.person, p.agency, g.purpose, g.basis, g.groups, g.policy,
      g.onward, g.until, g.offered, g.stopped, g.cut, g.withdraw_idx, g.at, g.leg_window,
      g.referred_at, g.shown_idx FROM consent_grant g
    JOIN peer p ON p.id = g.peer JOIN case_file c ON c.id = g.case_id
    """

  /// Reads a row of ``selection``.
  init(_ row: HotRow) {
    index = row.number(0)
    log = row.text(1)
    caseName = row.text(2)
    person = row.bytes(3)
    peer = row.text(4)
    purpose = row.text(5)
    basis = row.text(6)
    groups = row.words(7)
    policyHex = row.text(8)
    onward = row.integer(9) == 1
    untilMs = row.number(10)
    offered = row.integer(11) == 1
    stopped = row.integer(12) == 1
    cut = row.words(13)
    withdrawIndex = row.optionalNumber(14)
    atMs = row.number(15)
    legWindowMs = row.number(16)
    referredMs = row.optionalNumber(17)
    shownIndex = row.optionalNumber(18)
  }
}

/// One leg, as this node sees it.
package struct ReferralRow: Sendable {
  package let row: Int64
  package let name: String
  /// Whether this node sent the offer.
  package let isSender: Bool
  package let peer: String
  package let grantLog: String
  package let grantIndex: UInt64
  package let offer: Digest32
  package let purpose: String
  package let basis: String
  package let groups: [String]
  package let untilMs: UInt64
  package let state: String
  package let sinceMs: UInt64
  package let frozenSinceMs: UInt64?
  package let disputedFrom: String?
  package let heardSeq: UInt64
  package let peerErased: Bool
  package let erased: Bool
  /// Whether the survivor allowed the recipient to hand on.
  package let mayGoOnward: Bool
  package let code: String?
  /// The priority, a code of the policy; of a sealed offer, what it may be at most.
  package let priority: String?
  /// The service's own times, where it has some: three spans.
  package let times: String?
  /// When it was made or received, Unix ms.
  package let createdMs: UInt64?
  /// The referral that this one takes the place of.
  package let replaces: Int64?
  /// When a place is expected, Unix ms.
  package let expectedMs: UInt64?

  static let selection = """
    SELECT r.*, p.agency AS agency FROM referral r JOIN peer p ON p.id = r.peer
    """

  init(_ row: Row) throws {
    self.row = row["id"]
    name = row["name"]
    isSender = (row["role"] as Int64) == 0
    peer = row["agency"]
    grantLog = row["grant_log"]
    grantIndex = UInt64(row["grant_idx"] as Int64)
    offer = try row.digest("offer")
    purpose = row["purpose"]
    basis = row["basis"]
    groups = (row["groups"] as String).split(separator: " ").map(String.init)
    untilMs = UInt64(row["until"] as Int64)
    state = row["state"]
    sinceMs = UInt64(row["since"] as Int64)
    frozenSinceMs = (row["frozen_since"] as Int64?).map { UInt64($0) }
    disputedFrom = row["disputed_from"]
    heardSeq = UInt64(row["heard_seq"] as Int64)
    peerErased = (row["peer_erased"] as Int64) == 1
    erased = (row["erased"] as Int64) == 1
    mayGoOnward = (row["onward"] as Int64) == 1
    code = row["code"]
    priority = row["priority"]
    times = row["times"]
    createdMs = (row["created"] as Int64?).map { UInt64($0) }
    replaces = row["replaces"]
    expectedMs = (row["expected"] as Int64?).map { UInt64($0) }
  }
}

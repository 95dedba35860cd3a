internal import CanonicalBytes
package import LocalContract
internal import NodeStore
internal import ReferralModel

/// What a person carries: parcels on a stick, out and in.
///
/// Source: `Protocol/spec/10-parcels.md`.
package struct CourierService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// For whom something waits.
  package func waiting() async throws(NodeError) -> CourierList {
    let atMs = node.clock.nowMs()
    let loads = try await NodeError.wrapping {
      try await node.store.read { try $0.parcelLoads(atMs: atMs) }
    }
    return CourierList(
      waiting: loads.map {
        CourierLine(agency: $0.agency, messages: $0.messages, answers: $0.answers)
      }
    )
  }

  /// The next parcel for an agency.
  ///
  /// What is in it has left: its events stand in the log, and it stays in the queue until its receipt
  /// comes, by any road.
  package func out(
    _ request: CourierOut,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CourierParcel {
    guard let peer = AgencyID(request.to) else { throw NodeError(.malformed, detail: "to") }
    guard let after = Int64(exactly: request.after ?? 0) else {
      throw NodeError(.malformed, detail: "after")
    }
    let written = try await ParcelWriter(node: node).write(
      to: peer,
      after: after,
      actor: presence.user,
      evenEmpty: request.always
    )
    guard let written else {
      return CourierParcel(to: peer.text, parcel: nil, messages: 0, answers: 0, next: nil)
    }
    return CourierParcel(
      to: peer.text,
      parcel: Base64.encode(written.parcel),
      messages: written.messages,
      answers: written.answers,
      next: written.hasMore ? UInt64(written.lastRow) : nil
    )
  }

  /// Takes a parcel in.
  package func take(_ parcel: [UInt8]) async throws(NodeError) -> CourierTaken {
    try await ParcelReader(node: node).take(parcel)
  }
}

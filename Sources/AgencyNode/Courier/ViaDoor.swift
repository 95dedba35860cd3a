internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import Trust

/// The two calls of a `via`: a member hands in a parcel, its recipient fetches it.
///
/// The key id on the outside says for whom it is; nothing else is looked at, and who handed it in is
/// written nowhere, not to a file and not to a log.
///
/// Source: `Protocol/spec/10-parcels.md`, PCL-011 and PCL-020 to PCL-027.
struct ViaDoor: Sendable {
  let node: Node
  let tally: ViaTally

  /// Longest time a fetch is held while nothing waits, in seconds.
  static let holdSeconds: UInt32 = 50

  /// The board's name for "something waits for this recipient".
  static func lane(_ recipient: AgencyID) -> String { "via:\(recipient.text)" }

  /// Keeps a parcel.
  func put(_ parcel: [UInt8], from sender: AgencyID?) async -> PeerResponse {
    guard let sender else { return refuse(.unpinned) }
    guard let shelf = node.via, let settings = node.settings.via, isKeeper else {
      return refuse(.viaOff)
    }
    guard standing(of: sender) else { return refuse(.member) }
    let keyID: Digest32
    do throws(ParcelCode) {
      keyID = try ParcelSeal.keyID(of: parcel)
    } catch {
      return refuse(error == .tooLarge ? .tooLarge : .malformed)
    }
    guard let recipient = recipient(of: keyID) else { return refuse(.viaUnknown) }
    let nowMs = node.clock.nowMs()
    guard tally.admit(sender, limit: settings.daily, atMs: nowMs) else { return refuse(.busy) }
    do throws(StoreFailure) {
      guard try await shelf.put(parcel, for: recipient.text, atMs: nowMs) else {
        return refuse(.viaFull)
      }
    } catch {
      return refuse(.storageFull)
    }
    node.metrics.add(.viaKept)
    node.lanes.wake(Self.lane(recipient))
    return PeerResponse(status: 200)
  }

  /// Gives the caller its oldest parcel, after removing the one that it has taken.
  func next(_ body: [UInt8], for caller: AgencyID?) async -> PeerResponse {
    guard let caller else { return refuse(.unpinned) }
    guard let shelf = node.via, isKeeper else { return refuse(.viaOff) }
    guard standing(of: caller) else { return refuse(.member) }
    guard names(caller) else { return refuse(.viaUnknown) }
    let taken = Digest32(body)
    guard body.isEmpty || taken != nil else { return refuse(.malformed) }
    do throws(StoreFailure) {
      var parcel = try await shelf.next(for: caller.text, taken: taken, atMs: node.clock.nowMs())
      if parcel == nil {
        await node.lanes.wait(Self.lane(caller), atMost: .seconds(Int64(Self.holdSeconds)))
        parcel = try await shelf.next(for: caller.text, taken: nil, atMs: node.clock.nowMs())
      }
      if parcel != nil { node.metrics.add(.viaGiven) }
      return PeerResponse(status: 200, body: parcel ?? [])
    } catch {
      return refuse(.storageFull)
    }
  }

  /// Whether the commission has given this node the role (PCL-011).
  private var isKeeper: Bool { ViaLines.hasRole(node.trust.me, node) }

  private func standing(of agency: AgencyID) -> Bool {
    node.trust.view.directory.standing(of: agency, atMs: node.trustedMs) != .unknown
  }

  /// Whether an agency's link names this node as the keeper of its parcels.
  private func names(_ agency: AgencyID) -> Bool {
    node.trust.view.directory.link(of: agency)?.link.via.contains(node.trust.me) ?? false
  }

  /// Whose courier key a parcel is sealed to, among those who have named this node.
  private func recipient(of keyID: Digest32) -> AgencyID? {
    let directory = node.trust.view.directory
    return directory.register.agencies.map(\.id).first { agency in
      names(agency) && directory.card(of: agency)?.card.courierKeyID == keyID
    }
  }

  private func refuse(_ code: ViaCode) -> PeerResponse {
    node.metrics.add(.viaRefused)
    return PeerResponse(status: code.status, contentType: "application/json", body: code.body)
  }
}

internal import ReferralModel
internal import Synchronization
internal import Trust

/// Who may speak under which certificate, and who is told when that ends (TLS-010).
final class RightsWatch: Sendable {
  /// Told of an agency and of the certificate, DER, under which it may speak no longer.
  typealias Act = @Sendable (_ agency: AgencyID, _ certificateDER: [UInt8]) -> Void

  private struct Right: Hashable {
    let agency: AgencyID
    let certificateDER: [UInt8]
  }

  private struct State {
    var acts: [Act] = []
    var held: Set<Right> = []
  }

  private let state = Mutex(State())

  func watch(_ act: @escaping Act) { state.withLock { $0.acts.append(act) } }

  /// Compares with the last time; costs nothing while nobody watches.
  func settle(_ directory: PeerDirectory, atMs nowMs: UInt64) {
    guard state.withLock({ !$0.acts.isEmpty }) else { return }
    let rights = Self.rights(directory, atMs: nowMs)
    let (lost, acts) = state.withLock { state in
      defer { state.held = rights }
      return (state.held.subtracting(rights), state.acts)
    }
    for right in lost { for act in acts { act(right.agency, right.certificateDER) } }
  }

  private static func rights(_ directory: PeerDirectory, atMs nowMs: UInt64) -> Set<Right> {
    var out: Set<Right> = []
    for agency in directory.register.agencies where directory.isActive(agency.id, atMs: nowMs) {
      for der in directory.link(of: agency.id)?.link.tls ?? []
      where (try? directory.agency(forCertificateDER: der, atMs: nowMs)) == agency.id {
        out.insert(Right(agency: agency.id, certificateDER: der))
      }
    }
    return out
  }
}

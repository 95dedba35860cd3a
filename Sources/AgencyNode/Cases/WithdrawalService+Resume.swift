internal import CanonicalBytes
package import LocalContract
internal import NodeStore
internal import ReferralModel

extension WithdrawalService {
  /// Shares again: a new consent makes a grant that renews the stopped one, and its holder thaws.
  ///
  /// What was withdrawn for good cannot be resumed: then a new referral is made.
  package func resume(
    _ request: ConsentResume,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      guard
        let old = try await node.store.read({ try $0.grants(caseName: request.case) })
          .first(where: { $0.index == request.grant })
      else { throw NodeError(.consentMissing) }
      guard old.stopped, try await !node.store.read({ try $0.isEnding(old.index) }) else {
        throw NodeError(.stateNotAllowed, detail: "it is not stopped, or it is being erased")
      }
      // She is here, and her case is open: nobody resumes on a word.
      let again = try await ConsentLifeService(node: node).askAgain(
        ConsentRenew(grant: old.index, days: request.days, record: request.record),
        old,
        .resume,
        presence
      )
      let after = try await node.store.read { try $0.grants(caseName: request.case) }
      return ConsentChanged(
        grants: after.map { $0.view(nowMs: nowMs) },
        messages: [again.message?.hex].compactMap(\.self),
        referrals: []
      )
    }
  }
}

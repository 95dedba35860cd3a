internal import Foundation
internal import NodeSupport
internal import TestSupport

/// Who works where, and what they call a referral.
extension ChildStory {
  func node(_ name: String) throws -> HarnessNode { try living(name).member }

  func living(_ name: String) throws -> Living {
    guard let node = realm.nodes.first(where: { $0.id == "\(name).example" }) else {
      throw Programs.Failure("no node \(name)")
    }
    return node
  }

  /// Somebody comes to work everywhere.
  func unlock() throws {
    for node in realm.nodes { try node.member.unlockAgain() }
  }

  /// Remembers the legs of a plan as its lead prints it.
  func remember(_ plan: [String: Any]) {
    for leg in plan["legs"] as? [[String: Any]] ?? [] {
      guard let line = leg["line"] as? [String: Any], let peer = line["peer"] as? String,
        let referral = line["referral"] as? String, let message = line["message"] as? String
      else { continue }
      legs[String(peer.prefix { $0 != "." })] = Leg(referral: referral, message: message)
    }
  }

  /// Waits until a leg is at its recipient.
  func arrive(_ name: String) async throws {
    guard let leg = legs[name] else { throw Programs.Failure("no leg for \(name)") }
    try await arrive(name, message: leg.message)
  }

  func arrive(_ name: String, message: String?) async throws {
    let node = try node(name)
    try await realm.time.pass(until: "\(name) has it", atMostMs: Self.patienceMs) {
      let lines = try self.list(node.cli(["inbox", "--json"]), "referrals")
      let found = lines.first { message == nil || $0["message"] as? String == message }
      self.inside[name] = found?["referral"] as? String
      return found != nil
    }
  }

  /// The referral as a recipient names it.
  func at(_ name: String) throws -> String {
    guard let referral = inside[name] else { throw Programs.Failure("nothing at \(name)") }
    return referral
  }

  func holders(_ node: HarnessNode, _ caseID: String) throws -> [[String: Any]] {
    try list(node.cli(["consent", "holders", "--case", caseID, "--json"]), "holders")
  }
}

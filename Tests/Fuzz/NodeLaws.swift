internal import Audit
internal import CanonicalBytes
internal import LocalContract
internal import PeerLink
internal import ReferralModel

/// What the parsers of policies, bundles and the local API owe.
enum NodeLaws {
  static func policy(_ input: [UInt8]) {
    guard let policy = try? Policy.parse(input) else { return }
    precondition(policy.purposes.count <= 16, "purposes are coarse")
  }

  static func clientHello(_ input: [UInt8]) {
    let verdict = ClientHello.judge(input)
    guard verdict != .incomplete else { return }
    precondition(ClientHello.judge(input + [0]) == verdict, "what follows a hello changes nothing")
  }

  /// The first byte chooses how the rest is cut into chunks.
  static func bundle(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = Array(input.dropFirst())
    let whole = read(bytes, chunk: max(1, bytes.count))
    let cut = read(bytes, chunk: Int(first) + 1)
    precondition(whole == cut, "a bundle is read the same in chunks of any size")
  }

  private static func read(_ bytes: [UInt8], chunk: Int) -> [Finding] {
    var found: [Finding] = []
    var verifier = BundleVerifier(name: "") { found.append($0) }
    var start = 0
    while start < bytes.count {
      let end = min(start + chunk, bytes.count)
      verifier.feed(Array(bytes[start..<end]))
      start = end
    }
    _ = verifier.finish()
    return found
  }

  /// Bodies of the calls of the local API: each must be refused or mean one thing.
  static func local(_ input: [UInt8]) {
    survive(input, UserAdd.self)
    survive(input, Unlock.self)
    survive(input, DeskAdd.self)
    survive(input, AuditExport.self)
    survive(input, CaseOpen.self)
    survive(input, ConsentRecord.self)
    survive(input, ConsentFile.self)
    survive(input, ConsentStop.self)
    survive(input, ConsentWithdraw.self)
    survive(input, CardSign.self)
    survive(input, NotesImport.self)
    survive(input, ReferralAct.self)
    survive(input, ReferBatch.self)
    survive(input, Problem.self)
    ask(input)
  }

  private static func ask(_ input: [UInt8]) {
    survive(input, AlertSettle.self)
    survive(input, AnonymousAdd.self)
    survive(input, CapacityAsk.self)
    survive(input, CapacityReply.self)
    survive(input, CapacitySet.self)
    survive(input, CaseAmend.self)
    survive(input, ClockDecide.self)
    survive(input, CodeWordSet.self)
    survive(input, ConsentRenew.self)
    survive(input, ConsentResume.self)
    survive(input, ContactCheck.self)
    survive(input, ContactConvert.self)
    survive(input, ContactOpen.self)
    survive(input, Countersign.self)
    survive(input, CourierOut.self)
    survive(input, DraftSave.self)
    survive(input, ExceptionAsk.self)
    survive(input, HandOn.self)
    survive(input, JourneyArrived.self)
    survive(input, JourneyAsk.self)
    survive(input, OutsideAsk.self)
    survive(input, OwnConsent.self)
    survive(input, PlanAdd.self)
    survive(input, PlanDrop.self)
    survive(input, PlanNew.self)
    survive(input, ReviewDone.self)
  }

  private static func survive<Value: Codable & Equatable>(_ input: [UInt8], _ type: Value.Type) {
    guard let value = try? LocalJSON.decode(type, from: input) else { return }
    guard let text = try? LocalJSON.encode(value) else {
      preconditionFailure("what was read can be written")
    }
    let again = try? LocalJSON.decode(type, from: text)
    precondition(again == value, "a body survives being written")
  }
}

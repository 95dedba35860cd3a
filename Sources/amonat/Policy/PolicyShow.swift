internal import ArgumentParser
internal import CanonicalBytes
internal import LocalContract
internal import ReferralModel
internal import Sealing

/// Shows a policy in words: who may see what, and by when to answer.
struct PolicyShow: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the rules in words: who may see what, and by when to answer.",
    discussion: """
        amonat policy show --lang tg            the policy in force at the node
        amonat policy show tj-nrm.json          a file; needs no node
        amonat policy show --group screening    one form, field by field
      """
  )

  @Argument(help: "A policy file; else the one in force at the node.", completion: .file())
  var file: String?

  @Option(help: "Show one form: a field group, or a section of the case document.")
  var group: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> PolicyPicture {
    let bytes: [UInt8]
    if let file {
      bytes = try call.input.bytes(file)
    } else {
      bytes = try await call { client throws(LocalFailure) in try await client.policy() }
    }
    let policy: Policy
    if let file {
      policy = try call.input.policy(file)
    } else if let held = try? Policy.parse(bytes) {
      policy = held
    } else {
      throw .refused("policy-unknown", call.words.problem("policy-unknown"))
    }
    let picture = PolicyPicture(policy, sha256: Hash256.of(bytes).hex, call.words)
    guard let group else { return picture }
    return try picture.form(of: policy, group, call.words)
  }

  func show(_ answer: PolicyPicture, in report: inout Report) { report.show(answer) }
}

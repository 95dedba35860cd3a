internal import ArgumentParser
internal import Glibc
internal import LocalContract

/// The recipient asks for something before it decides.
struct AskSender: MoveCommand {
  static let action = ReferralAction.ask
  static let configuration = CommandConfiguration(
    commandName: "ask",
    abstract: "Ask the sender for something before deciding; the clock stands still, once.",
    discussion: "  amonat referral ask 9a41… --reason eligibility"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "What is asked, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The sender answers what was asked.
struct AnswerRecipient: MoveCommand {
  static let action = ReferralAction.answer
  static let configuration = CommandConfiguration(
    commandName: "answer",
    abstract: "Answer what the recipient asked, within the consent.",
    discussion: """
      The file holds field groups and their fields. Groups that were not consented to are refused:
      they take a new consent.

        amonat referral answer 9a41… --from answer.json
      """
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "The answer, or - for standard input.", completion: .file())
  var from: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct {
    ReferralAct(content: try input.json([String: [String: FieldValue]].self, from))
  }
}

/// The recipient would take it later.
struct PutOnWaitlist: MoveCommand {
  static let action = ReferralAction.waitlist
  static let configuration = CommandConfiguration(
    commandName: "waitlist",
    abstract: "Put it on the waiting list, with the day on which a place is expected.",
    discussion: """
      The sender learns the code and the day.

        amonat referral waitlist 9a41… --reason within-month --expected 2026-12-20
      """
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "How long about, a code of the policy.")
  var reason: String
  @Option(help: "The day a place is expected, as 2026-12-20.")
  var expected: String
  @OptionGroup var node: NodeOptions

  func validate() throws { _ = try Days.ms(expected) }

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct {
    ReferralAct(reason: reason, expectedMs: (try? Days.ms(expected)) ?? 0)
  }
}

/// The recipient names another purpose.
struct RedirectReferral: MoveCommand {
  static let action = ReferralAction.redirect
  static let configuration = CommandConfiguration(
    commandName: "redirect",
    abstract: "Say that another kind of help is needed; nothing is forwarded.",
    discussion: "  amonat referral redirect 9a41… --reason legal-aid"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "Which purpose, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The recipient cannot reach the person.
struct LoseContact: MoveCommand {
  static let action = ReferralAction.lost
  static let configuration = CommandConfiguration(
    commandName: "lost",
    abstract: "Say that the person cannot be reached, or did not come.",
    discussion: "  amonat referral lost 9a41… --reason no-show"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "Why, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The sender opens a closed referral again.
struct ReopenReferral: MoveCommand {
  static let action = ReferralAction.reopen
  static let configuration = CommandConfiguration(
    commandName: "reopen",
    abstract: "Open a closed referral again, while its consent holds.",
    discussion: "  amonat referral reopen 9a41…"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @OptionGroup var node: NodeOptions
}

/// Either side disputes.
struct DisputeReferral: MoveCommand {
  static let action = ReferralAction.dispute
  static let configuration = CommandConfiguration(
    commandName: "dispute",
    abstract: "Dispute what the other side says; the Coordinator learns an id and this code.",
    discussion: "  amonat referral dispute 9a41… --reason outcome"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "What about, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The dispute is settled.
struct ResolveDispute: MoveCommand {
  static let action = ReferralAction.resolve
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Say that a dispute is settled; the referral goes on where it stood.",
    discussion: "  amonat referral resolve 9a41… --reason agreed"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "How, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// Days as people write them.
enum Days {
  /// A day in UTC, as it is written.
  static func text(_ ms: UInt64) -> String {
    var seconds = time_t(clamping: ms / 1_000)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "\(ms)" }
    let (year, month, day) = unsafe (parts.tm_year + 1_900, parts.tm_mon + 1, parts.tm_mday)
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }

  /// The start of a day in UTC, Unix ms.
  static func ms(_ text: String) throws -> UInt64 {
    guard text.utf8.count == 10, let ms = try? Moments.ms(text + "T00:00:00Z") else {
      throw ValidationError("A day is written as 2026-12-20.")
    }
    return ms
  }
}

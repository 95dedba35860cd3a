internal import LocalContract

/// How the program ends; documented in its help.
enum ExitStatus: Int32 {
  case done = 0
  case refused = 1
  case unreachable = 2
  case usage = 64
  case input = 65
  case locked = 77
}

/// Why a command did not do what it was asked.
struct CommandFailure: Error {
  let status: ExitStatus
  /// A registered code, or one of the few of this program.
  let code: String
  /// What a person reads, in their language.
  let text: String
  /// Names of fields, groups or reasons; never content.
  var detail: String?
  /// Every reason, registered codes.
  var reasons: [String] = []

  /// A fault of an input file or of the use of one.
  static func input(_ text: String, detail: String? = nil) -> CommandFailure {
    CommandFailure(status: .input, code: "input", text: text, detail: detail)
  }

  /// Something that may not be done.
  static func refused(_ code: String, _ text: String) -> CommandFailure {
    CommandFailure(status: .refused, code: code, text: text)
  }
}

extension CommandFailure {
  /// What a node, or the way to it, answered.
  init(_ failure: LocalFailure, socket: String, _ words: Phrasebook) {
    code = failure.code
    detail = failure.detail
    reasons = failure.reasons
    switch failure.code {
    case LocalFailure.unreachable:
      status = .unreachable
      text = words(.unreachable, socket)
    case LocalFailure.answer:
      status = .unreachable
      text = words(.answerMalformed)
    case ProblemCode.sessionUnknown.rawValue, ProblemCode.deskLocked.rawValue:
      status = .locked
      text = words.problem(failure.code) + " " + words(.hintUnlock)
    case ProblemCode.passphraseWrong.rawValue, ProblemCode.notAllowed.rawValue,
      ProblemCode.agencyKeyLocked.rawValue:
      status = .locked
      text = words.problem(failure.code)
    case ProblemCode.malformed.rawValue, ProblemCode.unknownField.rawValue:
      status = .input
      text = words.problem(failure.code)
    default:
      status = .refused
      text = words.problem(failure.code)
    }
  }

  /// The same as problem details.
  var problem: Problem {
    LocalFailure(code: code, status: 0, title: text, detail: detail, reasons: reasons).problem
  }
}

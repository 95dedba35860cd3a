internal import ArgumentParser
internal import FoundationEssentials
internal import LocalContract

extension PhraseLanguage: ExpressibleByArgument {}

/// How a command speaks.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON value instead of text.")
  var json = false

  @Option(help: "Language of the text: tg, ru or en. Default: $AMONAT_LANG, then the locale.")
  var lang: PhraseLanguage?

  /// Texts in the language asked for.
  var words: Phrasebook {
    Phrasebook(lang ?? Self.usual)
  }

  /// The language of the person's settings.
  private static var usual: PhraseLanguage {
    let environment = ProcessInfo.processInfo.environment
    return PhraseLanguage.choose(
      ["AMONAT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].map { environment[$0] }
    )
  }

  /// The language of a call that could not be read as a whole.
  static func language(of arguments: [String]) -> PhraseLanguage {
    guard let place = arguments.lastIndex(of: "--lang"), place + 1 < arguments.count else {
      return usual
    }
    return PhraseLanguage(rawValue: arguments[place + 1]) ?? usual
  }
}

/// Which node a command talks to, and how it speaks.
struct NodeOptions: ParsableArguments {
  @Option(
    help: "The node's socket. Default: $AMONAT_SOCKET, then $AMONAT_STATE/amonat.sock.",
    completion: .file()
  )
  var socket: String?

  @OptionGroup var output: OutputOptions

  /// The socket's path.
  var socketPath: String {
    if let socket { return socket }
    let environment = ProcessInfo.processInfo.environment
    if let socket = environment["AMONAT_SOCKET"], !socket.isEmpty { return socket }
    if let state = environment["AMONAT_STATE"], !state.isEmpty { return state + "/amonat.sock" }
    return "/var/lib/amonat/amonat.sock"
  }

  /// Where the session's token is kept.
  var session: SessionFile { SessionFile(socket: socketPath) }
}

/// A list of codes on the command line: `need,identity,contact`.
struct CodeListArgument: ExpressibleByArgument {
  let codes: [String]

  init?(argument: String) {
    codes = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !codes.contains("") else { return nil }
  }
}

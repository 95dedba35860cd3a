internal import Trust
internal import ArgumentParser
internal import LocalContract

/// This agency's own card.
struct CardGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card",
    abstract: "This agency's signed statement of its keys and desks.",
    subcommands: [CardShow.self, SignCard.self]
  )
}

/// Shows the card and the link.
struct CardShow: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show this agency's card and link.",
    discussion: "  amonat card show --json"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CardView {
    try await call { client throws(LocalFailure) in try await client.card() }
  }

  func show(_ answer: CardView, in report: inout Report) { report.show(answer) }
}

/// Signs the next card and link.
struct SignCard: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign the next card and link from the desks, with the agency's key.",
    discussion: """
      Without --endpoint the link says that this node dials out: right behind a carrier's NAT.

        amonat card sign --key /media/usb/agency.key \\
          --endpoint https://ngo.example:8443
      """
  )

  @Option(
    help: "The agency's key file; absent where the node keeps one.",
    completion: .file()
  )
  var key: String?

  @Flag(help: "Let the node keep the key file, still under its passphrase.")
  var keep = false

  @Option(help: "Where peers can dial, https://host:port; may be repeated.")
  var endpoint: [String] = []

  @Option(help: "A member that stores parcels for this node; may be repeated.")
  var via: [String] = []

  @Option(help: "For how many days the card is current, at most 400.")
  var days: UInt32?

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CardView {
    var file: String?
    var owner = "agency"
    if let key {
      let opened = try KeyFiles(words: call.words).file(key)
      file = String(decoding: opened.bytes, as: UTF8.self)
      owner = opened.signerName
    }
    let request = CardSign(
      passphrase: try passphrase.read(for: owner, isNew: false, call.words),
      keyFile: file,
      keep: keep,
      endpoints: endpoint,
      via: via,
      days: days
    )
    return try await call { client throws(LocalFailure) in try await client.signCard(request) }
  }

  func show(_ answer: CardView, in report: inout Report) {
    report.line(report.words(.cardSigned, "\(answer.serial)"))
    report.show(answer)
  }
}

extension Report {
  /// A card and its link in words.
  mutating func show(_ card: CardView) {
    field(.agency, card.agency)
    field(.card, words(.cardLine, "\(card.serial)", Report.moment(card.expiresMs)))
    field(
      .link,
      card.endpoints.isEmpty
        ? words(.dialsOut) : (card.endpoints + card.via).joined(separator: ", ")
    )
    section(.desks, card.desks) { desk, report in
      report.line(
        "\(desk.name): \(desk.groups.joined(separator: ", ")); "
          + "\(report.words(.until)) \(Report.moment(desk.untilMs))"
      )
    }
  }
}

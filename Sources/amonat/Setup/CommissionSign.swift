internal import CanonicalBytes
internal import ArgumentParser
internal import LocalContract
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Adds holders' signatures to a register.
struct CommissionSign: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a register's draft, or add signatures to one signed in part.",
    discussion: """
      Holders may sign together or one after another, each on their own machine: hand on the note.

        amonat commission sign --register commission/register.json \\
          --key commission/ministry.key \\
          --out register.note
        amonat commission sign --register register.note --key ombudsman.key \\
          --out register.note
      """
  )

  @Option(help: "The draft, or the note signed so far.", completion: .file())
  var register: String

  @Option(help: "A holder's key file; may be repeated.", completion: .file())
  var key: [String]

  @Option(help: "The notes of the versions before, to say how many must sign.", completion: .file())
  var previous: [String] = []

  @Option(help: "Where the note goes; may be the same note.", completion: .file())
  var out: String

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var register: String
    var version: UInt32
    var sha256: String
    var realm: String
    var signatures: [String]
    var needed: UInt32
    var complete: Bool
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let registers = Registers(words: words)
    let opened = try registers.open(register)
    let register: Register
    do throws(TrustFailure) {
      register = try Register(text: opened.text)
    } catch {
      throw .input(words(.fileMalformed, self.register, error.rawValue))
    }
    // A holder's key, or an agency's that vouches for its own change.
    let holders = register.commissioners.map { ($0.signerName, $0.key) }
    let members = register.agencies.map { ($0.signerName, $0.key) }
    let note = try HolderSignatures(signers: holders + members, words: words)
      .add(to: opened.text, opened.note, keys: key, passphrase)
    let replacing = Files.exists(out) && out.utf8.elementsEqual(self.register.utf8)
    try Input(words: words).write(note.bytes, to: out, replacing: replacing)
    let signed = HolderSignatures.holders(of: register, on: note)
    let needed = try self.needed(for: register, words)
    return Answer(
      register: out,
      version: register.version,
      sha256: note.textHash.hex,
      realm: (register.realm ?? note.textHash).hex,
      signatures: signed,
      needed: needed,
      complete: signed.count >= needed
    )
  }

  func show(_ answer: Answer, in report: inout Report) {
    let words = report.words
    report.line(words(.fileWritten, answer.register))
    report.line(words(.signatureCount, "\(answer.signatures.count)", "\(answer.needed)"))
    report.field(.realm, answer.realm)
    if answer.complete { report.say(.signaturesEnough) }
  }

  private func needed(for register: Register, _ words: Phrasebook) throws(CommandFailure) -> UInt32
  {
    guard register.version > 1, !previous.isEmpty else { return register.thresholds.root }
    let chain = try Registers(words: words).chain(try Input(words: words).notes(previous))
    return RegisterChain.threshold(from: chain.newest.register, to: register)
  }
}

internal import ArgumentParser
internal import CanonicalBytes
internal import LocalContract
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Puts a member aside for up to 72 hours: quicker than a register, and lapsing by itself.
struct CommissionSuspend: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend",
    abstract: "Suspend a member for up to 72 hours, or add signatures to such a note.",
    discussion: """
      For when a key is stolen and a register would take too long: nodes send the member nothing but
      withdrawals until the note lapses. What must last longer is for the next register: a second note
      within 30 days needs the membership threshold. One node that takes the note hands it on to all.

        amonat commission suspend --previous register.note \\
          --agency clinic.example \\
          --key commission/justice.key --key commission/health.key --out suspension.note
        amonat commission suspend --previous register.note --note suspension.note \\
          --key interior.key --out suspension.note
        amonat peer import suspension.note
      """
  )

  @Option(help: "The register's notes, the first version included.", completion: .file())
  var previous: [String]

  @Option(help: "Whom to suspend.")
  var agency: String?

  @Option(help: "Why: a code.")
  var reason = "key-theft"

  @Option(help: "For how many hours, 72 at most.")
  var hours: UInt32 = 72

  @Option(help: "The note signed so far, instead of an agency.", completion: .file())
  var note: String?

  @Option(help: "A holder's key file; may be repeated.", completion: .file())
  var key: [String]

  @Option(help: "Where the note goes; may be the same note.", completion: .file())
  var out: String

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var suspension: String
    var agency: String
    var untilMs: UInt64
    var signatures: [String]
    var needed: UInt32
    var complete: Bool
  }

  func validate() throws {
    guard (agency == nil) != (note == nil) else {
      throw ValidationError("Give --agency for a new note, or --note to sign one.")
    }
    guard (1...72).contains(hours) else { throw ValidationError("--hours is 1 to 72.") }
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let chain = try Registers(words: words).chain(try Input(words: words).notes(previous))
    let register = chain.newest.register
    var begun: SignedNote?
    let suspension: Suspension
    if let note {
      begun = try Input(words: words).notes([note]).first
      suspension = try Self.reading(begun, note, chain, words)
    } else {
      suspension = try draft(chain, words)
    }
    let holders = HolderSignatures(
      signers: register.commissioners.map { ($0.signerName, $0.key) },
      words: words
    )
    let text: [UInt8]
    do throws(TrustFailure) {
      text = try suspension.text()
    } catch {
      throw .input(words(.fileMalformed, out, error.rawValue))
    }
    let signed = try holders.add(to: text, begun, keys: key, passphrase)
    let replacing = Files.exists(out) && note?.utf8.elementsEqual(out.utf8) == true
    try Input(words: words).write(signed.bytes, to: out, replacing: replacing)
    let present = HolderSignatures.holders(of: register, on: signed)
    let needed = register.thresholds.suspend
    return Answer(
      suspension: out,
      agency: suspension.agency.text,
      untilMs: suspension.untilMs,
      signatures: present,
      needed: needed,
      complete: present.count >= needed
    )
  }

  func show(_ answer: Answer, in report: inout Report) {
    let words = report.words
    report.line(words(.fileWritten, answer.suspension))
    report.field(.agency, answer.agency)
    report.field(.until, Report.moment(answer.untilMs))
    report.line(words(.signatureCount, "\(answer.signatures.count)", "\(answer.needed)"))
    if answer.complete { report.say(.signaturesEnough) }
  }

  /// A new suspension of a member of the newest register, from now on.
  private func draft(
    _ chain: RegisterChain,
    _ words: Phrasebook
  ) throws(CommandFailure) -> Suspension {
    guard let agency, let id = AgencyID(agency),
      chain.newest.register.agencies.contains(where: { $0.id == id })
    else { throw .refused("agency-unknown", words.problem("agency-unknown")) }
    guard let code = Code(reason) else {
      throw .input(words(.fileMalformed, "--reason", "code"))
    }
    let nowMs = Registers.nowMs
    return Suspension(
      agency: id,
      fromMs: nowMs,
      untilMs: nowMs + UInt64(hours) * 3_600_000,
      reason: code,
      register: chain.newest.note.textHash,
      realm: chain.realm
    )
  }

  /// What a note suspends, if it stands on one of these registers.
  private static func reading(
    _ note: SignedNote?,
    _ path: String,
    _ chain: RegisterChain,
    _ words: Phrasebook
  ) throws(CommandFailure) -> Suspension {
    do throws(TrustFailure) {
      guard let note else { throw TrustFailure.malformed }
      let suspension = try Suspension(text: Array(note.text.utf8))
      guard suspension.realm == chain.realm else { throw TrustFailure.realmOther }
      return suspension
    } catch {
      throw .input(words(.fileMalformed, path, error.rawValue))
    }
  }
}

internal import AgencyNode
internal import ArgumentParser
internal import CanonicalBytes
internal import FoundationEssentials
internal import Glibc
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// One of a closed list of words.
private func choice<Value: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Value
{
  guard let value = Value(rawValue: text) else {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("'\(text)' is none of: \(words).")
  }
  return value
}

/// Prepares an agency's node, in two steps: its key, and, with the register at hand, its state.
struct Init: OfflineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prepare this agency's node; needs no running node.",
    discussion: """
      Step 1 makes the agency's key and the entry for the register:
        amonat init --state /var/lib/amonat --agency shelter.example --sector ngo \\
          --level regional --region khatlon --name-tg "Паноҳгоҳ" --name-ru "Приют" --name-en "Shelter"
      Step 2, with the register that the commission signed, makes the node's state:
        amonat init --state /var/lib/amonat --register register.note \\
          --policy tj-nrm.json --realm HEX
      """
  )

  @Option(help: "The state directory.", completion: .directory)
  var state: String

  @Option(help: "Step 1: the agency's id, such as shelter.example.")
  var agency: String?

  @Option(help: "Step 1: state, ngo, international or oversight.", transform: { try choice($0) })
  var sector: Agency.Sector = .ngo

  @Option(help: "Step 1: national, regional or local.", transform: { try choice($0) })
  var level: Agency.Level = .local

  @Option(help: "Step 1: where it works, a code of the policy.")
  var region = "dushanbe"

  @Option(help: "Step 1: what it does in the mechanism; may be repeated.")
  var role: [String] = []

  @Option(help: "Step 1: its name in Tajik.")
  var nameTg: String?

  @Option(help: "Step 1: its name in Russian.")
  var nameRu: String?

  @Option(help: "Step 1: its name in English.")
  var nameEn: String?

  @Option(help: "Step 2: the register's notes, the first version included.", completion: .file())
  var register: [String] = []

  @Option(help: "Step 2: the policy file whose hash the register names.", completion: .file())
  var policy: String?

  @Option(help: "Step 2: refuse any realm but this one.")
  var realm: String?

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var agency: String
    var state: String
    var key: String?
    var member: String?
    var realm: String?
  }

  func validate() throws {
    guard agency != nil || !register.isEmpty else {
      throw ValidationError("Give --agency (step 1) or --register (step 2).")
    }
    guard agency == nil || register.isEmpty else {
      throw ValidationError("--agency is step 1 and --register step 2; give one.")
    }
    guard register.isEmpty || policy != nil else {
      throw ValidationError("Step 2 needs the --policy that the register names.")
    }
    if let agency, AgencyID(agency) == nil {
      throw ValidationError("--agency is not an agency id: labels of a-z, 0-9, - joined by dots.")
    }
  }

  func perform(_ words: Phrasebook) async throws(CommandFailure) -> Answer {
    // Whatever is made here is for this person alone.
    umask(0o077)
    if let agency { return try makeKey(agency, words) }
    return try await makeNode(words)
  }

  func show(_ answer: Answer, in report: inout Report) {
    if let realm = answer.realm {
      report.line(report.words(.nodeCreated, answer.agency, realm))
    } else {
      report.line(
        report.words(.agencyKeyMade, answer.agency, answer.key ?? "", answer.member ?? "")
      )
    }
  }

  private var keyPath: String { state + "/agency.key" }
  private var memberPath: String { state + "/member.json" }

  private func makeKey(_ id: String, _ words: Phrasebook) throws(CommandFailure) -> Answer {
    for path in [keyPath, memberPath] where Files.exists(path) {
      throw .input(words(.fileExists, path))
    }
    let member = MemberFile(
      id: id,
      key: "",
      level: level.rawValue,
      names: .init(
        en: nameEn ?? id,
        ru: nameRu ?? nameEn ?? id,
        tg: nameTg ?? nameRu ?? nameEn ?? id
      ),
      region: region,
      roles: Set(role).sorted(),
      sector: sector.rawValue
    )
    let secret = try passphrase.read(for: id, isNew: true, words)
    let key = SigningKey.generate()
    let entry = member.with(key: key.publicKey)
    guard let agency = entry.agency else { throw .input(words(.fileMalformed, memberPath, id)) }
    do throws(StoreFailure) {
      try StateFolder(URL(filePath: state, directoryHint: .isDirectory)).create()
    } catch {
      throw .input(words(.fileUnwritable, state))
    }
    let input = Input(words: words)
    let file = try KeyFiles(words: words).sealed(key, name: agency.signerName, secret)
    try input.write(file, to: keyPath, mode: 0o600)
    try input.write(try MemberFile.bytes(entry, words), to: memberPath)
    return Answer(agency: id, state: state, key: keyPath, member: memberPath)
  }

  private func makeNode(_ words: Phrasebook) async throws(CommandFailure) -> Answer {
    let input = Input(words: words)
    guard Files.exists(keyPath) else { throw .input(words(.stateMissing, state)) }
    let key = try KeyFiles(words: words).file(keyPath)
    guard let slash = key.signerName.firstIndex(of: "/"),
      let id = AgencyID(String(key.signerName[..<slash]))
    else { throw .input(words(.fileMalformed, keyPath, "name")) }
    let chain = try Registers(words: words).chain(try input.notes(register))
    guard let entry = chain.newest.register.agency(id), entry.key == key.publicKey else {
      throw .refused("agency-unknown", words(.notListed, id.text))
    }
    if let realm, !realm.utf8.elementsEqual(chain.realm.hex.utf8) {
      throw .refused("realm-other", words(.realmDiffers, chain.realm.hex))
    }
    let policy = try input.bytes(self.policy ?? "")
    do throws(NodeError) {
      _ = try await NodeFounding.create(
        StateFolder(URL(filePath: state, directoryHint: .isDirectory)),
        agency: id.text,
        registers: chain.entries.map(\.note.encoded),
        policy: policy,
        nowMs: Registers.nowMs
      )
    } catch {
      if error.code == .conflict { throw .refused("conflict", words(.stateExists)) }
      throw .refused(error.code.rawValue, words.problem(error.code.rawValue))
    }
    return Answer(agency: id.text, state: state, realm: chain.realm.hex)
  }
}

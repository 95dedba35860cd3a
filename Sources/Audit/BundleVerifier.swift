package import CanonicalBytes
internal import Sealing
internal import TransparencyLog

/// Reads one bundle from front to back, in chunks of any size, and tells what it finds.
///
/// One pass, flat memory, no network, no key (AUD-060 to AUD-062).
/// Source: `Protocol/spec/12-audit-bundle.md`.
package struct BundleVerifier {
  /// Where in the bundle the next line stands.
  enum Place: Int {
    case magic, head, padKey, register, suspension, policy, card, entries, seen, ended
  }

  /// The leaf that a receipt may answer.
  struct Answerable {
    let message: Digest32
    let sent: LogRules.Sent
  }

  /// A peer's checkpoint that receipts rest on.
  struct View {
    /// The agency whose log it is of.
    let agency: UInt32
    var receipts: InclusionChecks
  }

  let name: String
  let expectedRealm: Digest32?
  let session: AuditSession
  private let report: (Finding) -> Void

  var place = Place.magic
  var stopped = false
  private var splitter = LineSplitter()
  private var hash = Hash256()
  /// Whole lines of the chunk that the hash has yet to take.
  private var unhashed = 0..<0
  var lineNumber: UInt64 = 0
  var lineOffset: UInt64 = 0
  /// Where the line begins in the buffer it is read from.
  var start = 0
  var head: BundleHead?
  var padKey: Digest32?
  var trust = TrustPicture()
  var headLines: [String: Int] = [:]
  var padHasher: PadHasher?
  var roots = RootStack()
  var rules: LogRules
  var answerable: Answerable?
  /// Whether a receipt may follow a leaf that does not say what it is any more.
  var unclear = false
  var viewed = false
  /// Views by the number of their log's name.
  var views: [UInt32: View] = [:]
  var lastSeen: (origin: String, size: UInt64)?
  var lastSettled: String?
  /// Sizes of peers' settled checkpoints.
  var settledPeers: [String: UInt64] = [:]
  /// Views that receipts rest on, by the number of their log's name, with the first leaf answered under
  /// each and when that was sent.
  var answeredViews: [UInt32: [(size: UInt64, leaf: UInt64, timeMs: UInt64)]] = [:]
  var lastMark: UInt64?
  var agreedTo: UInt64 = 0
  var rootDiffers = false
  var finalSettledMs: UInt64?
  var endedInPads = false
  /// The policy that an event named last, its number, and whether it is in the bundle.
  var lastPolicy: (digest: Digest32, number: UInt32, isHere: Bool)?
  var lastRegister: Digest32?
  /// Registers and policies that this log took into use; `nil` where an
  /// event before, or a log before it, could not be read.
  var adoptions: Set<Digest32>? = []
  var members: Set<UInt32> = []
  var claims: ArraySlice<AuditSession.Claim> = []
  var ownNumber: UInt32 = 0
  var logText = "" { didSet { logBytes = Array(logText.utf8) } }
  private(set) var logBytes: [UInt8] = []
  /// What the bundle holds, for people.
  package internal(set) var summary = BundleSummary()

  /// Prepares to read a bundle.
  ///
  /// - Parameters:
  ///   - name: What findings call it: a file's name.
  ///   - realm: The realm the auditor was told; `nil` accepts the bundle's own.
  ///   - session: Shared by bundles that are read together.
  ///   - report: Takes each finding, in the order of the bundle.
  package init(
    name: String,
    realm: Digest32? = nil,
    session: AuditSession = AuditSession(),
    report: @escaping (Finding) -> Void
  ) {
    self.name = name
    expectedRealm = realm
    self.session = session
    self.report = report
    rules = LogRules(words: session.words)
  }

  /// Takes the next bytes of the bundle.
  package mutating func feed(_ chunk: [UInt8]) {
    guard !stopped, !chunk.isEmpty else { return }
    // The splitter is taken out, so that the closure may change the rest of this value.
    var splitter = self.splitter
    self.splitter = LineSplitter()
    let fits = splitter.feed(chunk) { bytes, range in
      take(bytes, range)
      return !stopped
    }
    self.splitter = splitter
    takeHash(chunk)
    if !fits, !stopped {
      lineNumber += 1
      stop(.bundleMalformed, ["length"])
    } else if place == .ended, splitter.hasRest, !stopped {
      lineNumber += 1
      stop(.bundleMalformed, ["end"])
    }
  }

  /// Says that there are no more bytes, and applies what needed the whole bundle.
  ///
  /// - Returns: What the bundle holds.
  package mutating func finish() -> BundleSummary {
    if !stopped, place != .ended || splitter.hasRest {
      if splitter.hasRest { lineNumber += 1 }
      stop(.bundleTruncated)
    }
    if !stopped { finishLog() }
    summary.isWhole = !stopped
    summary.registers = trust.registerCount
    summary.cards = trust.cardCount
    summary.name(policies: trust.policies)
    summary.name(session.words)
    return summary
  }

  // MARK: Lines

  private mutating func take(_ bytes: [UInt8], _ range: Range<Int>) {
    lineNumber += 1
    start = range.lowerBound
    guard place != .ended else { return stop(.bundleMalformed, ["end"]) }
    line(bytes, range)
    guard !stopped else { return }
    if place != .ended { hash(bytes, range) }
    lineOffset += UInt64(range.count) + 1
  }

  /// Adds a line to what is to be hashed; lines of one chunk are hashed together.
  private mutating func hash(_ bytes: [UInt8], _ line: Range<Int>) {
    guard line.upperBound < bytes.count else {
      // A line put together from two chunks: it has no LF, and is the first of its buffer.
      hash.update(bytes[line])
      return hash.update(byte: 0x0A)
    }
    unhashed = (unhashed.isEmpty ? line.lowerBound : unhashed.lowerBound)..<(line.upperBound + 1)
  }

  private mutating func takeHash(_ bytes: [UInt8]) {
    guard !unhashed.isEmpty else { return }
    hash.update(bytes[unhashed])
    unhashed = 0..<0
  }

  private mutating func line(_ bytes: [UInt8], _ range: Range<Int>) {
    let wordEnd = LineBytes.find(0x09, bytes, range) ?? range.upperBound
    let word = range.lowerBound..<wordEnd
    if place == .entries, LineBytes.equal(bytes, word, Words.leaf) {
      return leafLine(bytes, range)
    }
    switch place {
    case .magic:
      guard LineBytes.equal(bytes, range, Words.magic) else { return malformed("magic") }
      place = .head
    case .head, .padKey, .register, .suspension, .policy, .card:
      headPart(LineBytes.text(bytes, word), bytes, range)
    case .entries: entryPart(LineBytes.text(bytes, word), bytes, range)
    case .seen: tail(LineBytes.text(bytes, word), bytes, range)
    case .ended: break
    }
  }

  /// `seen` and `end` lines.
  mutating func tail(_ word: String, _ bytes: [UInt8], _ range: Range<Int>) {
    guard let fields = LineBytes.fields(bytes, range, limit: 4) else { return malformed(word) }
    switch word {
    case "seen" where fields.count == 4 && lastSettled == nil: seenLine(bytes, fields)
    case "settled" where fields.count == 2: settledLine(bytes, fields[1])
    case "end" where fields.count == 3: endLine(bytes, fields)
    default: malformed(word)
    }
  }

  private mutating func endLine(_ bytes: [UInt8], _ fields: [Range<Int>]) {
    guard let count = LineBytes.number(bytes, fields[1]) else {
      return malformed("end", at: fields[1])
    }
    guard let digest = LineBytes.digest(bytes, fields[2]) else {
      return malformed("end", at: fields[2])
    }
    finishLeaves()
    takeHash(bytes)
    if count != lineNumber - 1 {
      emit(.bundleAltered, .error, nil, ["lines", String(count), String(lineNumber - 1)])
    }
    if digest != hash.finish() { emit(.bundleAltered, .error, nil, ["hash"]) }
    place = .ended
  }

  // MARK: Findings

  /// Reports a finding on the line that is being read.
  mutating func emit(
    _ code: FindingCode,
    _ severity: Severity,
    _ leaves: ClosedRange<UInt64>? = nil,
    _ details: [String] = [],
    offset: UInt64? = nil
  ) {
    summary.count(severity)
    report(
      Finding(
        code,
        severity,
        bundle: name,
        line: lineNumber == 0 ? nil : lineNumber,
        offset: offset ?? lineOffset,
        leaves: leaves,
        details: details
      )
    )
  }

  /// Reports what the rules have found.
  mutating func emitRemarks(onLine: Bool = true) {
    guard !rules.remarks.isEmpty else { return }
    let remarks = rules.remarks
    rules.remarks.removeAll(keepingCapacity: true)
    for remark in remarks {
      summary.count(remark.severity)
      report(
        Finding(
          remark.code,
          remark.severity,
          bundle: name,
          line: onLine ? lineNumber : nil,
          offset: onLine ? lineOffset : nil,
          leaves: remark.leaves,
          details: remark.details
        )
      )
    }
  }

  /// Reports why nothing after this can be judged.
  mutating func stop(_ code: FindingCode, _ details: [String] = [], offset: UInt64? = nil) {
    let next = place == .entries ? roots.size...roots.size : nil
    emit(code, .error, code == .bundleMalformed ? next : nil, details, offset: offset)
    stopped = true
  }

  /// A line that is not in the grammar, or not in its place.
  mutating func malformed(_ word: String, at field: Range<Int>? = nil) {
    // A word of the format, or nothing: a foreign word is not repeated.
    let known = Words.all.contains(word) ? [word] : []
    stop(.bundleMalformed, known, offset: field.map { lineOffset + UInt64($0.lowerBound - start) })
  }
}

/// The words that lines begin with.
enum Words {
  static let magic = Array(BundleLimits.magic.utf8)
  static let leaf = Array("leaf".utf8)
  static let held = Array("held".utf8)
  static let gone = Array("gone".utf8)
  static let all: Set<String> = [
    "head", "pad-key", "register", "suspension", "policy", "card", "checkpoint", "leaf", "closed",
    "pads", "mark", "view", "receipt", "seen", "settled", "end",
  ]
}

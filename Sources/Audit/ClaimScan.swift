internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

/// Runs over a bundle for what it claims of other logs: its `seen` and `view` lines, and whose it is.
///
/// Used before several bundles are read together, so that each claim can be compared at its size
/// while that log is read. Judges nothing: a bundle that is not in the grammar is found by reading it.
package struct ClaimScan {
  /// The head, where it could be read.
  package private(set) var head: BundleHead?
  /// Claims by log.
  package private(set) var claims: [String: [AuditSession.Claim]] = [:]

  /// The agency in the head; empty where it could not be read.
  var agency: String { head?.agency.text ?? "" }
  /// Which of the agency's logs it is.
  var logNumber: UInt32 { head?.log.number ?? 0 }

  private let name: String
  private var splitter = LineSplitter()
  private var lines = 0
  private var ended = false

  /// Prepares to run over a bundle.
  package init(name: String) { self.name = name }

  /// Takes the next bytes.
  package mutating func feed(_ chunk: [UInt8]) {
    guard !ended else { return }
    var splitter = self.splitter
    self.splitter = LineSplitter()
    let fits = splitter.feed(chunk) { bytes, range in
      line(bytes, range)
      return true
    }
    self.splitter = splitter
    ended = !fits
  }

  private mutating func line(_ bytes: [UInt8], _ range: Range<Int>) {
    lines += 1
    let first = range.isEmpty ? 0 : bytes[range.lowerBound]
    // h, s and v: head, seen and view; nearly every line is a leaf.
    guard first == 0x68 || first == 0x73 || first == 0x76,
      let fields = LineBytes.fields(bytes, range, limit: 4)
    else { return }
    switch (LineBytes.text(bytes, fields[0]), fields.count) {
    case ("head", 2) where lines == 2: head = try? BundleHead(parsing: Array(bytes[fields[1]]))
    case ("seen", 4):
      guard let size = LineBytes.number(bytes, fields[2]),
        let root = LineBytes.digest(bytes, fields[3])
      else { return }
      add(LineBytes.text(bytes, fields[1]), size, root)
    case ("view", 2):
      guard let content = Base64.decode(bytes[fields[1]]),
        let note = String(validating: content, as: UTF8.self),
        let claimed = try? Checkpoint.claimed(note: note)
      else { return }
      add(claimed.origin, claimed.size, claimed.root)
    default: break
    }
  }

  private mutating func add(_ log: String, _ size: UInt64, _ root: Digest32) {
    // The same view is often written again and again.
    if let last = claims[log]?.last, last.size == size, last.root == root { return }
    claims[log, default: []].append(AuditSession.Claim(size: size, root: root, bundle: name))
  }
}

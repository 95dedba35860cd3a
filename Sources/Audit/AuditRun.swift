internal import CanonicalBytes

/// Checks one or more bundles and prints the result: what `amonat-audit` does, without its files.
package struct AuditRun {
  /// How a run ends (AUD-061).
  package enum Status: Int32, Sendable, Comparable {
    /// No error and no warning.
    case clean = 0
    /// An error or a warning.
    case findings = 1
    /// Something could not be checked.
    case unchecked = 2

    /// Orders by gravity.
    package static func < (left: Status, right: Status) -> Bool { left.rawValue < right.rawValue }
  }

  /// What is to be done with the bundles.
  package enum Task: Sendable {
    /// Each by itself, and forks between them.
    case verify
    /// Also each message against the other side's log.
    case reconcile
    /// Only what each holds.
    case inspect
  }

  /// The next bytes of a bundle; empty at its end.
  package typealias Source = () throws -> [UInt8]

  /// A bundle to be read.
  package struct Input {
    /// What findings call it.
    package let name: String
    /// Opens it; called once more for each time it is read.
    package let open: () throws -> Source

    /// Names a bundle.
    package init(name: String, open: @escaping () throws -> Source) {
      self.name = name
      self.open = open
    }
  }

  private let task: Task
  private let realm: Digest32?
  private var printer: AuditPrinter
  private var status = Status.clean

  /// Prepares a run; `nil` for a realm that is not 64 lower-case hexadecimal digits.
  ///
  /// - Parameters:
  ///   - task: What to do.
  ///   - realm: The realm the auditor was told, in hex; `nil` accepts each bundle's own.
  ///   - json: Whether to write JSON.
  ///   - language: Of the sentences.
  ///   - write: Takes text for people or, with `json`, one JSON object in pieces.
  package init?(
    task: Task,
    realm: String?,
    json: Bool,
    language: AuditLanguage,
    write: @escaping (String) -> Void
  ) {
    self.task = task
    if let realm {
      guard let digest = Digest32(hex: realm) else { return nil }
      self.realm = digest
    } else {
      self.realm = nil
    }
    printer = AuditPrinter(json: json, language: language, write: write)
  }

  /// Reads all bundles.
  package mutating func run(_ inputs: [Input]) -> Status {
    let session = AuditSession(reconciling: task == .reconcile)
    let ordered = inputs.count > 1 ? prescan(inputs, session) : inputs
    printer.begin()
    for input in ordered { read(input, session) }
    if task == .reconcile, var reconciler = Reconciler(session) {
      let outcome = reconciler.reconcile()
      for finding in outcome.findings { take(finding) }
      printer.outcome(outcome)
    }
    printer.end(status)
    return status
  }

  /// Collects what each bundle claims of other logs, and puts logs of one agency in their order.
  private func prescan(_ inputs: [Input], _ session: AuditSession) -> [Input] {
    var places: [(input: Input, agency: String, number: UInt32)] = []
    for input in inputs {
      var scan = ClaimScan(name: input.name)
      // What cannot be read is reported when it is read.
      if let source = try? input.open() {
        while let chunk = try? source(), !chunk.isEmpty { scan.feed(chunk) }
      }
      session.expect(scan.claims)
      places.append((input, scan.agency, scan.logNumber))
    }
    // A stable order: by agency only where both are known to be of the same one.
    var ordered: [(input: Input, agency: String, number: UInt32)] = []
    for place in places {
      let position = ordered.firstIndex {
        $0.agency == place.agency && !place.agency.isEmpty && $0.number > place.number
      }
      ordered.insert(place, at: position ?? ordered.count)
    }
    return ordered.map(\.input)
  }

  private mutating func read(_ input: Input, _ session: AuditSession) {
    var taken: [Finding] = []
    var verifier = BundleVerifier(name: input.name, realm: realm, session: session) {
      taken.append($0)
    }
    do {
      let source = try input.open()
      while true {
        let chunk = try source()
        guard !chunk.isEmpty else { break }
        verifier.feed(chunk)
        flush(&taken)
      }
    } catch {
      status = .unchecked
      return printer.unreadable(input.name)
    }
    let summary = verifier.finish()
    flush(&taken)
    printer.summary(summary, of: input.name, whole: task == .inspect)
  }

  private mutating func flush(_ findings: inout [Finding]) {
    for finding in findings { take(finding) }
    findings.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ finding: Finding) {
    if finding.code.stopsReading {
      status = .unchecked
    } else if finding.severity > .note, task != .inspect {
      status = max(status, .findings)
    }
    if task != .inspect || finding.code.stopsReading { printer.finding(finding) }
  }
}

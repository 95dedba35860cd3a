/// One question a person was asked: who may get what, for what; or one of the policy's own questions.
public struct ConsentQuestionKey: Codable, Hashable, Sendable {
  /// The recipient; absent where the question is not about one.
  public var peer: String?
  /// The purpose, or the code of a question beside the legs.
  public var purpose: String
  /// The exact service, where one was asked for.
  public var service: String?

  /// Names a question.
  public init(peer: String? = nil, purpose: String, service: String? = nil) {
    (self.peer, self.purpose, self.service) = (peer, purpose, service)
  }
}

/// What happened to a question, in the order in which it happened.
///
/// Each entry holds the hash of the one before, so that nothing can be taken out or put in later
/// without being seen by whoever reads the record.
///
/// Source: domain §6.2, §7.8; CNS-003.
public struct ConsentHistory: Codable, Hashable, Sendable {
  /// Something that happened.
  public struct Entry: Codable, Hashable, Sendable {
    /// From 1, without gaps.
    public var sequence: UInt64
    /// When, Unix ms.
    public var atMs: UInt64
    /// The account name of who wrote it down; absent for what a node did by itself.
    public var actor: String?
    /// What happened.
    public var step: ConsentStep
    /// To which question.
    public var question: ConsentQuestionKey
    /// The grant in the node's log, where there is one.
    public var grant: UInt64?
    /// Why not, a code of the policy's list `non-consent`.
    public var reason: String?
    /// Which taking of consent it belongs to.
    public var record: String?
    /// The hash of the entry before, in hexadecimal; empty for the first.
    public var previous: String

    /// The text that is hashed: every part with its length, so that no two entries read alike.
    public var hashed: [UInt8] {
      let parts: [String] = [
        "\(sequence)", "\(atMs)", actor ?? "", step.rawValue, question.peer ?? "",
        question.purpose, question.service ?? "", grant.map { "\($0)" } ?? "", reason ?? "",
        record ?? "", previous,
      ]
      return parts.flatMap { Array("\($0.utf8.count):\($0);".utf8) }
    }
  }

  /// Why an entry was not taken, or a history is not whole.
  public enum Failure: String, Error, Hashable, Sendable {
    /// The step does not follow from where the question stands.
    case step = "consent-step"
    /// The limit of entries is reached.
    case full = "consent-history-full"
    /// An entry is missing, was changed or was put in.
    case broken = "consent-history-broken"
  }

  /// Most entries of one case (CNS-004).
  public static let limit = 4_096

  /// The entries, the oldest first.
  public private(set) var entries: [Entry]

  /// An empty history.
  public init() { entries = [] }

  /// Where a question stands.
  public func state(of question: ConsentQuestionKey) -> ConsentState {
    entries.reduce(.unknown) { state, entry in
      entry.question == question ? state.after(entry.step) ?? state : state
    }
  }

  /// The questions, in the order in which they were first asked.
  public var questions: [ConsentQuestionKey] {
    var seen: Set<ConsentQuestionKey> = []
    return entries.compactMap { seen.insert($0.question).inserted ? $0.question : nil }
  }

  /// Adds what happened.
  ///
  /// - Parameters:
  ///   - step: What happened.
  ///   - question: To which question.
  ///   - atMs: When, Unix ms.
  ///   - actor: Who wrote it down.
  ///   - grant: The grant it made or ended.
  ///   - reason: Why not.
  ///   - record: The taking of consent it belongs to.
  ///   - hash: SHA-256, in hexadecimal.
  /// - Throws: ``Failure``; the history is then unchanged.
  public mutating func add(
    _ step: ConsentStep,
    to question: ConsentQuestionKey,
    atMs: UInt64,
    actor: String?,
    grant: UInt64? = nil,
    reason: String? = nil,
    record: String? = nil,
    hash: ([UInt8]) -> String
  ) throws(Failure) {
    guard entries.count < Self.limit else { throw .full }
    guard state(of: question).after(step) != nil else { throw .step }
    entries.append(
      Entry(
        sequence: UInt64(entries.count) + 1,
        atMs: max(atMs, entries.last?.atMs ?? 0),
        actor: actor,
        step: step,
        question: question,
        grant: grant,
        reason: reason,
        record: record,
        previous: entries.last.map { hash($0.hashed) } ?? ""
      )
    )
  }

  /// Whether the entries are numbered without gaps, follow from each other and carry each other's
  /// hashes.
  ///
  /// - Throws: ``Failure/broken``.
  public func check(hash: ([UInt8]) -> String) throws(Failure) {
    var states: [ConsentQuestionKey: ConsentState] = [:]
    var previous = ""
    for (place, entry) in entries.enumerated() {
      guard entry.sequence == UInt64(place) + 1, entry.previous.utf8.elementsEqual(previous.utf8),
        let next = (states[entry.question] ?? .unknown).after(entry.step)
      else { throw .broken }
      states[entry.question] = next
      previous = hash(entry.hashed)
    }
  }
}

extension ConsentHistory: CustomStringConvertible {
  /// Nothing of the content.
  public var description: String { "ConsentHistory(\(entries.count))" }
}

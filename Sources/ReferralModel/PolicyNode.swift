internal import CanonicalBytes

/// A value of the policy document together with where it stands.
struct PolicyNode {
  let value: CanonicalValue
  let path: PolicyPath

  func fault(_ code: PolicyFailure.Code) -> PolicyFault { PolicyFault(code: code, path: path) }

  func object(
    _ required: [String],
    optional: [String] = []
  ) throws(PolicyFault) -> PolicyMap {
    guard let object = value.object else { throw fault(.value) }
    for member in object.members
    where !required.contains(member.key) && !optional.contains(member.key) {
      throw PolicyFault(code: .unknownKey, path: path.key(member.key))
    }
    for key in required where object[key] == nil {
      throw PolicyFault(code: .missingKey, path: path.key(key))
    }
    return PolicyMap(object: object, path: path)
  }

  func list(upTo limit: Int) throws(PolicyFault) -> [PolicyNode] {
    guard let list = value.list else { throw fault(.value) }
    guard list.count <= limit else { throw fault(.tooMany) }
    return list.enumerated().map { PolicyNode(value: $1, path: path.index($0)) }
  }

  func string() throws(PolicyFault) -> String {
    guard let text = value.string else { throw fault(.value) }
    return text
  }

  func integer(_ range: ClosedRange<UInt64>) throws(PolicyFault) -> UInt64 {
    guard let number = value.integer, range.contains(number) else { throw fault(.value) }
    return number
  }

  func bool() throws(PolicyFault) -> Bool {
    guard let flag = value.bool else { throw fault(.value) }
    return flag
  }

  func word<Word: DomainText>(_: Word.Type) throws(PolicyFault) -> Word {
    guard let word = Word(try string()) else { throw fault(.badCode) }
    return word
  }

  func words<Word: DomainText>(
    _: Word.Type,
    upTo limit: Int,
    among known: Set<Word>?
  ) throws(PolicyFault) -> [Word] {
    var words: [Word] = []
    for node in try list(upTo: limit) {
      let word = try node.word(Word.self)
      if let known, !known.contains(word) { throw node.fault(.danglingCode) }
      guard !words.contains(word) else { throw node.fault(.duplicateCode) }
      words.append(word)
    }
    return words
  }

  /// A span of more than nothing; longer than any policy needs is refused.
  func span(
    atMost limitMs: UInt64 = PolicyLimit.spanMs,
    zeroAllowed: Bool = false
  ) throws(PolicyFault) -> Span {
    guard let span = Span(try string()) else { throw fault(.value) }
    guard zeroAllowed || span.amount > 0, span.nominalMs <= limitMs else {
      throw fault(.impossibleTimer)
    }
    return span
  }

  func labels(
    _ languages: [Language],
    scalarLimit: Int = PolicyLimit.labelScalars
  ) throws(PolicyFault) -> Labels {
    guard let object = value.object else { throw fault(.value) }
    for member in object.members where !languages.contains(where: { $0.text == member.key }) {
      throw PolicyFault(code: .unknownKey, path: path.key(member.key))
    }
    var texts: [(language: Language, text: String)] = []
    for language in languages {
      guard let text = object[language.text]?.string, !text.isEmpty else {
        throw PolicyFault(code: .missingLabel, path: path.key(language.text))
      }
      guard text.unicodeScalars.count <= scalarLimit else {
        throw PolicyFault(code: .value, path: path.key(language.text))
      }
      texts.append((language, text))
    }
    return Labels(texts: texts)
  }
}

/// An object whose keys have been checked.
struct PolicyMap {
  let object: CanonicalObject
  let path: PolicyPath

  /// A key that may be absent.
  func find(_ key: String) -> PolicyNode? {
    object[key].map { PolicyNode(value: $0, path: path.key(key)) }
  }

  /// A key that was asked for as required.
  func node(_ key: String) throws(PolicyFault) -> PolicyNode {
    guard let node = find(key) else {
      throw PolicyFault(code: .missingKey, path: path.key(key))
    }
    return node
  }

  func labels(_ languages: [Language]) throws(PolicyFault) -> Labels {
    guard let node = find("labels") else {
      throw PolicyFault(code: .missingLabel, path: path.key("labels"))
    }
    return try node.labels(languages)
  }
}

/// What the protocol, not a policy, bounds.
enum PolicyLimit {
  /// Coarse groups, and other short lists (PROTOCOL §2).
  static let coarse = 16
  /// Purposes: twice that, so that a mechanism can add one to those of the first policy (decision 0054).
  static let purposes = 32
  static let languages = 16
  static let services = 128
  static let lists = 96
  /// Forms of the case document.
  static let sections = 16
  static let roles = 32
  static let notices = 16
  static let retained = 32
  static let foreignAgencies = 64
  /// Longest text of a notice, in Unicode scalars.
  static let noticeScalars = 4000
  /// Findings of one check; a file with more is not a policy.
  static let faults = 100
  static let codes = 128
  static let fields = 64
  static let priorities = 8
  static let terms = 16
  static let holidays = 64
  /// Agencies with an entry of their own.
  static let offices = 256
  static let labelScalars = 200
  /// Longest text of a field, in Unicode scalars; blobs carry more.
  static let textScalars: UInt64 = 4000
  /// Nothing in a policy runs longer than ten years.
  static let spanMs: UInt64 = 3660 * 86_400_000
  /// No message and no grant lives longer: nothing is open-ended.
  static let lifeMs: UInt64 = 400 * 86_400_000
  /// An exception lives at most 72 hours (PROTOCOL §2).
  static let exceptionMs: UInt64 = 72 * 3_600_000
}

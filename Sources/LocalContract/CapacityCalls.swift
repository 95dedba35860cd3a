/// Asks an agency whether it has a place; nothing about a person is said.
package struct CapacityAsk: Codable, Hashable, Sendable {
  /// Which agency.
  package var peer: String
  /// What for and for whom, coarsely: a code of the policy's list.
  package var code: String

  /// Gathers the parts.
  package init(peer: String, code: String) { (self.peer, self.code) = (peer, code) }

  private enum CodingKeys: String, CodingKey { case peer, code }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    peer = try fields.decode(String.self, forKey: .peer)
    code = try fields.decode(String.self, forKey: .code)
  }
}

/// How this agency answers questions about its capacity.
package struct CapacitySet: Codable, Hashable, Sendable {
  /// What is asked for, a code of the policy's list.
  package var code: String
  /// The answer, a code of the policy's lists; absent: people answer themselves.
  package var answer: String?
  /// Until when it holds, Unix ms; absent: until it is changed.
  package var untilMs: UInt64?

  /// Gathers the parts.
  package init(code: String, answer: String? = nil, untilMs: UInt64? = nil) {
    (self.code, self.answer, self.untilMs) = (code, answer, untilMs)
  }

  private enum CodingKeys: String, CodingKey { case code, answer, untilMs }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    code = try fields.decode(String.self, forKey: .code)
    answer = try fields.decodeIfPresent(String.self, forKey: .answer)
    untilMs = try fields.decodeIfPresent(UInt64.self, forKey: .untilMs)
  }
}

/// A person's answer to one question.
package struct CapacityReply: Codable, Hashable, Sendable {
  /// The answer, a code of the policy's lists.
  package var answer: String

  /// Gathers the parts.
  package init(answer: String) { self.answer = answer }

  private enum CodingKeys: String, CodingKey { case answer }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    answer = try fields.decode(String.self, forKey: .answer)
  }
}

/// One question about capacity.
package struct CapacityLine: Codable, Hashable, Sendable {
  /// The question's message id, lower hex.
  package var id: String
  /// `in` or `out`.
  package var box: String
  /// The other agency.
  package var peer: String
  /// What is asked for.
  package var code: String
  /// The answer; absent while there is none.
  package var answer: String?
  /// When it was asked, Unix ms.
  package var askedMs: UInt64
  /// When it was answered, Unix ms.
  package var answeredMs: UInt64?
  /// Until when the answer, or the question, holds, Unix ms.
  package var untilMs: UInt64
  /// Whether that time has passed.
  package var stale: Bool

  /// Gathers the parts.
  package init(
    id: String,
    box: String,
    peer: String,
    code: String,
    answer: String? = nil,
    askedMs: UInt64,
    answeredMs: UInt64? = nil,
    untilMs: UInt64,
    stale: Bool
  ) {
    (self.id, self.box, self.peer, self.code, self.answer) = (id, box, peer, code, answer)
    (self.askedMs, self.answeredMs, self.untilMs) = (askedMs, answeredMs, untilMs)
    self.stale = stale
  }
}

/// Questions about capacity, and how this agency answers them.
package struct CapacityView: Codable, Hashable, Sendable {
  /// The standing answers.
  package var settings: [CapacitySet]
  /// The questions, the newest first.
  package var questions: [CapacityLine]

  /// Gathers the parts.
  package init(settings: [CapacitySet], questions: [CapacityLine]) {
    (self.settings, self.questions) = (settings, questions)
  }
}

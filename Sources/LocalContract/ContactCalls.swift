/// Somebody calls, or comes: no name is needed.
package struct ContactOpen: Codable, Hashable, Sendable {
  /// The desk that keeps it.
  package var desk: String
  /// How to call back safely: the fields of the policy's contact form.
  package var callBack: [String: FieldValue]
  /// A word the caller chose; only a salted digest of it is kept.
  package var codeWord: String
  /// `self`, `relative` or `other`; only she herself can consent.
  package var caller: String
  /// The language she speaks, a code of the policy.
  package var language: String
  /// What she wants to know or needs, in words; sealed.
  package var topic: String?

  /// Gathers the parts.
  package init(
    desk: String,
    callBack: [String: FieldValue],
    codeWord: String,
    caller: String,
    language: String,
    topic: String? = nil
  ) {
    self.desk = desk
    self.callBack = callBack
    self.codeWord = codeWord
    self.caller = caller
    self.language = language
    self.topic = topic
  }

  private enum CodingKeys: String, CodingKey {
    case desk, callBack, codeWord, caller, language, topic
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    desk = try fields.decode(String.self, forKey: .desk)
    callBack = try fields.decode([String: FieldValue].self, forKey: .callBack)
    codeWord = try fields.decode(String.self, forKey: .codeWord)
    caller = try fields.decode(String.self, forKey: .caller)
    language = try fields.decode(String.self, forKey: .language)
    topic = try fields.decodeIfPresent(String.self, forKey: .topic)
  }
}

/// A contact that was opened.
package struct ContactOpened: Codable, Hashable, Sendable {
  /// Its id; it never leaves the node.
  package var contact: String

  /// Gathers the parts.
  package init(
    contact: String
  ) {
    self.contact = contact
  }
}

/// A contact, opened with the session's desks.
package struct ContactView: Codable, Hashable, Sendable {
  /// Its id.
  package var contact: String
  /// The desk that keeps it.
  package var desk: String
  /// When, Unix ms.
  package var openedMs: UInt64
  /// `contact`, or `open` once it is a case.
  package var state: String
  /// How to call back safely.
  package var callBack: [String: FieldValue]
  /// Who called.
  package var caller: String
  /// Her language.
  package var language: String
  /// What she wants.
  package var topic: String?

  /// Gathers the parts.
  package init(
    contact: String,
    desk: String,
    openedMs: UInt64,
    state: String,
    callBack: [String: FieldValue],
    caller: String,
    language: String,
    topic: String? = nil
  ) {
    self.contact = contact
    self.desk = desk
    self.openedMs = openedMs
    self.state = state
    self.callBack = callBack
    self.caller = caller
    self.language = language
    self.topic = topic
  }
}

/// Whether a voice knows the code word.
package struct ContactCheck: Codable, Hashable, Sendable {
  /// The contact's id.
  package var contact: String
  /// What was said.
  package var codeWord: String

  /// Gathers the parts.
  package init(
    contact: String,
    codeWord: String
  ) {
    self.contact = contact
    self.codeWord = codeWord
  }

  private enum CodingKeys: String, CodingKey {
    case contact, codeWord
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    contact = try fields.decode(String.self, forKey: .contact)
    codeWord = try fields.decode(String.self, forKey: .codeWord)
  }
}

/// The answer.
package struct ContactChecked: Codable, Hashable, Sendable {
  /// Whether it is the word.
  package var knows: Bool

  /// Gathers the parts.
  package init(
    knows: Bool
  ) {
    self.knows = knows
  }
}

/// Makes a case of a contact, once she herself has agreed to a record being kept.
package struct ContactConvert: Codable, Hashable, Sendable {
  /// The contact's id.
  package var contact: String
  /// How she was asked.
  package var record: ConsentFacts
  /// What she said to the policy's questions; `storing` must be yes.
  package var answers: [String: Bool]
  /// The content: group, then field.
  package var sections: [String: [String: FieldValue]]
  /// That she herself was asked, not only whoever called.
  package var spokeToHer: Bool

  /// Gathers the parts.
  package init(
    contact: String,
    record: ConsentFacts,
    answers: [String: Bool],
    sections: [String: [String: FieldValue]],
    spokeToHer: Bool = false
  ) {
    self.contact = contact
    self.record = record
    self.answers = answers
    self.sections = sections
    self.spokeToHer = spokeToHer
  }

  private enum CodingKeys: String, CodingKey {
    case contact, record, answers, sections, spokeToHer
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    contact = try fields.decode(String.self, forKey: .contact)
    record = try fields.decode(ConsentFacts.self, forKey: .record)
    answers = try fields.decode([String: Bool].self, forKey: .answers)
    sections = try fields.decode([String: [String: FieldValue]].self, forKey: .sections)
    spokeToHer = try fields.decodeIfPresent(Bool.self, forKey: .spokeToHer) ?? false
  }
}

/// An adult who refused everything: six codes, nothing else.
package struct AnonymousAdd: Codable, Hashable, Sendable {
  /// A code of the list `sex`.
  package var sex: String
  /// A code of the list `age-band`; an adult's.
  package var age: String
  /// `own` or `foreign`.
  package var nationality: String
  /// A code of the list `exploitation`.
  package var exploitation: String
  /// A code of the list `region`.
  package var region: String
  /// Why not, a code of the list `non-consent`.
  package var reason: String

  /// Gathers the parts.
  package init(
    sex: String,
    age: String,
    nationality: String,
    exploitation: String,
    region: String,
    reason: String
  ) {
    self.sex = sex
    self.age = age
    self.nationality = nationality
    self.exploitation = exploitation
    self.region = region
    self.reason = reason
  }

  private enum CodingKeys: String, CodingKey {
    case sex, age, nationality, exploitation, region, reason
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    sex = try fields.decode(String.self, forKey: .sex)
    age = try fields.decode(String.self, forKey: .age)
    nationality = try fields.decode(String.self, forKey: .nationality)
    exploitation = try fields.decode(String.self, forKey: .exploitation)
    region = try fields.decode(String.self, forKey: .region)
    reason = try fields.decode(String.self, forKey: .reason)
  }
}

/// Counts for the statistics, small ones left out.
package struct AnonymousTable: Codable, Hashable, Sendable {
  /// How many; absent where too few.
  package var total: UInt64?
  /// No count below this is shown.
  package var least: UInt64
  /// One for each year, field and code that is counted often enough.
  package var cells: [AnonymousCell]

  /// Gathers the parts.
  package init(
    total: UInt64? = nil,
    least: UInt64,
    cells: [AnonymousCell]
  ) {
    self.total = total
    self.least = least
    self.cells = cells
  }
}

/// One count.
package struct AnonymousCell: Codable, Hashable, Sendable {
  /// The year.
  package var year: String
  /// `sex`, `age`, `nationality`, `exploitation`, `region` or `reason`.
  package var field: String
  /// The code.
  package var code: String
  /// How many.
  package var count: UInt64

  /// Gathers the parts.
  package init(
    year: String,
    field: String,
    code: String,
    count: UInt64
  ) {
    self.year = year
    self.field = field
    self.code = code
    self.count = count
  }
}

/// What other agencies have sent for the statistics.
package struct AnonymousReceived: Codable, Hashable, Sendable {
  /// One for each person who refused everything; who sent it, and when, is not told.
  package var notes: [AnonymousLine]
  /// How many no unlocked desk can open.
  package var sealed: UInt64

  /// Gathers the parts.
  package init(notes: [AnonymousLine], sealed: UInt64) {
    self.notes = notes
    self.sealed = sealed
  }
}

/// One adult who refused everything, as codes.
package struct AnonymousLine: Codable, Hashable, Sendable {
  /// The first month of the quarter, `YYYY-MM`.
  package var period: String
  /// A code of the list `sex`.
  package var sex: String
  /// A code of the list `age-band`.
  package var age: String
  /// `own` or `foreign`.
  package var nationality: String
  /// A code of the list `exploitation`.
  package var exploitation: String
  /// A code of the list `region`.
  package var region: String
  /// A code of the list `non-consent`.
  package var reason: String

  /// Gathers the parts.
  package init(
    period: String,
    sex: String,
    age: String,
    nationality: String,
    exploitation: String,
    region: String,
    reason: String
  ) {
    (self.period, self.sex, self.age) = (period, sex, age)
    (self.nationality, self.exploitation) = (nationality, exploitation)
    (self.region, self.reason) = (region, reason)
  }

  /// All of it, in the order of the fields.
  package var parts: [String] { [period, sex, age, nationality, exploitation, region, reason] }
}

/// A journey across a border.
package struct JourneyAsk: Codable, Hashable, Sendable {
  /// The referral's local name; its purpose is one that the policy sends abroad.
  package var referral: String
  /// When she is to arrive, Unix ms.
  package var travelsAtMs: UInt64

  /// Gathers the parts.
  package init(
    referral: String,
    travelsAtMs: UInt64
  ) {
    self.referral = referral
    self.travelsAtMs = travelsAtMs
  }

  private enum CodingKeys: String, CodingKey {
    case referral, travelsAtMs
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    travelsAtMs = try fields.decode(UInt64.self, forKey: .travelsAtMs)
  }
}

/// She has arrived.
package struct JourneyArrived: Codable, Hashable, Sendable {
  /// The referral's local name.
  package var referral: String

  /// Gathers the parts.
  package init(
    referral: String
  ) {
    self.referral = referral
  }

  private enum CodingKeys: String, CodingKey {
    case referral
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
  }
}

/// The journeys.
package struct JourneyList: Codable, Hashable, Sendable {
  /// The next first.
  package var journeys: [JourneyLine]

  /// Gathers the parts.
  package init(
    journeys: [JourneyLine]
  ) {
    self.journeys = journeys
  }
}

/// One journey.
package struct JourneyLine: Codable, Hashable, Sendable {
  /// The referral's local name.
  package var referral: String
  /// Who receives her.
  package var peer: String
  /// Whether that agency is in another country.
  package var crossBorder: Bool
  /// When she is to arrive, Unix ms.
  package var travelsAtMs: UInt64
  /// By when the arrival must be heard of, Unix ms.
  package var dueMs: UInt64
  /// `travelling`, `arrived` or `missed`.
  package var state: String

  /// Gathers the parts.
  package init(
    referral: String,
    peer: String,
    crossBorder: Bool,
    travelsAtMs: UInt64,
    dueMs: UInt64,
    state: String
  ) {
    self.referral = referral
    self.peer = peer
    self.crossBorder = crossBorder
    self.travelsAtMs = travelsAtMs
    self.dueMs = dueMs
    self.state = state
  }
}

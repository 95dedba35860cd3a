/// For whom something waits that could travel by parcel.
package struct CourierList: Codable, Hashable, Sendable {
  /// One line for each agency.
  package var waiting: [CourierLine]

  /// Gathers the parts.
  package init(waiting: [CourierLine]) { self.waiting = waiting }
}

/// What waits for one agency.
package struct CourierLine: Codable, Hashable, Sendable {
  /// Who it is for.
  package var agency: String
  /// Messages without a receipt, those that have left before included.
  package var messages: Int
  /// Answers to parcels that are not on their way yet.
  package var answers: Int

  /// Gathers the parts.
  package init(agency: String, messages: Int, answers: Int) {
    (self.agency, self.messages, self.answers) = (agency, messages, answers)
  }
}

/// Asks for the next parcel for an agency.
package struct CourierOut: Codable, Hashable, Sendable {
  /// Who it is for.
  package var to: String
  /// The `next` of the parcel before; absent at first.
  package var after: UInt64?
  /// Also with no message and no answer: register, card, link and checkpoint alone.
  package var always: Bool

  /// Gathers the parts.
  package init(to: String, after: UInt64? = nil, always: Bool = false) {
    (self.to, self.after, self.always) = (to, after, always)
  }

  private enum CodingKeys: String, CodingKey {
    case to, after, always
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    to = try fields.decode(String.self, forKey: .to)
    after = try fields.decodeIfPresent(UInt64.self, forKey: .after)
    always = try fields.decodeIfPresent(Bool.self, forKey: .always) ?? false
  }
}

/// A parcel for an agency.
package struct CourierParcel: Codable, Hashable, Sendable {
  /// Who it is for.
  package var to: String
  /// Its bytes, base64; absent where nothing waits.
  package var parcel: String?
  /// Messages in it.
  package var messages: Int
  /// Answers in it.
  package var answers: Int
  /// Where the next parcel goes on; absent after the last.
  package var next: UInt64?

  /// Gathers the parts.
  package init(to: String, parcel: String?, messages: Int, answers: Int, next: UInt64?) {
    (self.to, self.parcel, self.messages) = (to, parcel, messages)
    (self.answers, self.next) = (answers, next)
  }
}

/// What became of a parcel that was taken in.
package struct CourierTaken: Codable, Hashable, Sendable {
  /// Who sealed it.
  package var from: String
  /// Messages that were new.
  package var received: Int
  /// Messages that were known: they get the same answers again.
  package var repeated: Int
  /// The codes of the messages that were refused.
  package var refused: [String]
  /// Messages of ours that have their receipt now.
  package var answers: Int
  /// Register versions, suspensions, cards and links that were new.
  package var notes: Int
  /// Whether the sender's checkpoint is tied to what was held; otherwise its owner is asked.
  package var proven: Bool

  /// Gathers the parts.
  package init(
    from: String,
    received: Int = 0,
    repeated: Int = 0,
    refused: [String] = [],
    answers: Int = 0,
    notes: Int = 0,
    proven: Bool = true
  ) {
    (self.from, self.received, self.repeated) = (from, received, repeated)
    (self.refused, self.answers, self.notes) = (refused, answers, notes)
    self.proven = proven
  }
}

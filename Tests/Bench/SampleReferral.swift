internal import CanonicalBytes
internal import LocalContract

/// The content that every measured referral carries: the `need` of `Protocol/policy/tj-nrm.json`,
/// about an invented person.
enum SampleReferral {
  /// Bytes that the content is filled up to.
  private static let wantedBytes = 2_048

  /// Bytes of the content as it is sealed.
  static let measuredBytes = encoded(need).count

  /// The fields.
  static let need: [String: FieldValue] = {
    var need: [String: FieldValue] = [
      "age-band": .text("25-34"), "dependants": .number(1), "expects-contact": .flag(true),
      "interpreter": .text("female"), "languages": .codes(["ru", "tg"]),
      "practical": .text(words(480)), "reason": .text("first-need"), "region": .text("khatlon"),
      "service": .text("safe-accommodation"), "sex": .text("female"), "summary": .text(words(480)),
      "told": .text(""), "urgency": .text("routine"),
    ]
    let missing = wantedBytes - encoded(need).count
    need["told"] = .text(String(repeating: "x", count: max(1, min(missing, 300))))
    return need
  }()

  /// Fields as they are sealed.
  static func encoded(_ fields: [String: FieldValue]) -> [UInt8] {
    var object = CanonicalObject()
    for (name, value) in fields { object.set(name, value.canonical) }
    return object.encoded
  }

  /// One referral under a grant.
  static func ask(_ grant: UInt64) -> ReferAsk {
    ReferAsk(grant: grant, content: ["need": need])
  }

  private static func words(_ characters: Int) -> String {
    let sentence = "Нужно безопасное жильё для женщины с ребёнком и сопровождение. "
    var text = ""
    while text.count < characters { text += sentence }
    return String(text.prefix(characters - 1)) + "."
  }
}

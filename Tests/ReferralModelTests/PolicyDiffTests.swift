internal import CanonicalBytes
internal import ReferralModel
internal import Testing

@Suite struct PolicyDiffTests {
  @Test(
    "Every kind of change is found, and found once",
    arguments: [
      (#""name": "small""#, #""name": "smaller""#, ["name-changed"]),
      (#""version": 3"#, #""version": 4"#, ["version-changed"]),
      (#""overlap": "30d""#, #""overlap": "31d""#, ["overlap-changed"]),
      (#""overlap": "30d","#, "", ["overlap-changed"]),
      (#"{"tg": "Хурд", "en": "Small"}"#, #"{"tg": "Хурд", "en": "Little"}"#, ["policy-renamed"]),
      (
        #"{"code": "need", "class": "C4""#, #"{"code": "need", "class": "C5""#,
        ["group-class-changed"]
      ),
      (
        #"{"tg": "Хулоса", "en": "Summary"}"#, #"{"tg": "Хулоса", "en": "Gist"}"#, ["field-renamed"]
      ),
      (#""name": "summary""#, #""name": "gist""#, ["field-added", "field-removed"]),
      (#""type": "text", "limit": 10"#, #""type": "integer", "limit": 10"#, ["field-type-changed"]),
      (#""type": "text", "limit": 10"#, #""type": "text", "limit": 11"#, ["field-limit-changed"]),
      (#""limit": 10, "class": "C4""#, #""limit": 10, "class": "C3""#, ["field-class-changed"]),
      (#""required": true, "list""#, #""required": false, "list""#, ["field-required-changed"]),
      (#""list": "colour""#, #""list": "region""#, ["field-list-changed"]),
      (
        #"{"code": "single", "life": "30d""#, #"{"code": "single", "life": "20d""#,
        ["term-life-changed"]
      ),
      (
        #"{"code": "aid", "groups": ["need"]"#, #"{"code": "aid", "groups": ["answer", "need"]"#,
        ["purpose-groups-gained"]
      ),
      (
        #"{"code": "aid", "groups": ["need"]"#, #"{"code": "aid", "groups": ["answer"]"#,
        ["purpose-groups-gained", "purpose-groups-lost"]
      ),
      (#""onward": false"#, #""onward": true"#, ["purpose-onward-changed"]),
      (#"{"code": "soup""#, #"{"code": "tea""#, ["service-added", "service-removed"]),
      (
        #""timers": {"calm": {"acknowledge": "1h""#, #""timers": {"calm": {"acknowledge": "2h""#,
        ["acknowledge-changed"]
      ),
      (
        #""timers": {"calm": {"acknowledge": "1h", "decide": "2h", "contact": "3h"}}, "#, "",
        ["acknowledge-changed", "decide-changed", "contact-changed"]
      ),
      (#""decide": "2wd""#, #""decide": "3wd""#, ["decide-changed"]),
      (#""contact": "3d""#, #""contact": "4d""#, ["contact-changed"]),
      (#""message_life": "20d""#, #""message_life": "21d""#, ["message-life-changed"]),
      (#""deputy_after": "1h""#, #""deputy_after": "90m""#, ["deputy-after-changed"]),
      (
        #""next_provider_after": "2h""#, #""next_provider_after": "3h""#,
        ["next-provider-after-changed"]
      ),
      (#"[50, 80]"#, #"[50]"#, ["remind-changed"]),
      (#""telephone": false"#, #""telephone": true"#, ["telephone-changed"]),
      (#""coordinator": true"#, #""coordinator": false"#, ["coordinator-changed"]),
      (#""leg_window": "0m""#, #""leg_window": "4h""#, ["leg-window-changed"]),
      (
        #"{"code": "onward", "labels": {"tg": "Минбаъд", "en": "Onward"}}"#,
        #"{"code": "onward", "labels": {"tg": "Минбаъд", "en": "On"}}"#, ["basis-renamed"]
      ),
      (#""own_within": "48h""#, #""own_within": "24h""#, ["own-within-changed"]),
      (#""own_within": "48h", "#, "", ["own-within-changed"]),
      (#""second_within": "24h""#, #""second_within": "12h""#, ["second-within-changed"]),
      (#""life": "72h", "groups""#, #""life": "48h", "groups""#, ["exception-life-changed"]),
      (#""roles": ["cook"]"#, #""roles": ["cook", "chief"]"#, ["exception-roles-changed"]),
      (
        #""groups": ["need"], "purposes""#, #""groups": ["answer", "need"], "purposes""#,
        ["exception-groups-gained"]
      ),
      (
        #"{"code": "offer", "life": "10d""#, #"{"code": "offer", "life": "36h""#,
        ["kind-life-changed"]
      ),
      (
        #"{"code": "offer", "life": "10d", "groups": ["need"]"#,
        #"{"code": "offer", "life": "10d", "groups": ["answer", "need"]"#, ["kind-groups-gained"]
      ),
      (#"["consent", "vital-interest"]"#, #"["consent"]"#, ["kind-bases-lost"]),
      (#""outcomes": ["colour"]"#, #""outcomes": ["colour", "region"]"#, ["kind-outcomes-gained"]),
      (#""draft-warn": "21d""#, #""draft-warn": "20d""#, ["timer-changed"]),
      (#""record": "24h""#, #""record": "12h""#, ["timer-changed"]),
      (#""record": "24h", "#, "", ["timer-changed"]),
      (#""hold_down": "72h""#, #""hold_down": "48h""#, ["hold-down-changed"]),
      (#""daily_rate": 10"#, #""daily_rate": 9"#, ["daily-rate-changed"]),
      (#""quorum": 2"#, #""quorum": 3"#, ["quorum-changed"]),
      (#""sectors": 1"#, #""sectors": 2"#, ["sectors-changed"]),
      (#""heartbeat": "30m""#, #""heartbeat": "60m""#, ["heartbeat-changed"]),
      (#""settled_limit": "48h""#, #""settled_limit": "24h""#, ["settled-limit-changed"]),
      (#""pads": 15"#, #""pads": 7"#, ["pads-changed"]),
      (#""utc_offset_minutes": 300"#, #""utc_offset_minutes": 330"#, ["time-zone-changed"]),
      (#"["mon"]"#, #"["mon", "tue"]"#, ["workdays-changed"]),
      (#""closes": "17:00""#, #""closes": "18:00""#, ["hours-changed"]),
      (#""2027-06-01""#, #""2027-06-02""#, ["holidays-changed"]),
      (
        #"{"agency": "clinic.example""#, #"{"agency": "shelter.example""#,
        ["office-added", "office-removed"]
      ),
      (#""closes": "16:00""#, #""closes": "15:00""#, ["office-hours-changed"]),
      (#""telephone": "+992 1""#, #""telephone": "+992 2""#, ["office-telephone-changed"]),
      (#", "telephone": "+992 1""#, "", ["office-telephone-changed"]),
      (#""auto-close": "red""#, #""auto-close": "blue""#, ["automatic-changed"]),
      (#""automatic": {"auto-close": "red"},"#, "", ["automatic-changed"]),
      (#"{"code": "blue""#, #"{"code": "green""#, ["entry-added", "entry-removed"]),
      (#"{"tg": "Кабуд", "en": "Blue"}"#, #"{"tg": "Кабуд", "en": "Azure"}"#, ["entry-renamed"]),
      (#""hsds": "R""#, #""htcds": "R""#, ["crosswalk-changed", "crosswalk-changed"]),
      (#""of": "agency""#, #""of": "person""#, ["role-bearer-changed"]),
      (
        #""of": "agency", "class": "C4""#, #""of": "agency", "class": "C2""#, ["role-class-changed"]
      ),
      (#"{"code": "chief""#, #"{"code": "boss""#, ["role-added", "role-removed"]),
      (#""majority": 18"#, #""majority": 21"#, ["adult-years-changed"]),
      (#"["14d", "7d"]"#, #"["14d"]"#, ["warn-changed"]),
      (#"["60d", "0d"]"#, #"["60d", "30d", "0d"]"#, ["transition-changed"]),
      (#""bands": ["young", "doubt"]"#, #""bands": ["doubt", "young"]"#, ["age-bands-changed"]),
      (#""child": true"#, #""child": false"#, ["age-child-changed"]),
      (#""deciders": ["other"]"#, #""deciders": ["other", "self"]"#, ["age-decides-changed"]),
      (#""assent": "needed""#, #""assent": "none""#, ["age-assent-changed"]),
      (#""record_within": "24h""#, #""record_within": "12h""#, ["record-within-changed"]),
      (#""review_within": "7d""#, #""review_within": "5d""#, ["review-within-changed"]),
      (#""separate": ["aid"]"#, #""separate": []"#, ["never-condition-lost"]),
      (#"{"code": "storing""#, #"{"code": "police""#, ["question-added", "question-removed"]),
      (#""record": true"#, #""record": false"#, ["question-record-changed"]),
      (
        #""purposes": ["aid"], "receivers""#, #""purposes": [], "receivers""#,
        ["question-purposes-lost"]
      ),
      (#""receivers": ["court"]"#, #""receivers": []"#, ["question-receivers-lost"]),
      (#""en": "May we keep it?""#, #""en": "Shall we keep it?""#, ["question-renamed"]),
      (#""written_for": ["aid"]"#, #""written_for": []"#, ["written-purposes-lost"]),
      (
        #""written": ["signed"]"#, #""written": ["signed", "said"]"#,
        ["written-expressions-gained"]
      ),
      (#""region": "far""#, #""region": "near""#, ["abroad-region-changed"]),
      (
        #""region": "far", "purposes": ["aid"]"#, #""region": "far", "purposes": []"#,
        ["abroad-purposes-lost"]
      ),
      (
        #""purposes": ["aid"], "arrival": "24h""#, #""purposes": ["aid"], "arrival": "12h""#,
        ["abroad-arrival-changed"]
      ),
      (
        #""group": "need", "fields": ["service"]"#,
        #""group": "need", "fields": ["service", "summary"]"#, ["narrow-fields-gained"]
      ),
      (
        #"{"purpose": "aid", "group": "need", "fields": ["service"]}"#, "", ["narrow-removed"]
      ),
      (#""least_count": 10"#, #""least_count": 5"#, ["least-count-changed"]),
      (#"{"code": "bank""#, #"{"code": "bench""#, ["receiver-added", "receiver-removed"]),
      (#""family": true"#, #""family": false"#, ["receiver-family-changed"]),
      (#"{"tg": "Суд", "en": "Court"}"#, #"{"tg": "Суд", "en": "Bench"}"#, ["receiver-renamed"]),
      (#""en": "Listen.""#, #""en": "Listen well.""#, ["notice-text-changed"]),
      (
        #"{"code": "first", "version": 1"#, #"{"code": "first", "version": 2"#,
        ["notice-text-changed"]
      ),
      (
        #""basis": "law", "life": "90d""#, #""basis": "wish", "life": "90d""#,
        ["retained-basis-changed"]
      ),
      (#""life": "90d""#, #""life": "91d""#, ["retained-life-changed"]),
      (#""confirmed": false, "#, "", ["retained-confirmed-changed"]),
      (#"{"code": "bill""#, #"{"code": "invoice""#, ["kept-added", "kept-removed"]),
      (
        #""agency": "far.example""#, #""agency": "near.example""#,
        ["foreign-added", "foreign-removed"]
      ),
      (#""country": "kz""#, #""country": "uz""#, ["foreign-country-changed"]),
      (
        #""cross_border": {"purpose": "aid", "agencies": [{"agency": "far.example", "country": "kz", "labels": {"tg": "Дур", "en": "Far"}}]},"#,
        "", ["cross-border-purpose-changed", "foreign-removed"]
      ),
      (
        #"{"code": "visit", "class": "C3""#, #"{"code": "call", "class": "C3""#,
        ["section-added", "section-removed"]
      ),
      (#""name": "on""#, #""name": "when""#, ["field-added", "field-removed"]),
    ] as [(String, String, [String])]
  )
  func kinds(_ found: String, _ put: String, _ codes: [String]) throws {
    let range = try #require(FullPolicy.text.firstRange(of: found), "\(found)")
    var text = FullPolicy.text
    text.replaceSubrange(range, with: put)
    let old = try Policy.parse(Array(FullPolicy.text.utf8))
    let new = try Policy.parse(Array(text.utf8))
    #expect(old.changes(to: new).map(\.code) == codes)
    // Backwards, what was gained is lost and what was added is gone.
    let back = new.changes(to: old).map(\.code).sorted()
    #expect(back == codes.map(Self.reversed).sorted())
  }

  private static func reversed(_ code: String) -> String {
    for (one, other) in [("-gained", "-lost"), ("-added", "-removed")] {
      if code.hasSuffix(one) { return code.dropLast(one.count) + other }
      if code.hasSuffix(other) { return code.dropLast(other.count) + one }
    }
    return code
  }

  @Test("A language more or less is one change, not one for every label")
  func languages() throws {
    let old = try Policy.parse(Array(SmallPolicy.text.utf8))
    var text = SmallPolicy.text.replacing(#"["tg", "en"]"#, with: #"["tg", "en", "fr"]"#)
    text = text.replacing(/"en": ("[^"]*")/) { "\($0.output.0), \"fr\": \($0.output.1)" }
    let new = try Policy.parse(Array(text.utf8))
    #expect(old.changes(to: new) == [.added(.language(word("fr")))])
    #expect(new.changes(to: old) == [.removed(.language(word("fr")))])
  }

  @Test("Two readings of one file differ in nothing; the order of entries is no change")
  func same() throws {
    let policy = try RepositoryFile.policy()
    #expect(policy.changes(to: policy).isEmpty)
    let swapped = SmallPolicy.text.replacing(
      #"{"code": "red", "labels": {"tg": "Сурх", "en": "Red"}, "hsds": "R"},"#,
      with: ""
    ).replacing(
      #"{"code": "blue", "labels": {"tg": "Кабуд", "en": "Blue"}}"#,
      with:
        #"{"code": "blue", "labels": {"tg": "Кабуд", "en": "Blue"}}, {"code": "red", "labels": {"tg": "Сурх", "en": "Red"}, "hsds": "R"}"#
    )
    let old = try Policy.parse(Array(SmallPolicy.text.utf8))
    #expect(try old.changes(to: Policy.parse(Array(swapped.utf8))).isEmpty)
  }

  /// Changes every value of a policy, one after the other: what still is a policy must differ.
  @Test("No value of a policy can change unseen")
  func everyLeaf() throws {
    let old = try Policy.parse(Array(FullPolicy.text.utf8))
    let document = try CanonicalJSON.parse(Array(FullPolicy.text.utf8), profile: .document)
    var tried = 0
    var unseen: [String] = []
    for leaf in Leaf.all(of: .object(document)) {
      for value in leaf.others {
        guard case .object(let object) = leaf.replacing(.object(document), with: value),
          let new = try? Policy.parse(object.encoded)
        else { continue }
        tried += 1
        if old.changes(to: new).isEmpty { unseen.append("\(leaf.path)") }
        break
      }
    }
    #expect(unseen.isEmpty)
    #expect(tried > 200)
  }
}

/// A value of a document that is no object and no list.
private struct Leaf {
  enum Step {
    case key(String)
    case index(Int)
  }

  var path: [Step] = []
  var value: CanonicalValue

  static func all(of value: CanonicalValue) -> [Leaf] {
    if let object = value.object {
      return object.members.flatMap { member in
        all(of: member.value).map { Leaf(path: [.key(member.key)] + $0.path, value: $0.value) }
      }
    }
    if let list = value.list {
      return list.enumerated().flatMap { position, element in
        all(of: element).map { Leaf(path: [.index(position)] + $0.path, value: $0.value) }
      }
    }
    return [Leaf(value: value)]
  }

  /// Values that may stand there instead.
  var others: [CanonicalValue] {
    if let number = value.integer { return [.integer(number + 1), .integer(max(1, number) - 1)] }
    if let flag = value.bool { return [.bool(!flag)] }
    guard let text = value.string else { return [] }
    if let span = Span(text), let longer = Span(span.amount + 1, span.unit) {
      return [.string(longer.description)]
    }
    return [
      "C1", "vital-interest", "answer", "region", "colour", "said", "wish", "near", "none",
      "summary", "blue", "07:00", "19:00", "sun", "05-05", "+992 2", text + "x",
    ].filter { $0 != text }.map(CanonicalValue.string)
  }

  func replacing(_ root: CanonicalValue, with value: CanonicalValue) -> CanonicalValue {
    Self.replacing(root, path[...], value)
  }

  private static func replacing(
    _ root: CanonicalValue,
    _ path: ArraySlice<Step>,
    _ value: CanonicalValue
  ) -> CanonicalValue {
    switch path.first {
    case nil: return value
    case .key(let key):
      guard var object = root.object, let held = object[key] else { return root }
      object.set(key, replacing(held, path.dropFirst(), value))
      return .object(object)
    case .index(let position):
      guard var list = root.list else { return root }
      list[position] = replacing(list[position], path.dropFirst(), value)
      return .list(list)
    }
  }
}

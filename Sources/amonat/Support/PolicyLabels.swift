internal import LocalContract
internal import ReferralModel

/// What people read for the policy's codes; the codes themselves where no policy is at hand.
struct PolicyLabels {
  private let policy: Policy?
  private let catalogue: Catalogue?
  private let words: Phrasebook

  /// Opens a policy file's labels; an unreadable one gives none.
  init(_ bytes: [UInt8]?, _ words: Phrasebook) {
    self.words = words
    guard let bytes, let policy = try? Policy.parse(bytes),
      let language = Language(words.language.rawValue)
    else {
      (policy, catalogue) = (nil, nil)
      return
    }
    self.policy = policy
    catalogue = Catalogue(policy, language: language)
  }

  func group(_ code: String) -> String {
    guard let catalogue, let policy, let group = FieldGroup(code) else { return code }
    return catalogue.label(policy.section(group) == nil ? .group(group) : .section(group))
  }

  func groups(_ codes: [String]) -> String { codes.map(group).joined(separator: ", ") }

  func purpose(_ code: String) -> String {
    guard let catalogue, let purpose = Purpose(code) else { return code }
    return catalogue.label(purpose)
  }

  func basis(_ code: String) -> String {
    guard let catalogue, let basis = Basis(rawValue: code) else { return code }
    return catalogue.label(basis)
  }

  /// The label of a role, of a person or an agency.
  func role(_ code: String) -> String {
    guard let catalogue, let role = Code(code) else { return code }
    return catalogue.label(.role(role))
  }

  func kept(_ code: String) -> String {
    guard let catalogue, let code = Code(code) else { return code }
    return catalogue.label(.kept(code))
  }

  func urgency(_ code: String) -> String {
    guard let catalogue, let code = Code(code) else { return code }
    return catalogue.label(priority: code)
  }

  /// The label of an outcome or a reason, whichever kind of message it belongs to.
  func outcome(_ code: String) -> String {
    guard let catalogue, let outcome = Code(code) else { return code }
    for kind in MessageKind.allCases {
      let label = catalogue.label(outcome: outcome, of: kind)
      guard label.utf8.elementsEqual(code.utf8) else { return label }
    }
    return code
  }

  func kind(_ code: String) -> String {
    guard let catalogue, let kind = MessageKind(rawValue: code) else { return code }
    return catalogue.label(kind)
  }

  /// The label of a field, and its value in words.
  func field(_ name: String, of group: String, _ value: FieldValue) -> (String, String) {
    guard let catalogue, let policy, let group = FieldGroup(group), let code = Code(name),
      let rule = (policy.form(group) ?? policy.section(group))?.field(code)
    else { return (name, text(value) { $0 }) }
    let shown = text(value) { value in
      guard let list = rule.list, let code = Code(value) else { return value }
      return catalogue.label(code, in: list)
    }
    let isSection = policy.section(group) != nil
    return (catalogue.label(isSection ? .sectionField(code, group) : .field(code, group)), shown)
  }

  /// The label of a code that stands in a field of a group.
  func code(_ code: String, of field: String, in group: String) -> String {
    self.field(field, of: group, .text(code)).1
  }

  private func text(_ value: FieldValue, _ label: (String) -> String) -> String {
    switch value {
    case .text(let text): label(text)
    case .number(let number): "\(number)"
    case .flag(let flag): words(flag ? .yes : .no)
    case .codes(let codes): codes.map(label).joined(separator: ", ")
    }
  }
}

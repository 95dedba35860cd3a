extension Catalogue {
  /// What people read for anything that a policy names; the code itself where it is not known.
  public func label(_ name: PolicyName) -> String {
    switch name {
    case .policy: title
    case .language(let language): label(list: "language", language.text)
    case .group(let group): label(group)
    case .field(let field, let group): label(field: field, of: group)
    case .section(let section): text(policy.section(section)?.labels, section.text)
    case .sectionField(let field, let section):
      text(policy.section(section)?.field(field)?.labels, field.text)
    case .term(let term): text(policy.terms.first { $0.code == term }?.labels, term.text)
    case .purpose(let purpose): label(purpose)
    case .service(let service): label(service: service)
    case .basis(let basis): label(basis)
    case .kind(let kind): label(kind)
    case .priority(let priority): label(priority: priority)
    case .timer(let timer): timer.rawValue
    case .period(let period): period.rawValue
    case .list(let list):
      text(policy.list(list).flatMap { $0.isDerived ? nil : $0.labels }, list.text)
    case .entry(let code, let list): label(code, in: list)
    case .role(let role): text(policy.roles.first { $0.code == role }?.labels, role.text)
    case .age(let age): text(policy.consent?.ages.first { $0.code == age }?.labels, age.text)
    case .notice(let notice):
      text(policy.notices.first { $0.code == notice }?.labels, notice.text)
    case .retained(let code):
      text(policy.retention.first { $0.code == code }?.labels, code.text)
    case .kept(let code): text(policy.kept(code)?.labels, code.text)
    case .foreign(let agency):
      text(policy.crossBorder?.agencies.first { $0.agency == agency }?.labels, agency.text)
    case .question(let code):
      text(policy.consent?.questions.first { $0.code == code }?.labels, code.text)
    case .receiver(let code):
      text(policy.consent?.receivers.first { $0.code == code }?.labels, code.text)
    case .narrow(let purpose, let group): "\(label(purpose)): \(label(group))"
    case .office(let agency): agency.text
    }
  }

  /// Whether the policy has the thing named, so that its label is the policy's.
  public func knows(_ name: PolicyName) -> Bool {
    switch name {
    case .policy: true
    case .language(let language): policy.languages.contains(language)
    case .group(let group): policy.form(group) != nil
    case .field(let field, let group): policy.form(group)?.field(field) != nil
    case .section(let section): policy.section(section) != nil
    case .sectionField(let field, let section): policy.section(section)?.field(field) != nil
    case .term(let term): policy.terms.contains { $0.code == term }
    case .purpose(let purpose): policy.purpose(purpose) != nil
    case .service(let service): policy.service(service) != nil
    case .basis(let basis): policy.bases[basis] != nil || policy.exception(basis) != nil
    case .kind(let kind): policy.kind(kind) != nil
    case .priority(let priority): policy.priority(priority) != nil
    case .timer, .period: true
    case .list(let list): policy.list(list) != nil
    case .entry(let code, let list): policy.list(list)?.contains(code) ?? false
    case .role(let role): policy.roles.contains { $0.code == role }
    case .age(let age): policy.consent?.ages.contains { $0.code == age } ?? false
    case .notice(let notice): policy.notices.contains { $0.code == notice }
    case .retained(let code): policy.retention.contains { $0.code == code }
    case .kept(let code): policy.kept(code) != nil
    case .foreign(let agency):
      policy.crossBorder?.agencies.contains { $0.agency == agency } ?? false
    case .question(let code): policy.consent?.questions.contains { $0.code == code } ?? false
    case .receiver(let code): policy.consent?.receivers.contains { $0.code == code } ?? false
    case .narrow(let purpose, let group):
      policy.purpose(purpose) != nil && policy.form(group) != nil
    case .office(let agency): policy.offices[agency] != nil
    }
  }

  private func text(_ labels: Labels?, _ code: String) -> String {
    labels?.text(in: language) ?? code
  }

  private func label(list: String, _ code: String) -> String {
    guard let list = Code(list), let code = Code(code) else { return code }
    return label(code, in: list)
  }
}

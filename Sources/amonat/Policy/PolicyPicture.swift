internal import LocalContract
internal import ReferralModel

/// A policy as a person reads it: codes with their labels in one language.
struct PolicyPicture: Encodable, Sendable {
  struct Named: Encodable, Sendable {
    var code: String
    var label: String
  }

  struct Purpose: Encodable, Sendable {
    var code: String
    var label: String
    var onward: Bool
    var groups: [Named]
    var services: [Named]
  }

  struct Field: Encodable, Sendable {
    var name: String
    var label: String
    var type: String
    var limit: UInt64
    var sensitivity: String
    var required: Bool
    var codes: [Named]
  }

  struct Form: Encodable, Sendable {
    var code: String
    var label: String
    var sensitivity: String
    var fields: [Field]
  }

  struct Exception: Encodable, Sendable {
    var code: String
    var label: String
    var life: String
    var roles: [Named]
    var groups: [Named]
  }

  struct Priority: Encodable, Sendable {
    var code: String
    var label: String
    var acknowledge: String
    var decide: String
    var contact: String
    var coordinator: Bool
  }

  struct Timed: Encodable, Sendable {
    var code: String
    var label: String
    var life: String
  }

  struct Age: Encodable, Sendable {
    var code: String
    var label: String
    var child: Bool
    var assent: Named
    var decides: [Named]
  }

  struct Kept: Encodable, Sendable {
    var code: String
    var label: String
    var basis: String
    var life: String
    var confirmed: Bool
  }

  var name: String
  var version: UInt64
  var title: String
  var sha256: String
  var languages: [String]
  var purposes: [Purpose] = []
  var forms: [Form] = []
  var exceptions: [Exception] = []
  var terms: [Timed] = []
  var priorities: [Priority] = []
  var timers: [Timed] = []
  var automatic: [Named] = []
  var offices: [PolicyOffice] = []
  var ages: [Age] = []
  var consent: PolicyConsent?
  var kept: [Kept] = []
  var notices: [Named] = []
}

extension PolicyPicture {
  /// Pictures a policy.
  init(_ policy: Policy, sha256: String, _ words: Phrasebook) {
    let labels = policy.catalogue(words)
    let texts = PolicyWords(words)
    self.init(
      name: policy.name.text,
      version: policy.version,
      title: labels.title,
      sha256: sha256,
      languages: policy.languages.map(\.text)
    )
    purposes = policy.purposes.map { purpose in
      Purpose(
        code: purpose.code.text,
        label: labels.label(purpose.code),
        onward: purpose.mayGoOnward,
        groups: purpose.groups.map { Named(code: $0.text, label: labels.label($0)) },
        services: policy.services(of: purpose.code).map {
          Named(code: $0.code.text, label: labels.label(service: $0.code))
        }
      )
    }
    forms = (policy.forms + policy.sections).map { Self.form($0, policy, labels) }
    exceptions = policy.exceptions.map { exception in
      Exception(
        code: exception.basis.rawValue,
        label: labels.label(exception.basis),
        life: texts.span(exception.life),
        roles: exception.roles.map { Named(code: $0.text, label: labels.label(.role($0))) },
        groups: exception.groups.map { Named(code: $0.text, label: labels.label($0)) }
      )
    }
    terms = policy.terms.map {
      Timed(code: $0.code.text, label: labels.label(.term($0.code)), life: texts.span($0.life))
    }
    priorities = policy.priorities.map {
      Priority(
        code: $0.code.text,
        label: labels.label(priority: $0.code),
        acknowledge: texts.span($0.times.acknowledge),
        decide: texts.span($0.times.decide),
        contact: texts.span($0.times.contact),
        coordinator: $0.coordinator
      )
    }
    timers =
      TimerName.allCases.compactMap { timer in
        policy.timers[timer].map {
          Timed(code: timer.rawValue, label: texts.timer(timer.rawValue), life: texts.span($0))
        }
      }
      + PeriodName.allCases.compactMap { period in
        policy.periods[period].map {
          Timed(code: period.rawValue, label: texts.timer(period.rawValue), life: texts.span($0))
        }
      }
    ages = (policy.consent?.ages ?? []).map { age in
      Age(
        code: age.code.text,
        label: labels.label(.age(age.code)),
        child: age.isChild,
        assent: Named(code: age.assent.rawValue, label: texts.value(age.assent.rawValue)),
        decides: age.deciders.map { Named(code: $0.text, label: labels.entry($0, "decider")) }
      )
    }
    automatic = TimerName.allCases.compactMap { timer in
      policy.automatic[timer].map {
        Named(code: $0.text, label: labels.label(code: $0, of: timer, in: policy, texts))
      }
    }
    offices = PolicyOffice.all(of: policy)
    consent = policy.consent.map { PolicyConsent($0, labels, texts) }
    kept = policy.kept.map {
      Kept(
        code: $0.code.text,
        label: labels.label(.kept($0.code)),
        basis: labels.entry($0.basis, "legal-basis"),
        life: texts.span($0.life),
        confirmed: $0.isConfirmed
      )
    }
    notices = policy.notices.map {
      Named(code: $0.code.text, label: labels.label(.notice($0.code)))
    }
  }

  /// The same picture with one form only, its codes spelt out.
  func form(
    of policy: Policy,
    _ code: String,
    _ words: Phrasebook
  ) throws(CommandFailure) -> PolicyPicture {
    guard let group = FieldGroup(code), let form = policy.form(group) ?? policy.section(group)
    else { throw .refused("form-unknown-group", words(.fileMalformed, "--group", code)) }
    var picture = PolicyPicture(
      name: name,
      version: version,
      title: title,
      sha256: sha256,
      languages: languages
    )
    picture.forms = [Self.form(form, policy, policy.catalogue(words), spelt: true)]
    return picture
  }

  private static func form(
    _ form: FieldForm,
    _ policy: Policy,
    _ labels: Catalogue,
    spelt: Bool = false
  ) -> Form {
    let isSection = policy.section(form.group) != nil
    return Form(
      code: form.group.text,
      label: labels.label(isSection ? .section(form.group) : .group(form.group)),
      sensitivity: form.sensitivity.rawValue,
      fields: form.fields.map { field in
        Field(
          name: field.name.text,
          label: labels.label(
            isSection ? .sectionField(field.name, form.group) : .field(field.name, form.group)
          ),
          type: field.type.rawValue,
          limit: field.limit,
          sensitivity: field.sensitivity.rawValue,
          required: field.isRequired,
          codes: spelt ? entries(field, policy, labels) : []
        )
      }
    )
  }

  private static func entries(
    _ field: FieldRule,
    _ policy: Policy,
    _ labels: Catalogue
  ) -> [Named] {
    guard let list = field.list, let found = policy.list(list) else { return [] }
    return found.entries.map { Named(code: $0.code.text, label: labels.label($0.code, in: list)) }
  }
}

extension Catalogue {
  /// The code that a clock gives, with the clock's name.
  fileprivate func label(
    code: Code,
    of timer: TimerName,
    in policy: Policy,
    _ texts: PolicyWords
  ) -> String {
    let kind: MessageKind = timer == .decide ? .recall : .close
    return texts(.decides, texts.timer(timer.rawValue), label(outcome: code, of: kind))
  }

  /// The label of a code of a list that the protocol knows by name.
  func entry(_ code: Code, _ list: String) -> String {
    Code(list).map { label(code, in: $0) } ?? code.text
  }
}

extension Report {
  /// A policy in words.
  mutating func show(_ policy: PolicyPicture) {
    let texts = PolicyWords(words)
    line(policy.title)
    line(texts(.edition, policy.name, "\(policy.version)"))
    line("\(texts(.fingerprint)): \(policy.sha256)")
    list(texts(.purposes), policy.purposes) { purpose, report in
      report.line(
        texts(.sees, purpose.label, purpose.code, Self.labels(purpose.groups))
      )
      if !purpose.services.isEmpty {
        report.line("  \(texts(.services)): \(Self.labels(purpose.services))")
      }
    }
    list(texts(.terms), policy.terms) { $1.line(texts(.decides, $0.label, $0.life)) }
    list(texts(.ages), policy.ages) { age, report in
      let decides = Self.labels(age.decides)
      report.line(
        age.child
          ? texts(.assent, age.label, decides, age.assent.label)
          : texts(.decides, age.label, decides)
      )
    }
    if let consent = policy.consent { show(consent, texts) }
    list(texts(.exceptions), policy.exceptions) { exception, report in
      report.line(
        texts(.exception, exception.label, exception.life, Self.labels(exception.groups))
      )
      if !exception.roles.isEmpty { report.line("  " + Self.labels(exception.roles)) }
    }
    list(texts(.priorities), policy.priorities) {
      let told = $0.coordinator ? "; \(texts(.coordinator))" : ""
      $1.line(texts(.answers, $0.label, $0.acknowledge, $0.decide, $0.contact) + told)
    }
    list(texts(.timers), policy.timers) { $1.line(texts(.decides, $0.label, $0.life)) }
    if !policy.automatic.isEmpty {
      list(texts(.automatic), policy.automatic) { $1.line("\($0.label) [\($0.code)]") }
    }
    if !policy.offices.isEmpty {
      list(texts(.offices), policy.offices) {
        $1.line([$0.agency, $0.hours, $0.telephone].compactMap(\.self).joined(separator: "; "))
      }
    }
    list(texts(.kept), policy.kept) { kept, report in
      let open = kept.confirmed ? "" : " (\(texts(.unconfirmed)))"
      report.line(texts(.keptLine, kept.label, kept.basis, kept.life) + open)
    }
    list(texts(.notices), policy.notices) { $1.line("\($0.label) [\($0.code)]") }
    list(texts(.groups), policy.forms) { form, report in
      report.line("\(form.label) [\(form.code)] \(form.sensitivity)")
      for field in form.fields {
        let required = field.required ? ", \(texts(.required))" : ""
        report.line(
          "  \(field.label) [\(field.name)] \(field.type) ≤ \(field.limit), \(field.sensitivity)\(required)"
        )
        for code in field.codes { report.line("    \(code.label) [\(code.code)]") }
      }
    }
  }

  static func labels(_ names: [PolicyPicture.Named]) -> String {
    names.map(\.label).joined(separator: ", ")
  }
}

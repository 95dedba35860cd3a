internal import LocalContract
internal import ReferralModel

/// How a policy takes consent, as a person reads it.
struct PolicyConsent: Encodable, Sendable {
  struct Abroad: Encodable, Sendable {
    var region: PolicyPicture.Named
    var purposes: [PolicyPicture.Named]
    var arrival: String
  }

  struct Narrow: Encodable, Sendable {
    var purpose: PolicyPicture.Named
    var group: PolicyPicture.Named
    var fields: [PolicyPicture.Named]
  }

  var majority: UInt64
  var warnings: [String]
  var transition: [String]
  var recordWithin: String
  var reviewWithin: String
  var separate: [PolicyPicture.Named]
  var questions: [PolicyPicture.Named]
  var writtenFor: [PolicyPicture.Named]
  var written: [PolicyPicture.Named]
  var abroad: Abroad
  var narrow: [Narrow]
  var leastCount: UInt64
  var receivers: [PolicyPicture.Named]
}

extension PolicyConsent {
  /// Pictures the rules of consent.
  init(_ rules: ConsentRules, _ labels: Catalogue, _ texts: PolicyWords) {
    let purpose = { (code: Purpose) in
      PolicyPicture.Named(code: code.text, label: labels.label(code))
    }
    self.init(
      majority: rules.majority,
      warnings: rules.warnings.map(texts.span),
      transition: rules.transition.map(texts.span),
      recordWithin: texts.span(rules.recordWithin),
      reviewWithin: texts.span(rules.reviewWithin),
      separate: rules.separate.map(purpose),
      questions: rules.questions.map {
        PolicyPicture.Named(code: $0.code.text, label: labels.label(.question($0.code)))
      },
      writtenFor: rules.writtenFor.map(purpose),
      written: rules.written.map {
        PolicyPicture.Named(code: $0.text, label: labels.entry($0, "consent-expression"))
      },
      abroad: Abroad(
        region: PolicyPicture.Named(
          code: rules.abroad.region.text,
          label: labels.entry(rules.abroad.region, "region")
        ),
        purposes: rules.abroad.purposes.map(purpose),
        arrival: texts.span(rules.abroad.arrival)
      ),
      narrow: rules.narrow.map { rule in
        Narrow(
          purpose: purpose(rule.purpose),
          group: PolicyPicture.Named(code: rule.group.text, label: labels.label(rule.group)),
          fields: rule.fields.map {
            PolicyPicture.Named(code: $0.text, label: labels.label(field: $0, of: rule.group))
          }
        )
      },
      leastCount: rules.leastCount,
      receivers: rules.receivers.map {
        PolicyPicture.Named(code: $0.code.text, label: labels.label(.receiver($0.code)))
      }
    )
  }
}

/// What the directory says of one agency, as a person reads it.
struct PolicyOffice: Encodable, Sendable {
  var agency: String
  var hours: String?
  var telephone: String?

  /// The offices of a policy, by agency.
  static func all(of policy: Policy) -> [PolicyOffice] {
    policy.offices.sorted { $0.key < $1.key }.map {
      PolicyOffice(
        agency: $0.key.text,
        hours: $0.value.hours?.fullText,
        telephone: $0.value.telephone
      )
    }
  }
}

extension Report {
  /// The rules of consent in words.
  mutating func show(_ consent: PolicyConsent, _ texts: PolicyWords) {
    var lines = [
      texts(.majority, "\(consent.majority)"),
      texts(.warnings, consent.warnings.joined(separator: ", ")),
      texts(.transition, consent.transition.joined(separator: ", ")),
      texts(.recordWithin, consent.recordWithin),
      texts(.reviewWithin, consent.reviewWithin),
    ]
    if !consent.separate.isEmpty { lines.append(texts(.separate, Self.labels(consent.separate))) }
    if !consent.writtenFor.isEmpty {
      lines.append(
        texts(.writtenFor, Self.labels(consent.writtenFor), Self.labels(consent.written))
      )
    }
    lines.append(
      texts(
        .abroad,
        consent.abroad.region.label,
        Self.labels(consent.abroad.purposes),
        consent.abroad.arrival
      )
    )
    lines += consent.narrow.map {
      texts(.narrow, "\($0.purpose.label): \($0.group.label)", Self.labels($0.fields))
    }
    lines.append(texts(.leastCount, "\(consent.leastCount)"))
    list(texts(.consent), lines) { $1.line($0) }
    list(texts(.questions), consent.questions) { $1.line("\($0.label) [\($0.code)]") }
    list(texts(.receivers), consent.receivers) { $1.line("\($0.label) [\($0.code)]") }
  }
}

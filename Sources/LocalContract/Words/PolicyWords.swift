package import ReferralModel

/// What people read about policies and about changes to them, in one language.
///
/// `{0}`, `{1}`… stand for what is filled in, as in ``Phrase``.
package struct PolicyWords: Sendable {
  /// The texts of one language; the three have the same keys.
  package struct Table: Sendable {
    /// What is wrong with a policy, by `PolicyFailure.Code`.
    package let faults: [String: String]
    /// The sorts of things, by `PolicyPart`.
    package let parts: [String: String]
    /// `{0}` is the sort, `{1}` the thing.
    package let added: String
    package let removed: String
    package let renamed: String
    /// What is set, by `PolicyAspect`: `{0}` is the thing, `{1}` before, `{2}` after.
    package let aspects: [String: String]
    /// What a set gained and lost, by `PolicySet`: `{0}` is the thing, `{1}` the element.
    package let sets: [String: (gains: String, loses: String)]
    /// The clocks, by `TimerName` and `PeriodName`.
    package let timers: [String: String]
    /// Units of time, by `Span.Unit`; `{0}` is the number.
    package let units: [String: String]
    /// Words of the protocol that stand as values: assents, bearers of roles, types of fields.
    package let values: [String: String]
    /// Headings and words of `policy show`, by ``PolicyHeading``.
    package let headings: [PolicyHeading: String]
  }

  private let table: Table
  private let words: Phrasebook

  /// Opens a language.
  package init(_ words: Phrasebook) {
    self.words = words
    table = Self.table(words.language)
  }

  /// The texts of a language.
  package static func table(_ language: PhraseLanguage) -> Table {
    switch language {
    case .tajik: tajik
    case .russian: russian
    case .english: english
    }
  }

  /// What a fault's code means.
  package func fault(_ code: String) -> String { table.faults[code] ?? code }

  /// A heading.
  package func callAsFunction(_ heading: PolicyHeading, _ values: String...) -> String {
    Phrasebook.fill(table.headings[heading] ?? heading.rawValue, values)
  }

  /// A clock's name.
  package func timer(_ name: String) -> String { table.timers[name] ?? name }

  /// A word of the protocol that stands as a value.
  package func value(_ word: String) -> String { table.values[word] ?? word }

  /// A length of time: `3 working days`.
  package func span(_ span: Span) -> String {
    Phrasebook.fill(table.units[span.unit.rawValue] ?? "{0}", ["\(span.amount)"])
  }

  /// A change in one sentence.
  ///
  /// Parameters:
  /// `change`: The change.
  /// `old`, `new`: The labels before and after; the newer are preferred.
  package func sentence(_ change: PolicyChange, old: Catalogue, new: Catalogue) -> String {
    let label = { (name: PolicyName) in self.label(name, old: old, new: new) }
    switch change {
    case .added(let name):
      return Phrasebook.fill(table.added, [part(name), label(name) + owner(name, old, new)])
    case .removed(let name):
      return Phrasebook.fill(table.removed, [part(name), label(name) + owner(name, old, new)])
    case .renamed(let name):
      return Phrasebook.fill(table.renamed, [part(name), old.label(name), new.label(name)])
    case .set(let aspect, let name, let before, let after):
      let sentence = Phrasebook.fill(
        table.aspects[aspect.rawValue] ?? aspect.rawValue,
        [
          label(name) + owner(name, old, new), text(before, old: old, new: new),
          text(after, old: old, new: new),
        ]
      )
      // A unit that is abbreviated ends the sentence by itself.
      return sentence.hasSuffix("..") ? String(sentence.dropLast()) : sentence
    case .gains(let set, let name, let element):
      return Phrasebook.fill(
        table.sets[set.rawValue]?.gains ?? set.rawValue,
        [label(name), label(element)]
      )
    case .loses(let set, let name, let element):
      return Phrasebook.fill(
        table.sets[set.rawValue]?.loses ?? set.rawValue,
        [label(name), label(element)]
      )
    }
  }

  private func part(_ name: PolicyName) -> String {
    table.parts[name.part.rawValue] ?? name.part.rawValue
  }

  private func label(_ name: PolicyName, old: Catalogue, new: Catalogue) -> String {
    switch name {
    case .timer(let timer): self.timer(timer.rawValue)
    case .period(let period): self.timer(period.rawValue)
    default: (new.knows(name) ? new : old).label(name)
    }
  }

  /// The list or form that something stands in: ` (Reason to close)`.
  private func owner(_ name: PolicyName, _ old: Catalogue, _ new: Catalogue) -> String {
    let owner: PolicyName
    switch name {
    case .field(_, let group): owner = .group(group)
    case .sectionField(_, let section): owner = .section(section)
    case .entry(_, let list): owner = .list(list)
    default: return ""
    }
    return " (\(label(owner, old: old, new: new)))"
  }

  private func text(_ value: PolicyValue, old: Catalogue, new: Catalogue) -> String {
    switch value {
    case .none: words(.none).trimmingFullStop
    case .span(let span): self.span(span)
    case .spans(let spans):
      spans.isEmpty
        ? words(.none).trimmingFullStop : spans.map(self.span).joined(separator: ", ")
    case .number(let number): "\(number)"
    case .flag(let flag): words(flag ? .yes : .no)
    case .sensitivity(let sensitivity): sensitivity.rawValue
    case .names(let names):
      names.isEmpty
        ? words(.none).trimmingFullStop
        : names.map { label($0, old: old, new: new) }.joined(separator: ", ")
    case .word(let word): self.value(word)
    case .text(let text): text.isEmpty ? words(.none).trimmingFullStop : text
    }
  }
}

/// Headings and words of `amonat policy show`.
package enum PolicyHeading: String, CaseIterable, Sendable {
  case good
  case findings
  case finding
  case edition
  case fingerprint
  case purposes
  case sees
  case services
  case groups
  case required
  case exceptions
  case exception
  case terms
  case priorities
  case answers
  case timers
  case ages
  case decides
  case consent
  case majority
  case warnings
  case transition
  case recordWithin
  case reviewWithin
  case separate
  case writtenFor
  case abroad
  case narrow
  case leastCount
  case questions
  case receivers
  case assent
  case coordinator
  case offices
  case automatic
  case kept
  case keptLine
  case unconfirmed
  case notices
  case holidays
  case same
  case changes
}

extension String {
  /// Without the full stop that a word has where it stands alone.
  fileprivate var trimmingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

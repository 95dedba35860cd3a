/// What people read for the codes of a policy, in their language.
///
/// A language that the policy does not speak falls back to its first; a code that it does not know
/// is shown as it is, never guessed at.
public struct Catalogue: Sendable {
  let policy: Policy
  /// The language asked for.
  public let language: Language

  /// Opens a policy's labels in a language.
  public init(_ policy: Policy, language: Language) {
    (self.policy, self.language) = (policy, language)
  }

  /// The policy's title.
  public var title: String { policy.labels.text(in: language) }

  /// The label of a field group.
  public func label(_ group: FieldGroup) -> String {
    policy.form(group)?.labels.text(in: language) ?? group.text
  }

  /// The label of a purpose.
  public func label(_ purpose: Purpose) -> String {
    policy.purpose(purpose)?.labels.text(in: language) ?? purpose.text
  }

  /// The label of a message kind.
  public func label(_ kind: MessageKind) -> String {
    policy.kind(kind)?.labels.text(in: language) ?? kind.rawValue
  }

  /// The label of a basis or of an exception.
  public func label(_ basis: Basis) -> String {
    (policy.bases[basis] ?? policy.exception(basis)?.labels)?.text(in: language) ?? basis.rawValue
  }

  /// The label of a service.
  public func label(service: Code) -> String {
    policy.service(service)?.labels.text(in: language) ?? service.text
  }

  /// The label of a priority.
  public func label(priority: Code) -> String {
    policy.priority(priority)?.labels.text(in: language) ?? priority.text
  }

  /// The label of a field of a form.
  public func label(field: Code, of group: FieldGroup) -> String {
    policy.form(group)?.field(field)?.labels.text(in: language) ?? field.text
  }

  /// The label of a code of a list.
  public func label(_ code: Code, in list: Code) -> String {
    let entry = policy.list(list)?.entries.first { $0.code == code }
    return entry?.labels.text(in: language) ?? code.text
  }

  /// The label of an outcome, looked up in the lists of its message kind.
  public func label(outcome: Code, of kind: MessageKind) -> String {
    for list in policy.kind(kind)?.outcomes ?? []
    where policy.list(list)?.contains(outcome) ?? false {
      return label(outcome, in: list)
    }
    return outcome.text
  }
}

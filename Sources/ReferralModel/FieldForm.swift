/// What a field may hold.
public enum FieldType: String, Sendable, CaseIterable {
  /// Free text; the limit counts Unicode scalars.
  case text
  /// One code of a list.
  case code
  /// Several codes of a list; the limit counts them.
  case codes
  /// A whole number; the limit is the largest.
  case integer
  /// True or false.
  case flag
  /// `YYYY-MM-DD`.
  case date
  /// `YYYY-MM`.
  case month
}

/// One field of a form.
public struct FieldRule: Hashable, Sendable {
  /// The key in the content.
  public let name: Code
  /// What it holds.
  public let type: FieldType
  /// The most it holds, in the unit of its type.
  public let limit: UInt64
  /// How much harm a leak can do.
  public let sensitivity: SensitivityClass
  /// Whether a form without it is refused.
  public let isRequired: Bool
  /// The list a code comes from.
  public let list: Code?
  /// What people read.
  public let labels: Labels
  /// The codes of that list.
  let codes: Set<Code>
}

/// A group of fields that is granted, sealed and opened as one, with its form.
public struct FieldForm: Hashable, Sendable {
  /// The group.
  public let group: FieldGroup
  /// How much harm a leak can do.
  public let sensitivity: SensitivityClass
  /// The fields, in the order in which people fill them in.
  public let fields: [FieldRule]
  /// What people read.
  public let labels: Labels
  /// The fields by name.
  let byName: [Code: FieldRule]
  /// The fields that must be there.
  let required: [Code]

  init(group: FieldGroup, sensitivity: SensitivityClass, fields: [FieldRule], labels: Labels) {
    (self.group, self.sensitivity, self.fields, self.labels) = (group, sensitivity, fields, labels)
    byName = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
    required = fields.filter(\.isRequired).map(\.name)
  }

  /// A field of the form by its name.
  public func field(_ name: Code) -> FieldRule? { byName[name] }
}

/// Why content does not fit its form.
///
/// It names groups and fields of the policy, never content.
public enum FormFailure: Error, Hashable, Sendable {
  /// A group that was not granted, or content under the name of another group's field.
  case overDisclosed(FieldGroup)
  /// A group that the policy does not have.
  case unknownGroup
  /// A field that no form has.
  case unknownField(FieldGroup)
  /// A required field is absent.
  case missing(FieldGroup, Code)
  /// More than the form allows.
  case tooLong(FieldGroup, Code)
  /// Another type than the form asks for, or empty text.
  case wrongType(FieldGroup, Code)
  /// A code that is not in the field's list.
  case unknownCode(FieldGroup, Code)

  /// The registered code.
  public var code: String {
    switch self {
    case .overDisclosed: "over-disclosed"
    case .unknownGroup: "form-unknown-group"
    case .unknownField: "form-unknown-field"
    case .missing: "form-missing-field"
    case .tooLong: "form-too-long"
    case .wrongType: "form-wrong-type"
    case .unknownCode: "form-unknown-code"
    }
  }
}

internal import CanonicalBytes
package import ReferralModel
internal import Sealing

/// The last check, at the desk: what was sealed is no more than what was granted.
///
/// Source: `Protocol/spec/03-envelope.md`, ENV-032.
package enum OverDisclosure {
  /// The group whose content may be any bytes: files, which no form describes.
  package static let documents = "documents"

  /// Holds opened content to its forms.
  ///
  /// - Parameters:
  ///   - opened: Everything that the desk opened.
  ///   - granted: The groups of the grant, or of the question that a reply answers.
  ///   - policies: The policies that the content may have been made under, the likeliest first.
  ///   - purpose: What it is for, where that may narrow the forms.
  /// - Throws: ``FormFailure`` of the first fault. Its text names groups and fields, never content.
  package static func check(
    _ opened: [EnvelopeOpener.Opened],
    granted: [FieldGroup],
    policies: [Policy],
    purpose: Purpose? = nil
  ) throws(FormFailure) {
    for part in opened {
      guard granted.contains(part.group) else { throw .overDisclosed(part.group) }
    }
    for part in opened {
      var bytes = part.content.copyBytes()
      defer { SecretBytes.wipe(&bytes) }
      guard let content = try? CanonicalJSON.parse(bytes, profile: .document) else {
        if part.group.text == documents { continue }
        throw .unknownField(part.group)
      }
      try check(content, of: part.group, granted: granted, policies: policies, purpose: purpose)
    }
  }

  /// Content must fit the forms of one policy whole; the fault told is that of the likeliest.
  private static func check(
    _ content: CanonicalObject,
    of group: FieldGroup,
    granted: [FieldGroup],
    policies: [Policy],
    purpose: Purpose?
  ) throws(FormFailure) {
    var first: FormFailure?
    for policy in policies {
      do throws(FormFailure) {
        return try policy.check(
          content: content,
          of: group,
          granted: granted,
          purpose: purpose
        )
      } catch {
        first = first ?? error
      }
    }
    throw first ?? .unknownGroup
  }
}

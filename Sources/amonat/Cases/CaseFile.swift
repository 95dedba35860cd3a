internal import LocalContract

/// The sections of a case as a file holds them: by themselves, or under `content` with a title and a note
/// beside them, as in `docs/examples`.
struct CaseFile: Decodable {
  let sections: [String: [String: FieldValue]]

  private enum CodingKeys: String, CodingKey { case content }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    sections =
      try fields.decodeIfPresent([String: [String: FieldValue]].self, forKey: .content)
      ?? decoder.singleValueContainer().decode([String: [String: FieldValue]].self)
  }
}

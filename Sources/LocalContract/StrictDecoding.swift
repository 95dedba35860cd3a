/// A field that the API does not know.
package struct UnknownField: Error, Hashable, Sendable {
  /// Its name, as the caller wrote it.
  package let name: String
}

private struct AnyField: CodingKey {
  let stringValue: String
  let intValue: Int? = nil
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// The fields of an object that has none but these.
  ///
  /// - Throws: ``UnknownField``, so that a misspelt field is never taken for an absent one.
  func onlyFields<Key: CodingKey>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    for key in try container(keyedBy: AnyField.self).allKeys
    where Key(stringValue: key.stringValue) == nil {
      throw UnknownField(name: key.stringValue)
    }
    return try container(keyedBy: type)
  }
}

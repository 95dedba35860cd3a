internal import FoundationEssentials

/// JSON as the local API speaks it: UTF-8, stable key order, no escaped slashes.
package enum LocalJSON {
  /// Encodes a value.
  ///
  /// - Throws: ``LocalFailure`` with code `internal`; no type of the contract fails.
  package static func encode(
    _ value: some Encodable,
    pretty: Bool = false
  ) throws(LocalFailure) -> [UInt8] {
    // The one answer that goes out by the thousand.
    if !pretty, let results = value as? ReferResults, let text = ReferWriter.write(results) {
      return text
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      return Array(try encoder.encode(value))
    } catch {
      throw LocalFailure(.internal)
    }
  }

  /// Decodes a value.
  ///
  /// - Throws: ``LocalFailure`` with code `unknown-field` or `malformed`; the detail names a field and
  ///   never quotes content.
  package static func decode<Value: Decodable>(
    _ type: Value.Type,
    from bytes: [UInt8]
  ) throws(LocalFailure) -> Value {
    // The one body that comes by the thousand.
    if type == ReferBatch.self, let batch = ReferReader.read(bytes) as? Value { return batch }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let unknown as UnknownField {
      throw LocalFailure(.unknownField, detail: unknown.name)
    } catch let failure as DecodingError {
      throw LocalFailure(.malformed, detail: place(of: failure))
    } catch {
      throw LocalFailure(.malformed)
    }
  }

  /// Where the fault is: names of fields and positions only.
  private static func place(of failure: DecodingError) -> String {
    let (path, key): ([any CodingKey], (any CodingKey)?) =
      switch failure {
      case .keyNotFound(let key, let context): (context.codingPath, key)
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        (context.codingPath, nil)
      @unknown default: ([], nil)
      }
    let names = (path + (key.map { [$0] } ?? [])).map(\.stringValue)
    return names.isEmpty ? "not JSON" : names.joined(separator: ".")
  }
}

/// Asks for the node's audit bundle.
package struct AuditExport: Codable, Hashable, Sendable {
  /// A new file on the node's machine; absent streams the bundle as the answer.
  package var path: String?
  /// The number of an own log that has ended; absent for the one in use.
  package var log: UInt64?

  /// Gathers the parts.
  package init(path: String? = nil, log: UInt64? = nil) {
    self.path = path
    self.log = log
  }

  private enum CodingKeys: String, CodingKey {
    case path, log
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    path = try fields.decodeIfPresent(String.self, forKey: .path)
    log = try fields.decodeIfPresent(UInt64.self, forKey: .log)
  }
}

/// A bundle that was written.
package struct AuditExported: Codable, Hashable, Sendable {
  /// The file.
  package var path: String
  /// The log's name.
  package var log: String
  /// How many leaves it holds.
  package var leaves: UInt64
  /// Its size.
  package var bytes: UInt64
  /// Its SHA-256, lower hex.
  package var sha256: String

  /// Gathers the parts.
  package init(path: String, log: String, leaves: UInt64, bytes: UInt64, sha256: String) {
    self.path = path
    self.log = log
    self.leaves = leaves
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// What `GET /healthz` answers.
package struct Health: Codable, Hashable, Sendable {
  /// `ok`, or the registered code of what stopped the node.
  package var status: String
  /// Whose node this is.
  package var agency: String
  /// Leaves under the newest checkpoint.
  package var log: UInt64

  /// Gathers the parts.
  package init(status: String, agency: String, log: UInt64) {
    self.status = status
    self.agency = agency
    self.log = log
  }
}

/// One complete answer.
package struct HTTPLineResponse: Sendable {
  /// Status code, 200 to 999.
  package let status: Int
  /// Header fields as they came, in order.
  package let headers: [(name: String, value: String)]
  /// The whole body.
  package let body: [UInt8]

  /// Makes an answer.
  package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first field of that name; ASCII case does not matter.
  package func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

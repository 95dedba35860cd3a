internal import NIOCore
internal import NIOHTTP1

/// One request; the line itself adds `host` and `content-length`.
package struct HTTPLineRequest: Sendable {
  /// `GET`, `POST`, …: ASCII letters.
  package var method: String
  /// Path and query, from the first `/`: visible ASCII.
  package var path: String
  /// Further header fields, in order.
  package var headers: [(name: String, value: String)]
  /// The whole body; empty for none.
  package var body: [UInt8]

  /// Makes a request.
  package init(
    method: String,
    path: String,
    headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }

  /// The head as it goes on the wire, or nil where a byte could end a line early.
  func head(host: String) -> HTTPRequestHead? {
    guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      !method.isEmpty, method.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5a })
    else { return nil }
    var fields = HTTPHeaders()
    fields.reserveCapacity(headers.count + 2)
    fields.add(name: "host", value: host)
    for (name, value) in headers { fields.add(name: name, value: value) }
    if !body.isEmpty || method == "POST" || method == "PUT" {
      fields.add(name: "content-length", value: String(body.count))
    }
    return HTTPRequestHead(
      version: .http1_1,
      method: HTTPMethod(rawValue: method),
      uri: path,
      headers: fields
    )
  }
}

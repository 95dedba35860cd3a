/// What the first words of a TLS client ask for, as far as they stand in clear.
///
/// The TLS library hands session tickets out and takes them back, and cannot be told not to; so a
/// client that shows one is refused before the library sees it.
/// Source: `Protocol/spec/09-tls-hello.md`, TLS-011; RFC 8446 §4.1.2, §4.2.
package enum ClientHello {
  /// What a client says.
  package enum Verdict: Equatable, Sendable {
    /// More bytes are needed.
    case incomplete
    /// It asks for a handshake of its own.
    case fresh
    /// It shows a ticket or a shared key, sends data ahead of the handshake, or says no client hello.
    case refused
  }

  /// Longest client hello, in bytes: several times what clients send.
  package static let limitBytes = 8 << 10

  private static let preSharedKey = 41
  private static let earlyData = 42

  /// Judges the bytes of a connection, from the first.
  package static func judge(_ bytes: [UInt8]) -> Verdict {
    var records = Reader(bytes[...])
    var said: [UInt8] = []
    while true {
      if let hello = Reader.message(in: said) { return judge(hello: hello) }
      guard said.count <= limitBytes + 4 else { return .refused }
      guard let type = records.number(1) else { return .incomplete }
      guard type == 22 else { return .refused }
      guard records.number(2) != nil, let length = records.number(2) else { return .incomplete }
      guard (1...(16 << 10)).contains(length) else { return .refused }
      guard let part = records.take(length) else { return .incomplete }
      said.append(contentsOf: part)
      guard said[0] == 1 else { return .refused }
    }
  }

  private static func judge(hello: ArraySlice<UInt8>) -> Verdict {
    var body = Reader(hello)
    // Version, random; session id, cipher suites, compression.
    guard body.take(34) != nil, body.vector(1) != nil, body.vector(2) != nil,
      body.vector(1) != nil
    else { return .refused }
    guard !body.isAtEnd else { return .fresh }
    guard var extensions = body.vector(2), body.isAtEnd else { return .refused }
    while !extensions.isAtEnd {
      guard let type = extensions.number(2), extensions.vector(2) != nil,
        type != preSharedKey, type != earlyData
      else { return .refused }
    }
    return .fresh
  }

  /// Reads big-endian lengths and what they announce; `nil` where the bytes end too early.
  private struct Reader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }

    /// A number of one to three bytes.
    mutating func number(_ width: Int) -> Int? { take(width)?.reduce(0) { $0 << 8 | Int($1) } }

    mutating func vector(_ width: Int) -> Reader? {
      guard let count = number(width), let part = take(count) else { return nil }
      return Reader(part)
    }

    /// The body of the first handshake message, once it is whole.
    static func message(in said: [UInt8]) -> ArraySlice<UInt8>? {
      var reader = Reader(said[...])
      guard reader.take(1) != nil, let length = reader.number(3) else { return nil }
      return reader.take(length)
    }
  }
}

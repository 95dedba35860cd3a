internal import CanonicalBytes

extension Policy {
  /// Reads and checks a policy document.
  ///
  /// - Parameter bytes: The file, whose SHA-256 stands in the register.
  /// - Returns: A policy in which every code that is used is defined.
  /// - Throws: ``PolicyFailure`` with code, path and line of the first fault; nothing is repaired.
  public static func parse(_ bytes: [UInt8]) throws(PolicyFailure) -> Policy {
    let document: CanonicalObject
    do throws(CanonicalFailure) {
      document = try CanonicalJSON.parse(bytes, profile: .document)
    } catch {
      throw PolicyFailure(code: .syntax, path: "$", line: error.line)
    }
    do throws(PolicyFault) {
      return try PolicyBuilder(PolicyNode(value: .object(document), path: PolicyPath())).build()
    } catch {
      throw PolicyFailure(
        code: error.code,
        path: error.path.text,
        line: error.path.line(in: bytes)
      )
    }
  }
}

extension CanonicalFailure {
  /// The line of the fault, from 1; 1 where the fault is of the whole.
  fileprivate var line: Int {
    switch self {
    case .syntax(_, let line), .keyOrder(_, let line), .number(_, let line), .text(_, let line),
      .depth(_, let line), .list(_, let line):
      line
    case .tooLarge, .notCanonical: 1
    }
  }
}

internal import CanonicalBytes

extension Policy {
  /// Reads and checks a policy document.
  ///
  /// - Parameter bytes: The file, whose SHA-256 stands in the register.
  /// - Returns: A policy in which every code that is used is defined.
  /// - Throws: ``PolicyFailure`` with code, path, line and column of the first fault; nothing is
  ///   repaired.
  public static func parse(_ bytes: [UInt8]) throws(PolicyFailure) -> Policy {
    switch read(bytes) {
    case .success(let policy): return policy
    case .failure(let faults): throw faults.first
    }
  }

  /// Everything that is wrong with a policy document, by its place in the file.
  ///
  /// - Parameter bytes: The file.
  /// - Returns: At most 100 findings; none for a good policy.
  public static func findings(in bytes: [UInt8]) -> [PolicyFailure] {
    guard case .failure(let faults) = read(bytes) else { return [] }
    return faults.all.sorted { ($0.line, $0.column, $0.path) < ($1.line, $1.column, $1.path) }
  }

  /// What was wrong; never empty.
  private struct Faults: Error {
    let first: PolicyFailure
    let others: [PolicyFailure]
    var all: [PolicyFailure] { [first] + others }
  }

  private static func read(_ bytes: [UInt8]) -> Result<Policy, Faults> {
    let document: CanonicalObject
    do throws(CanonicalFailure) {
      document = try CanonicalJSON.parse(bytes, profile: .document)
    } catch {
      let place = error.place(in: bytes)
      let failure = PolicyFailure(
        code: .syntax,
        path: "$",
        line: place.line,
        column: place.column
      )
      return .failure(Faults(first: failure, others: []))
    }
    var faults: [PolicyFault]
    do throws(PolicyFault) {
      var builder = try PolicyBuilder(PolicyNode(value: .object(document), path: PolicyPath()))
      if let policy = builder.build() { return .success(policy) }
      faults = builder.faults
    } catch {
      faults = [error]
    }
    let failures = faults.map { fault in
      let place = fault.path.place(in: bytes)
      return PolicyFailure(
        code: fault.code,
        path: fault.path.text,
        line: place.line,
        column: place.column
      )
    }
    guard let first = failures.first else {
      preconditionFailure("a policy that was not built has a fault")
    }
    return .failure(Faults(first: first, others: Array(failures.dropFirst())))
  }
}

extension CanonicalFailure {
  /// Where the fault is; the beginning where it is of the whole.
  fileprivate func place(in bytes: [UInt8]) -> TextPlace {
    switch self {
    case .syntax(let offset, _), .keyOrder(let offset, _), .number(let offset, _),
      .text(let offset, _), .depth(let offset, _), .list(let offset, _):
      TextPlace(of: offset, in: bytes)
    case .tooLarge, .notCanonical: TextPlace(of: 0, in: bytes)
    }
  }
}

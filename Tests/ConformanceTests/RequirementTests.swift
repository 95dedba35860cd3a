internal import Foundation
internal import TestSupport
internal import Testing

/// Which requirement is held by what: a vector, or a line of `Protocol/vectors/elsewhere.jsonl`.
@Suite struct RequirementTests {
  /// A requirement that no vector can show.
  private struct Elsewhere: Decodable {
    let id: String
    let why: String
    let test: [String]
    /// Why no test can hold it; absent where tests are named.
    let untested: Untested?
  }

  /// The only reasons for which a requirement may have no test.
  private enum Untested: String, Decodable {
    /// It is about a part that is not built yet.
    case notBuilt = "not-built"
    /// It forbids what the format has no place for: there are no bytes to refuse.
    case noSuchField = "no-such-field"
  }

  /// The ids that stand at the beginning of a line of the specification.
  private static func required() throws -> Set<String> {
    var ids: Set<String> = []
    for name in try RepositoryFile.names(in: "Protocol/spec", endingWith: ".md") {
      for line in try RepositoryFile.text("Protocol/spec/\(name)").split(separator: "\n") {
        if let match = line.prefixMatch(of: #/[A-Z]+-[0-9]{3} /#) {
          ids.insert(String(match.output.dropLast()))
        }
      }
    }
    return ids
  }

  private static func vectors() throws -> [Vector] {
    try VectorTests.chapters.flatMap { try Vector.all(in: $0) }
  }

  private static func elsewhere() throws -> [Elsewhere] {
    try VectorFile.jsonLines("elsewhere.jsonl")
  }

  @Test("Every requirement has a vector, or a line that says why not")
  func coverage() throws {
    let required = try Self.required()
    #expect(required.count >= 330)
    let covered = Set(try Self.vectors().flatMap(\.covers))
    let named = try Self.elsewhere().map(\.id)
    #expect(covered.subtracting(required).sorted() == [], "no such requirement")
    #expect(Set(named).subtracting(required).sorted() == [], "no such requirement")
    #expect(required.subtracting(covered).subtracting(named).sorted() == [], "held by nothing")
    #expect(covered.intersection(named).sorted() == [], "has a vector after all")
    #expect(named == named.sorted() && Set(named).count == named.count)
  }

  @Test("Every vector has a name of its own, and a file that is read")
  func names() throws {
    let ids = try Self.vectors().map(\.id)
    #expect(Set(ids).count == ids.count)
    let files = try RepositoryFile.names(in: "Protocol/vectors", endingWith: ".jsonl")
    let read = VectorTests.chapters.map { "\($0).jsonl" } + ["elsewhere.jsonl"]
    #expect(Set(files) == Set(read))
  }

  @Test("Every test that is said to hold a requirement exists")
  func testsExist() throws {
    let names = try TestNames.all()
    for line in try Self.elsewhere() {
      #expect(!line.why.isEmpty)
      #expect(line.test.isEmpty == (line.untested != nil), "\(line.id) is held by no test")
      for test in line.test { #expect(names.contains(test), "\(line.id): \(test)") }
    }
  }

  @Test("Every test that the threat model quotes exists")
  func threatModel() throws {
    let sources = try TestNames.sources()
    let suites = try TestNames.suites()
    var quoted = 0
    for line in try RepositoryFile.text("docs/threat-model.md").split(separator: "\n") {
      // The claim tables: claim, attack, test.
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 5 else { continue }
      for match in cells[3].matches(of: #/"([^"]+)"/#) {
        quoted += 1
        let isThere = sources.contains { $0.contains(match.output.1) }
        #expect(isThere, "no test says \(match.output.1)")
      }
      for match in cells[3].matches(of: #/`([A-Za-z]+Tests)`/#) {
        #expect(suites.contains(String(match.output.1)), "no suite \(match.output.1)")
      }
    }
    #expect(quoted > 60)
  }

  @Test("Every attack that the threat model lists has a test that carries its id")
  func attacks() throws {
    var listed: Set<String> = []
    for line in try RepositoryFile.text("docs/threat-model.md").split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 5 else { continue }
      listed.formUnion(cells[2].matches(of: #/\b[A-D][1-9][0-9]?\b/#).map { String($0.output) })
    }
    // A1 to A10, B1 to B16, C1 to C17, D1 to D7; D6 is a residue that the text names.
    #expect(listed.count == 49)
    let names = try TestNames.all()
    for id in listed.sorted() {
      let isNamed = try names.contains {
        try Regex("\\b\(id)\\b").firstMatch(in: $0) != nil
      }
      #expect(isNamed, "no test is named after \(id)")
    }
  }

  @Test("No field number or name of the schema is ever used for something else (PB-007)")
  func fieldNumbers() throws {
    struct Field: Hashable {
      let message, number, name, type: String
    }
    var frozen: [Field] = []
    for line in try RepositoryFile.text("Protocol/registries/field-numbers.md").split(
      separator: "\n"
    ) {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 4, UInt32(cells[1]) != nil else { continue }
      frozen.append(Field(message: cells[0], number: cells[1], name: cells[2], type: cells[3]))
    }
    #expect(Set(frozen.map { "\($0.message) \($0.number)" }).count == frozen.count)
    #expect(Set(frozen.map { "\($0.message) \($0.name)" }).count == frozen.count)
    var used: [Field] = []
    var (message, retired) = ("", Set<String>())
    for line in try RepositoryFile.text("Protocol/proto/amonat.proto").split(separator: "\n") {
      if let head = line.prefixMatch(of: #/message ([A-Za-z]+)/#) {
        message = String(head.output.1)
      }
      if line.contains(" reserved ") {
        for word in line.matches(of: #/[0-9]+|"[a-z_]+"/#) {
          retired.insert("\(message) \(word.output.replacing("\"", with: ""))")
        }
      }
      guard
        let field = line.firstMatch(
          of: #/^ *((?:repeated )?[A-Za-z0-9]+) ([a-z0-9_]+) = ([0-9]+);/#
        )
      else { continue }
      used.append(
        Field(
          message: message,
          number: String(field.output.3),
          name: String(field.output.2),
          type: String(field.output.1)
        )
      )
    }
    #expect(used.count > 30)
    #expect(Set(used).subtracting(frozen) == [], "a field that the table does not have")
    for gone in Set(frozen).subtracting(used) {
      #expect(retired.contains("\(gone.message) \(gone.number)"), "\(gone) is not reserved")
      #expect(retired.contains("\(gone.message) \(gone.name)"), "\(gone) is not reserved")
    }
  }

  @Test("The reader reaches no network and asks for no secret (AUD-062)")
  func reader() throws {
    // What the auditor's target is made of, by the manifest, all the way down.
    let manifest = try RepositoryFile.text("Package.swift")
    var targets: Set<String> = []
    var waiting = ["amonat-audit"]
    while let name = waiting.popLast() {
      guard targets.insert(name).inserted else { continue }
      let escaped = name.replacing("-", with: "\\-")
      let entry = try Regex("\"\(escaped)\",\\s*(?:dependencies: )?\\[([^\\]]*)\\]")
      guard let found = try entry.firstMatch(in: manifest) else { continue }
      let list = String(found.output[1].substring ?? "")
      waiting += list.matches(of: #/"([A-Za-z-]+)"/#).map { String($0.output.1) }
      #expect(!list.contains("nio") && !list.contains("hummingbird") && !list.contains("grdb"))
    }
    #expect(targets.isSuperset(of: ["Audit", "Trust", "TransparencyLog", "Sealing"]))
    #expect(targets.isDisjoint(with: ["HTTPLine", "PeerLink", "NodeStore", "LocalContract"]))
    let allowed: Set<String> = [
      "ArgumentParser", "Audit", "CSHA256", "CSodium", "CanonicalBytes", "Crypto", "Foundation",
      "ReferralModel",
      "Sealing", "SwiftASN1", "Synchronization", "TransparencyLog", "Trust", "X509",
    ]
    for target in targets {
      for path in try RepositoryFile.paths(below: "Sources/\(target)", endingWith: ".swift") {
        let source = try RepositoryFile.text(path)
        for line in source.matches(of: #/(?m)^(?:[a-z]+ )?import ([A-Za-z0-9]+)/#) {
          #expect(allowed.contains(String(line.output.1)), "\(path) imports \(line.output.1)")
        }
        for word in [
          "URLSession", "contentsOf: URL(string", "socket(", "connect(", "CFStream", "InputStream",
          "getpass", "readpassphrase", "readLine", "standardInput", "Process(",
        ] {
          #expect(!source.contains(word), "\(path) uses \(word)")
        }
      }
    }
  }

  @Test("The schema uses only what the protocol allows (PB-002)")
  func schema() throws {
    let text = try RepositoryFile.text("Protocol/proto/amonat.proto")
    let own = Set(text.matches(of: #/message ([A-Za-z]+)/#).map { String($0.output.1) })
    var fields = 0
    for line in text.split(separator: "\n") {
      guard let match = line.firstMatch(of: #/^ *(repeated )?([A-Za-z0-9]+) [a-z0-9_]+ = [0-9]+;/#)
      else { continue }
      fields += 1
      let type = String(match.output.2)
      #expect(["uint32", "uint64", "bytes", "string"].contains(type) || own.contains(type))
    }
    #expect(fields > 30)
    for word in ["enum ", "map<", "oneof ", "optional ", "extensions ", "google.protobuf.Any"] {
      let uses = text.split(separator: "\n").filter {
        !$0.contains("//") && $0.contains(word)
      }
      #expect(uses.isEmpty, "\(word)")
    }
  }
}

/// What the tests of this repository are called, read from their sources.
enum TestNames {
  static func sources() throws -> [String] {
    try RepositoryFile.paths(below: "Tests", endingWith: ".swift").map(RepositoryFile.text)
  }

  /// The names that stand in `@Test("…")`.
  static func all() throws -> Set<String> {
    var names: Set<String> = []
    for source in try sources() {
      for match in source.matches(of: #/@Test\(\s*"((?:[^"\\]|\\.)*)"/#) {
        names.insert(String(match.output.1).replacing("\\\"", with: "\""))
      }
    }
    return names
  }

  static func suites() throws -> Set<String> {
    var names: Set<String> = []
    for source in try sources() {
      for match in source.matches(of: #/(?:struct|class|enum) ([A-Za-z]+)/#) {
        names.insert(String(match.output.1))
      }
    }
    return names
  }
}

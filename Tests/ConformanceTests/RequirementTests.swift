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

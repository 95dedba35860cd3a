internal import TestSupport
internal import Testing
internal import TransparencyLog

/// `Protocol/schema` describes what the vectors hold to be good.
@Suite struct SchemaTests {
  private static func vectors(_ chapter: String, _ check: String) throws -> [Vector] {
    try Vector.all(in: chapter).filter { $0.check == check }
  }

  @Test(
    "Every good part of an event is what its schema describes",
    arguments: [("event", "e"), ("staff", "a"), ("personal", "p")]
  )
  func parts(_ check: String, _ field: String) throws {
    let schema = try JSONSchema(check)
    let vectors = try Self.vectors("02-events", check)
    #expect(vectors.count > 8)
    for vector in vectors where vector.expect == "ok" {
      #expect(try schema.admits(vector.input.bytes(field)), "\(vector.id)")
    }
    // A key too few is no more in the schema than in the code.
    for vector in vectors where vector.id.contains("/without-") {
      #expect(try !schema.admits(vector.input.bytes(field)), "\(vector.id)")
    }
  }

  @Test(
    "Every statement that is taken is what its schema describes",
    arguments: ["register", "suspension", "card", "link"]
  )
  func statements(_ type: String) throws {
    let schema = try JSONSchema(type)
    let files = [("07-register", "founding"), ("07-register", "note"), ("08-card-link", "note")]
    var seen = 0
    for (file, check) in files {
      for vector in try Self.vectors(file, check) where vector.id.contains(Self.place(of: type)) {
        guard let note = try? SignedNote(parsing: vector.input.bytes("note")) else { continue }
        let text = Array(note.text.utf8.dropLast())
        if vector.expect == "ok" {
          seen += 1
          #expect(try schema.admits(text), "\(vector.id)")
        } else if vector.id.contains("/without-"), vector.expect == "malformed" {
          #expect(try !schema.admits(text), "\(vector.id)")
        }
      }
    }
    #expect(seen > 2)
  }

  private static func place(of type: String) -> String {
    switch type {
    case "register": "07-register/first"
    case "suspension": "07-register/suspension"
    case "card": "08-card-link/card"
    default: "08-card-link/link"
    }
  }

  @Test(
    "The policies are what their schema describes",
    arguments: ["Protocol/policy/tj-nrm.json", "Protocol/examples/policy.json"]
  )
  func policies(_ path: String) throws {
    #expect(try JSONSchema("policy").admits(RepositoryFile.bytes(path)))
  }

  @Test(
    "The head of a bundle is what its schema describes",
    arguments: ["ministry", "shelter"]
  )
  func heads(_ agency: String) throws {
    let lines = try RepositoryFile.text("Protocol/examples/\(agency).bundle").split(separator: "\n")
    let head = try #require(lines.first { $0.hasPrefix("head\t") })
    #expect(try JSONSchema("bundle-head").admits(Array(head.dropFirst(5).utf8)))
  }
}

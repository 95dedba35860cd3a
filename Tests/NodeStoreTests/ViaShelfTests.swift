internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Sealing
internal import Testing

@Suite struct ViaShelfTests {
  private static let hourMs: UInt64 = 3_600_000

  private static func with(
    _ limits: ViaShelf.Limits,
    _ body: (ViaShelf) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("shelf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(try ViaShelf(folder.appendingPathComponent("via.db"), limits: limits))
  }

  private static func put(
    _ shelf: ViaShelf,
    _ parcel: [UInt8],
    for recipient: String,
    atMs: UInt64
  ) async throws -> Bool {
    try await shelf.put(parcel, for: recipient, atMs: atMs)
  }

  private static func next(
    _ shelf: ViaShelf,
    for recipient: String,
    taken: Digest32?,
    atMs: UInt64
  ) async throws -> [UInt8]? {
    try await shelf.next(for: recipient, taken: taken, atMs: atMs)
  }

  private static func load(_ shelf: ViaShelf) throws -> [UInt64] {
    let load = try shelf.load()
    return [load.parcels, load.bytes]
  }

  @Test("Room is counted for each recipient, in parcels and in bytes (PCL-025)")
  func room() async throws {
    try await Self.with(.init(parcels: 2, bytes: 100, lifeMs: 30 * 24 * Self.hourMs)) {
      (shelf) async throws in
      #expect(
        try await Self.put(shelf, [UInt8](repeating: 1, count: 60), for: "a.example", atMs: 0)
      )
      #expect(
        try await !Self.put(shelf, [UInt8](repeating: 2, count: 41), for: "a.example", atMs: 0)
      )
      #expect(
        try await Self.put(shelf, [UInt8](repeating: 3, count: 40), for: "a.example", atMs: 0)
      )
      // The very last byte is taken, and the next parcel is one too many.
      #expect(try await !Self.put(shelf, [], for: "a.example", atMs: 0))
      #expect(
        try await Self.put(shelf, [UInt8](repeating: 1, count: 60), for: "b.example", atMs: 0)
      )
      #expect(try Self.load(shelf) == [3, 160])
      // The same once more needs no room.
      #expect(
        try await Self.put(shelf, [UInt8](repeating: 3, count: 40), for: "a.example", atMs: 0)
      )
    }
  }

  @Test("A parcel is given to its recipient alone, and lapses (PCL-011, PCL-026)")
  func lapse() async throws {
    try await Self.with(.init(parcels: 9, bytes: 100, lifeMs: 24 * Self.hourMs)) { shelf in
      let body: [UInt8] = Array("sealed bytes of somebody".utf8)
      #expect(try await Self.put(shelf, body, for: "a.example", atMs: 10 * Self.hourMs + 7))
      #expect(
        try await Self.next(shelf, for: "b.example", taken: nil, atMs: 11 * Self.hourMs) == nil
      )
      // Another's word that it has it changes nothing.
      let hash = Hash256.of(body)
      #expect(
        try await Self.next(shelf, for: "b.example", taken: hash, atMs: 11 * Self.hourMs) == nil
      )
      #expect(
        try await Self.next(shelf, for: "a.example", taken: nil, atMs: 34 * Self.hourMs) == body
      )
      try await shelf.sweep(atMs: 34 * Self.hourMs)
      #expect(try Self.load(shelf) == [1, UInt64(body.count)])
      try await shelf.sweep(atMs: 35 * Self.hourMs + 1)
      #expect(try Self.load(shelf) == [0, 0])
      #expect(
        try await Self.next(shelf, for: "a.example", taken: nil, atMs: 35 * Self.hourMs) == nil
      )
    }
  }
}

internal import Foundation
internal import NodeStore
internal import Testing

/// A file system of eight mebibytes, where the system lets us have one.
enum SmallDisk {
  static let isPossible: Bool = {
    guard geteuid() == 0, let folder = try? mounted() else { return false }
    unmount(folder)
    return true
  }()

  static func mounted() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("amonat-disk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard try run("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.path]) else {
      try FileManager.default.removeItem(at: folder)
      throw CocoaError(.fileWriteNoPermission)
    }
    return folder
  }

  static func unmount(_ folder: URL) {
    _ = try? run("umount", ["-l", folder.path])
    try? FileManager.default.removeItem(at: folder)
  }

  private static func run(_ tool: String, _ arguments: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

@Suite(.timeLimit(.minutes(10))) struct FullDiskTests {
  @Test(
    "A full disk stops the node, and what was acknowledged is there at the next start",
    .enabled(if: SmallDisk.isPossible, "a small file system needs the right to mount one")
  )
  func full() async throws {
    let disk = try SmallDisk.mounted()
    defer { SmallDisk.unmount(disk) }
    let folder = StateFolder(disk.appendingPathComponent("state"))
    try NodeStore.create(folder, agency: Sample.agency, realm: Sample.realm)
    let store = try NodeStore(opening: folder)
    let grant = try await store.grant()
    var acknowledged = 0
    var failure: StoreFailure?
    while failure == nil, acknowledged < 4000 {
      let seed = UInt64(acknowledged)
      do throws(StoreFailure) {
        try await store.change { transaction in
          try transaction.queueOffer(seed, grant: grant)
          _ = try transaction.receive(seed)
        }
        acknowledged += 1
      } catch {
        failure = error
      }
    }
    #expect(failure == .full)
    #expect(acknowledged > 17)
    #expect(await store.fatalFailure == failure)
    await #expect(throws: StoreFailure.full) { try await store.receive(1) }

    let roomy = try State.copy(folder)
    let reopened = try roomy.open()
    let log = try await reopened.logState()
    // One more change may be durable than was acknowledged, never one less.
    #expect((acknowledged + 1...acknowledged + 2).contains(Int(log.size)))
    let counts = try await reopened.read { try $0.outboundCounts() }
    #expect(counts == [0: Int(log.size) - 1])
    #expect(try await reopened.receive(1) == [log.size])
  }
}

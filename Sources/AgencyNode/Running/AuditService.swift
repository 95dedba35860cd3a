internal import Audit
internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Hands the whole log to an auditor: every peer part and staff part, never a personal part.
package struct AuditService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Writes the bundle to a file that only its owner may read.
  ///
  /// `path`: Where; in the state folder under the log's size if absent.
  /// `past`: The number of an own log that has ended; `nil` for the one in use (AUD-001).
  @concurrent
  package func export(
    to path: String?,
    past: UInt64? = nil
  ) async throws(NodeError) -> AuditExported {
    let node = node
    let past = past == node.store.identity.number ? nil : past
    let view = node.trust.view
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      try await node.store.change {
        _ = try $0.append(.export, [.string(.kind, "audit")], staff: .init(atMs: atMs))
      }
      let own = try await Self.end(of: past, node)
      let held = try node.store.keyring.existingPersonKeys()
      let origins = try node.store.checkpoints.newest().map(\.origin).sorted()
      let seen = try origins.map { ($0, try node.store.checkpoints.seen($0)) }
      let number = past ?? node.store.identity.number
      let pad = try node.store.padKey(number: number)
      guard let log = LogID(agency: node.trust.me, number: UInt32(clamping: number)) else {
        throw NodeError(.internal)
      }
      let target =
        path ?? node.store.folder.url.appendingPathComponent("audit-\(own.size).bundle").path
      let head = BundleHead(
        log: log,
        madeMs: nowMs,
        realm: node.store.identity.realm,
        root: own.root,
        size: own.size
      )
      return try await node.store.read { reader in
        let file = try BundleFile(path: target)
        do {
          var writer = try BundleWriter(head: head, padKey: pad, sink: { try file.write($0) })
          try Self.papers(&writer, view: view, reader: reader)
          try writer.checkpoint(Array(own.note.utf8))
          try Self.entries(&writer, size: own.size, past: past, held: held, reader: reader)
          for (origin, sizes) in seen {
            guard let origin = LogID(origin) else { continue }
            for entry in sizes {
              try writer.seen(origin: origin, size: entry.size, root: entry.root)
            }
          }
          for heard in try reader.newestHeardSettled()
          where heard.origin != head.log.text {
            try writer.settled(Array(heard.note.utf8))
          }
          try writer.finish()
          let (bytes, hash) = try file.close()
          return AuditExported(
            path: target,
            log: head.log.text,
            leaves: own.size,
            bytes: bytes,
            sha256: hash.hex
          )
        } catch {
          file.discard()
          throw error
        }
      }
    }
  }

  /// The last checkpoint of a log: of the one in use, or of one that has ended.
  private static func end(
    of past: UInt64?,
    _ node: Node
  ) async throws -> (size: UInt64, root: Digest32, note: String) {
    guard let past else {
      guard let own = try node.store.checkpoints.own(node.store.identity.log), own.size > 0 else {
        throw NodeError(.logGuard)
      }
      return (own.size, own.root, own.note)
    }
    guard
      let line = try await node.store.read({ try $0.pastLogs() }).first(where: {
        $0.number == past
      })
    else { throw NodeError(.notFound) }
    guard line.isProvable, !line.note.isEmpty else {
      throw NodeError(.conflict, detail: "leaves of that log are missing here")
    }
    return (line.size, line.root, line.note)
  }

  private static func papers(
    _ writer: inout BundleWriter,
    view: TrustBook.View,
    reader: NodeReader
  ) throws {
    for note in try reader.notes("register") { try writer.register(Array(note.text.utf8)) }
    for note in try reader.notes("suspension") { try writer.suspension(Array(note.text.utf8)) }
    for policy in try reader.policies() { try writer.policy(policy.body) }
    for note in try reader.notes("card") { try writer.card(Array(note.text.utf8)) }
  }

  private static func entries(
    _ writer: inout BundleWriter,
    size: UInt64,
    past: UInt64?,
    held: Set<[UInt8]>,
    reader: NodeReader
  ) throws {
    var views: [String: String] = [:]
    try reader.auditEntries(below: size, past: past) { entry in
      switch entry {
      case .pads(let first, let last): try writer.pads(first: first, last: last)
      case .mark(let note): try writer.mark(Array(note.utf8))
      case .leaf(let leaf):
        try writer.leaf(
          hash: leaf.hash,
          event: leaf.event,
          eventSalt: leaf.eventSalt,
          staff: leaf.staff,
          staffSalt: leaf.staffSalt,
          personalCommitment: leaf.personal,
          person: leaf.personalSalt.map { .salt($0) }
            ?? (leaf.person.map { held.contains($0) } == true ? .held : .gone)
        )
        guard let receipt = leaf.receipt else { return }
        if views[receipt.origin] != receipt.view {
          try writer.view(Array(receipt.view.utf8))
          views[receipt.origin] = receipt.view
        }
        try writer.receipt(
          event: receipt.opening.event,
          salt: receipt.opening.salt,
          staff: receipt.opening.staff,
          personal: receipt.opening.personal,
          path: receipt.opening.path
        )
      }
    }
  }
}

/// The file of a bundle, mode 0600, hashed as it is written; gone again when the export fails.
private final class BundleFile {
  private let path: String
  private let handle: FileHandle
  private var hash = Hash256()
  private var bytes: UInt64 = 0
  private var buffer: [UInt8] = []

  init(path: String) throws {
    self.path = path
    guard
      FileManager.default.createFile(
        atPath: path,
        contents: nil,
        attributes: [.posixPermissions: 0o600]
      ),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw NodeError(.storageUnreadable, detail: "cannot write the bundle there") }
    self.handle = handle
    buffer.reserveCapacity(1 << 20)
  }

  func write(_ line: [UInt8]) throws {
    buffer += line
    if buffer.count >= 1 << 20 { try flush() }
  }

  private func flush() throws {
    hash.update(buffer)
    bytes += UInt64(buffer.count)
    try handle.write(contentsOf: buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  func close() throws -> (UInt64, Digest32) {
    try flush()
    try handle.synchronize()
    try handle.close()
    return (bytes, hash.finish())
  }

  func discard() {
    try? handle.close()
    try? FileManager.default.removeItem(atPath: path)
  }
}

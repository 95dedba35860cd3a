package import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing

/// A desk key that a person has unlocked; gone from memory with the last session that holds it.
package final class UnlockedDesk: Sendable {
  package let desk: String
  package let keyID: Digest32
  let key: KeyWrap.PrivateKey

  init(desk: String, keyID: Digest32, key: consuming KeyWrap.PrivateKey) {
    self.desk = desk
    self.keyID = keyID
    self.key = key
  }
}

/// Who is there: the sessions of users, each with the desks it has unlocked.
package actor SessionVault {
  /// A person at work.
  package struct Presence: Sendable {
    package let user: String
    package let desks: [UnlockedDesk]

    /// The names of the unlocked desks, each once.
    package var deskNames: [String] { Array(Set(desks.map(\.desk))).sorted() }

    /// The unlocked key of an id.
    package func desk(key: Digest32) -> UnlockedDesk? { desks.first { $0.keyID == key } }
  }

  private struct Entry {
    let presence: Presence
    var lastUsedMs: UInt64
  }

  /// Idle time after which a session ends, in seconds.
  package static let idleSeconds: UInt32 = 900
  /// Most sessions at once.
  package static let sessionLimit = 256

  private var entries: [Digest32: Entry] = [:]
  private let clock: NodeClock

  package init(clock: NodeClock) { self.clock = clock }

  /// Opens a session.
  ///
  /// - Returns: The token, 64 hexadecimal digits; only its hash is kept.
  func open(_ presence: Presence) throws(NodeError) -> String {
    sweep()
    guard entries.count < Self.sessionLimit else { throw NodeError(.busy) }
    let token = Randomness.digest()
    entries[Hash256.of(token.bytes)] = Entry(presence: presence, lastUsedMs: clock.nowMs())
    return token.hex
  }

  /// The person behind a token.
  ///
  /// - Throws: `session-unknown`.
  package func presence(_ token: String?) throws(NodeError) -> Presence {
    guard let token, let digest = Digest32(hex: token) else { throw NodeError(.sessionUnknown) }
    sweep()
    let place = Hash256.of(digest.bytes)
    guard var entry = entries[place] else { throw NodeError(.sessionUnknown) }
    entry.lastUsedMs = clock.nowMs()
    entries[place] = entry
    return entry.presence
  }

  /// Ends a session; its keys are zeroed.
  package func close(_ token: String) {
    guard let digest = Digest32(hex: token) else { return }
    entries[Hash256.of(digest.bytes)] = nil
  }

  /// The desks unlocked by anybody.
  package var unlockedDesks: Set<String> {
    sweep()
    return Set(entries.values.flatMap { $0.presence.deskNames })
  }

  /// Everybody who is there.
  package var everybody: [Presence] {
    sweep()
    return entries.values.map(\.presence)
  }

  /// Ends the sessions that have been idle too long.
  package func sweep() {
    let now = clock.nowMs()
    let limit = UInt64(Self.idleSeconds) * 1000
    entries = entries.filter { now < $0.value.lastUsedMs || now - $0.value.lastUsedMs < limit }
  }
}

package import CanonicalBytes
internal import Sealing
internal import Synchronization
package import TransparencyLog

/// What this node has accepted of other logs, in memory, with what still has to be written.
///
/// A checkpoint is judged and taken here under a lock, so that two calls can never accept two views;
/// the sequencer writes it to `checkpoints.db` before any answer leaves.
package final class WitnessBook: Sendable {
  private struct State {
    var newest: [Key: CheckpointFile.Entry] = [:]
    var pending: [CheckpointFile.Entry] = []
  }
  private struct Key: Hashable {
    let origin: String
    let key: Digest32
  }

  private let state: Mutex<State>
  private let file: CheckpointFile

  /// Loads what has been accepted.
  package init(_ file: CheckpointFile) throws(StoreFailure) {
    self.file = file
    var loaded = State()
    for entry in try file.newest() {
      loaded.newest[Key(origin: entry.origin, key: entry.key)] = entry
    }
    state = Mutex(loaded)
  }

  /// The largest size accepted of a log; 0 for none.
  package func size(of origin: String, key: Digest32) -> UInt64 {
    state.withLock { $0.newest[Key(origin: origin, key: key)]?.size ?? 0 }
  }

  /// The newest accepted checkpoint note of a log.
  package func newest(of origin: String, key: Digest32) -> CheckpointFile.Entry? {
    state.withLock { $0.newest[Key(origin: origin, key: key)] }
  }

  /// Everything newest, for gossip and audit.
  package func all() -> [CheckpointFile.Entry] { state.withLock { Array($0.newest.values) } }

  /// Judges a verified checkpoint by K3 and takes it when it advances the view.
  ///
  /// Parameters:
  /// `cosignAt`: The time to cosign at, Unix seconds; the one returned is never before the last.
  /// Returns: The verdict, and the time for the cosignature.
  package func judge(
    _ checkpoint: Checkpoint,
    key: Digest32,
    note: String,
    from: UInt64,
    proof: [Digest32],
    cosignAt: UInt64
  ) throws(StoreFailure) -> (verdict: WitnessRule.Verdict, time: UInt64) {
    let place = Key(origin: checkpoint.origin, key: key)
    let older = size(of: checkpoint.origin, key: key) > checkpoint.size
    // An older size is compared with what was accepted then; the newest is compared under the lock.
    let stored =
      older ? try file.root(of: checkpoint.origin, key: key, at: checkpoint.size) : nil
    return state.withLock { state in
      let held = state.newest[place]
      let verdict = WitnessRule.judge(
        held: held.map {
          WitnessState(
            origin: $0.origin,
            key: VerifyingKey(admitted: $0.key),
            size: $0.size,
            root: $0.root,
            note: $0.note
          )
        },
        offered: checkpoint,
        from: from,
        proof: proof,
        storedRoot: { _ in stored }
      )
      let time = max(cosignAt, held?.cosignedAt ?? 0)
      switch verdict {
      case .advance, .same:
        let entry = CheckpointFile.Entry(
          origin: checkpoint.origin,
          key: key,
          size: checkpoint.size,
          root: checkpoint.root,
          note: verdict == .same ? held?.note ?? note : note,
          cosignedAt: time
        )
        state.newest[place] = entry
        state.pending.append(entry)
      default: break
      }
      return (verdict, time)
    }
  }

  func takePending() -> [CheckpointFile.Entry] {
    state.withLock { state in
      defer { state.pending = [] }
      return state.pending
    }
  }
}

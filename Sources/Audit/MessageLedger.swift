internal import CanonicalBytes

/// The messages of all bundles, to be matched between agencies (AUD-049).
struct MessageRecord {
  /// The sender's side.
  struct Sent {
    let sender: UInt32
    let recipient: UInt32
    let bundle: String
    let log: String
    let index: UInt64
    let timeMs: UInt64
    let expiresMs: UInt64
    /// Where the peer's answer stands, if the sender holds it.
    var answer: (log: String, index: UInt64)?
    var cancelled = false
  }

  /// The recipient's side.
  struct Taken {
    let recipient: UInt32
    let sender: UInt32
    let bundle: String
    let log: String
    let index: UInt64
    let timeMs: UInt64
    /// Whether the sender says that it was never sent.
    var isCancelled = false
  }

  var sent: Sent?
  var taken: Taken?
}

/// One record for each message that only one side has been seen of; matched ones are dropped.
final class MessageLedger {
  /// What is known of an agency whose bundles were read.
  struct Agency {
    var logs: Set<UInt32> = []
    var madeMs: UInt64 = 0
  }

  private(set) var open: [Digest32: MessageRecord] = [:]
  private(set) var twice: [MessageRecord.Taken] = []
  private(set) var matched: UInt64 = 0
  var agencies: [UInt32: Agency] = [:]
  /// Sizes of the logs that were read.
  var sizes: [String: UInt64] = [:]
  /// Messages to and from each agency, read or not.
  private(set) var traffic: [UInt32: (to: UInt64, from: UInt64)] = [:]
  private var done: Set<Digest32> = []
  private struct Answered: Hashable {
    let message: Digest32
    let recipient: UInt32
  }
  private var answered: [Answered: String] = [:]
  private var sentIn: [Digest32: String] = [:]

  /// A bundle of an agency was read, which speaks of the time up to here.
  func read(_ agency: UInt32, upTo timeMs: UInt64) {
    var known = agencies[agency] ?? Agency()
    known.madeMs = max(known.madeMs, timeMs)
    agencies[agency] = known
  }

  func send(_ message: Digest32, _ sent: MessageRecord.Sent) {
    traffic[sent.recipient, default: (0, 0)].to += 1
    // Logged again in the sender's next log, when no answer had come in the one before.
    if done.contains(message), let log = sentIn[message], log != sent.log { return }
    sentIn[message] = sent.log
    var record = open[message] ?? MessageRecord()
    record.sent = sent
    settle(message, record)
  }

  /// A cancel event of the sender; a message that was taken all the same stays a finding.
  func cancel(_ message: Digest32, at cancel: MessageRecord.Taken) {
    guard !done.contains(message) else {
      var cancel = cancel
      cancel.isCancelled = true
      return twice.append(cancel)
    }
    open[message]?.sent?.cancelled = true
    open[message]?.taken?.isCancelled = true
  }

  func answer(_ message: Digest32, log: String, at index: UInt64) {
    open[message]?.sent?.answer = (log, index)
  }

  func take(_ message: Digest32, _ taken: MessageRecord.Taken) {
    traffic[taken.sender, default: (0, 0)].from += 1
    var record = open[message] ?? MessageRecord()
    // The answer once more, in the recipient's next log (RCP-003).
    let key = Answered(message: message, recipient: taken.recipient)
    if let log = answered[key], log != taken.log { return }
    answered[key] = taken.log
    if record.taken != nil || done.contains(message) {
      twice.append(taken)
      return
    }
    record.taken = taken
    if record.sent?.cancelled == true { record.taken?.isCancelled = true }
    settle(message, record)
  }

  private func settle(_ message: Digest32, _ record: MessageRecord) {
    if let sent = record.sent, let taken = record.taken, sent.recipient == taken.recipient,
      sent.sender == taken.sender
    {
      // A receive of a cancelled message stays open: it is a finding.
      guard sent.cancelled else {
        open[message] = nil
        done.insert(message)
        matched += 1
        return
      }
    }
    open[message] = record
  }
}

package import CanonicalBytes
package import TransparencyLog

/// One message with the proof that its sender logged it.
package struct ItemPart: Sendable {
  /// The encoded envelope.
  package let envelope: [UInt8]
  /// The disclose or notify event; `nil` where what came was not one.
  package let event: EventOpening?
  /// The grant event.
  package let grant: EventOpening?
  /// Whether a part of this item could not be an opening: refused as `malformed` by itself (step 8).
  let isBroken: Bool

  /// Collects an item to be sent.
  package init(envelope: [UInt8], event: EventOpening, grant: EventOpening?) {
    self.envelope = envelope
    self.event = event
    self.grant = grant
    isBroken = false
  }

  init(broken envelope: [UInt8]) {
    self.envelope = envelope
    event = nil
    grant = nil
    isBroken = true
  }
}

/// A batch of items under one checkpoint.
package struct DeliveryPart: Sendable {
  /// The messages.
  package var items: [ItemPart]
  /// The pair checkpoint's note.
  package let checkpoint: String
  /// The size that the proof starts at.
  package let from: UInt64
  /// Consistency from there to the checkpoint, n × 32 bytes.
  package let proof: [UInt8]
  /// The newest settled checkpoint's note; empty if there is none.
  package let settled: String
  /// Consistency from there to the checkpoint, n × 32 bytes.
  package let settledProof: [UInt8]

  /// Collects a delivery.
  package init(
    items: [ItemPart],
    checkpoint: String,
    from: UInt64,
    proof: [UInt8],
    settled: String = "",
    settledProof: [UInt8] = []
  ) {
    self.items = items
    self.checkpoint = checkpoint
    self.from = from
    self.proof = proof
    self.settled = settled
    self.settledProof = settledProof
  }
}

/// The events that answer a delivery, under one checkpoint, and the witness's line.
package struct ReceiptPart: Sendable {
  /// The receive and refuse events; `nil` where what came was not an opening.
  package let events: [EventOpening?]
  /// The checkpoint's note.
  package let checkpoint: String
  /// The size that the proof starts at.
  package let from: UInt64
  /// Consistency from there to the checkpoint, n × 32 bytes.
  package let proof: [UInt8]
  /// The cosignature line over the delivery's checkpoint; empty without one.
  package let cosignature: String

  /// Collects a receipt.
  package init(
    events: [EventOpening?],
    checkpoint: String,
    from: UInt64,
    proof: [UInt8],
    cosignature: String
  ) {
    self.events = events
    self.checkpoint = checkpoint
    self.from = from
    self.proof = proof
    self.cosignature = cosignature
  }
}

/// An item that failed a check which leaves no event.
package struct RefusalPart: Equatable, Sendable {
  /// The message id, as its bytes give it.
  package let message: Digest32
  /// The code; one that this node does not know is final (EXC-007).
  package let code: String

  /// Names a failure.
  package init(message: Digest32, code: ItemCode) {
    self.message = message
    self.code = code.rawValue
  }

  init(message: Digest32, received code: String) {
    self.message = message
    self.code = code
  }

  /// The code, if this node knows it.
  package var known: ItemCode? { ItemCode(rawValue: code) }

  /// Whether the message is to be kept and repeated.
  package var isForNow: Bool { known?.isForNow ?? false }
}

/// Everything one call carries, in either direction.
///
/// Source: `Protocol/spec/04-exchange.md`.
package struct ExchangeParts: Sendable {
  /// Which side wrote it.
  package enum Role: Sendable {
    /// The caller's; `code` is empty (EXC-009).
    case request
    /// The answer to it.
    case answer
  }

  /// What is delivered.
  package var delivery: DeliveryPart?
  /// What answers an earlier delivery.
  package var receipt: ReceiptPart?
  /// Register, suspension, card and link notes.
  package var notes: [String]
  /// How long the answer may be held back, in seconds.
  package var waitSeconds: UInt32
  /// Items that failed without an event.
  package var refused: [RefusalPart]
  /// Answer only: why the whole request was refused; empty if it was not.
  package var code: String
  /// Answer only: with `inconsistent`, the size this node holds.
  package var held: UInt64

  /// Collects an exchange; with nothing given, a poll.
  package init(
    delivery: DeliveryPart? = nil,
    receipt: ReceiptPart? = nil,
    notes: [String] = [],
    waitSeconds: UInt32 = 0,
    refused: [RefusalPart] = [],
    code: ExchangeCode? = nil,
    held: UInt64 = 0
  ) {
    self.delivery = delivery
    self.receipt = receipt
    self.notes = notes
    self.waitSeconds = waitSeconds
    self.refused = refused
    self.code = code?.rawValue ?? ""
    self.held = held
  }

  /// The code, if this node knows it.
  package var knownCode: ExchangeCode? { ExchangeCode(rawValue: code) }
}

internal import CanonicalBytes
internal import TransparencyLog

extension ExchangeParts {
  /// The canonical bytes.
  ///
  /// Sizes are known beforehand, so that each byte is written once.
  package var encoded: [UInt8] {
    let deliverySize = delivery?.encodedSize ?? 0
    let receiptSize = receipt?.encodedSize ?? 0
    let noteSize = notes.reduce(0) { $0 + $1.utf8.count + 8 }
    var out = WireWriter(
      reserving: deliverySize + receiptSize + noteSize + refused.count * 96 + 96
    )
    if let delivery {
      out.length(1, deliverySize)
      delivery.write(to: &out)
    }
    if let receipt {
      out.length(2, receiptSize)
      receipt.write(to: &out)
    }
    for note in notes { out.text(3, note) }
    out.integer(4, UInt64(waitSeconds))
    for refusal in refused {
      out.length(5, WireWriter.size(Digest32.byteCount) + WireWriter.size(refusal.code.utf8.count))
      out.digest(1, refusal.message)
      out.text(2, refusal.code)
    }
    out.text(6, code)
    out.integer(7, held)
    return out.bytes
  }
}

extension DeliveryPart {
  var encodedSize: Int {
    items.reduce(
      WireWriter.size(checkpoint.utf8.count) + WireWriter.size(integer: from)
        + WireWriter.size(proof.count) + WireWriter.size(settled.utf8.count)
        + WireWriter.size(settledProof.count)
    ) { $0 + WireWriter.sizeKept($1.encodedSize) }
  }

  func write(to out: inout WireWriter) {
    for item in items {
      out.length(1, item.encodedSize)
      out.data(1, item.envelope)
      if let event = item.event {
        out.length(2, event.encodedSize)
        event.write(to: &out)
      }
      if let grant = item.grant {
        out.length(3, grant.encodedSize)
        grant.write(to: &out)
      }
    }
    out.text(2, checkpoint)
    out.integer(3, from)
    out.data(4, proof)
    out.text(5, settled)
    out.data(6, settledProof)
  }
}

extension ItemPart {
  /// The size of this item in a delivery, in bytes: what a sender adds up to stay below the limit.
  package var encodedSize: Int {
    WireWriter.size(envelope.count) + (event.map { WireWriter.sizeKept($0.encodedSize) } ?? 0)
      + (grant.map { WireWriter.sizeKept($0.encodedSize) } ?? 0)
  }
}

extension ReceiptPart {
  var encodedSize: Int {
    events.reduce(
      WireWriter.size(checkpoint.utf8.count) + WireWriter.size(integer: from)
        + WireWriter.size(proof.count) + WireWriter.size(cosignature.utf8.count)
    ) { $0 + WireWriter.sizeKept($1?.encodedSize ?? 0) }
  }

  func write(to out: inout WireWriter) {
    for event in events {
      out.length(1, event?.encodedSize ?? 0)
      event?.write(to: &out)
    }
    out.text(2, checkpoint)
    out.integer(3, from)
    out.data(4, proof)
    out.text(5, cosignature)
  }
}

extension EventOpening {
  var encodedSize: Int {
    WireWriter.size(event.count) + 3 * WireWriter.size(Digest32.byteCount)
      + WireWriter.size(path.count * Digest32.byteCount)
      + WireWriter.size(closedCheckpoint?.utf8.count ?? 0)
  }

  func write(to out: inout WireWriter) {
    out.data(1, event)
    out.digest(2, salt)
    out.digest(3, staff)
    out.digest(4, personal)
    out.digests(5, path)
    out.text(6, closedCheckpoint ?? "")
  }
}

internal import Synchronization

/// The counters of a node, written out in the Prometheus text format.
///
/// Names and labels are a closed set; no agency, case, person or message is ever a label.
package final class NodeMetrics: Sendable {
  /// Everything that is counted.
  package enum Counter: String, CaseIterable, Sendable {
    case referralsSubmitted = "amonat_referrals_submitted_total"
    case messagesSent = "amonat_messages_sent_total"
    case messagesDelivered = "amonat_messages_delivered_total"
    case messagesRefusedByPeer = "amonat_messages_refused_by_peer_total"
    case messagesReceived = "amonat_messages_received_total"
    case messagesRefused = "amonat_messages_refused_total"
    case messagesRepeated = "amonat_messages_repeated_total"
    case exchangesServed = "amonat_exchanges_served_total"
    case exchangesRefused = "amonat_exchanges_refused_total"
    case exchangesFailed = "amonat_exchanges_failed_total"
    case cosignatures = "amonat_cosignatures_total"
    case evidence = "amonat_evidence_total"
    case unsettledDeliveries = "amonat_deliveries_unsettled_total"
    case parcelsWritten = "amonat_parcels_written_total"
    case parcelsTaken = "amonat_parcels_taken_total"
    case parcelsRefused = "amonat_parcels_refused_total"
    case viaKept = "amonat_via_parcels_kept_total"
    case viaGiven = "amonat_via_parcels_given_total"
    case viaRefused = "amonat_via_calls_refused_total"
    case timersFired = "amonat_timers_fired_total"
    case signalsSent = "amonat_signals_sent_total"
    case signalsFailed = "amonat_signals_failed_total"
    case erasures = "amonat_erasures_total"
    case withdrawals = "amonat_withdrawals_total"
    case withdrawalAlerts = "amonat_withdrawal_alerts_total"
    case unlocks = "amonat_unlocks_total"
    case unlocksFailed = "amonat_unlocks_failed_total"
  }

  private let counts = Mutex<[Counter: UInt64]>([:])

  package init() {}

  /// Adds to a counter.
  package func add(_ counter: Counter, _ amount: Int = 1) {
    guard amount > 0 else { return }
    counts.withLock { $0[counter, default: 0] += UInt64(amount) }
  }

  /// The value of a counter.
  package func value(_ counter: Counter) -> UInt64 { counts.withLock { $0[counter] ?? 0 } }

  /// The text format, with gauges that the caller has just read.
  package func text(gauges: [(name: String, value: UInt64)]) -> String {
    let snapshot = counts.withLock { $0 }
    var out = ""
    for counter in Counter.allCases {
      out += "# TYPE \(counter.rawValue) counter\n\(counter.rawValue) \(snapshot[counter] ?? 0)\n"
    }
    for gauge in gauges {
      out += "# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
    }
    return out
  }
}

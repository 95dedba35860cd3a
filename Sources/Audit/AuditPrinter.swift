internal import CanonicalBytes
internal import Foundation
internal import ReferralModel

/// Writes findings and summaries, for people or as one JSON object.
struct AuditPrinter {
  private let json: Bool
  private let language: AuditLanguage
  private let write: (String) -> Void
  private var named: String?
  private var findingCount = 0
  private var bundles: [CanonicalValue] = []
  private var reconciled: CanonicalObject?

  init(json: Bool, language: AuditLanguage, write: @escaping (String) -> Void) {
    self.json = json
    self.language = language
    self.write = write
  }

  func begin() {
    if json { write("{\"findings\":[") }
  }

  // MARK: Findings

  mutating func finding(_ finding: Finding) {
    defer { findingCount += 1 }
    if json {
      write((findingCount == 0 ? "\n" : ",\n") + Self.text(object(finding)))
      return
    }
    if named != finding.bundle {
      named = finding.bundle
      if !finding.bundle.isEmpty { write("\(Self.clean(finding.bundle))\n") }
    }
    let severity = AuditCatalogue.say(finding.severity.rawValue, language)
    let place = finding.place(language)
    write("  \(severity)  \(finding.code.rawValue)\(place.isEmpty ? "" : "  (\(place))")\n")
    write("      \(finding.sentence(language))\n")
  }

  private func object(_ finding: Finding) -> CanonicalObject {
    var object = CanonicalObject([
      "bundle": .string(Self.clean(finding.bundle)), "code": .string(finding.code.rawValue),
      "severity": .string(finding.code.stopsReading ? "stop" : finding.severity.rawValue),
      "sentence": .string(finding.sentence(language)),
    ])
    if let line = finding.line { object.set("line", .integer(line)) }
    if let offset = finding.offset, finding.line != nil { object.set("byte", .integer(offset)) }
    if let leaves = finding.leaves {
      object.set("first", .integer(leaves.lowerBound))
      object.set("last", .integer(leaves.upperBound))
    }
    if !finding.details.isEmpty { object.set("details", .strings(finding.details)) }
    return object
  }

  // MARK: Summaries

  mutating func unreadable(_ name: String) {
    if json {
      bundles.append(
        .object(CanonicalObject(["bundle": .string(Self.clean(name)), "read": .bool(false)]))
      )
    } else {
      write("\(Self.clean(name)): \(say("unreadable"))\n")
    }
  }

  mutating func summary(_ summary: BundleSummary, of name: String, whole: Bool) {
    named = nil
    if json { return bundles.append(.object(object(summary, name))) }
    let counts = [Severity.error, .warning, .note].map { summary.findings[$0, default: 0] }
    if whole { return describe(summary, name) }
    let verdict =
      !summary.isWhole
      ? say("unchecked")
      : counts.allSatisfy { $0 == 0 }
        ? say("clean") : say("findings", counts.map { String($0) })
    let log = summary.head.map { "\($0.log.text), \(say("size")) \($0.size)" } ?? "?"
    write("\(Self.clean(name)): \(log): \(verdict)\n")
  }

  private func describe(_ summary: BundleSummary, _ name: String) {
    write("\(Self.clean(name))\n")
    func row(_ key: String, _ value: String) { write("  \(say(key)): \(value)\n") }
    func rows(_ key: String, _ values: [String: UInt64]) {
      let text = values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      row(key, text.isEmpty ? say("none") : text.joined(separator: ", "))
    }
    if let head = summary.head {
      row("agency", head.agency.text)
      row("log", head.log.text)
      row("realm", head.realm.hex)
      row("made", Self.date(head.madeMs))
      row("size", String(head.size))
    }
    row("settled", summary.settledSize.map { String($0) } ?? say("none"))
    row(
      "times",
      summary.timesMs.map { "\(Self.date($0.lowerBound)), \(Self.date($0.upperBound))" }
        ?? say("none")
    )
    rows("events", summary.events)
    row("pads", String(summary.pads))
    row("closed", String(summary.closed))
    rows("sent", summary.sent)
    rows("received", summary.received)
    rows("purposes", summary.purposes)
    row("receipts", String(summary.receipts))
    row("policies", summary.policies.sorted().joined(separator: ", "))
    if !summary.isWhole { write("  \(say("unchecked"))\n") }
    write("  \(say("unverified"))\n")
  }

  private func object(_ summary: BundleSummary, _ name: String) -> CanonicalObject {
    func counts(_ values: [String: UInt64]) -> CanonicalValue {
      var object = CanonicalObject()
      for (key, value) in values { object.set(key, .integer(value)) }
      return .object(object)
    }
    var object = CanonicalObject([
      "bundle": .string(Self.clean(name)), "closed": .integer(summary.closed),
      "errors": .integer(summary.findings[.error, default: 0]),
      "events": counts(summary.events), "notes": .integer(summary.findings[.note, default: 0]),
      "pads": .integer(summary.pads), "policies": .strings(summary.policies.sorted()),
      "purposes": counts(summary.purposes), "read": .bool(summary.isWhole),
      "receipts": .integer(summary.receipts), "received": counts(summary.received),
      "sent": counts(summary.sent),
      "warnings": .integer(summary.findings[.warning, default: 0]),
    ])
    if let head = summary.head {
      object.set("agency", .string(head.agency.text))
      object.set("log", .string(head.log.text))
      object.set("made", .integer(head.madeMs))
      object.set("realm", .string(head.realm.hex))
      object.set("size", .integer(head.size))
    }
    if let settled = summary.settledSize { object.set("settled", .integer(settled)) }
    if let times = summary.timesMs {
      object.set("first_time", .integer(times.lowerBound))
      object.set("last_time", .integer(times.upperBound))
    }
    return object
  }

  // MARK: Several bundles

  mutating func outcome(_ outcome: Reconciler.Outcome) {
    if json {
      reconciled = CanonicalObject([
        "absent": .strings(outcome.absent), "matched": .integer(outcome.matched),
        "present": .strings(outcome.present),
      ])
      return
    }
    write("\(say("matched", [String(outcome.matched)]))")
    write(" (\(say("present")) \(outcome.present.joined(separator: ", ")))\n")
  }

  func end(_ status: AuditRun.Status) {
    guard json else { return }
    var tail = CanonicalObject([
      "bundles": .list(bundles), "status": .integer(UInt64(status.rawValue)),
    ])
    if let reconciled { tail.set("reconciled", .object(reconciled)) }
    write("\n],\(Self.text(tail).dropFirst())\n")
  }

  // MARK: Text

  private func say(_ key: String, _ details: [String] = []) -> String {
    AuditCatalogue.say(key, language, details)
  }

  private static func text(_ object: CanonicalObject) -> String {
    String(decoding: object.encoded, as: UTF8.self)
  }

  /// A file's name without what could confuse a terminal or a reader of JSON.
  private static func clean(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }
      )
    )
  }

  private static func date(_ timeMs: UInt64) -> String {
    Date(timeIntervalSince1970: Double(timeMs / 1000)).formatted(.iso8601)
  }
}

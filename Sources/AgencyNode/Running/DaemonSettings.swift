internal import Configuration
internal import Foundation
internal import Sealing

/// The settings of `amonatd`: file, then environment, then flags; an unknown key stops the start.
package struct DaemonSettings: Sendable {
  /// Why settings were not taken.
  package enum Failure: Error, CustomStringConvertible {
    case unknownKey(String, place: String)
    case value(String, expected: String)
    case file(String)

    package var description: String {
      switch self {
      case .unknownKey(let key, let place): "\(place): unknown setting \"\(key)\""
      case .value(let key, let expected): "\(key): expected \(expected)"
      case .file(let what): "configuration file: \(what)"
      }
    }
  }

  /// The state folder.
  package let stateFolder: String
  /// The node's own settings.
  package let node: NodeSettings

  /// Every key, as it stands in the file; `AMONAT_LISTEN` in the environment.
  package static let keys = [
    "state", "listen", "socket", "metrics-port", "log-level", "hold-seconds", "passphrase-cost",
    "signals", "via", "via-days", "via-parcels", "via-mebibytes", "via-daily",
  ]

  /// Reads the settings.
  ///
  /// Parameters:
  /// `state`: The state folder from the flags.
  /// `file`: The configuration file from the flags.
  /// `flags`: The other flags, by key.
  package static func load(
    state: String?,
    file: String?,
    flags: [String: String?],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> DaemonSettings {
    let folder = state ?? environment["AMONAT_STATE"] ?? "/var/lib/amonat"
    let path = file ?? folder + "/amonatd.json"
    let inFile = try fileValues(path, required: file != nil)
    for key in inFile.keys where !keys.contains(key) {
      throw Failure.unknownKey(key, place: path)
    }
    // Variables of the command line tool share the prefix.
    let others = ["AMONAT_SESSION", "AMONAT_LANG", "AMONAT_FUZZ", "AMONAT_FUZZ_TARGET"]
    let names = Set(keys.map(variable))
    for name in environment.keys.sorted()
    where name.hasPrefix("AMONAT_") && !names.contains(name) && !others.contains(name) {
      throw Failure.unknownKey(name, place: "environment")
    }
    let reader = ConfigReader(providers: [
      InMemoryProvider(name: "flags", values: values(flags.compactMapValues { $0 })),
      InMemoryProvider(
        name: "environment",
        values: values(
          Dictionary(
            uniqueKeysWithValues: keys.compactMap { key in
              environment[variable(key)].flatMap { $0.isEmpty ? nil : (key, $0) }
            }
          )
        )
      ),
      InMemoryProvider(name: "file", values: values(inFile)),
    ])
    return DaemonSettings(stateFolder: folder, node: try node(reader, folder: folder))
  }

  private static func variable(_ key: String) -> String {
    "AMONAT_" + key.uppercased().replacingOccurrences(of: "-", with: "_")
  }

  private static func values(
    _ pairs: [String: String]
  ) -> [AbsoluteConfigKey: ConfigValue] {
    Dictionary(
      uniqueKeysWithValues: pairs.map { key, value in
        (AbsoluteConfigKey([key]), ConfigValue(.string(value), isSecret: false))
      }
    )
  }

  private static func node(_ reader: ConfigReader, folder: String) throws -> NodeSettings {
    var settings = NodeSettings(
      socketPath: reader.string(forKey: "socket") ?? folder + "/amonat.sock"
    )
    if let listen = reader.string(forKey: "listen"), listen != "none" {
      guard let colon = listen.lastIndex(of: ":"),
        let port = UInt16(listen[listen.index(after: colon)...]), colon > listen.startIndex
      else { throw Failure.value("listen", expected: "host:port, or none") }
      settings.listenHost = String(listen[..<colon])
      settings.listenPort = port
    }
    if let text = reader.string(forKey: "metrics-port") {
      guard let port = UInt16(text) else {
        throw Failure.value("metrics-port", expected: "a port number")
      }
      settings.metricsPort = port
    }
    if let level = reader.string(forKey: "log-level") {
      guard ["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(level)
      else { throw Failure.value("log-level", expected: "trace … critical") }
      settings.logLevel = level
    }
    if let text = reader.string(forKey: "hold-seconds") {
      guard let seconds = UInt32(text), (1...60).contains(seconds) else {
        throw Failure.value("hold-seconds", expected: "1 to 60")
      }
      settings.holdSeconds = seconds
    }
    if let path = reader.string(forKey: "signals") {
      do throws(SignalSettings.Failure) {
        settings.signals = try SignalSettings(file: path)
      } catch {
        switch error {
        case .unreadable: throw Failure.value("signals", expected: "a readable JSON file")
        case .malformed(let key): throw Failure.value("signals", expected: "a right \"\(key)\"")
        }
      }
    }
    settings.via = try via(reader)
    switch reader.string(forKey: "passphrase-cost") {
    case nil, "standard": break
    // For demonstrations and tests: a passphrase is tried in a tenth of the time.
    case "least": settings.passphraseCost = .least
    default: throw Failure.value("passphrase-cost", expected: "standard or least")
    }
    return settings
  }

  /// What is kept for others: nothing, unless it is said.
  private static func via(_ reader: ConfigReader) throws -> ViaSettings? {
    var via = ViaSettings()
    func number(_ key: String, _ allowed: ClosedRange<UInt32>, _ fallback: UInt32) throws -> UInt32
    {
      guard let text = reader.string(forKey: ConfigKey(key)) else { return fallback }
      guard let value = UInt32(text), allowed.contains(value) else {
        throw Failure.value(key, expected: "\(allowed.lowerBound) to \(allowed.upperBound)")
      }
      return value
    }
    via.days = try number("via-days", ViaSettings.daysAllowed, via.days)
    via.parcels = try number("via-parcels", ViaSettings.countAllowed, via.parcels)
    via.mebibytes = try number("via-mebibytes", ViaSettings.countAllowed, via.mebibytes)
    via.daily = try number("via-daily", ViaSettings.countAllowed, via.daily)
    switch reader.string(forKey: "via") {
    case nil, "off": return nil
    case "on": return via
    default: throw Failure.value("via", expected: "on or off")
    }
  }

  private static func fileValues(_ path: String, required: Bool) throws -> [String: String] {
    guard FileManager.default.fileExists(atPath: path) else {
      if required { throw Failure.file("\(path) does not exist") }
      return [:]
    }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw Failure.file("\(path) cannot be read")
    }
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw Failure.file("\(path) is not one JSON object")
    }
    var out: [String: String] = [:]
    for (key, value) in object {
      switch value {
      case let text as String: out[key] = text
      case let number as NSNumber: out[key] = number.stringValue
      default: throw Failure.value(key, expected: "a text or a number")
      }
    }
    return out
  }
}

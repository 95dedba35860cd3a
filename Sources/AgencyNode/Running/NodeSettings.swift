package import Sealing

/// How a node is configured; see `docs/operations/configuration.md`.
package struct NodeSettings: Sendable {
  /// Where to listen for peers; `nil` for a node that only dials out.
  package var listenHost: String?
  /// The port for peers; 0 takes any.
  package var listenPort: UInt16
  /// The local socket.
  package var socketPath: String
  /// Whether metrics and health are also served on this loopback port.
  package var metricsPort: UInt16?
  /// What a passphrase costs to try.
  package var passphraseCost: Passphrase.Cost
  /// Seconds a call to a peer is held when nothing waits, at most 60.
  package var holdSeconds: UInt32
  /// Log level.
  package var logLevel: String
  /// How people are told that something waits; `nil`: nobody is.
  package var signals: SignalSettings?
  /// What this node keeps for others; `nil`: nothing.
  package var via: ViaSettings?

  package init(
    listenHost: String? = nil,
    listenPort: UInt16 = 0,
    socketPath: String,
    metricsPort: UInt16? = nil,
    passphraseCost: Passphrase.Cost = .standard,
    holdSeconds: UInt32 = 50,
    logLevel: String = "info",
    signals: SignalSettings? = nil,
    via: ViaSettings? = nil
  ) {
    self.listenHost = listenHost
    self.listenPort = listenPort
    self.socketPath = socketPath
    self.metricsPort = metricsPort
    self.passphraseCost = passphraseCost
    self.holdSeconds = holdSeconds
    self.logLevel = logLevel
    self.signals = signals
    self.via = via
  }
}

package import HTTPLine

/// A place where a peer can be dialled.
package struct PeerEndpoint: Hashable, Sendable {
  /// A name or an address.
  package let host: String
  package let port: UInt16

  /// Makes an endpoint.
  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

/// A peer's answer.
package struct PeerAnswer: Sendable {
  package let status: Int
  package let body: [UInt8]
}

/// The lines to one peer: dialled when needed, kept while they last, pinned to exact certificates.
///
/// A held call (long poll) has a line of its own. A call on a line that turns out to have been closed
/// meanwhile is sent again on another, so a request may reach the peer twice; exchanges are made for
/// that.
package actor PeerConnection {
  private enum Lane: Hashable { case ordinary, held }

  /// One line, or the dialling of it.
  private final class Slot {
    var line: HTTPLine?
    var calls = 0
    var waiting: [CheckedContinuation<Result<HTTPLine, HTTPLineFailure>, Never>] = []
  }

  private let identity: @Sendable () -> TLSIdentity
  private let limits: HTTPLineLimits
  private let widths: [Lane: Int]
  private var endpoints: [PeerEndpoint]
  private var pins: Set<[UInt8]>
  private var slots: [Lane: [Slot]] = [:]

  /// Sets up; nothing is dialled before the first call.
  ///
  /// - Parameters:
  ///   - endpoints: Tried in order; no other place is ever spoken to.
  ///   - pins: The peer's certificates, DER, from its link; none means nobody is accepted.
  ///   - identity: Asked for every new line, so a renewed certificate is used at once.
  ///   - lines: Most connections at a time, the held one included; at least 2.
  ///   - limits: Of each line.
  package init(
    endpoints: [PeerEndpoint],
    pins: [[UInt8]],
    identity: @escaping @Sendable () -> TLSIdentity,
    lines: Int = 3,
    limits: HTTPLineLimits = HTTPLineLimits()
  ) {
    self.endpoints = endpoints
    self.pins = Set(pins)
    self.identity = identity
    self.limits = limits
    widths = [.ordinary: max(1, lines - 1), .held: 1]
  }

  /// Posts a body and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - path: Path and query, visible ASCII.
  ///   - body: The whole body.
  ///   - contentType: Its media type.
  ///   - timeout: For the whole call; a call that waits for a line being dialled may take up to
  ///     ``HTTPLineLimits/connectTimeout`` longer.
  ///   - held: The peer may keep the answer back: use the line set aside for that.
  ///   - isPadded: Whether the size of the body is hidden in a step (EXC-005).
  /// - Returns: The answer, whatever its status.
  /// - Throws: ``HTTPLineFailure``.
  package func post(
    _ path: String,
    body: [UInt8],
    contentType: String = "application/octet-stream",
    timeout: Duration,
    held: Bool = false,
    isPadded: Bool = false
  ) async throws(HTTPLineFailure) -> PeerAnswer {
    var headers = [("content-type", contentType)]
    if isPadded { headers.append((PadHeader.name, PadHeader.value(bodyBytes: body.count))) }
    return try await call(
      HTTPLineRequest(
        method: "POST",
        path: path,
        headers: headers,
        body: body
      ),
      timeout: timeout,
      lane: held ? .held : .ordinary
    )
  }

  /// Gets a resource; as ``post(_:body:contentType:timeout:held:isPadded:)``.
  package func get(
    _ path: String,
    timeout: Duration,
    held: Bool = false
  ) async throws(HTTPLineFailure) -> PeerAnswer {
    try await call(
      HTTPLineRequest(method: "GET", path: path),
      timeout: timeout,
      lane: held ? .held : .ordinary
    )
  }

  /// Takes over a newer link or register: every open line is ended, calls on it fail or are sent anew.
  package func replace(endpoints: [PeerEndpoint], pins: [[UInt8]]) {
    // Asked before every call: lines that lead to the right place stay open.
    guard self.endpoints != endpoints || self.pins != Set(pins) else { return }
    self.endpoints = endpoints
    self.pins = Set(pins)
    close()
  }

  /// Ends every line; a later call dials again.
  package func close() {
    for slot in slots.values.joined() { slot.line?.close() }
    slots = [:]
  }

  private func call(
    _ request: HTTPLineRequest,
    timeout: Duration,
    lane: Lane
  ) async throws(HTTPLineFailure) -> PeerAnswer {
    let deadline = ContinuousClock.now + timeout
    // One stale line after the other may turn up; a new one that fails is the answer.
    for _ in 0...(widths[lane] ?? 1) {
      let (slot, isNew) = try await acquire(lane, before: deadline)
      guard let line = slot.line else { throw .closed }
      defer { slot.calls -= 1 }
      do throws(HTTPLineFailure) {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw .timedOut }
        let answer = try await line.send(request, timeout: left)
        return PeerAnswer(status: answer.status, body: answer.body)
      } catch {
        guard error == .closed, !isNew, !Task.isCancelled else { throw error }
      }
    }
    throw .closed
  }

  /// A slot with a line, this call counted in.
  private func acquire(
    _ lane: Lane,
    before deadline: ContinuousClock.Instant
  ) async throws(HTTPLineFailure) -> (slot: Slot, isNew: Bool) {
    slots[lane]?.removeAll { $0.line?.isOpen == false }
    let open = slots[lane, default: []]
    if let idle = open.first(where: { $0.calls == 0 && $0.line != nil }) {
      idle.calls += 1
      return (idle, false)
    }
    if open.count < widths[lane] ?? 1 {
      return (try await dialled(lane, before: deadline), true)
    }
    guard let least = open.min(by: { $0.calls < $1.calls }) else { throw .closed }
    least.calls += 1
    if least.line == nil {
      let result = await withCheckedContinuation { least.waiting.append($0) }
      if case .failure(let failure) = result {
        least.calls -= 1
        throw failure
      }
    }
    return (least, false)
  }

  private func dialled(
    _ lane: Lane,
    before deadline: ContinuousClock.Instant
  ) async throws(HTTPLineFailure) -> Slot {
    let slot = Slot()
    slot.calls = 1
    slots[lane, default: []].append(slot)
    var result: Result<HTTPLine, HTTPLineFailure>
    do throws(HTTPLineFailure) {
      result = .success(try await dial(before: deadline))
    } catch {
      result = .failure(error)
    }
    // Replaced or closed meanwhile: what was dialled is not what is wanted now.
    if case .success(let line) = result, slots[lane]?.contains(where: { $0 === slot }) != true {
      line.close()
      result = .failure(.closed)
    }
    for one in slot.waiting { one.resume(returning: result) }
    slot.waiting = []
    switch result {
    case .success(let line):
      slot.line = line
      return slot
    case .failure(let failure):
      slots[lane]?.removeAll { $0 === slot }
      throw failure
    }
  }

  /// The first endpoint that answers with a pinned certificate.
  private func dial(
    before deadline: ContinuousClock.Instant
  ) async throws(HTTPLineFailure) -> HTTPLine {
    var failure = HTTPLineFailure.connectFailed
    let pins = pins
    for endpoint in endpoints {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { throw .timedOut }
      var limits = limits
      limits.connectTimeout = min(limits.connectTimeout, left)
      do throws(HTTPLineFailure) {
        return try await HTTPLine.connect(
          to: .tls(
            host: endpoint.host,
            port: endpoint.port,
            identity: identity(),
            verifyPeer: { pins.contains($0) }
          ),
          limits: limits
        )
      } catch {
        // A stranger at one of the peer's endpoints is worth more notice than a dead one.
        if failure != .peerRefused { failure = error }
      }
    }
    throw failure
  }
}

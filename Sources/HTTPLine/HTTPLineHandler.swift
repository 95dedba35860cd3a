internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Whether a line may be given another call; read from any thread.
final class LineGate: Sendable {
  private let open = Atomic<Bool>(true)
  private let calls = Atomic<UInt64>(0)

  var isOpen: Bool { open.load(ordering: .acquiring) }
  func shut() { open.store(false, ordering: .releasing) }
  func nextCall() -> UInt64 { calls.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// One call: what goes out, and who waits for the answer.
struct LineCall: Sendable {
  let id: UInt64
  let head: HTTPRequestHead
  let body: ByteBuffer?
  let timeout: Duration
  let answer: CheckedContinuation<Result<HTTPLineResponse, HTTPLineFailure>, Never>
}

/// The line's end of the pipeline: one call at a time, the others wait in order.
///
/// Lives on the event loop of its channel; every method is called there.
final class HTTPLineHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private struct Turn {
    let call: LineCall
    let alarm: Scheduled<Void>
  }

  private let limits: HTTPLineLimits
  private let gate: LineGate
  private var context: ChannelHandlerContext?
  private var approval: EventLoopPromise<Void>?
  private var approvalAlarm: Scheduled<Void>?
  private var waiting = CircularBuffer<Turn>()
  private var current: Turn?
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  private var failure: HTTPLineFailure?

  /// `approval` is kept once the peer may be spoken to, or broken with the reason why not.
  init(limits: HTTPLineLimits, gate: LineGate, approval: EventLoopPromise<Void>) {
    self.limits = limits
    self.gate = gate
    self.approval = approval
  }

  // MARK: The peer's certificate

  func awaitApproval(on loop: any EventLoop) {
    approvalAlarm = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.connectTimeout)) {
      self.end(because: .timedOut)
    }
  }

  func approve() {
    approvalAlarm?.cancel()
    approval?.succeed(())
    approval = nil
  }

  func refuse() {
    failure = .peerRefused
    breakApproval()
  }

  private func breakApproval() {
    approvalAlarm?.cancel()
    approval?.fail(failure ?? .connectFailed)
    approval = nil
  }

  // MARK: Calls

  func enqueue(_ call: LineCall) {
    guard failure == nil, let context, context.channel.isActive else {
      return call.answer.resume(returning: .failure(failure ?? .closed))
    }
    guard waiting.count < limits.waitingCalls else {
      return call.answer.resume(returning: .failure(.timedOut))
    }
    let alarm = context.eventLoop.assumeIsolated().scheduleTask(
      in: min(TimeAmount(call.timeout), .hours(24))
    ) {
      self.giveUp(call.id, because: .timedOut)
    }
    waiting.append(Turn(call: call, alarm: alarm))
    startNext(context)
  }

  /// Ends one call.
  ///
  /// The answer of a call under way would be taken for the next one's: the line ends too.
  func giveUp(_ id: UInt64, because reason: HTTPLineFailure) {
    if let current, current.call.id == id {
      self.current = nil
      settle(current, .failure(reason))
      end(because: .closed)
    } else if let place = waiting.firstIndex(where: { $0.call.id == id }) {
      settle(waiting.remove(at: place), .failure(reason))
    }
  }

  func end(because reason: HTTPLineFailure) {
    gate.shut()
    if failure == nil { failure = reason }
    failAll()
    context?.close(promise: nil)
  }

  private func startNext(_ context: ChannelHandlerContext) {
    guard current == nil, let turn = waiting.popFirst() else { return }
    current = turn
    context.write(wrapOutboundOut(.head(turn.call.head)), promise: nil)
    if let body = turn.call.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func settle(_ turn: Turn, _ result: Result<HTTPLineResponse, HTTPLineFailure>) {
    turn.alarm.cancel()
    turn.call.answer.resume(returning: result)
  }

  private func failAll() {
    breakApproval()
    let reason = failure ?? .closed
    if let current { settle(current, .failure(reason)) }
    current = nil
    while let turn = waiting.popFirst() { settle(turn, .failure(reason)) }
  }

  // MARK: Channel

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    gate.shut()
    failAll()
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    gate.shut()
    if failure == nil { failure = approval == nil ? .closed : .connectFailed }
    failAll()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is NIOHTTPDecoderError {
      end(because: .malformed)
    } else {
      end(because: approval == nil ? .closed : .connectFailed)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard failure == nil else { return }
    guard current != nil else { return end(because: .malformed) }
    switch unwrapInboundIn(data) {
    case .head(let head): began(head)
    case .body(let part): continued(part)
    case .end: finished(context)
    }
  }

  private func began(_ head: HTTPResponseHead) {
    var claimed = 0
    if let field = head.headers.first(name: "content-length") {
      guard let length = Int(field), length >= 0 else { return end(because: .malformed) }
      // Before the number may size anything.
      guard length <= limits.responseBodyBytes else { return end(because: .tooLarge) }
      claimed = length
    }
    if !head.isKeepAlive { gate.shut() }
    self.head = head
    body = []
    body.reserveCapacity(min(claimed, 1 << 20))
  }

  private func continued(_ part: ByteBuffer) {
    guard body.count + part.readableBytes <= limits.responseBodyBytes else {
      return end(because: .tooLarge)
    }
    body.append(contentsOf: part.readableBytesView)
  }

  private func finished(_ context: ChannelHandlerContext) {
    guard let turn = current, let head else { return end(because: .malformed) }
    current = nil
    self.head = nil
    let answer = HTTPLineResponse(
      status: Int(head.status.code),
      headers: head.headers.map { (name: $0.name, value: $0.value) },
      body: body
    )
    body = []
    settle(turn, .success(answer))
    if head.isKeepAlive { startNext(context) } else { end(because: .closed) }
  }
}

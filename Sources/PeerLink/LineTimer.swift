internal import NIOCore
internal import NIOTLS

/// Ends a connection that takes longer than it may: for its handshake, for its first request, and for
/// the head of each later one, however its bytes trickle in (TLS-012).
///
/// Stands where whole parts of a request come by: a head that is not complete yet has not come.
final class LineTimer: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Never
  typealias OutboundIn = Never

  private let limits: PeerServerLimits
  private var alarm: Scheduled<Void>?

  init(limits: PeerServerLimits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) {
    do {
      try context.pipeline.syncOperations.addHandler(ClientHelloGate(), position: .first)
    } catch {
      // Without its gate no connection is taken.
      return context.close(promise: nil)
    }
    start(limits.handshakeTimeout, context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      start(limits.firstRequestTimeout, context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    alarm?.cancel()
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    start(limits.idleTimeout, context)
    context.write(data, promise: promise)
  }

  private func start(_ limit: Duration, _ context: ChannelHandlerContext) {
    alarm?.cancel()
    let channel = context.channel
    alarm = context.eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
  }
}

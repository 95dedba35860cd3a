internal import NIOCore

/// Holds the first bytes of a connection back until they are a client hello that asks for a handshake
/// of its own; ends the connection for any other (TLS-011).
final class ClientHelloGate: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private var held: [UInt8] = []
  private var isOpen = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOpen else { return context.fireChannelRead(data) }
    held.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    switch ClientHello.judge(held) {
    case .incomplete: break
    case .refused:
      held = []
      context.close(promise: nil)
    case .fresh:
      isOpen = true
      let first = ByteBuffer(bytes: held)
      held = []
      context.fireChannelRead(wrapInboundOut(first))
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
  }
}

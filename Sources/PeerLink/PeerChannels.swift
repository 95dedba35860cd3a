internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The connections that have asked something, and by which certificate.
final class PeerChannels: Sendable {
  /// A connection without a peer certificate, which the handshake does not let happen.
  struct Unauthenticated: Error {}

  private struct Entry: Sendable {
    let channel: any Channel
    let certificateDER: [UInt8]
  }

  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  /// The certificate of a connection, DER; looked up in the handshake once, kept while it is open.
  func certificateDER(of channel: any Channel) async throws -> [UInt8] {
    let key = ObjectIdentifier(channel)
    if let known = entries.withLock({ $0[key]?.certificateDER }) { return known }
    guard let leaf = try await channel.nioSSL_peerCertificate().get() else {
      throw Unauthenticated()
    }
    let der = try leaf.toDERBytes()
    entries.withLock { $0[key] = Entry(channel: channel, certificateDER: der) }
    // Also runs if the connection has ended by now.
    channel.closeFuture.whenComplete { [self] _ in
      entries.withLock { _ = $0.removeValue(forKey: key) }
    }
    return der
  }

  func close(certificateDER: [UInt8]) {
    for channel in channels(where: { $0.certificateDER == certificateDER }) {
      channel.close(promise: nil)
    }
  }

  func closeAll() {
    for channel in channels(where: { _ in true }) { channel.close(promise: nil) }
  }

  private func channels(where wanted: (Entry) -> Bool) -> [any Channel] {
    entries.withLock { $0.values.filter(wanted).map(\.channel) }
  }
}

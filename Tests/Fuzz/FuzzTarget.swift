internal import CanonicalBytes
internal import Exchange
internal import Sealing

/// A parser of outside bytes, and what must hold whatever the bytes are.
///
/// A new parser joins by one case here and one folder of seeds.
enum FuzzTarget: String, CaseIterable {
  case event
  case note
  case document
  case base64
  case hex
  case compartment
  case wrap
  case signedNote = "signed-note"
  case checkpoint
  case noteLines = "note-lines"
  case logEvent = "log-event"
  case eventParts = "event-parts"
  case request
  case answer
  case envelope
  case parcel
  case hello
  case register
  case suspension
  case card
  case link
  case certificate
  case names
  case keyFile = "key-file"
  case policy
  case bundle
  case local
  case clientHello = "client-hello"

  /// Feeds one input.
  ///
  /// A trap, a leak or a broken law is a finding; a refusal is not.
  func run(_ input: [UInt8]) {
    switch self {
    case .event: Laws.canonical(input, .event)
    case .note: Laws.canonical(input, .note(textKeys: ["names", "reason"]))
    case .document: Laws.document(input)
    case .base64: Laws.base64(input)
    case .hex: Laws.hex(input)
    case .compartment: Laws.compartment(input)
    case .wrap: Laws.wrap(input)
    case .signedNote: LogLaws.signedNote(input)
    case .checkpoint: LogLaws.checkpoint(input)
    case .noteLines: LogLaws.lines(input)
    case .logEvent: LogLaws.event(input)
    case .eventParts: LogLaws.parts(input)
    case .request: WireLaws.exchange(input, role: .request)
    case .answer: WireLaws.exchange(input, role: .answer)
    case .envelope: WireLaws.envelope(input)
    case .parcel: WireLaws.parcel(input)
    case .hello: TrustLaws.hello(input)
    case .register: TrustLaws.register(input)
    case .suspension: TrustLaws.suspension(input)
    case .card: TrustLaws.card(input)
    case .link: TrustLaws.link(input)
    case .certificate: TrustLaws.certificate(input)
    case .names: TrustLaws.names(input)
    case .keyFile: TrustLaws.keyFile(input)
    case .policy: NodeLaws.policy(input)
    case .bundle: NodeLaws.bundle(input)
    case .local: NodeLaws.local(input)
    case .clientHello: NodeLaws.clientHello(input)
    }
  }
}

internal import AgencyNode
internal import Hummingbird
internal import LocalContract

/// Which service answers the calls about consent and what surrounds it.
struct ConsentRoutes: Sendable {
  let node: Node

  func serve(_ call: LocalCall) async throws -> Response {
    let presence = try await call.presence()
    switch call.endpoint {
    case .useException:
      return try json(await ExceptionService(node: node).use(call.decode(), presence))
    case .countersign:
      return try json(await ExceptionService(node: node).countersign(call.decode(), presence))
    case .reviews: return try json(await ExceptionService(node: node).reviews())
    case .review:
      return try json(await ExceptionService(node: node).done(call.decode(), presence))
    case .renewConsent:
      return try json(await ConsentLifeService(node: node).renew(call.decode(), presence))
    case .ownConsent:
      return try json(await ConsentLifeService(node: node).own(call.decode(), presence))
    case .endConsent:
      return try json(await ConsentEndService(node: node).end(call.decode(), presence))
    case .lapsed: return try json(await ConsentLifeService(node: node).lapsed())
    case .consentStory:
      return try json(
        await ConsentService(node: node).story(call.query("case") ?? "", presence)
      )
    default: return try await surroundings(call, presence)
    }
  }

  private func surroundings(
    _ call: LocalCall,
    _ presence: SessionVault.Presence
  ) async throws -> Response {
    switch call.endpoint {
    case .recordOutside:
      return try json(await OutsideService(node: node).record(call.decode(), presence))
    case .paper: return try json(await OutsideService(node: node).paper(call.decode(), presence))
    case .openContact:
      return try json(await ContactService(node: node).open(call.decode(), presence))
    case .showContact: return try json(await ContactService(node: node).show(call.id, presence))
    case .checkContact:
      return try json(await ContactService(node: node).check(call.decode(), presence))
    case .convertContact:
      return try json(await ContactService(node: node).convert(call.decode(), presence))
    case .addAnonymous:
      return try json(await AnonymousService(node: node).add(call.decode(), presence))
    case .anonymous: return try json(await AnonymousService(node: node).table())
    case .anonymousReceived: return try json(await AnonymousService(node: node).received(presence))
    case .journey:
      return try json(await JourneyService(node: node).travels(call.decode(), presence))
    case .journeyArrived:
      return try json(await JourneyService(node: node).arrived(call.decode(), presence))
    case .journeys: return try json(await JourneyService(node: node).list())
    default: throw NodeError(.notFound)
    }
  }

  private func json(_ value: some Encodable) throws -> Response { try LocalRoutes.answer(value) }
}

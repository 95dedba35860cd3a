internal import AgencyNode
internal import CanonicalBytes
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
internal import NIOCore
internal import ReferralModel

/// Which service answers which endpoint.
///
/// Every endpoint of the contract has its line here; a new one does not compile until it is
/// decided.
struct LocalRoutes: Sendable {
  let node: Node

  func install(on router: Router<LocalContext>) {
    for endpoint in LocalEndpoint.allCases {
      let method: HTTPRequest.Method = endpoint.method == "GET" ? .get : .post
      router.on(RouterPath(endpoint.template), method: method) { request, context in
        await answer(endpoint, request, context)
      }
    }
  }

  private func answer(
    _ endpoint: LocalEndpoint,
    _ request: Request,
    _ context: LocalContext
  ) async -> Response {
    do {
      let call = try await LocalCall(endpoint, request, context, node: node)
      return try await Idempotency(node: node).once(call) { try await serve(call) }
    } catch let error as NodeError {
      return Self.problem(error.problem)
    } catch let error as LocalFailure {
      return Self.problem(error.problem)
    } catch {
      return Self.problem(Problem(.internal))
    }
  }

  private func serve(_ call: LocalCall) async throws -> Response {
    switch call.endpoint {
    case .status: return try json(await StatusService(node: node).status())
    case .health:
      let health = await StatusService(node: node).health()
      return try json(health, status: health.status == "ok" ? .ok : .serviceUnavailable)
    case .clock: return try json(StatusService(node: node).clock())
    case .decideClock: return try json(await StatusService(node: node).decideClock(call.decode()))
    case .metrics: return text(await StatusService(node: node).metrics())
    case .addUser: return try json(await AccessService(node: node).addUser(call.decode()))
    case .setRoles: return try json(await AccessService(node: node).setRoles(call.decode()))
    case .unlock: return try json(await AccessService(node: node).unlock(call.decode()))
    case .lock:
      if let token = call.token { await node.sessions.close(token) }
      return try json(Done())
    case .addDesk: return try json(await AccessService(node: node).addDesk(call.decode()))
    case .card: return try json(await CardService(node: node).show())
    case .signCard: return try json(await CardService(node: node).sign(call.decode()))
    case .register: return try json(RegisterService(node: node).show())
    case .importRegister:
      _ = try await RegisterService(node: node).take(call.decode())
      return try json(RegisterService(node: node).show())
    case .importPeers:
      return try json(await RegisterService(node: node).take(call.decode()))
    case .policy: return bytes(try await RegisterService(node: node).policy(), "application/json")
    case .hello: return try json(RegisterService(node: node).hello())
    case .due: return try json(await DueService(node: node).list())
    case .amendCase:
      return try json(
        await AmendService(node: node).amend(call.id, call.decode(), try await call.presence())
      )
    case .holders:
      return try json(await AmendService(node: node).holders(call.id, try await call.presence()))
    case .closeCase:
      return try json(
        await RetentionService(node: node).close(call.id, try await call.presence())
      )
    case .siblings:
      guard let grant = UInt64(call.id) else { throw NodeError(.grantMissing) }
      return try json(
        await SiblingService(node: node).siblings(ofGrant: grant, try await call.presence())
      )
    case .linkCase:
      return try json(
        await SiblingService(node: node).link(call.id, call.decode(), try await call.presence())
      )
    case .unlinkCase:
      return try json(
        await SiblingService(node: node).unlink(call.id, call.decode(), try await call.presence())
      )
    case .keepRecord:
      return try json(
        await RetentionService(node: node).keep(call.id, call.decode(), try await call.presence())
      )
    case .newPlan, .plans, .showPlan, .addLegs, .dropLeg: return try await plan(call)
    case .saveDraft, .drafts, .sendDraft, .discardDraft: return try await draft(call)
    case .askCapacity, .capacity, .setCapacity, .answerCapacity: return try await capacity(call)
    case .openCase:
      return try json(await CaseService(node: node).open(call.decode(), try await call.presence()))
    case .cases: return try json(await CaseService(node: node).list(after: call.query("after")))
    case .showCase:
      return try json(await CaseService(node: node).show(call.id, try await call.presence()))
    case .recordConsent:
      return try json(
        await ConsentService(node: node).record(call.decode(), try await call.presence())
      )
    case .consents:
      return try json(
        await ConsentService(node: node).list(
          call.query("case") ?? "",
          try await call.presence()
        )
      )
    case .useException, .countersign, .renewConsent, .ownConsent, .endConsent, .lapsed,
      .consentStory, .reviews, .review, .recordOutside, .paper, .openContact, .showContact,
      .checkContact, .convertContact, .addAnonymous, .anonymous, .anonymousReceived, .journey,
      .journeyArrived, .journeys:
      return try await ConsentRoutes(node: node).serve(call)
    case .stop:
      return try json(
        await WithdrawalService(node: node).stop(call.decode(), try await call.presence())
      )
    case .withdraw:
      return try json(
        await WithdrawalService(node: node).withdraw(call.decode(), try await call.presence())
      )
    case .resume:
      return try json(
        await WithdrawalService(node: node).resume(call.decode(), try await call.presence())
      )
    case .setCodeWord:
      return try json(
        await WithdrawalService(node: node).setCodeWord(call.decode(), try await call.presence())
      )
    case .withdrawalHolders:
      return try json(await WithdrawalService(node: node).holders(of: call.query("case") ?? ""))
    case .stopReceived:
      return try json(
        await WithdrawalService(node: node).stopReceived(call.decode(), try await call.presence())
      )
    case .handOn:
      return try json(
        await OnwardService(node: node).handOn(call.decode(), try await call.presence())
      )
    case .alerts: return try json(await WithdrawalService(node: node).alerts())
    case .settleAlert:
      return try json(
        await WithdrawalService(node: node).settle(call.decode(), try await call.presence())
      )
    case .refer:
      return try json(
        await ReferralService(node: node).refer(call.decode(), try await call.presence())
      )
    case .referrals:
      return try json(
        await ReferralActions(node: node).list(
          box: call.query("box").flatMap { ReferralBox(rawValue: $0) },
          state: call.query("state"),
          after: call.query("after")
        )
      )
    case .showReferral:
      return try json(
        await ReferralActions(node: node).show(call.id, try await call.presence())
      )
    case .act:
      guard let action = call.action else { throw NodeError(.notFound) }
      return try json(
        await ReferralActions(node: node).act(
          call.id,
          action,
          call.decode(),
          try await call.presence()
        )
      )
    case .courier: return try json(await CourierService(node: node).waiting())
    case .courierOut:
      return try json(
        await CourierService(node: node).out(call.decode(), try await call.presence())
      )
    case .courierIn: return try json(await CourierService(node: node).take(call.body))
    case .exportAudit:
      let request: AuditExport = try call.decode()
      return try json(await AuditService(node: node).export(to: request.path, past: request.log))
    }
  }

  private func plan(_ call: LocalCall) async throws -> Response {
    let service = PlanService(node: node)
    return switch call.endpoint {
    case .newPlan: try json(await service.new(call.decode(), try await call.presence()))
    case .plans: try json(await service.list(call.query("case") ?? ""))
    case .addLegs: try json(await service.add(call.id, call.decode(), try await call.presence()))
    case .dropLeg: try json(await service.drop(call.id, call.decode(), try await call.presence()))
    default: try json(await service.show(call.id))
    }
  }

  private func draft(_ call: LocalCall) async throws -> Response {
    let service = DraftService(node: node)
    return switch call.endpoint {
    case .saveDraft: try json(await service.save(call.decode(), try await call.presence()))
    case .sendDraft: try json(await service.send(call.id, try await call.presence()))
    case .discardDraft: try json(await service.discard(call.id))
    default: try json(await service.list())
    }
  }

  private func capacity(_ call: LocalCall) async throws -> Response {
    let desk = CapacityDesk(node: node)
    return switch call.endpoint {
    case .askCapacity: try json(await desk.ask(call.decode(), try await call.presence()))
    case .setCapacity: try json(await desk.set(call.decode()))
    case .answerCapacity:
      try json(await desk.answer(call.id, call.decode(), try await call.presence()))
    default: try json(await desk.show())
    }
  }

  private func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    try Self.answer(value, status: status)
  }

  static func answer(
    _ value: some Encodable,
    status: HTTPResponse.Status = .ok
  ) throws -> Response {
    response(status, "application/json", try LocalJSON.encode(value))
  }

  private func text(_ value: String) -> Response {
    Self.response(.ok, "text/plain; version=0.0.4", Array(value.utf8))
  }

  private func bytes(_ value: [UInt8], _ type: String) -> Response {
    Self.response(.ok, type, value)
  }

  static func problem(_ problem: Problem) -> Response {
    response(
      .init(code: problem.status),
      Problem.mediaType,
      (try? LocalJSON.encode(problem)) ?? []
    )
  }

  static func response(
    _ status: HTTPResponse.Status,
    _ type: String,
    _ body: [UInt8]
  ) -> Response {
    Response(
      status: status,
      headers: [.contentType: type],
      body: .init(byteBuffer: ByteBuffer(bytes: body))
    )
  }
}

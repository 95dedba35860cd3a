/// The calls about consent and what surrounds it.
extension LocalClient {
  /// `POST /v1/consents/exception`.
  package func useException(_ request: ExceptionAsk) async throws(LocalFailure) -> ConsentRecorded {
    try await post(.useException, request)
  }

  /// `POST /v1/consents/countersign`.
  package func countersign(_ request: Countersign) async throws(LocalFailure) -> GrantView {
    try await post(.countersign, request)
  }

  /// `POST /v1/consents/renew`.
  package func renewConsent(_ request: ConsentRenew) async throws(LocalFailure) -> ConsentRecorded {
    try await post(.renewConsent, request)
  }

  /// `POST /v1/consents/own`.
  package func ownConsent(_ request: OwnConsent) async throws(LocalFailure) -> OwnConsentTaken {
    try await post(.ownConsent, request)
  }

  /// `POST /v1/consents/end`.
  package func endConsent(
    _ request: ConsentEnd,
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> ConsentChanged {
    try await post(.endConsent, request, idempotencyKey: idempotencyKey)
  }

  /// `GET /v1/consents/lapsed`.
  package func lapsed() async throws(LocalFailure) -> LapsedList { try await get(.lapsed) }

  /// `GET /v1/consents/story`.
  package func consentStory(of id: String) async throws(LocalFailure) -> ConsentStory {
    try await get(.consentStory, query: [("case", id)])
  }

  /// `GET /v1/reviews`.
  package func reviews() async throws(LocalFailure) -> ReviewList { try await get(.reviews) }

  /// `POST /v1/reviews`.
  package func review(_ request: ReviewDone) async throws(LocalFailure) -> ReviewItem {
    try await post(.review, request)
  }

  /// `POST /v1/outside`.
  package func recordOutside(_ request: OutsideAsk) async throws(LocalFailure) -> OutsideRecorded {
    try await post(.recordOutside, request)
  }

  /// `POST /v1/papers`.
  package func paper(_ request: CasePaper) async throws(LocalFailure) -> CaseView {
    try await post(.paper, request)
  }

  /// `POST /v1/contacts`.
  package func openContact(_ request: ContactOpen) async throws(LocalFailure) -> ContactOpened {
    try await post(.openContact, request)
  }

  /// `GET /v1/contacts/{id}`.
  package func showContact(_ id: String) async throws(LocalFailure) -> ContactView {
    try await get(.showContact, id: id)
  }

  /// `POST /v1/contacts/check`.
  package func checkContact(_ request: ContactCheck) async throws(LocalFailure) -> ContactChecked {
    try await post(.checkContact, request)
  }

  /// `POST /v1/contacts/convert`.
  package func convertContact(_ request: ContactConvert) async throws(LocalFailure) -> CaseOpened {
    try await post(.convertContact, request)
  }

  /// `POST /v1/anonymous`.
  package func addAnonymous(_ request: AnonymousAdd) async throws(LocalFailure) -> Done {
    try await post(.addAnonymous, request)
  }

  /// `GET /v1/anonymous`.
  package func anonymous() async throws(LocalFailure) -> AnonymousTable {
    try await get(.anonymous)
  }

  /// `GET /v1/anonymous/received`.
  package func anonymousReceived() async throws(LocalFailure) -> AnonymousReceived {
    try await get(.anonymousReceived)
  }

  /// `POST /v1/journeys`.
  package func journey(_ request: JourneyAsk) async throws(LocalFailure) -> JourneyLine {
    try await post(.journey, request)
  }

  /// `POST /v1/journeys/arrived`.
  package func journeyArrived(_ request: JourneyArrived) async throws(LocalFailure) -> JourneyLine {
    try await post(.journeyArrived, request)
  }

  /// `GET /v1/journeys`.
  package func journeys() async throws(LocalFailure) -> JourneyList { try await get(.journeys) }
}

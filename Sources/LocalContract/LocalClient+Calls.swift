/// The calls by name.
extension LocalClient {
  /// The node's state; needs no session.
  package func status() async throws(LocalFailure) -> NodeStatus { try await get(.status) }

  /// Makes an account.
  package func addUser(_ request: UserAdd) async throws(LocalFailure) -> UserAdded {
    try await post(.addUser, request)
  }

  /// Says what a person does here.
  package func setRoles(_ request: UserRoles) async throws(LocalFailure) -> UserRoles {
    try await post(.setRoles, request)
  }

  /// Opens a session and uses it from now on.
  package func unlock(_ request: Unlock) async throws(LocalFailure) -> Session {
    let session = try await post(.unlock, request, as: Session.self)
    use(token: session.token)
    return session
  }

  /// Ends the session.
  package func lock() async throws(LocalFailure) {
    _ = try await post(.lock, Done(), as: Done.self)
    use(token: nil)
  }

  /// Makes a desk.
  package func addDesk(_ request: DeskAdd) async throws(LocalFailure) -> DeskAdded {
    try await post(.addDesk, request)
  }

  /// The node's own card and link.
  package func card() async throws(LocalFailure) -> CardView { try await get(.card) }

  /// Signs the next card and link.
  package func signCard(_ request: CardSign) async throws(LocalFailure) -> CardView {
    try await post(.signCard, request)
  }

  /// The newest register.
  package func register() async throws(LocalFailure) -> RegisterView { try await get(.register) }

  /// Hands registers, and the policy they name, to the node.
  package func importRegister(_ request: NotesImport) async throws(LocalFailure) -> RegisterView {
    try await post(.importRegister, request)
  }

  /// The policy file.
  package func policy() async throws(LocalFailure) -> [UInt8] { try await raw(.policy) }

  /// Hands cards, links and suspensions to the node.
  package func importPeers(_ request: NotesImport) async throws(LocalFailure) -> NotesImported {
    try await post(.importPeers, request)
  }

  /// What a stranger needs of this node.
  package func hello() async throws(LocalFailure) -> HelloNotes { try await get(.hello) }

  /// Closes a case.
  package func closeCase(_ id: String) async throws(LocalFailure) -> RecordKept {
    try await post(.closeCase, Done(), id: id)
  }

  /// The siblings in the case of a grant.
  package func siblings(ofGrant grant: UInt64) async throws(LocalFailure) -> CaseLinks {
    try await get(.siblings, id: "\(grant)")
  }

  /// Joins a case to the case of a sibling.
  package func linkCase(
    _ id: String,
    _ request: CaseLink
  ) async throws(LocalFailure) -> CaseLinks {
    try await post(.linkCase, request, id: id)
  }

  /// Takes two cases apart.
  package func unlinkCase(
    _ id: String,
    _ request: CaseLink
  ) async throws(LocalFailure) -> CaseLinks {
    try await post(.unlinkCase, request, id: id)
  }

  /// Keeps a case, or a part of a received referral, longer.
  package func keepRecord(
    _ id: String,
    _ request: RecordKeep
  ) async throws(LocalFailure) -> RecordKept {
    try await post(.keepRecord, request, id: id)
  }

  /// Opens a case.
  package func openCase(
    _ request: CaseOpen,
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> CaseOpened {
    try await post(.openCase, request, idempotencyKey: idempotencyKey)
  }

  /// One page of the cases of the session's desks.
  package func cases(after: String? = nil) async throws(LocalFailure) -> CaseList {
    try await get(.cases, query: after.map { [("after", $0)] } ?? [])
  }

  /// One case.
  package func showCase(_ id: String) async throws(LocalFailure) -> CaseView {
    try await get(.showCase, id: id)
  }

  /// Records a consent.
  package func recordConsent(
    _ request: ConsentRecord,
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> ConsentRecorded {
    try await post(.recordConsent, request, idempotencyKey: idempotencyKey)
  }

  /// The consents of a case.
  package func consents(of id: String) async throws(LocalFailure) -> ConsentList {
    try await get(.consents, query: [("case", id)])
  }

  /// Stops sharing.
  package func stop(
    _ request: ConsentStop,
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> ConsentChanged {
    try await post(.stop, request, idempotencyKey: idempotencyKey)
  }

  /// Erases and cancels.
  package func withdraw(
    _ request: ConsentWithdraw,
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> ConsentChanged {
    try await post(.withdraw, request, idempotencyKey: idempotencyKey)
  }

  /// Shares again.
  package func resume(_ request: ConsentResume) async throws(LocalFailure) -> ConsentChanged {
    try await post(.resume, request)
  }

  /// Sets the code word of a case.
  package func setCodeWord(_ request: CodeWordSet) async throws(LocalFailure) -> Done {
    try await post(.setCodeWord, request)
  }

  /// Who holds something under the ended grants of a case.
  package func withdrawalHolders(of id: String) async throws(LocalFailure) -> WithdrawalHolders {
    try await get(.withdrawalHolders, query: [("case", id)])
  }

  /// Stops sharing where it was received.
  package func stopReceived(_ request: ReceivedStop) async throws(LocalFailure) -> Done {
    try await post(.stopReceived, request)
  }

  /// Hands a received referral on.
  package func handOn(_ request: HandOn) async throws(LocalFailure) -> ReferResult {
    try await post(.handOn, request)
  }

  /// What people must look at.
  package func alerts() async throws(LocalFailure) -> AlertList { try await get(.alerts) }

  /// Settles an alert.
  package func settle(_ request: AlertSettle) async throws(LocalFailure) -> AlertList {
    try await post(.settleAlert, request)
  }

  /// Refers.
  package func refer(
    _ request: ReferBatch,
    idempotencyKey: String? = nil,
    timeout: Duration = LocalClient.patience
  ) async throws(LocalFailure) -> [ReferResult] {
    let answer = try await post(
      .refer,
      request,
      as: ReferResults.self,
      idempotencyKey: idempotencyKey,
      timeout: timeout
    )
    return answer.results
  }

  /// One page of referrals.
  package func referrals(
    box: ReferralBox? = nil,
    state: String? = nil,
    after: String? = nil
  ) async throws(LocalFailure) -> ReferralList {
    var query: [(String, String)] = []
    if let box { query.append(("box", box.rawValue)) }
    if let state { query.append(("state", state)) }
    if let after { query.append(("after", after)) }
    return try await get(.referrals, query: query)
  }

  /// One referral.
  package func showReferral(_ id: String) async throws(LocalFailure) -> ReferralView {
    try await get(.showReferral, id: id)
  }

  /// Moves a referral.
  package func act(
    _ action: ReferralAction,
    on id: String,
    _ request: ReferralAct = ReferralAct(),
    idempotencyKey: String? = nil
  ) async throws(LocalFailure) -> ReferralLine {
    try await post(.act, request, id: id, action: action, idempotencyKey: idempotencyKey)
  }

  /// What is late, what waits, and why.
  package func due() async throws(LocalFailure) -> DueList { try await get(.due) }

  /// Corrects a case, here and at its holders.
  package func amend(_ id: String, _ request: CaseAmend) async throws(LocalFailure) -> CaseAmended {
    try await post(.amendCase, request, id: id)
  }

  /// Who has what of a case.
  package func holders(of id: String) async throws(LocalFailure) -> HolderList {
    try await get(.holders, id: id)
  }

  /// Makes a plan.
  package func newPlan(_ request: PlanNew) async throws(LocalFailure) -> PlanView {
    try await post(.newPlan, request, timeout: .seconds(120))
  }

  /// The plans of a case.
  package func plans(of id: String) async throws(LocalFailure) -> PlanList {
    try await get(.plans, query: [("case", id)])
  }

  /// One plan.
  package func plan(_ id: String) async throws(LocalFailure) -> PlanView {
    try await get(.showPlan, id: id)
  }

  /// Adds legs to a plan.
  package func addLegs(_ id: String, _ request: PlanAdd) async throws(LocalFailure) -> PlanView {
    try await post(.addLegs, request, id: id, timeout: .seconds(120))
  }

  /// Takes one leg out of a plan.
  package func dropLeg(_ id: String, _ request: PlanDrop) async throws(LocalFailure) -> PlanView {
    try await post(.dropLeg, request, id: id)
  }

  /// Keeps a draft.
  package func saveDraft(_ request: DraftSave) async throws(LocalFailure) -> DraftLine {
    try await post(.saveDraft, request)
  }

  /// The drafts.
  package func drafts() async throws(LocalFailure) -> DraftList { try await get(.drafts) }

  /// Refers as a draft says.
  package func sendDraft(_ id: String) async throws(LocalFailure) -> ReferResults {
    try await post(.sendDraft, Done(), id: id, timeout: .seconds(120))
  }

  /// Throws a draft away.
  package func discardDraft(_ id: String) async throws(LocalFailure) -> Done {
    try await post(.discardDraft, Done(), id: id)
  }

  /// Asks an agency about its capacity.
  package func askCapacity(_ request: CapacityAsk) async throws(LocalFailure) -> CapacityLine {
    try await post(.askCapacity, request)
  }

  /// Questions and standing answers.
  package func capacity() async throws(LocalFailure) -> CapacityView { try await get(.capacity) }

  /// Sets a standing answer.
  package func setCapacity(_ request: CapacitySet) async throws(LocalFailure) -> CapacityView {
    try await post(.setCapacity, request)
  }

  /// Answers one question.
  package func answerCapacity(
    _ id: String,
    _ request: CapacityReply
  ) async throws(LocalFailure) -> CapacityLine {
    try await post(.answerCapacity, request, id: id)
  }

  /// Writes the audit bundle of the log in use, or of an own log that has ended, to a new file on the
  /// node's machine.
  package func exportAudit(
    to path: String,
    log: UInt64? = nil
  ) async throws(LocalFailure) -> AuditExported {
    try await post(.exportAudit, AuditExport(path: path, log: log), timeout: .seconds(3_600))
  }

  /// Writes the audit bundle to a file of the node's choosing, in its state folder.
  package func exportAudit() async throws(LocalFailure) -> AuditExported {
    try await post(.exportAudit, AuditExport(), timeout: .seconds(3_600))
  }

  /// For whom something waits that could travel by parcel.
  package func courier() async throws(LocalFailure) -> CourierList { try await get(.courier) }

  /// The next parcel for an agency.
  package func courierOut(_ request: CourierOut) async throws(LocalFailure) -> CourierParcel {
    try await post(.courierOut, request, timeout: .seconds(120))
  }

  /// Hands the node a parcel.
  package func courierIn(_ parcel: [UInt8]) async throws(LocalFailure) -> CourierTaken {
    try Self.read(
      CourierTaken.self,
      from: try await raw(
        .courierIn,
        body: parcel,
        contentType: "application/octet-stream",
        timeout: .seconds(120)
      )
    )
  }

  /// How the node stands in time.
  package func clock() async throws(LocalFailure) -> ClockStatus { try await get(.clock) }

  /// Decides which clock is right.
  package func decideClock(_ choice: ClockChoice) async throws(LocalFailure) -> ClockStatus {
    try await post(.decideClock, ClockDecide(use: choice.rawValue))
  }

  /// Whether the node works.
  package func health() async throws(LocalFailure) -> Health { try await get(.health) }

  /// Prometheus text.
  package func metrics() async throws(LocalFailure) -> String {
    String(decoding: try await raw(.metrics), as: UTF8.self)
  }
}

extension PolicyBuilder {
  func readTimers() throws(PolicyFault) -> [TimerName: Span] {
    let map = try root.node("timers").object(TimerName.listed.map(\.rawValue))
    var timers: [TimerName: Span] = [:]
    for timer in TimerName.listed { timers[timer] = try map.node(timer.rawValue).span() }
    if let warn = timers[.draftWarn], let erase = timers[.draftErase],
      warn.nominalMs >= erase.nominalMs
    {
      throw try map.node(TimerName.draftErase.rawValue).fault(.impossibleTimer)
    }
    return timers
  }

  func readWithdrawal() throws(PolicyFault) -> WithdrawalRule {
    let map = try root.node("withdrawal").object(["hold_down", "daily_rate"])
    return WithdrawalRule(
      holdDown: try map.node("hold_down").span(),
      dailyRate: try map.node("daily_rate").integer(1...10_000)
    )
  }

  func readWitnessing() throws(PolicyFault) -> WitnessingRule {
    let map = try root.node("witnessing").object(
      ["quorum", "sectors", "heartbeat", "settled_limit"])
    let quorum = try map.node("quorum").integer(1...64)
    return WitnessingRule(
      quorum: quorum,
      sectors: try map.node("sectors").integer(1...quorum),
      heartbeat: try map.node("heartbeat").span(),
      settledLimit: try map.node("settled_limit").span()
    )
  }

  func readPlan() throws(PolicyFault) -> (pads: UInt64, untilStep: Span?) {
    let map = try root.node("plan").object(["pads"], optional: ["until_step"])
    return (
      pads: try map.node("pads").integer(0...15),
      untilStep: try map.find("until_step")?.span()
    )
  }

  /// What the directory says of single agencies: other hours than the policy's, a telephone.
  func readOffices() throws(PolicyFault) -> [AgencyID: Office] {
    guard let listNode = root.find("offices") else { return [:] }
    var offices: [AgencyID: Office] = [:]
    for node in try listNode.list(upTo: PolicyLimit.offices) {
      let map = try node.object(["agency"], optional: ["hours", "telephone"])
      let agencyNode = try map.node("agency")
      let agency = try agencyNode.word(AgencyID.self)
      guard offices[agency] == nil else { throw agencyNode.fault(.duplicateCode) }
      var hours: WorkCalendar?
      if let hoursNode = map.find("hours") { hours = try readCalendar(hoursNode) }
      var telephone: String?
      if let telephoneNode = map.find("telephone") {
        let text = try telephoneNode.string()
        guard (3...32).contains(text.utf8.count),
          text.utf8.allSatisfy({ "+0123456789 -()".utf8.contains($0) })
        else { throw telephoneNode.fault(.value) }
        telephone = text
      }
      offices[agency] = Office(hours: hours, telephone: telephone)
    }
    return offices
  }

  /// The message that a node sends when a clock ends something.
  static let automaticKinds: [TimerName: MessageKind] = [
    .decide: .recall, .autoClose: .close, .lostContact: .close,
  ]

  /// The codes that a clock gives, each one of those that its message may carry.
  func readAutomatic() throws(PolicyFault) -> [TimerName: Code] {
    guard let node = root.find("automatic") else { return [:] }
    let kinds = Self.automaticKinds
    let map = try node.object([], optional: kinds.keys.map(\.rawValue))
    var automatic: [TimerName: Code] = [:]
    for (timer, kind) in kinds {
      guard let codeNode = map.find(timer.rawValue) else { continue }
      let code = try codeNode.word(Code.self)
      // A kind with a fault of its own is known by name and has no rule: its codes are not judged.
      guard let rule = self.kinds.first(where: { $0.kind == kind }) else { continue }
      let isListed =
        rule.outcomes.contains { name in
          lists.contains { $0.code == name && $0.contains(code) }
        }
      guard isListed else { throw codeNode.fault(.danglingCode) }
      automatic[timer] = code
    }
    return automatic
  }

  func readCalendar(_ calendar: PolicyNode) throws(PolicyFault) -> WorkCalendar {
    let map = try calendar.object(
      ["utc_offset_minutes", "workdays", "opens", "closes", "holidays"])
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    let daysNode = try map.node("workdays")
    var workdays: Set<Int> = []
    for node in try daysNode.list(upTo: 7) {
      guard let day = names.firstIndex(of: try node.string()) else { throw node.fault(.badCode) }
      guard workdays.insert(day).inserted else { throw node.fault(.duplicateCode) }
    }
    guard !workdays.isEmpty else { throw daysNode.fault(.impossibleTimer) }
    let opens = try minute(try map.node("opens"))
    let closesNode = try map.node("closes")
    let closes = try minute(closesNode)
    guard opens < closes else { throw closesNode.fault(.impossibleTimer) }
    var yearly: Set<Int64> = []
    var dated: Set<Int64> = []
    for node in try map.node("holidays").list(upTo: PolicyLimit.holidays) {
      let text = try node.string()
      if let day = CivilDate.day(parsing: text) {
        dated.insert(day)
      } else if text.utf8.count == 5, let day = CivilDate.day(parsing: "2000-" + text) {
        let (_, month, date) = CivilDate.civil(fromDay: day)
        yearly.insert(month * 100 + date)
      } else {
        throw node.fault(.value)
      }
    }
    return WorkCalendar(
      utcOffsetMinutes: Int64(try map.node("utc_offset_minutes").integer(0...840)),
      workdays: workdays,
      opensMinute: opens,
      closesMinute: closes,
      yearlyHolidays: yearly,
      datedHolidays: dated
    )
  }

  private func minute(_ node: PolicyNode) throws(PolicyFault) -> Int64 {
    let bytes = Array(try node.string().utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      let hour = CivilDate.number(bytes[0..<2]), let minute = CivilDate.number(bytes[3..<5]),
      (0...23).contains(hour), (0...59).contains(minute)
    else { throw node.fault(.value) }
    return hour * 60 + minute
  }
}

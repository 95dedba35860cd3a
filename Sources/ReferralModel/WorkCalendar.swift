/// The working hours in which people answer: week days, opening times, holidays.
///
/// Source: domain §5.2.
public struct WorkCalendar: Hashable, Sendable {
  /// Minutes east of UTC; the calendar knows no summer time.
  public let utcOffsetMinutes: Int64
  /// Working week days, Monday = 0.
  public let workdays: Set<Int>
  /// Start of the working day, in minutes after midnight.
  public let opensMinute: Int64
  /// End of the working day, in minutes after midnight.
  public let closesMinute: Int64
  /// Holidays of every year, as month × 100 + day.
  let yearlyHolidays: Set<Int64>
  /// Holidays of one year, as days since 1970-01-01.
  let datedHolidays: Set<Int64>

  /// The longest run of free days that is walked; a policy's holidays end long before.
  static let walkLimitDays: Int64 = 1000

  /// The moment at which a span that begins at `fromMs` has passed, in Unix ms.
  ///
  /// Clock spans are added. Working days keep the time of day: from Friday 16:00, one working day
  /// ends on Monday 16:00; what begins outside working hours begins when the next ones open.
  public func dueMs(_ span: Span, fromMs: UInt64) -> UInt64 {
    guard span.unit == .workingDays else {
      let (sum, overflow) = fromMs.addingReportingOverflow(span.nominalMs)
      return overflow ? UInt64.max : sum
    }
    // Beyond year 9999 nobody works.
    guard fromMs < 253_402_300_800_000 else { return fromMs }
    let local = Int64(fromMs) / 60_000 + utcOffsetMinutes
    let restMs = Int64(fromMs) % 60_000
    var day = floorDivide(local, 1440)
    var minute = local - day * 1440
    var rest = restMs
    if !isWorkday(day) || minute >= closesMinute {
      day = nextWorkday(after: day)
      (minute, rest) = (opensMinute, 0)
    } else if minute < opensMinute {
      (minute, rest) = (opensMinute, 0)
    }
    for _ in 0..<span.amount { day = nextWorkday(after: day) }
    let dueLocal = day * 1440 + minute - utcOffsetMinutes
    return UInt64(max(0, dueLocal * 60_000 + rest))
  }

  /// The month of a moment by this calendar's clock: `YYYY-MM`.
  public func month(atMs ms: UInt64) -> String {
    let local = Int64(clamping: ms) + utcOffsetMinutes * 60_000
    let (year, month, _) = CivilDate.civil(fromDay: local / 86_400_000)
    return "\(year)-" + (month < 10 ? "0\(month)" : "\(month)")
  }

  /// Whether people work on that day, counted from 1970-01-01.
  func isWorkday(_ day: Int64) -> Bool {
    // 1970-01-01 was a Thursday.
    let weekday = Int((day + 3) - floorDivide(day + 3, 7) * 7)
    guard workdays.contains(weekday), !datedHolidays.contains(day) else { return false }
    let (_, month, date) = CivilDate.civil(fromDay: day)
    return !yearlyHolidays.contains(month * 100 + date)
  }

  private func nextWorkday(after day: Int64) -> Int64 {
    var next = day + 1
    while !isWorkday(next), next - day < Self.walkLimitDays { next += 1 }
    return next
  }
}

/// Days and dates of the Gregorian calendar, without a clock.
enum CivilDate {
  /// Days from 1970-01-01 to a date.
  static func day(year: Int64, month: Int64, date: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date of a day counted from 1970-01-01.
  static func civil(fromDay day: Int64) -> (year: Int64, month: Int64, date: Int64) {
    let shifted = day + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let date = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date)
  }

  /// Reads `YYYY-MM-DD`; `nil` for anything else, and for a day that does not exist.
  static func day(parsing text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let date = number(bytes[8..<10]), (1...12).contains(month), (1...31).contains(date)
    else { return nil }
    let day = day(year: year, month: month, date: date)
    return civil(fromDay: day) == (year, month, date) ? day : nil
  }

  /// Reads `YYYY-MM`.
  static func isMonth(_ text: String) -> Bool { day(parsing: text + "-01") != nil }

  /// Digits only.
  static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit), value < 1_000_000 else { return nil }
      value = value * 10 + Int64(digit - 0x30)
    }
    return value
  }
}

/// Division that rounds towards minus infinity.
private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
  let quotient = a / b
  return a % b < 0 ? quotient - 1 : quotient
}

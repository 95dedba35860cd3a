/// A program that two recipients would write who want to know which of their referrals speak of one
/// person: it is given everything that either was told of each referral, and guesses.
///
/// It knows the protocol and the policy, and that each of the first recipient's referrals has one
/// counterpart at the second: it is told more than real ones would know.
package struct LegLinker {
  /// What a recipient knows of one referral without opening it.
  package struct Leg: Sendable {
    /// Which person it is about: the truth, which only the judge looks at.
    package let person: Int
    /// When it came, Unix ms.
    package let arrivedMs: Double
    /// The numbers that it was told: when the grant and the message end, where the events stand.
    package let clocks: [Double]
    /// What must be the same in two legs of one person: a child's differ from an adult's.
    package let kind: String

    package init(person: Int, arrivedMs: Double, clocks: [Double], kind: String) {
      self.person = person
      self.arrivedMs = arrivedMs
      self.clocks = clocks
      self.kind = kind
    }
  }

  private let one: [Leg]
  private let other: [Leg]

  /// Takes the referrals of two recipients.
  package init(_ one: [Leg], _ other: [Leg]) {
    self.one = one.sorted { $0.arrivedMs < $1.arrivedMs }
    self.other = other.sorted { $0.arrivedMs < $1.arrivedMs }
  }

  /// What each way of guessing gets right, by its name: the share of the first recipient's referrals
  /// whose counterpart it names.
  ///
  /// - Parameter windowMs: The policy's window, which is public.
  /// - Returns: The shares, from 0 to 1.
  package func shares(windowMs: Double) -> [String: Double] {
    var shares: [String: Double] = ["arrival": nearest { $0.arrivedMs }]
    for place in one.first?.clocks.indices ?? 0..<0 {
      shares["clock-\(place)"] = nearest { $0.clocks[place] }
      // What a number says beside the moment of arrival.
      shares["clock-\(place)-less-arrival"] = nearest { $0.clocks[place] - $0.arrivedMs }
    }
    shares["likely-even"] = likely { $0 <= windowMs ? 1 : 0 }
    shares["likely-both"] = likely { $0 <= windowMs ? 2 - $0 / windowMs : 0 }
    shares["likely-near"] = likely { $0 <= windowMs ? 1.02 - $0 / windowMs : 0 }
    return shares
  }

  /// The best of all ways: its name, and its share.
  package func best(windowMs: Double) -> (way: String, share: Double) {
    shares(windowMs: windowMs).max { ($0.value, $1.key) < ($1.value, $0.key) }
      .map { ($0.key, $0.value) } ?? ("none", 0)
  }

  /// Guesses the counterpart whose number is nearest.
  private func nearest(_ number: (Leg) -> Double) -> Double {
    let right = one.count { leg in
      let candidates = other.filter { $0.kind == leg.kind }
      let guess = candidates.min { first, second in
        abs(number(first) - number(leg)) < abs(number(second) - number(leg))
      }
      return guess?.person == leg.person
    }
    return Double(right) / Double(max(1, one.count))
  }

  /// Guesses the most likely counterpart, given that every referral has exactly one: the weights of all
  /// pairs are brought to rows and columns that each sum to one.
  private func likely(_ weight: (Double) -> Double) -> Double {
    var table = one.map { leg in
      other.map { candidate in
        candidate.kind == leg.kind ? weight(abs(candidate.arrivedMs - leg.arrivedMs)) : 0
      }
    }
    for _ in 0..<25 {
      for row in table.indices {
        let sum = table[row].reduce(0, +)
        guard sum > 0 else { continue }
        for column in table[row].indices { table[row][column] /= sum }
      }
      var sums = [Double](repeating: 0, count: other.count)
      for row in table { for column in row.indices { sums[column] += row[column] } }
      for row in table.indices {
        for column in table[row].indices where sums[column] > 0 {
          table[row][column] /= sums[column]
        }
      }
    }
    let right = one.indices.count { row in
      let guess = table[row].indices.max { table[row][$0] < table[row][$1] }
      return guess.map { other[$0].person == one[row].person } ?? false
    }
    return Double(right) / Double(max(1, one.count))
  }
}

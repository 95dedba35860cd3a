internal import Foundation

/// What the people of the second story fill in, after an invented case of the repository.
struct ChildForms {
  /// The case.
  let example: [String: Any]
  /// The day on which she is eighteen, Unix ms.
  let adultOnMs: UInt64

  /// How she was asked: an advocate decides, she agrees, the caregiver knows nothing.
  var record: [String: Any] {
    [
      "notice": "tj-nrm-1", "language": "tg", "mode": "read-aloud", "decidedBy": "advocate",
      "relation": "advocate of the centre", "capacity": "child", "ageBand": "15-17",
      "adultOnMs": adultOnMs, "assent": "given", "caregiverSuspect": true, "teachBack": true,
      "expression": "signature", "receipt": "withheld-safety",
    ]
  }

  /// The same without her own yes.
  var withoutAssent: [String: Any] {
    var silent = record
    silent["assent"] = nil
    return silent
  }

  /// How she is asked on the day on which she is eighteen.
  var asAdult: [String: Any] {
    var hers = record
    for key in ["relation", "assent", "caregiverSuspect", "adultOnMs"] { hers[key] = nil }
    (hers["decidedBy"], hers["capacity"], hers["ageBand"]) = ("self", "adult", "18-24")
    return hers
  }

  /// The contact becomes a case.
  func conversion(_ record: [String: Any]) -> [String: Any] {
    var sections = example["content"] as? [String: Any] ?? [:]
    sections["need"] = planned(1)["need"]
    return [
      "record": record, "answers": ["storing": true, "contact": true], "sections": sections,
    ]
  }

  /// A consent for some legs of the example; the refusals are recorded with the first of them.
  func consent(_ places: [Int]) -> [String: Any] {
    let grants = places.map { place -> [String: Any] in
      let leg = planned(place)
      return [
        "peer": leg["to"] ?? "", "purpose": leg["purpose"] ?? "", "groups": leg["groups"] ?? [],
        "service": leg["service"] ?? "", "onward": leg["onward"] ?? false,
        "basis": "guardian-consent", "untilMs": adultOnMs,
      ]
    }
    let refused = places.count > 1 ? example["refused"] ?? [] : []
    return ["grants": grants, "refused": refused, "record": record]
  }

  /// A leg of the plan.
  func ask(_ place: Int, grant: UInt64) -> [String: Any] {
    [
      "grant": grant, "urgency": "urgent", "fromCase": true,
      "content": ["need": planned(place)["need"] ?? [:]],
    ]
  }

  private func planned(_ place: Int) -> [String: Any] {
    let legs = example["legs"] as? [[String: Any]] ?? []
    return legs.indices.contains(place) ? legs[place] : [:]
  }
}

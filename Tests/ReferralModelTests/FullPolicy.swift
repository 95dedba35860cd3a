/// The small policy with every part that a policy may have beside the least.
enum FullPolicy {
  static let text =
    SmallPolicy.text
    .replacing(
      #""plan": {"pads": 15},"#,
      with: #"""
        "plan": {"pads": 15},
          "overlap": "30d",
          "roles": [
            {"code": "cook", "of": "person", "class": "C3", "labels": {"tg": "Ошпаз", "en": "Cook"}},
            {"code": "chief", "of": "person", "class": "C5", "labels": {"tg": "Сардор", "en": "Chief"}},
            {"code": "kitchen", "of": "agency", "class": "C4", "labels": {"tg": "Ошхона", "en": "Kitchen"}}
          ],
          "consent": {
            "adult_years": 18, "warn": ["14d", "7d"], "transition": ["60d", "0d"],
            "ages": [
              {"code": "child", "bands": ["young", "doubt"], "child": true, "decides": ["other"], "assent": "asked", "labels": {"tg": "Кӯдак", "en": "Child"}},
              {"code": "adult", "bands": ["old"], "child": false, "decides": ["self"], "assent": "none", "labels": {"tg": "Калонсол", "en": "Adult"}}
            ],
            "written": {"purposes": ["aid"], "expressions": ["signed"]},
            "never_condition": ["aid"]
          },
          "notices": [{"code": "first", "version": 1, "labels": {"tg": "Аввал", "en": "First"}, "text": {"tg": "Гӯш кунед.", "en": "Listen."}}],
          "retention": [{"code": "closed", "basis": "law", "life": "90d", "confirmed": false, "labels": {"tg": "Баста", "en": "Closed"}}],
          "kept": [{"code": "bill", "basis": "law", "life": "30d", "labels": {"tg": "Ҳисоб", "en": "Bill"}}],
          "cross_border": {"purpose": "aid", "agencies": [{"agency": "far.example", "country": "kz", "labels": {"tg": "Дур", "en": "Far"}}]},
          "periods": {"record": "24h", "arrival": "24h"},
          "sections": [
            {"code": "visit", "class": "C3", "labels": {"tg": "Ташриф", "en": "Visit"}, "fields": [
              {"name": "on", "type": "date", "limit": 10, "class": "C3", "labels": {"tg": "Сана", "en": "Date"}}
            ]}
          ],
        """#
    )
    .replacing(
      #"  "lists": ["#,
      with: #"""
          "lists": [
            {"code": "age-band", "labels": {"tg": "Синну сол", "en": "Age"}, "codes": [
              {"code": "young", "labels": {"tg": "Ҷавон", "en": "Young"}},
              {"code": "old", "labels": {"tg": "Калон", "en": "Old"}},
              {"code": "doubt", "labels": {"tg": "Шубҳа", "en": "In doubt"}}
            ]},
            {"code": "decider", "labels": {"tg": "Қарор", "en": "Decider"}, "codes": [
              {"code": "self", "labels": {"tg": "Худаш", "en": "Self"}},
              {"code": "other", "labels": {"tg": "Дигар", "en": "Other"}}
            ]},
            {"code": "assent", "labels": {"tg": "Розигӣ", "en": "Assent"}, "codes": [
              {"code": "none", "labels": {"tg": "Не", "en": "None"}},
              {"code": "asked", "labels": {"tg": "Пурсида шуд", "en": "Asked"}}
            ]},
            {"code": "consent-expression", "labels": {"tg": "Шакл", "en": "Form"}, "codes": [
              {"code": "signed", "labels": {"tg": "Имзо", "en": "Signed"}},
              {"code": "said", "labels": {"tg": "Гуфт", "en": "Said"}}
            ]},
            {"code": "legal-basis", "labels": {"tg": "Асос", "en": "Ground"}, "codes": [
              {"code": "law", "labels": {"tg": "Қонун", "en": "Law"}},
              {"code": "wish", "labels": {"tg": "Хоҳиш", "en": "Wish"}}
            ]},
        """#
    )
    .replacing(
      #""persons": 2, "second_within""#,
      with: #""persons": 2, "roles": ["cook"], "second_within""#
    )
}

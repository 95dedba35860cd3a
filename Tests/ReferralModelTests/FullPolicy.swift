/// The small policy with every part that a policy may have beside the least.
enum FullPolicy {
  static let text =
    SmallPolicy.text
    .replacing(
      #""plan": {"pads": 15},"#,
      with: #"""
        "plan": {"pads": 15, "until_step": "5d"},
          "overlap": "30d",
          "roles": [
            {"code": "cook", "of": "person", "class": "C3", "labels": {"tg": "Ошпаз", "en": "Cook"}},
            {"code": "chief", "of": "person", "class": "C5", "labels": {"tg": "Сардор", "en": "Chief"}},
            {"code": "kitchen", "of": "agency", "class": "C4", "labels": {"tg": "Ошхона", "en": "Kitchen"}}
          ],
          "consent": {
            "majority": 18, "warnings": ["14d", "7d"], "transition": ["60d", "0d"],
            "ages": [
              {"code": "child", "bands": ["young", "doubt"], "child": true, "deciders": ["other"], "assent": "needed", "labels": {"tg": "Кӯдак", "en": "Child"}},
              {"code": "adult", "bands": ["old"], "child": false, "deciders": ["self"], "assent": "none", "labels": {"tg": "Калонсол", "en": "Adult"}}
            ],
            "record_within": "24h", "review_within": "7d", "separate": ["aid"],
            "questions": [{"code": "storing", "record": true, "purposes": ["aid"], "receivers": ["court"], "labels": {"tg": "Нигоҳ дорем?", "en": "May we keep it?"}}],
            "written_for": ["aid"], "written": ["signed"],
            "abroad": {"region": "far", "purposes": ["aid"], "arrival": "24h"},
            "narrow": [{"purpose": "aid", "group": "need", "fields": ["service"]}], "least_count": 10,
            "receivers": [{"code": "bank", "family": true, "labels": {"tg": "Бонк", "en": "Bank"}}, {"code": "court", "labels": {"tg": "Суд", "en": "Court"}}]
          },
          "notices": [{"code": "first", "version": 1, "labels": {"tg": "Аввал", "en": "First"}, "text": {"tg": "Гӯш кунед.", "en": "Listen."}}],
          "retention": [{"code": "closed", "basis": "law", "life": "90d", "confirmed": false, "after": ["case-closed"], "labels": {"tg": "Баста", "en": "Closed"}}],
          "kept": [{"code": "bill", "basis": "law", "life": "30d", "labels": {"tg": "Ҳисоб", "en": "Bill"}}],
          "cross_border": {"purpose": "aid", "agencies": [{"agency": "far.example", "country": "kz", "labels": {"tg": "Дур", "en": "Far"}}]},
          "offices": [
            {"agency": "clinic.example", "hours": {"utc_offset_minutes": 240, "workdays": ["sat"], "opens": "09:00", "closes": "16:00", "holidays": ["02-02"]}, "telephone": "+992 1"}
          ],
          "automatic": {"auto-close": "red"},
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
            {"code": "region", "labels": {"tg": "Минтақа", "en": "Region"}, "codes": [
              {"code": "near", "labels": {"tg": "Наздик", "en": "Near"}},
              {"code": "far", "labels": {"tg": "Дур", "en": "Far"}}
            ]},
            {"code": "decider", "labels": {"tg": "Қарор", "en": "Decider"}, "codes": [
              {"code": "self", "labels": {"tg": "Худаш", "en": "Self"}},
              {"code": "other", "labels": {"tg": "Дигар", "en": "Other"}}
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
    .replacing(
      #"{"code": "close", "life": "10d","#,
      with: #"{"code": "close", "life": "10d", "outcomes": ["colour"],"#
    )
    .replacing(#""telephone": false,"#, with: #""telephone": false, "coordinator": true,"#)
}

/// The least a policy can be, one part a line, for tests that break it.
enum SmallPolicy {
  static let text = #"""
    {
      "type": "amonat/v1/policy", "name": "small", "version": 3,
      "languages": ["tg", "en"],
      "labels": {"tg": "Хурд", "en": "Small"},
      "groups": [
        {"code": "need", "class": "C4", "labels": {"tg": "Эҳтиёҷ", "en": "Need"}, "fields": [
          {"name": "service", "type": "code", "limit": 1, "class": "C4", "required": true, "list": "services", "labels": {"tg": "Хизмат", "en": "Service"}},
          {"name": "summary", "type": "text", "limit": 10, "class": "C4", "labels": {"tg": "Хулоса", "en": "Summary"}}
        ]},
        {"code": "answer", "class": "C4", "labels": {"tg": "Ҷавоб", "en": "Answer"}, "fields": [
          {"name": "colour", "type": "codes", "limit": 2, "class": "C2", "list": "colour", "labels": {"tg": "Ранг", "en": "Colour"}}
        ]}
      ],
      "terms": [{"code": "single", "life": "30d", "labels": {"tg": "Ягона", "en": "Single"}}],
      "purposes": [
        {"code": "aid", "groups": ["need"], "onward": false, "terms": ["single"], "labels": {"tg": "Кӯмак", "en": "Aid"}}
      ],
      "services": [
        {"code": "soup", "purpose": "aid", "timers": {"calm": {"acknowledge": "1h", "decide": "2h", "contact": "3h"}}, "labels": {"tg": "Шӯрбо", "en": "Soup"}}
      ],
      "bases": [
        {"code": "consent", "labels": {"tg": "Розигӣ", "en": "Consent"}},
        {"code": "guardian-consent", "labels": {"tg": "Васӣ", "en": "Guardian"}},
        {"code": "onward", "labels": {"tg": "Минбаъд", "en": "Onward"}},
        {"code": "reply", "labels": {"tg": "Ҷавоб", "en": "Reply"}}
      ],
      "exceptions": [
        {"code": "vital-interest", "persons": 2, "second_within": "24h", "own_within": "48h", "life": "72h", "groups": ["need"], "purposes": ["aid"], "labels": {"tg": "Ҳаёт", "en": "Life"}}
      ],
      "kinds": [
        {"code": "offer", "life": "10d", "groups": ["need"], "bases": ["consent", "vital-interest"], "labels": {"tg": "а", "en": "a"}},
        {"code": "supplement", "life": "10d", "groups": ["need"], "bases": ["consent"], "labels": {"tg": "а", "en": "a"}},
        {"code": "reply", "life": "10d", "groups": ["answer"], "bases": ["reply"], "labels": {"tg": "а", "en": "a"}},
    \#(notices.map { #"    {"code": "\#($0)", "life": "10d", "labels": {"tg": "а", "en": "a"}},"# }.joined(separator: "\n"))
        {"code": "decline", "life": "10d", "outcomes": ["colour"], "labels": {"tg": "а", "en": "a"}}
      ],
      "priorities": [
        {"code": "calm", "acknowledge": "1wd", "decide": "2wd", "contact": "3d", "message_life": "20d", "deputy_after": "1h", "next_provider_after": "2h", "remind_percent": [50, 80], "telephone": false, "leg_window": "0m", "labels": {"tg": "Ором", "en": "Calm"}}
      ],
      "timers": {
        "capacity": "24h", "draft-warn": "21d", "draft-erase": "28d", "info": "3wd",
        "waitlist-review": "7d", "active-ping": "30d", "auto-close": "14d", "replan": "5wd",
        "lost-contact": "30d", "redirect": "5wd", "recall-erase": "24h",
        "withdrawal-receipt": "72h", "dispute": "10wd", "reopen": "90d"
      },
      "withdrawal": {"hold_down": "72h", "daily_rate": 10},
      "witnessing": {"quorum": 2, "sectors": 1, "heartbeat": "30m", "settled_limit": "48h"},
      "plan": {"pads": 15},
      "calendar": {"utc_offset_minutes": 300, "workdays": ["mon"], "opens": "08:00", "closes": "17:00", "holidays": ["01-01", "2027-06-01"]},
      "lists": [
        {"code": "colour", "labels": {"tg": "Ранг", "en": "Colour"}, "codes": [
          {"code": "red", "labels": {"tg": "Сурх", "en": "Red"}, "hsds": "R"},
          {"code": "blue", "labels": {"tg": "Кабуд", "en": "Blue"}}
        ]}
      ]
    }
    """#

  private static let notices = [
    "acknowledge", "accept", "start", "complete", "close", "recall", "withdraw", "erased",
    "info-request", "waitlist", "redirect", "lost-contact", "dispute",
  ]
}

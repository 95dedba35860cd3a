"""Vectors of chapter 11: which message may follow which, at the sender and at the recipient."""
from book import Book

book = Book("11-referrals")
add = book.add
LIMITS = {"hold_down": 1000, "reopen": 5000}


def walk(id, covers, side, events, expect, gives=None, start=None):
    """Each event: what, by whom, and what may be said of the moment."""
    steps = []
    for n, e in enumerate(events):
        what, by, *more = e
        steps.append({"event": what, "by": by, "at": 100 + n, "live": 1, **(more[0] if more else {})})
    add(f"{side}/{id}", covers, "lifecycle", expect, gives, side=side, start=start or ("draft" if side == "sender" else "delivered"),
        steps=steps, **LIMITS)


S, R, C, MACHINE, P = "sender", "recipient", "clock", "machine", "survivor"
WAY = [("submit", S), ("deliver", MACHINE), ("acknowledge", R), ("accept", R), ("start", R), ("complete", R), ("close", S)]
THERE = [("acknowledge", R), ("accept", R), ("start", R), ("complete", R), ("close", S)]
STATES = ["queued", "delivered", "acknowledged", "accepted", "in-service", "completed", "closed"]
for n, state in enumerate(STATES):
    walk(f"to-{state}", "REF-001 REF-002", "sender", WAY[:n + 1], state)
for n, state in enumerate(STATES[2:]):
    walk(f"to-{state}", "REF-001 REF-002", "recipient", THERE[:n + 1], state)

# REF-001: only the recipient accepts, only the sender closes.
for what in ("acknowledge", "accept", "decline", "start", "complete", "request-info", "waitlist", "redirect", "lose-contact"):
    walk(f"wrong-side/{what}", "REF-001", "sender", WAY[:2] + [(what, S)], "wrong-side")
    walk(f"wrong-side/{what}", "REF-001", "recipient", [(what, S)], "wrong-side")
for what in ("submit", "recall", "close", "answer-info"):
    walk(f"wrong-side/{what}", "REF-001", "sender", WAY[:4] + [(what, R)], "wrong-side")
    walk(f"wrong-side/{what}", "REF-001", "recipient", THERE[:2] + [(what, R)], "wrong-side")

# REF-002: what its own state does not allow is not built.
for id, events, bad in [("accept-twice-after-start", THERE[:3], ("accept", R)), ("accept-after-decline", [("decline", R)], ("accept", R)), ("waitlist-after-accept", THERE[:2], ("waitlist", R)),
                        ("decline-after-start", THERE[:3], ("decline", R))]:
    walk(f"not-from-here/{id}", "REF-002 REF-021", "recipient", events + [bad], "state-not-allowed")
for id, events, bad in [("complete-before-start", THERE[:1], ("complete", R)), ("start-before-accept", THERE[:1], ("start", R))]:
    walk(f"not-from-here/{id}", "REF-002 REF-004 REF-021", "recipient", events + [bad], "too-early")
for id, events, bad in [("close-a-draft", [], ("close", S)), ("recall-a-draft", [], ("recall", S)),
                        ("discard-after-sending", WAY[:2], ("discard", S)), ("reopen-what-is-open", WAY[:2], ("reopen", S))]:
    walk(f"not-from-here/{id}", "REF-002", "sender", events + [bad], "state-not-allowed")

# REF-003: what was overtaken is received and changes nothing.
walk("overtaken/acknowledge-after-accept", "REF-003", "sender", WAY[:2] + [("accept", R), ("acknowledge", R)], "accepted")
walk("overtaken/accept-after-start", "REF-003", "sender", WAY[:2] + [("start", R), ("accept", R)], "in-service")
walk("overtaken/numbered", "REF-003", "sender", WAY[:2] + [("accept", R, {"seq": 5}), ("decline", R, {"seq": 4})], "accepted")
# REF-004: the recipient's lead is followed; nobody builds such a jump.
for what, state in (("start", "in-service"), ("complete", "completed"), ("lose-contact", "lost-contact")):
    walk(f"followed/{what}", "REF-004", "sender", WAY[:2] + [(what, R)], state)
walk("followed/before-its-receipt", "REF-004", "sender", WAY[:1] + [("accept", R)], "accepted")
# REF-005: twice changes nothing.
for n, (what, by, *_) in enumerate(WAY[2:6]):
    walk(f"twice/{what}", "REF-005", "sender", WAY[:n + 3] + [(what, by)], STATES[n + 2])
walk("twice/close", "REF-005", "recipient", THERE + [("close", S)], "closed")
# REF-006: an accept after the end leaves the end as it is.
walk("late/accept-after-recall", "REF-006", "sender", WAY[:2] + [("recall", S), ("accept", R)], "too-late", {"state": "recalled"})
walk("late/accept-after-expiry", "REF-006 REF-012", "sender", WAY[:2] + [("expire", C), ("accept", R)], "too-late", {"state": "expired"})
walk("late/accept-after-withdrawal", "REF-006", "sender", WAY[:2] + [("withdraw", S), ("accept", R)], "too-late", {"state": "consent-withdrawn"})
# REF-009, REF-016: without a grant that covers it nothing is shared.
walk("no-grant/submit", "REF-009", "sender", [("submit", S, {"live": 0})], "grant-missing")
walk("no-grant/answer-info", "REF-009", "sender", WAY[:2] + [("request-info", R), ("answer-info", S, {"live": 0})], "grant-missing")
walk("no-grant/reopen", "REF-016", "sender", WAY + [("reopen", S, {"live": 0})], "grant-missing")
walk("reopen/in-time", "REF-016", "sender", WAY + [("reopen", S, {"at": 5106})], "acknowledged")
walk("reopen/too-late", "REF-016 REF-021", "sender", WAY + [("reopen", S, {"at": 5107})], "too-late")
# REF-010, REF-019, WDR-010, WDR-011: stop and withdrawal.
for n in range(2, 6):
    walk(f"stop/in-{STATES[n - 1]}", "REF-010 WDR-010 REF-019", "sender", WAY[:n] + [("stop-sharing", P)], STATES[n - 1], {"frozen": 1})
    walk(f"withdraw/in-{STATES[n - 1]}", "REF-010", "sender", WAY[:n] + [("withdraw", S)], "consent-withdrawn", {"frozen": 1})
for n in range(0, 4):
    state = STATES[n + 1]
    walk(f"stop/in-{state}", "WDR-010 REF-019 REF-014", "recipient", THERE[:n] + [("stop-sharing", S)], state, {"frozen": 1})
    walk(f"withdraw/in-{state}", "REF-010", "recipient", THERE[:n] + [("withdraw", S)], "consent-withdrawn", {"frozen": 1})
walk("stop/undone", "WDR-010", "sender", WAY[:4] + [("stop-sharing", P), ("resume-sharing", S)], "accepted", {"frozen": 0})
walk("stop/undone-without-a-grant", "WDR-010 REF-009", "sender", WAY[:4] + [("stop-sharing", P), ("resume-sharing", S, {"live": 0})], "grant-missing")
walk("frozen/answer-info", "REF-019", "sender", WAY[:2] + [("request-info", R), ("stop-sharing", P), ("answer-info", S)], "consent-frozen")
walk("hold-down/too-early", "WDR-011", "recipient", [("stop-sharing", S, {"at": 100}), ("withdraw", C, {"at": 1099})], "too-early")
walk("hold-down/passed", "WDR-011", "recipient", [("stop-sharing", S, {"at": 100}), ("withdraw", C, {"at": 1100})], "consent-withdrawn")
walk("hold-down/not-frozen", "WDR-011", "recipient", [("withdraw", C, {"at": 9000})], "too-early")
walk("erased/closes", "WDR-020 REF-019", "sender", WAY[:2] + [("withdraw", S), ("confirm-erased", R)], "closed-withdrawn")
walk("erased/closes-a-recall", "WDR-024", "sender", WAY[:2] + [("recall", S), ("confirm-erased", R)], "closed")
walk("erased/out-of-nothing", "WDR-020 REF-001", "sender", WAY[:2] + [("confirm-erased", S)], "wrong-side")
# REF-012: unanswered and unreachable are two things, and only the sender's clock judges.
walk("expired", "REF-012", "sender", WAY[:2] + [("expire", C)], "expired")
walk("undeliverable", "REF-012", "sender", WAY[:1] + [("give-up", C)], "undeliverable")
walk("undeliverable-answered-after-all", "REF-012", "sender", WAY[:1] + [("give-up", C), ("accept", R)], "accepted")
walk("expire-by-a-person", "REF-012", "sender", WAY[:2] + [("expire", S)], "wrong-side")
walk("expire-at-the-recipient", "REF-012", "recipient", [("expire", C)], "wrong-side")
# REF-015: a redirect forwards nothing.
walk("redirect", "REF-015", "sender", WAY[:2] + [("redirect", R)], "redirect-proposed")
walk("dispute-and-back", "REF-001", "sender", WAY[:5] + [("dispute", R), ("resolve", S)], "in-service")

# What travels, and what a kind may say.
for kind, event in {"offer": "disclose", "supplement": "disclose", "reply": "disclose", **{k: "notify" for k in (
        "acknowledge", "accept", "decline", "start", "complete", "close", "recall", "withdraw", "erased", "info-request", "waitlist", "redirect",
        "lost-contact", "dispute")}}.items():
    add(f"kind/{kind}", "REF-001", "kind", kind=kind, gives={"event": event})
for kind in ("gossip", "Offer", "", "withdrawal"):
    add(f"kind/unknown-{kind.lower() or 'empty'}-{len(kind)}", "REF-001", "kind", "malformed", kind=kind)

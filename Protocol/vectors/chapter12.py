"""Vectors of chapter 12: bundles, each with one thing wrong, and what a reader says."""
from book import Book, shelf

import amonat_ref as ref
import story
from amonat_ref import Key, Log, b64, cj, commit, hmac, le64, note, pae, secret, sha
from scenario import DAY, H, M, NOW, OTHER_REALM, REALM, S, T0

book = Book("12-audit-bundle")
add = book.add
MINISTRY, SHELTER = (story.files[f"{a}.bundle"] for a in ("ministry", "shelter"))
M_LINES = MINISTRY.decode().splitlines()[:-1]
S_LINES = SHELTER.decode().splitlines()[:-1]


def closed(lines):
    body = ("\n".join(lines) + "\n").encode()
    return body + f"end\t{len(lines)}\t{sha(body).hex()}\n".encode()


def bu(id, covers, bundle, *expect, realm=REALM, beside=()):
    """`expect` names every error and warning; notes are not counted."""
    data = bundle if isinstance(bundle, bytes) else closed(bundle)
    add(id, covers, "bundle", " ".join(sorted(expect)) or "ok", bundle=data, realm=realm, beside=list(beside))


bu("example/ministry", "AUD-001 AUD-010 AUD-012 AUD-013 AUD-020 AUD-021 AUD-030 AUD-060", MINISTRY)
bu("example/shelter", "AUD-001 AUD-010", SHELTER)
bu("example/both", "AUD-034 AUD-049", MINISTRY, beside=[SHELTER])

# --- form ------------------------------------------------------------------------------------------------------------------
L = M_LINES


def at(word, n=0):
    return [i for i, x in enumerate(L) if x.startswith(word + "\t")][n]


def without(i, n=1):
    return L[:i] + L[i + n:]


def swapped(i, line):
    return L[:i] + [line] + L[i + 1:]


def field(i, n, value):
    parts = L[i].split("\t")
    parts[n] = value
    return swapped(i, "\t".join(parts))


def moved(i, j):
    lines = list(L)
    lines[i], lines[j] = lines[j], lines[i]
    return lines


leaf0, grant, offer = at("leaf"), at("leaf", 3), at("leaf", 4)
for id, lines in {
    "another-magic": swapped(0, "amonat-audit-bundle/v2"), "no-magic": L[1:], "crlf": [x + "\r" for x in L], "bom": ["\ufeff" + L[0], *L[1:]],
    "no-pad-key": without(at("pad-key")), "no-register": without(at("register")), "no-checkpoint": without(at("checkpoint")),
    "no-card": [x for x in L if not x.startswith("card\t")], "two-heads": L[:2] + L[1:], "policy-before-register": moved(at("register"), at("policy")),
    "cards-out-of-order": moved(at("card"), at("card", 1)), "card-twice": L[:at("card")] + [L[at("card")]] + L[at("card"):],
    "unknown-word": L[:grant] + ["remark\tx"] + L[grant:], "empty-line": L[:grant] + [""] + L[grant:],
    "space-for-tab": swapped(grant, L[grant].replace("\t", " ", 1)), "field-missing": swapped(grant, "\t".join(L[grant].split("\t")[:-1])),
    "field-more": swapped(grant, L[grant] + "\tx"), "leaf-hash-upper": field(grant, 1, L[grant].split("\t")[1].upper()),
    "leaf-hash-short": field(grant, 1, "ab"), "salt-short": field(grant, 3, "ab"), "person-word": field(grant, 7, "kept"),
    "pads-leading-zero": swapped(at("pads"), "pads\t04\t4"), "pads-backwards": swapped(at("pads"), "pads\t5\t4"), "pads-from-elsewhere": swapped(at("pads"), "pads\t5\t5"),
    "mark-not-base64": field(at("mark"), 1, "*"), "receipt-before-its-leaf": L[:offer] + L[offer + 1:offer + 3] + [L[offer]] + L[offer + 3:],
    "receipt-twice": L[:at("receipt")] + [L[at("receipt")]] + L[at("receipt"):],
    "seen-size-sign": field(at("seen"), 2, "+4"), "seen-twice": L + [L[at("seen")]],
    "head-one-key-more": field(1, 1, L[1].split("\t")[1][:-1] + ',"z":1}'), "head-not-canonical": field(1, 1, L[1].split("\t")[1].replace(":", ": ", 1)),
}.items():
    bu(f"form/{id}", "AUD-002 AUD-007", lines, "bundle-malformed")
import json
head = json.loads(L[1].split("\t")[1])
bu("form/from-1", "AUD-006", field(1, 1, cj({**head, "from": 1}).decode()), "bundle-unsupported")
for id, cut in {"before-the-end-line": "\n".join(L) + "\n", "within-the-end-line": MINISTRY.decode()[:-20], "without-the-last-line-end": MINISTRY.decode()[:-1],
                "within-a-leaf": "\n".join(L[:grant])[:-9], "empty": ""}.items():
    bu(f"truncated/{id}", "AUD-003", cut.encode(), "bundle-truncated")
for id, tail in {"a-line": b"x\n", "a-line-end": b"\n", "a-second-end": MINISTRY.splitlines()[-1] + b"\n"}.items():
    bu(f"goes-on/{id}", "AUD-003", MINISTRY + tail, "bundle-malformed")
END = MINISTRY.decode().splitlines()[-1].split("\t")
bu("altered/hash", "AUD-004", ("\n".join(L) + f"\nend\t{END[1]}\t{'0' * 64}\n").encode(), "bundle-altered")
bu("altered/count", "AUD-004", ("\n".join(L) + f"\nend\t{int(END[1]) + 1}\t{END[2]}\n").encode(), "bundle-altered")
# Made so much later, the message is without a final receipt as well (AUD-052).
bu("altered/made", "AUD-004 AUD-052", MINISTRY.replace(b'"made":177', b'"made":178', 1), "bundle-altered", "receipt-not-final")

# --- trust -----------------------------------------------------------------------------------------------------------------
bu("trust/another-realm-named", "AUD-040", MINISTRY, "realm-other", realm=OTHER_REALM)
C = story.commissioners
text = story.register_text


def noted(t, *keys):
    return b64(note(t, *[k.line(t) for k in keys]).encode())


bu("trust/register-with-three-lines", "AUD-040", swapped(at("register"), "register\t" + noted(text, *C[:3])), "register-refused")
two = json.loads(text)
two.update(version=2, previous=REALM.hex(), realm=REALM.hex(), expires=two["expires"] + 1)
two_text = cj(two) + b"\n"
more = L[:at("register") + 1] + ["register\t" + noted(two_text, *C[:4])] + L[at("register") + 1:]
bu("trust/two-registers", "AUD-007 AUD-040", more)
bu("trust/second-register-with-three-lines", "AUD-040", [x if i != at("register") + 1 else "register\t" + noted(two_text, *C[:3]) for i, x in enumerate(more)],
   "register-refused")
card_text = story.card_text[M]
keys = [d[M] for d in (story.agency_key, story.log_key, story.next_key, story.witness)]
bu("trust/card-without-the-agencys-line", "AUD-040", swapped(at("card"), "card\t" + noted(card_text, *keys[1:])), "card-refused")
bu("trust/no-policy", "AUD-008", without(at("policy")), "policy-missing")

# --- leaves ----------------------------------------------------------------------------------------------------------------
bu("leaves/changed-e", "AUD-014", swapped(offer, L[offer].replace('"seq":1', '"seq":2')), "leaf-mismatch", "seq-gap")
bu("leaves/changed-a", "AUD-014", swapped(grant, L[grant].replace("u-4f2a", "u-4f2b")), "leaf-mismatch")
bu("leaves/changed-salt", "AUD-014", field(grant, 3, sha(b"x").hex()), "leaf-mismatch")
bu("leaves/changed-staff-salt", "AUD-014", field(grant, 5, sha(b"x").hex()), "leaf-mismatch")
bu("leaves/changed-personal-commitment", "AUD-014", field(grant, 6, sha(b"x").hex()), "leaf-mismatch")
bu("leaves/changed-hash", "AUD-014 AUD-022", field(leaf0, 1, sha(b"x").hex()), "leaf-mismatch", "root-mismatch")
bu("leaves/not-canonical", "AUD-017 AUD-014", swapped(leaf0, L[leaf0].replace('{"index"', '{ "index"', 1)), "event-malformed", "leaf-mismatch")
bu("leaves/another-pad-key", "AUD-015", field(at("pad-key"), 1, sha(b"x").hex()), "root-mismatch")
bu("leaves/gone-without-erase", "AUD-046", field(grant, 7, "gone"), "person-unopened-without-erase")
shut = f"closed\t0\t{story.ministry.leaves[0].hex()}"
bu("leaves/closed", "AUD-010 AUD-016", swapped(leaf0, shut), "event-unopened")

# --- checkpoints --------------------------------------------------------------------------------------------------------------
t, good = story.pair_text, story.pair_note
log, w = story.log_key[M], story.witness[S]


def marked(text_note):
    return swapped(at("mark"), "mark\t" + b64(text_note.encode()))


wrong = f"{log.name}\n6\n{b64(sha(b'x'))}\n".encode()
bu("marks/another-root", "AUD-022 AUD-035", marked(note(wrong, log.line(wrong))), "root-mismatch")
bu("marks/another-key", "AUD-023", marked(note(t, story.log_key[H].line(t))), "checkpoint-signature")
bu("marks/false-cosignature", "AUD-024", marked(good + w.cosign(b"x" + t, story.seconds)), "cosignature-invalid")
bu("marks/unknown-witness", "AUD-024", marked(good + Key("stranger.example/amonat/witness/1").cosign(b"x" + t, 1)))
bu("marks/of-another-size", "AUD-020", marked(story.ministry.checkpoint(5)[1]), "bundle-malformed")
bu("checkpoint/another-key", "AUD-023", swapped(at("checkpoint"), "checkpoint\t" + b64(note(story.ministry.checkpoint()[0],
                                                                                           story.log_key[H].line(story.ministry.checkpoint()[0])).encode())), "checkpoint-signature")

# --- receipts -----------------------------------------------------------------------------------------------------------------
receipt = at("receipt")
for id, lines in {
    "another-message": swapped(receipt, L[receipt].replace(story.message.hex(), sha(b"x").hex())), "another-salt": field(receipt, 2, sha(b"x").hex()),
    "another-path": field(receipt, 5, b64(bytes(64))), "no-path": field(receipt, 5, "-"), "without-a-view": without(at("view")),
}.items():
    bu(f"receipts/{id}", "AUD-033 AUD-031", lines, "receipt-mismatch")
view = at("view")
s_text = story.s_text
bu("receipts/view-by-another-key", "AUD-032", swapped(view, "view\t" + b64(note(s_text, story.log_key[H].line(s_text)).encode())), "checkpoint-signature")
bu("receipts/seen-another-root", "AUD-034", field(at("seen"), 3, sha(b"x").hex()), "log-forked", beside=[SHELTER])

# --- what a reader judges: logs of their own ----------------------------------------------------------------------------------------
STAFF, SUBJECT = {"actor": "u-4f2a", "desk": "intake"}, story.subject


class Story:
    """A log whose events a test chooses; everything but the one thing wrong is right."""

    def __init__(self, agency=M, peer=S, without=()):
        self.log = Log(story.log_key[agency], agency, REALM.hex())
        self.name, self.peer = story.log_key[agency].name, peer
        self.time = T0
        for kind, text in (("register", text0), ("policy", story.policy), ("card", story.card_text[agency])):
            if kind not in without:
                self.log.append(kind, self.time, {"message": sha(text).hex()})
        self.person = {}
        self.seq = 0

    def put(self, kind, e, a=None, p=None, step=1000, person="held"):
        self.time += step
        i = self.log.append(kind, self.time, e, a, p)
        self.person[i] = person
        return i

    def grant(self, a=STAFF, **changed):
        return self.put("grant", {"basis": "consent", "groups": ["identity", "need"], "onward": 0, "peer": S, "policy": story.policy_hash,
                                  "purpose": "accommodation", "register": REALM.hex(), "until": T0 + 30 * DAY, **changed}, a, SUBJECT)

    def send(self, grant, kind="offer", step=1000, **changed):
        self.seq += 1
        e = {"basis": "consent", "expires": T0 + 10 * DAY, "grant": grant, "grant_log": log.name, "groups": ["need"], "kind": kind,
             "message": sha(f"message {self.seq}".encode()).hex(), "peer": S, "policy": story.policy_hash, "purpose": "accommodation",
             "register": REALM.hex(), "seq": self.seq, **changed}
        i = self.put("disclose", e, STAFF, SUBJECT, step)
        return i

    def notice(self, kind, message, ref=None, step=1000, **changed):
        self.seq += 1
        e = {"expires": self.time + 100 * DAY, "kind": kind, "message": sha(message.encode()).hex(), "peer": self.peer, "seq": self.seq,
             **({"ref": sha(ref.encode()).hex()} if ref else {}), **changed}
        return self.put("notify", e, {}, None, step)

    def take(self, message, step=1000):
        return self.put("receive", {"message": sha(message.encode()).hex(), "outcome": "stored", "peer": self.peer}, {}, None, step)

    def later(self, step):
        self.put("unlock", {"outcome": "unlocked"}, STAFF, step=step)

    def lines(self):
        bundle = story.bundle(self.log, {}, {}, {}, [M, S], [], self.time)
        out = bundle.decode().splitlines()[:-1]
        for n, line in enumerate(out):
            if line.startswith("leaf\t"):
                i = json.loads(line.split("\t")[2])["index"]
                if self.person.get(i) == "gone":
                    out[n] = line.rsplit("\t", 1)[0] + "\tgone"
        return out


text0 = story.register_text


def judged(id, covers, tell, *expect):
    s = Story()
    tell(s)
    bu(f"judged/{id}", covers, s.lines(), *expect)


def scene(f):
    return lambda s: f(s, s.grant())


judged("nothing-wrong", "AUD-042 AUD-044", scene(lambda s, g: s.send(g)))
judged("no-such-grant", "AUD-042", scene(lambda s, g: s.send(1)), "grant-missing")
judged("a1-grant-over", "AUD-042", lambda s: s.send(s.grant(until=T0 + 1500)), "grant-expired")
judged("grant-for-another", "AUD-042", lambda s: s.send(s.grant(peer=H)), "grant-scope")
judged("grant-for-another-purpose", "AUD-042", lambda s: s.send(s.grant(purpose="health")), "grant-scope")
judged("grant-of-fewer-groups", "AUD-042", lambda s: s.send(s.grant(groups=["identity"])), "grant-scope")
judged("a2-second-offer", "AUD-042 EVT-020", scene(lambda s, g: (s.send(g), s.send(g))), "grant-used-twice")


def withdrawn(s, g):
    s.put("withdraw", {"grant": g, "grant_log": log.name, "until": T0 + 30 * DAY}, STAFF, SUBJECT)
    s.send(g)


judged("a3-withdrawn", "AUD-042 EVT-028", scene(withdrawn), "grant-withdrawn")


def seqs(*numbers):
    def tell(s, g):
        for n, seq in enumerate(numbers):
            s.send(g, "offer" if n == 0 else "supplement", seq=seq, **({} if n == 0 else {"ref": sha(b"message 1").hex(), "groups": ["identity"]}))
    return tell


judged("seq-in-order", "AUD-044 EVT-025", scene(seqs(1, 2, 3)))
judged("seq-again", "AUD-044 EVT-025", scene(seqs(1, 1)), "seq-reused")
judged("seq-left-out", "AUD-044 EVT-025", scene(seqs(1, 3)), "seq-gap")
judged("c15-time-goes-back", "AUD-041 EVT-011", scene(lambda s, g: s.send(g, step=-5000)), "time-decreasing")
judged("unknown-policy", "AUD-008 EVT-018", lambda s: s.grant(policy=sha(b"x").hex()), "policy-missing")
judged("unknown-register", "AUD-008 EVT-018", lambda s: s.grant(register=sha(b"x").hex()), "register-unknown")
judged("unknown-peer", "AUD-008", lambda s: s.grant(peer="stranger.example"), "agency-unknown")
judged("index-of-another", "AUD-017 EVT-006", lambda s: s.put("consent-refused", {
    "groups": ["need"], "policy": story.policy_hash, "purpose": "health", "register": REALM.hex(), "index": 9}, STAFF, SUBJECT), "index-mismatch")
judged("realm-of-another", "AUD-017", lambda s: s.put("unlock", {"outcome": "unlocked", "realm": OTHER_REALM.hex()}, STAFF), "index-mismatch")
TWO_PERSONS = {**STAFF, "actor2": "u-77aa"}
judged("exception", "AUD-048 EVT-022", lambda s: s.grant(TWO_PERSONS, basis="vital-interest", until=T0 + 3 * DAY))
judged("exception-above-72-hours", "AUD-048 EVT-022", lambda s: s.grant(TWO_PERSONS, basis="vital-interest", until=T0 + 3 * DAY + 2000), "exception-too-long")


def alone(s):
    s.grant(basis="vital-interest", until=T0 + 2 * DAY)
    s.put("unlock", {"outcome": "unlocked"}, STAFF, step=2 * DAY)


judged("c13-exception-without-a-second-person", "AUD-053 EVT-022 AUD-025", alone, "second-person-missing", "not-settled")

# --- what people did, or owe --------------------------------------------------------------------------------------------------
HOUR, OTHER, THIRD = DAY // 24, {"actor": "u-77aa"}, {"actor": "u-0c11"}


def excepted(*steps, a=STAFF, **changed):
    """An exception, and what follows: (after how long, type, E, A)."""
    def tell(s):
        g = s.grant(a, **{"basis": "vital-interest", "until": T0 + 2 * DAY, **changed})
        for step, kind, e, who in steps:
            whole = {"grant": g, **e}
            s.put(kind, whole, who if kind == "expire" else {**who, "cause": g}, step=step)
    return tell


def signed(step, who=OTHER):
    return step, "countersign", {}, who


def looked(step, who=THIRD, outcome="in-order"):
    return step, "review", {"outcome": outcome}, who


def silence(step):
    return step, "review", {"outcome": "in-order"}, {**THIRD, "cause": 0}


LAPSED = (DAY + HOUR, "expire", {"grant_log": log.name, "kind": "exception"}, {})
TAKEN_BACK = (1000, "withdraw", {"grant_log": log.name, "until": T0 + 2 * DAY}, {})
judged("exception-and-a-second-person-in-time", "AUD-053 AUD-054", excepted(signed(DAY - HOUR), looked(1000)))
judged("exception-for-a-purpose-it-does-not-serve", "AUD-048", excepted(a=TWO_PERSONS, purpose="criminal-justice"), "exception-scope")
judged("exception-with-a-group-it-does-not-need", "AUD-048", excepted(a=TWO_PERSONS, groups=["exploitation", "need"]), "exception-scope")
judged("exception-that-needs-both-at-once", "AUD-053", excepted(looked(1000), basis="court-order", purpose="criminal-justice", groups=["need"]), "second-person-missing")
judged("second-person-after-a-day", "AUD-053", excepted(signed(DAY + HOUR), looked(1000)), "second-person-late", "not-settled")
judged("second-person-is-the-first", "AUD-048 AUD-053", excepted(signed(HOUR, STAFF), looked(DAY + HOUR)), "staff-same-person", "second-person-missing", "not-settled")
judged("nobody-came-and-it-ended", "AUD-053 AUD-058", excepted(LAPSED, TAKEN_BACK, looked(1000)), "second-person-missing", "not-settled")
judged("nobody-came-and-it-was-not-taken-back", "AUD-058", excepted(LAPSED, looked(1000)), "second-person-missing", "withdraw-missing", "not-settled")
judged("exception-not-yet-looked-at", "AUD-054", excepted(TAKEN_BACK, a=TWO_PERSONS))
judged("exception-never-looked-at", "AUD-054", lambda s: (excepted(TAKEN_BACK, a=TWO_PERSONS)(s), s.later(8 * DAY)), "review-missing", "not-settled")
judged("exception-looked-at-late", "AUD-054", excepted(TAKEN_BACK, looked(8 * DAY), a=TWO_PERSONS), "review-late", "not-settled")
judged("exception-looked-at-by-who-granted-it", "AUD-054", excepted(looked(HOUR, STAFF), a=TWO_PERSONS), "reviewer-same-person")
judged("exception-looked-at-by-who-stood-by-it", "AUD-054", excepted(signed(HOUR), looked(HOUR, OTHER)), "reviewer-same-person")
judged("exception-looked-at-and-an-incident", "AUD-054", excepted(looked(HOUR, outcome="incident"), a=TWO_PERSONS))


def told(kind, ago, then=(), granted=True, step=2 * HOUR, **changed):
    """Said or handed over `ago` before it was recorded."""
    def tell(s):
        g = s.grant(**{k: v for k, v in changed.items() if k == "until"})
        e = {"basis": "consent", "from": s.time + step - ago, "groups": ["need"], "policy": story.policy_hash, "purpose": "accommodation",
             "register": REALM.hex(), **({"peer": S} if kind == "verbal" else {"receiver": "relative"}), **({"grant": g} if granted else {}),
             **{k: v for k, v in changed.items() if k != "until"}}
        i = s.put(kind, e, STAFF, SUBJECT, step)
        for after, who in then:
            s.put("review", {"outcome": "in-order"}, {**who, "cause": i}, step=after)
    return tell


judged("told-and-recorded", "AUD-055", told("verbal", HOUR))
judged("handed-over-and-recorded", "AUD-055", told("outside", HOUR, granted=False))
judged("told-and-recorded-after-a-day", "AUD-055", told("verbal", DAY + HOUR, [(HOUR, THIRD)], step=DAY + 2 * HOUR), "record-late", "not-settled")
judged("handed-over-and-recorded-after-a-day", "AUD-055", told("outside", 2 * DAY, [(HOUR, THIRD)], granted=False), "record-late")
judged("recorded-late-and-looked-at-by-who-recorded-it", "AUD-054 AUD-055", told("outside", 2 * DAY, [(HOUR, STAFF)], granted=False), "record-late", "reviewer-same-person")
judged("told-before-it-was-said", "AUD-055", told("verbal", -HOUR), "event-malformed")
judged("told-to-another", "AUD-055", told("verbal", HOUR, peer=H), "grant-scope")
judged("told-more-than-granted", "AUD-055", told("verbal", HOUR, groups=["location", "need"]), "grant-scope")
judged("told-after-the-end", "AUD-055", told("verbal", HOUR, until=T0 + HOUR), "grant-expired")
judged("told-under-no-grant", "AUD-055", told("verbal", HOUR, grant=0), "grant-missing")


def spoken_after(s, g, order):
    for what in order:
        if what == "withdraw":
            s.put("withdraw", {"grant": g, "grant_log": log.name, "until": T0 + 30 * DAY}, STAFF, SUBJECT)
        else:
            s.put("verbal", {"basis": "consent", "from": s.time + (1000 if what == "now" else -1000), "grant": g, "groups": ["need"], "peer": S,
                             "policy": story.policy_hash, "purpose": "accommodation", "register": REALM.hex()}, STAFF, SUBJECT)


judged("told-after-it-was-taken-back", "AUD-055", scene(lambda s, g: spoken_after(s, g, ["withdraw", "now"])), "grant-withdrawn")
judged("told-before-it-was-taken-back", "AUD-055", scene(lambda s, g: (s.later(HOUR), spoken_after(s, g, ["withdraw", "before"]))))


def ended(outcome, back=True):
    def tell(s, g):
        s.put("consent", {"grant": g, "grant_log": log.name, "outcome": outcome, "peer": S, "policy": story.policy_hash, "purpose": "accommodation",
                          "register": REALM.hex()}, STAFF)
        if back:
            s.put("withdraw", {"grant": g, "grant_log": log.name, "until": T0 + 30 * DAY}, STAFF, SUBJECT)
    return scene(tell)


judged("revoked", "AUD-058", ended("revoked"))
judged("invalidated", "AUD-058", ended("invalidated"))
judged("revoked-and-left-standing", "AUD-058", ended("revoked", back=False), "withdraw-missing")
judged("invalidated-and-left-standing", "AUD-058", ended("invalidated", back=False), "withdraw-missing")


def goes_on(outcome, **changed):
    def tell(s, g):
        s.send(g)
        new = s.grant(renews=g, until=T0 + 40 * DAY)
        s.notice("withdraw", "go on", "message 1", outcome=outcome, **{"grant": new, "grant_log": log.name, "until": T0 + 40 * DAY, **changed})
    return scene(tell)


judged("renewed-and-told", "AUD-063", goes_on("renew"))
judged("resumed-and-told", "AUD-063", goes_on("resume"))
judged("told-of-a-renewal-that-is-none", "AUD-063", goes_on("renew", grant=1), "grant-missing")
judged("told-of-a-longer-renewal", "AUD-063", goes_on("renew", until=T0 + 50 * DAY), "grant-scope")
judged("another-told-of-a-renewal", "AUD-063", goes_on("renew", peer=H, seq=1), "grant-scope")


def numbers(s, who, **changed):
    s.seq += 1
    s.put("disclose", {"basis": "anonymous", "expires": T0 + 10 * DAY, "groups": ["tally"], "kind": "tally", "message": sha(b"numbers").hex(),
                       "peer": S, "policy": story.policy_hash, "purpose": "statistics", "register": REALM.hex(), "seq": s.seq, **changed}, who)


# The policy of the examples has no such notes, and no agency there keeps the statistics.
judged("a-note-about-nobody-to-anybody", "AUD-064", lambda s: numbers(s, {}), "anonymous-misused")
judged("a-note-about-nobody-by-somebody", "AUD-064", lambda s: numbers(s, STAFF), "anonymous-misused")


def ran_out(*events):
    def tell(s):
        g = s.grant(until=T0 + DAY)
        for step, kind, e in events:
            s.put(kind, {"grant": g, "grant_log": log.name, **e}, STAFF if kind == "withdraw" else {}, SUBJECT if kind == "withdraw" else None, step)
        s.later(2 * DAY)
    return tell


RAN_OUT = (DAY, "expire", {"kind": "grant"})
judged("grant-ran-out-and-was-said-to", "AUD-057", ran_out(RAN_OUT), "not-settled")
judged("grant-ran-out-after-it-was-taken-back", "AUD-057", ran_out((1000, "withdraw", {"until": T0 + DAY})), "not-settled")
judged("grant-ran-out-and-nothing-was-said", "AUD-057", ran_out(), "expire-missing", "not-settled")
judged("grant-ran-out-and-something-else-was-said", "AUD-057", ran_out((DAY, "expire", {"kind": "erasure-receipt"})),
       "erasure-receipt-late", "expire-missing", "not-settled")
judged("erasure-receipt-did-not-come", "AUD-056", scene(lambda s, g: s.put(
    "expire", {"grant": g, "grant_log": log.name, "kind": "erasure-receipt"})), "erasure-receipt-late")


def unadopted(id, kind):
    s = Story(without=[kind])
    s.grant()
    bu(f"judged/{id}", "AUD-057", s.lines(), "adoption-missing")


unadopted("policy-never-taken-into-use", "policy")
unadopted("register-never-taken-into-use", "register")


def erased(cause, targets=None, person="gone", withdraw=True):
    def tell(s, g):
        s.person[g] = person
        at = s.put("withdraw", {"grant": g, "grant_log": log.name, "until": T0 + 30 * DAY}, {"cause": g}) if withdraw else s.put("unlock", {"outcome": "unlocked"})
        s.put("erase", {"backups_until": T0, "cause": cause(g, at), "targets": [f"{g}-{g}"] if targets is None else targets})
    return tell


judged("erased", "AUD-046 AUD-047", scene(erased(lambda g, at: at)))
judged("c5-erased-without-cause", "AUD-047 EVT-031", scene(erased(lambda g, at: at, withdraw=False)), "erase-without-cause")
judged("c5-cause-later", "AUD-047", scene(erased(lambda g, at: at + 5)), "erase-without-cause")
judged("c5-still-held", "AUD-046", scene(erased(lambda g, at: at, person="held")), "erase-not-done")
judged("c5-gone-but-not-covered", "AUD-046", scene(erased(lambda g, at: at, targets=["0-0"])), "person-unopened-without-erase")


def late(s, g):
    s.send(g)
    s.put("unlock", {"outcome": "unlocked"}, STAFF, step=200 * DAY)


judged("no-receipt-for-long", "AUD-045 AUD-025 AUD-057", scene(late), "receipt-missing", "not-settled", "expire-missing")
judged("succeed-not-first", "AUD-017 CHK-013", lambda s: s.put("succeed", {"old_log": f"{M}/amonat/log/2", "root": sha(b"x").hex(), "size": 1, "index": 0}), "index-mismatch")
judged("succeed-later", "AUD-050 CHK-013", lambda s: s.put("succeed", {"old_log": log.name, "root": sha(b"x").hex(), "size": 1}), "succeed-misplaced")
judged("restored-then-a-gap", "AUD-051", scene(lambda s, g: (s.put("restore", {"kind": "backup"}), s.send(g, seq=5))))
judged("a-gap-then-restored", "AUD-051 AUD-044", scene(lambda s, g: (s.send(g, seq=5), s.put("restore", {"kind": "backup"}))), "seq-gap")

# --- receipts become final ----------------------------------------------------------------------------------------------------------
later = field(1, 1, cj({**head, "made": head["made"] + DAY}).decode())
of_peer = story.s_note + story.witness[M].cosign(s_text, story.seconds)
bu("final/a-day-without-a-settled-checkpoint", "AUD-052", later, "receipt-not-final")
bu("final/settled", "AUD-052", later + ["settled\t" + b64(of_peer.encode())])
bu("final/settled-by-its-owner", "AUD-052", later + ["settled\t" + b64((story.s_note + story.witness[S].cosign(s_text, story.seconds)).encode())],
   "receipt-not-final")
bu("final/settled-twice", "AUD-052 AUD-002", later + ["settled\t" + b64(of_peer.encode())] * 2, "bundle-malformed")

# --- several bundles --------------------------------------------------------------------------------------------------------------
EMPTY = Log(story.log_key[S], S, REALM.hex())
for kind, t_ in (("register", text0), ("policy", story.policy), ("card", story.card_text[S])):
    EMPTY.append(kind, T0, {"message": sha(t_).hex()})
for _ in range(13):
    EMPTY.pad()
silent = story.bundle(EMPTY, {}, {}, {}, [M, S], [], T0 + DAY)
bu("several/receipt-hidden-by-the-other-side", "AUD-049 AUD-035", MINISTRY, "counterpart-missing", "log-forked", beside=[silent])


def both(id, covers, tell, *expect):
    """The ministry's bundle and the shelter's, read together."""
    m, s = Story(), Story(S, M)
    tell(m, s, m.grant())
    bu(f"several/{id}", covers, m.lines(), *expect, beside=[closed(s.lines())])


def asked(m, s, g, kind="withdraw"):
    m.send(g)
    s.take("message 1")
    if kind == "recall":
        m.notice("recall", "ask", "message 1", outcome="recalled-error")
    else:
        m.notice("withdraw", "ask", grant=g, grant_log=log.name, outcome="erase", until=T0 + 30 * DAY)
    s.take("ask")


def erased_after(step, kind="withdraw", ref="ask"):
    def tell(m, s, g):
        asked(m, s, g, kind)
        s.notice("erased", "done", ref, step=step, outcome="erased")
        m.take("done")
    return tell


both("asked-to-erase-and-erased", "AUD-056 WDR-020", erased_after(5 * HOUR))
both("asked-to-erase-and-erased-late", "AUD-056", erased_after(7 * DAY), "erasure-receipt-late", "not-settled")
both("recalled-and-erased-late", "AUD-056 WDR-024", erased_after(DAY + HOUR, "recall"), "erasure-receipt-late", "not-settled")
both("asked-to-erase-and-still-in-time", "AUD-056", asked)
both("asked-to-erase-and-silent", "AUD-056 WDR-020", lambda m, s, g: (asked(m, s, g), s.later(7 * DAY)), "erasure-receipt-missing", "not-settled")
both("asked-to-erase-and-another-was-answered", "AUD-056", lambda m, s, g: (erased_after(5 * HOUR, ref="message 1")(m, s, g), s.later(7 * DAY)),
     "erasure-receipt-missing", "not-settled")


def served(*steps, until=T0 + 30 * DAY):
    """A service under a grant of the ministry's; the shelter's steps as (after how long, what)."""
    def tell(m, s, _):
        g = m.grant(until=until)
        m.send(g)
        s.take("message 1")
        for step, what in steps:
            if what == "own":
                s.put("consent", {"grant": g, "grant_log": log.name, "outcome": "own", "peer": M, "policy": story.policy_hash,
                                  "purpose": "accommodation", "register": REALM.hex()}, STAFF, step=step)
            elif what == "open":
                s.put("open", {"groups": ["need"], "message": sha(b"message 1").hex()}, STAFF, SUBJECT, step)
            elif what == "renew":
                m.grant(until=until + 5 * DAY, renews=g)
            elif what == "later":
                s.later(step)
            else:
                s.notice(what, what, "message 1", step=step, **({"outcome": "fully-met"} if what == "complete" else {}))
                m.take(what)
    return tell


both("served-by-own-consent", "AUD-059", served((HOUR, "own"), (HOUR, "start"), (2 * DAY, "open"), until=T0 + DAY), "not-settled")
both("served-without-own-consent", "AUD-059", served((HOUR, "start"), (HOUR, "open")), "own-consent-missing")
both("served-and-asked-afterwards", "AUD-059", served((HOUR, "start"), (HOUR, "own")), "own-consent-missing")
both("served-on-without-own-consent", "AUD-059", served((HOUR, "start"), (2 * DAY, "later"), until=T0 + DAY), "own-consent-missing", "not-settled")
both("served-and-completed-without-own-consent", "AUD-059", served((HOUR, "start"), (HOUR, "complete"), (2 * DAY, "later"), until=T0 + DAY), "own-consent-missing", "not-settled")
both("opened-after-the-end", "AUD-059", served((2 * DAY, "open"), until=T0 + DAY), "use-after-end", "not-settled")
both("opened-after-the-end-and-then-asked", "AUD-059", served((2 * DAY, "open"), (HOUR, "own"), until=T0 + DAY), "use-after-end", "not-settled")
both("opened-under-a-renewal", "AUD-059", served((HOUR, "renew"), (2 * DAY, "open"), until=T0 + DAY), "not-settled")

# --- a log that follows another -------------------------------------------------------------------------------------------------------
SIZE, ROOT = len(story.ministry.leaves), ref.root(story.ministry.hashes)


def follows(id, *expect, first="succeed", beside=(MINISTRY,), **changed):
    """The bundle of the ministry's second log, read with that of its first."""
    second = Log(story.next_key[M], M, REALM.hex())
    said = {"old_log": log.name, "root": ROOT.hex(), "size": SIZE, **changed} if first == "succeed" else {"kind": "backup"}
    second.append(first, T0 + DAY, said)
    bundle = story.bundle(second, {}, {}, {}, [M, S], [], T0 + DAY)
    bu(f"follows/{id}", "AUD-050 CHK-013 CHK-018", bundle, *expect, beside=list(beside))


follows("where-it-ended")
follows("alone", beside=())
follows("b3-went-on", "log-closed", size=SIZE - 1)
follows("b3-another-history", "log-forked", root=sha(b"x").hex())
follows("beyond-what-is-shown", size=SIZE + 5)
follows("another-agencys-log", "succeed-misplaced", old_log=story.log_key[S].name)
follows("nothing-said", "succeed-misplaced", first="restore", beside=())

"""Vectors of chapter 04: whole requests, in the order of the steps 1 to 17."""
import json

from book import Book, Join, Repeat

import amonat_ref as ref
import story
from amonat_ref import Key, Log, XWing, cj, f_bytes, f_uint, note, sha, varint
from scenario import (DAY, DEFAULT, H, IDENTITY, M, NOTIFY, NOW, OTHER_REALM, PAST, REALM, REPLY, S, T0, Envelope, Request)

book = Book("04-exchange")
add = book.add
REGISTER = story.register_note.encode()
CARDS = [story.card_note[a].encode() for a in (H, M, S)]
LINKS = [story.link_note[a].encode() for a in (H, M, S)]
WORLD = [REGISTER, *CARDS, *LINKS]
ministry_der, shelter_der, health_der = (story.certificate(a) for a in (M, S, H))
STANDARD = Request()


def ex(id, covers, made, expect="ok", gives=None, certificate=ministry_der, me=S, notes=WORLD, now=NOW, held=None, stored=(),
       **memory):
    request = made.bytes if isinstance(made, Request) else made
    input = dict(request=request, certificate=certificate, me=me, notes=notes, now=now)
    if held:
        input["held"] = held
    if stored:
        input["stored"] = list(stored)
    if memory:
        input["memory"] = memory
    add(id, covers, "exchange", expect, gives, **input)


ex("offer", "EXC-001 EXC-108 EXC-109 EXC-110 EXC-111 EXC-114", STANDARD)
ex("example", "EXC-108", story.request)
ex("poll", "EXC-001", b"", "poll")
ex("poll-held-open", "EXC-001", f_uint(4, 60), "poll")
ex("held-in-a-request", "EXC-009", f_uint(7, 12), "poll")

# --- step 1 -------------------------------------------------------------------------------------------------------
ex("step-1/body-above-8-mib", "EXC-101", Join(f_bytes(3, b"x")[:1] + varint(8388608), Repeat(b"x", 8388608)), "too-large")
ex("step-1/items-65", "EXC-101", f_bytes(1, f_bytes(1, f_bytes(1, b"x")) * 65 + f_bytes(2, b"x")), "too-large")
LONG_PATH = f_bytes(2, f_bytes(1, b"{}") + f_bytes(5, bytes(65 * 32)))
ex("step-1/path-65", "EXC-101", f_bytes(1, f_bytes(1, f_bytes(1, b"x") + LONG_PATH) + f_bytes(2, b"x")), "too-large")
ex("step-1/proof-65", "EXC-101", f_bytes(1, f_bytes(2, b"x") + f_bytes(4, bytes(65 * 32))), "too-large")
ex("step-1/note-above-256-kib", "EXC-101", Join(b"\x1a" + varint(262145), Repeat(b"x", 262145)), "too-large")
ex("step-1/checkpoint-above-256-kib", "EXC-101",
   Join(b"\x0a" + varint(262145 + 4) + b"\x12" + varint(262145), Repeat(b"x", 262145)), "too-large")
ex("step-1/notes-65", "EXC-101", f_bytes(3, b"x") * 65, "too-large")
ex("step-1/receipt-events-65", "EXC-101", f_bytes(2, f_bytes(1, b"", True) * 65 + f_bytes(2, b"x")), "too-large")
ex("step-1/refusals-65", "EXC-101", f_bytes(5, f_bytes(1, bytes(32)) + f_bytes(2, "hash")) * 65, "too-large")
for id, covers, data in [
    ("not-protobuf", "EXC-101", b"\xff\xff\xff"), ("json", "EXC-101", b'{"delivery":{}}'), ("cut", "EXC-101", STANDARD.bytes[:-1]),
    ("unknown-field", "PB-001 EXC-101", STANDARD.bytes + f_uint(15, 1)), ("two-deliveries", "PB-001", STANDARD.bytes * 2),
    ("out-of-order", "PB-001", f_uint(4, 1) + STANDARD.bytes), ("wait-61", "EXC-001", f_uint(4, 61)),
    ("code-in-a-request", "EXC-009", f_bytes(6, "busy")), ("held-above-53-bits", "BYT-005", f_uint(7, 2 ** 53)),
    ("from-above-53-bits", "BYT-005 BYT-006", f_bytes(1, f_bytes(2, STANDARD.checkpoint) + f_uint(3, 2 ** 53))),
    ("proof-not-hashes", "PB-004", f_bytes(1, f_bytes(2, STANDARD.checkpoint) + f_bytes(4, bytes(33)))),
    ("delivery-without-checkpoint", "PB-004", f_bytes(1, f_uint(3, 1))), ("empty-note", "PB-004", f_bytes(3, b"", True)),
    ("refusal-without-message", "PB-004", f_bytes(5, f_bytes(2, "hash"))), ("refusal-code-upper", "BYT-015", f_bytes(5, f_bytes(1, bytes(32)) + f_bytes(2, "Hash"))),
    ("refusal-code-dotted", "BYT-015", f_bytes(5, f_bytes(1, bytes(32)) + f_bytes(2, "a.b"))),
    ("refusal-code-hyphen-last", "BYT-015", f_bytes(5, f_bytes(1, bytes(32)) + f_bytes(2, "a-"))),
    ("refusal-without-code", "PB-004", f_bytes(5, f_bytes(1, bytes(32)))), ("note-not-utf8", "PB-003", f_bytes(3, b"\xff")),
]:
    ex(f"step-1/{id}", covers, data, "malformed")
ex("step-1/unknown-refusal-code", "EXC-007", f_bytes(5, f_bytes(1, bytes(32)) + f_bytes(2, "brand-new")), "poll")

# --- step 2 -------------------------------------------------------------------------------------------------------
ex("step-2/unpinned", "EXC-102 TLS-005", STANDARD, "unpinned", notes=[REGISTER, *CARDS, LINKS[0], LINKS[2]])
ex("step-2/changed-certificate", "EXC-102 TLS-005 TLS-008", STANDARD, "unpinned",
   certificate=ministry_der[:-1] + bytes([ministry_der[-1] ^ 1]))
ex("step-2/certificate-of-nobody", "EXC-102", STANDARD, "unpinned", certificate=b"\x30\x00")
ex("step-2/link-within-grace", "CRD-011", b"", "poll", now=T0 + 59 * DAY)
ex("step-2/link-past-grace", "CRD-011", b"", "unpinned", now=T0 + 61 * DAY)

# --- step 3 and 4 ----------------------------------------------------------------------------------------------------


def register_of(version, edit, signers=story.commissioners[:4], previous=None, extra=()):
    r = json.loads(story.register_text)
    r.update(version=version, previous=(previous or REALM).hex(), realm=REALM.hex())
    edit(r)
    text = cj(r) + b"\n"
    return note(text, *[k.line(text) for k in [*signers, *extra]]).encode()


def status(agency, value):
    def edit(r):
        next(a for a in r["agencies"] if a["id"] == agency)["status"] = value
    return edit


RETIRED, SUSPENDED = register_of(2, status(M, "retired")), register_of(2, status(M, "suspended"))


def suspend(agency, start, length, signers=story.commissioners[1:3], **changed):
    s = {**story.suspension, "agency": agency, "from": start, "until": start + length, **changed}
    text = cj(s) + b"\n"
    return note(text, *[k.line(text) for k in signers]).encode()


PAUSED = suspend(M, T0, 3 * DAY)
STOP = Request(NOTIFY, "notify", {"kind": "withdraw"})
ERASED = Request(NOTIFY, "notify", {"kind": "erased", "outcome": "erased"})
ACCEPT = Request(NOTIFY, "notify", {"kind": "accept"})
for id, extra in (("retired", RETIRED), ("suspended-by-register", SUSPENDED), ("suspended-by-note", PAUSED)):
    ex(f"step-4/{id}", "EXC-104 REG-023", STANDARD, "member", notes=WORLD + [extra])
    ex(f"step-4/{id}-accept", "EXC-104", ACCEPT, "member", notes=WORLD + [extra])
    ex(f"step-4/{id}-withdraw", "EXC-104 WDR-012", STOP, notes=WORLD + [extra])
    ex(f"step-4/{id}-erased", "EXC-104", ERASED, notes=WORLD + [extra])
ex("step-4/suspension-over", "REG-023", STANDARD, notes=WORLD + [suspend(M, T0 - 4 * DAY, 3 * DAY)])
ex("step-4/suspension-not-begun", "REG-023", STANDARD, notes=WORLD + [suspend(M, NOW + 1, DAY)])
ex("step-4/suspension-at-its-end", "REG-023", STANDARD, notes=WORLD + [suspend(M, NOW - DAY, DAY)])
ex("step-3/suspended-in-the-same-call", "EXC-103 EXC-104", Request(notes=[PAUSED]), "member")
ex("step-3/card-in-the-same-call", "EXC-103", Request(past=True, notes=[PAST.card]))
ex("step-3/broken-note-changes-nothing", "EXC-103", Request(notes=[PAUSED[:-3] + b"A=\n"]))

# --- step 5 ----------------------------------------------------------------------------------------------------------
stranger, other = Key("stranger.example/amonat/log/1"), story.log_key[H]


def signed_by(key, name=None):
    def make(r):
        text = f"{name or key.name}\n{r.size}\n{ref.b64(r.root)}\n".encode()
        return note(text, key.line(text))
    return make


def resigned(lines):
    return lambda r: r.checkpoint_text.decode() + "\n" + lines(r)


wrong = Key(f"{M}/amonat/log/1")
wrong.private = ref.ed25519.Ed25519PrivateKey.from_private_bytes(ref.secret("another key"))
wrong.public = wrong.private.public_key().public_bytes_raw()
mine = story.log_key[M]
for id, checkpoint in {
    "unknown-log": signed_by(stranger), "b2-another-agencys-log": signed_by(other), "wrong-key": signed_by(wrong),
    "next-log": signed_by(story.next_key[M]), "witness-name": signed_by(story.witness[M]),
    "agency-key": resigned(lambda r: story.agency_key[M].line(r.checkpoint_text)),
    "signed-twice": resigned(lambda r: mine.line(r.checkpoint_text) * 2),
    "signature-of-another-text": resigned(lambda r: mine.line(b"x" + r.checkpoint_text)),
    "unsigned": resigned(lambda r: story.witness[S].cosign(r.checkpoint_text, 1)),
    "not-a-note": lambda r: "ministry.example/amonat/log/1\n7\n", "four-lines": lambda r: note(
        r.checkpoint_text + b"extension\n", mine.line(r.checkpoint_text + b"extension\n")),
}.items():
    ex(f"step-5/{id}", "EXC-105 CHK-001 CHK-004", Request(checkpoint=checkpoint), "origin")
ex("step-5/with-a-cosignature-beside", "EXC-105 CHK-001", Request(checkpoint=lambda r: r.checkpoint
                                                                  + story.witness[S].cosign(r.checkpoint_text, 1769929261)))
TWO = WORLD + [PAST.card]
ex("step-5/log-2", "EXC-105 CRD-013", Request(past=True), notes=TWO)
grown = Log(story.log_key[M], M, REALM.hex())
for leaf, hash, opened in zip(PAST.log.leaves, PAST.log.hashes, PAST.log.opened):
    grown.leaves.append(leaf), grown.hashes.append(hash), grown.opened.append(opened)
ex("step-5/b3-closed-log-grew", "EXC-105 CRD-013", Request(log=grown, pads=0), "log-closed", notes=TWO)
ex("step-4-closed/grant-under-another-checkpoint", "EXC-004 EXC-114", Request(
    past=True, grant_opening=lambda r, made: PAST.log.opening(r.grant, 4) + f_bytes(6, PAST.log.checkpoint(4)[1])), "grant", notes=TWO)
ex("step-4-closed/grant-without-its-checkpoint", "EXC-004 EXC-114", Request(
    past=True, grant_opening=lambda r, made: PAST.log.opening(r.grant, len(PAST.log.leaves))), "grant", notes=TWO)

# --- step 6 ----------------------------------------------------------------------------------------------------------
hashes = STANDARD.log.hashes
n = len(hashes)


def seen(size, root=None):
    return {"size": size, "root": root or ref.root(hashes[:size])}


def proof(m, size=n):
    return b"".join(ref.consistency(m, hashes[:size]))


ex("step-6/extends", "EXC-106 CHK-030", Request(from_=3, proof=proof(3)), held=seen(3))
ex("step-6/same", "CHK-031", Request(from_=n), held=seen(n))
for id, covers, made, held, stored in [
    ("from-another-size", "CHK-030", Request(from_=2, proof=proof(2)), seen(3), ()),
    ("no-proof", "CHK-030", Request(), seen(3), ()),
    ("proof-short", "CHK-030 CHK-005", Request(from_=3, proof=proof(3)[:-32]), seen(3), ()),
    ("proof-long", "CHK-030 CHK-005", Request(from_=3, proof=proof(3) + bytes(32)), seen(3), ()),
    ("proof-changed", "CHK-030", Request(from_=3, proof=bytes(32) + proof(3)[32:]), seen(3), ()),
    ("b7-forked", "CHK-030 EXC-106", Request(from_=3, proof=proof(3)), seen(3, sha(b"another history")), ()),
    ("same-size-other-root", "CHK-031 CHK-036", Request(from_=n), seen(n, sha(b"another history")), ()),
    ("smaller-unknown", "CHK-032 CHK-033", Request(size=n - 2), seen(n), ()),
    ("smaller-other-root", "CHK-032", Request(size=n - 2), seen(n), [seen(n - 2, sha(b"another history"))]),
    ("first-contact-from-5", "CHK-006 CHK-030", Request(from_=5, proof=proof(5)), None, ()),
    ("first-contact-with-proof", "CHK-006", Request(proof=bytes(32)), None, ()),
]:
    ex(f"step-6/{id}", covers, made, "inconsistent", {"held": held["size"] if held else 0}, held=held, stored=stored)
ex("step-6/b9-smaller-stored", "CHK-032", Request(size=n - 2), held=seen(n), stored=[seen(n - 2)])
ex("step-6/b9-smaller-proved", "CHK-032", Request(size=n - 2, from_=n, proof=proof(n - 2)), held=seen(n))

# --- steps 8 to 10 (the rest is in 03-envelope) ----------------------------------------------------------------------------
ex("step-8/no-event", "EXC-108", Request(sends_event=False), "malformed")
ex("step-8/envelope-cut", "EXC-108", Request(type("E", (), {"bytes": DEFAULT.bytes[:-1], "id": DEFAULT.id, "groups": ["need"]})()),
   "malformed")


def opened(**changed):
    def make(r):
        o = r.log.opened[r.event]
        v = {"e": o["E"], "salt": o["salts"][0], "staff": o["commits"][1], "personal": o["commits"][2],
             "path": b"".join(ref.inclusion(r.event, r.log.hashes[:r.size])), **changed}
        return (f_bytes(1, v["e"]) + f_bytes(2, v["salt"]) + f_bytes(3, v["staff"]) + f_bytes(4, v["personal"])
                + f_bytes(5, v["path"]) + f_bytes(6, changed.get("closed", "")))
    return make


for id, covers, changed in [
    ("salt-31", "PB-004", {"salt": bytes(31)}), ("salt-33", "PB-004", {"salt": bytes(33)}), ("salt-absent", "PB-004", {"salt": b""}),
    ("staff-absent", "PB-004", {"staff": b""}), ("personal-absent", "PB-004", {"personal": b""}),
    ("path-not-hashes", "PB-004", {"path": bytes(33)}), ("event-absent", "PB-004", {"e": b""}),
    ("event-not-canonical", "CJ-008 EXC-108", {"e": b'{"index": 5}'}), ("event-4097-bytes", "CJ-001", {"e": b"x" * 4097}),
    ("event-unknown-type", "CJ-007 EXC-108", {"e": cj({"index": 5, "log": mine.name, "realm": REALM.hex(), "type": "gossip"})}),
]:
    ex(f"step-8/{id}", covers, Request(opening=opened(**changed)), "malformed")
ex("step-8/suite-2", "EXC-108 ENV-020", Request(Envelope(suite=2, label="vector offer")), "suite")
ex("step-9/b14-other-realm", "EXC-109", Request(Envelope(realm=OTHER_REALM, label="vector offer")), "not-yours")
ex("step-9/b1-other-sender", "EXC-109", Request(Envelope(sender=H, label="vector offer")), "not-yours")
ex("step-9/other-recipient", "EXC-109", Request(Envelope(recipient=H, desk="medical", label="vector offer")), "not-yours")
changed = bytearray(DEFAULT.bytes)
changed[-1] ^= 1
ex("step-10/compartment-changed", "EXC-110", Request(type("E", (), {"bytes": bytes(changed), "id": DEFAULT.id, "groups": ["need"]})()),
   "hash")

# --- step 11 ----------------------------------------------------------------------------------------------------------------
for id, made in {
    "c17-another-message": Request(message=sha(b"another message")), "another-peer": Request(e={"peer": H}),
    "another-realm": Request(event_realm=OTHER_REALM), "another-log": Request(event_log=f"{M}/amonat/log/2"),
    "c17-another-index": Request(index_shift=1), "more-groups-logged": Request(groups=["identity", "need"]),
    "fewer-groups-logged": Request(IDENTITY, e={"kind": "supplement", "ref": sha(b"an offer").hex()}, groups=["identity"]),
    "other-group-logged": Request(groups=["safety"]), "unknown-kind": Request(e={"kind": "gossip", "ref": sha(b"x").hex()}),
    "kind-of-the-other-type": Request(e={"kind": "accept", "ref": sha(b"x").hex()}),
    "a4-notify-with-content": Request(DEFAULT, "notify", {"kind": "accept"}),
    "a4-notify-of-a-disclosure-kind": Request(NOTIFY, "notify", {"kind": "supplement"}),
    "disclosure-without-content": Request(NOTIFY, groups=["need"]), "seq-0": Request(e={"seq": 0}),
    "a-grant-as-the-event": Request(opening=lambda r: r.log.opening(r.grant, r.size)),
    "not-below-the-size": Request(size=5, opening=opened(path=b"")),
    "salt-of-another-event": Request(opening=opened(salt=sha(b"another salt"))),
    "path-of-another-leaf": Request(opening=lambda r: opened(path=b"".join(ref.inclusion(r.grant, r.log.hashes)))(r)),
    "path-longer": Request(opening=lambda r: opened(path=b"".join(ref.inclusion(r.event, r.log.hashes)) + bytes(32))(r)),
    "unknown-basis": Request(e={"basis": "curiosity"}),
    "closed-checkpoint-on-the-event": Request(opening=opened(closed=STANDARD.checkpoint)),
}.items():
    ex(f"step-11/{id}", "EXC-111", made, "not-logged")

# --- step 12 ----------------------------------------------------------------------------------------------------------------
seq = [{"seq": 1, "message": DEFAULT.id}]
ex("step-12/repeat", "EXC-112", STANDARD, "repeat", answers=[DEFAULT.id], seqs=seq)
ex("step-12/b8-repeat-after-expiry", "EXC-112", STANDARD, "repeat", now=T0 + 50 * DAY, answers=[DEFAULT.id], seqs=seq)
ex("step-12/b8-repeat-after-withdrawal", "EXC-112", STANDARD, "repeat", answers=[DEFAULT.id], seqs=seq,
   withdrawn=[{"log": mine.name, "index": STANDARD.grant}])
ex("step-12/seq-reused", "EXC-113", STANDARD, "seq-reused", seqs=[{"seq": 1, "message": sha(b"another message")}])
ex("step-12/seq-gap", "EXC-113", Request(e={"seq": 40}), seqs=seq)

# --- step 13 ----------------------------------------------------------------------------------------------------------------
OFFER = sha(b"an offer")
supplement = {"kind": "supplement", "ref": OFFER.hex()}
answer = {"kind": "reply", "basis": "reply", "ref": OFFER.hex()}
named = lambda r, index=None: [{"log": r.grant_log.key.name, "index": r.grant if index is None else index, "message": OFFER}]
MORE = Request(IDENTITY, e=supplement)
ANSWER = Request(REPLY, e=answer, drop=("grant", "grant_log"))
for id, covers, made, memory in [
    ("no-grant", "EXC-114 EXC-119", Request(sends_grant=False), {}), ("not-a-grant", "EXC-114", Request(grant_type="pad"), {}),
    ("grant-for-another-peer", "EXC-114", Request(grant={"peer": H}), {}),
    ("grant-for-another-purpose", "EXC-114", Request(grant={"purpose": "health"}), {}),
    ("grant-of-fewer-groups", "EXC-114", Request(grant={"groups": ["identity"]}), {}),
    ("grant-on-another-basis", "EXC-114", Request(grant={"basis": "onward"}), {}),
    ("grant-of-another-realm", "EXC-114", Request(grant_realm=OTHER_REALM), {}),
    ("another-index-named", "EXC-114", Request(e={"grant": 0}), {}),
    ("another-log-named", "EXC-114", Request(named_log=f"{M}/amonat/log/2"), {}),
    ("another-agencys-log-named", "EXC-114", Request(named_log=f"{H}/amonat/log/1"), {}),
    ("grant-opening-changed", "EXC-114", Request(grant_opening=lambda r, made: made.replace(
        r.log.opened[r.grant]["salts"][0], bytes(32))), {}),
    ("a1-grant-over", "EXC-115", Request(grant={"until": NOW}), {}), ("a1-grant-over-long-ago", "EXC-115", Request(grant={"until": T0}), {}),
    ("reply-to-nothing", "EXC-118", ANSWER, {}), ("reply-with-a-grant", "EXC-118 EXC-119", Request(
        REPLY, e=answer, drop=("grant", "grant_log"), sends_grant=True), {"open": [OFFER]}),
    ("reply-with-other-groups", "EXC-118", Request(DEFAULT, e=answer, drop=("grant", "grant_log")), {"open": [OFFER]}),
    ("supplement-as-reply", "EXC-118", Request(IDENTITY, e={**answer, "kind": "supplement"}, drop=("grant", "grant_log")),
     {"open": [OFFER]}),
    ("reply-on-consent", "EXC-118", Request(REPLY, e={**answer, "basis": "consent"}), {"open": [OFFER]}),
    ("notify-with-a-grant", "EXC-119", Request(NOTIFY, "notify", {"kind": "accept"}, sends_grant=True), {}),
    ("withdraw-of-another-agencys-grant", "EXC-114 WDR-002", Request(
        NOTIFY, "notify", {"kind": "withdraw", "grant_log": f"{H}/amonat/log/1"}), {}),
]:
    ex(f"step-13/{id}", covers, made, "grant", **memory)
ex("step-13/until-just-after", "EXC-115", Request(grant={"until": NOW + 1}))
ex("step-13/a3-withdrawn", "EXC-116 WDR-003", STANDARD, "withdrawn", withdrawn=[{"log": mine.name, "index": STANDARD.grant}])
ex("step-13/another-grant-withdrawn", "EXC-116", STANDARD, withdrawn=[{"log": mine.name, "index": STANDARD.grant + 1}])
ex("step-13/a2-second-offer", "EXC-117 EVT-020", STANDARD, "grant-used", offers=named(STANDARD))
ex("step-13/supplement", "EXC-117 REF-008", MORE, offers=named(MORE))
ex("step-13/a2-supplement-to-another", "EXC-117 REF-008", MORE, "grant-used",
   offers=[{**named(MORE)[0], "message": sha(b"another offer")}])
ex("step-13/supplement-without-an-offer", "EXC-117 REF-008", MORE, "grant-used")
RENEWED = Request(IDENTITY, e=supplement, grant={"renews": 0})
ex("step-13/supplement-under-a-renewal", "EXC-117 REF-008", RENEWED, offers=named(RENEWED, 0))
ex("step-13/supplement-under-a-foreign-renewal", "EXC-117", RENEWED, "grant-used", offers=named(RENEWED, 1))
ex("step-13/reply", "EXC-118 EVT-027", ANSWER, open=[OFFER])
NUMBERS = {"kind": "tally", "basis": "anonymous", "purpose": "statistics"}
ex("step-14/tally-without-a-rule", "EXC-127", Request(DEFAULT, e=NUMBERS, drop=("grant", "grant_log")), "policy")
ex("step-13/tally-with-a-grant-beside-it", "EXC-127 EXC-119", Request(DEFAULT, e=NUMBERS, drop=("grant", "grant_log"), sends_grant=True), "grant")
ex("step-13/notify", "EXC-119", ACCEPT)

# --- step 14 ----------------------------------------------------------------------------------------------------------------
JUSTICE = Envelope(("justice",), label="vector justice")
for id, covers, made in [
    ("unknown-policy", "EXC-120", Request(e={"policy": sha(b"another policy").hex()})),
    ("unknown-purpose", "EXC-120 EVT-017", Request(e={"purpose": "curiosity"}, grant={"purpose": "curiosity"})),
    ("groups-beyond-the-purpose", "EXC-120", Request(JUSTICE, e=supplement, grant={"groups": ["justice", "need"]})),
    ("ref-007-offer-of-more-than-need", "EXC-120 REF-007", Request(IDENTITY, grant={"groups": ["contact", "identity"]})),
    ("unknown-group", "EXC-120 EVT-017", Request(Envelope(("gossip",), label="vector gossip"), grant={"groups": ["gossip"]})),
    ("exception-for-another-purpose", "EXC-120", Request(e={"basis": "court-order"}, grant={"basis": "court-order"})),
]:
    ex(f"step-14/{id}", covers, made, "policy", offers=named(made) if made.e["kind"] == "supplement" else [])
ex("step-14/exception", "EXC-120", Request(e={"basis": "vital-interest"}, grant={"basis": "vital-interest", "until": T0 + 2 * DAY}))

# --- step 15 ----------------------------------------------------------------------------------------------------------------
ex("step-15/at-its-expiry", "EXC-121", Request(e={"expires": NOW}), "expired")
ex("step-15/before-its-expiry", "EXC-121", Request(e={"expires": NOW + 1}))
ex("step-15/expired-long-ago", "EXC-121", Request(e={"expires": 0}), "expired")
# The whole life, by the clock of a sender who is a day ahead.
ex("step-15/longest", "EXC-121", Request(e={"expires": NOW + 121 * DAY}))
ex("step-15/too-long", "EXC-121", Request(e={"expires": NOW + 121 * DAY + 1}), "expired")
ex("step-15/end-of-time", "EXC-121 BYT-006", Request(e={"expires": 2 ** 53 - 1}), "expired")
ex("step-15/notify-expired", "EXC-121", Request(NOTIFY, "notify", {"kind": "accept", "expires": NOW}), "expired")
ex("step-15/withdraw-expired", "EXC-121", Request(NOTIFY, "notify", {"kind": "withdraw", "expires": 0}))

# --- step 16 ----------------------------------------------------------------------------------------------------------------
ex("step-16/a8-key-gone", "EXC-122 ENV-024", Request(Envelope(desk_key=XWing(f"{S}/intake/0"), label="vector old key")), "desk-key-gone")
ex("step-16/next-epoch", "EXC-122", Request(Envelope(desk_key=XWing(f"{S}/intake/2"), label="vector next key")))
HEALTH = Envelope(("health",), label="vector health")
MORE_HEALTH = Request(HEALTH, e=supplement, grant={"groups": ["health", "need"]})
ex("step-16/c9-groups-of-another-desk", "EXC-122 ENV-024 ENV-005", MORE_HEALTH, "desk", offers=named(MORE_HEALTH))
UNCOVERED = Envelope(("contact", "identity"), stanza_groups=("identity",), label="vector one of two")
ONE = Request(UNCOVERED, e=supplement)
ex("step-16/a-row-nobody-opens", "EXC-122 ENV-005", ONE, "desk", offers=named(ONE))
WIDER = Envelope(("need",), stanza_groups=("identity", "need"), label="vector wider")
ex("step-16/c9-stanza-beyond-the-table", "EXC-122 ENV-024", Request(WIDER), "desk")

# --- step 17 ----------------------------------------------------------------------------------------------------------------
blob = Envelope(label="vector offer")
blob.compartments = [b""]
blob.close()
ex("step-17/blob-missing", "EXC-123 ENV-009", Request(blob), "blobs-wanted")

"""Vectors of chapter 08: cards and links."""
import copy
import json

from book import Book

import story
from amonat_ref import Key, XWing, b64, cj, note, pae, sha
from chapter09 import URI, certificate
from scenario import DAY, H, M, OTHER_REALM, PAST, REALM, S, T0

book = Book("08-card-link")
add = book.add
FOUNDING = story.register_note.encode()
CARD, LINK = json.loads(story.card_text[S]), json.loads(story.link_text[S])
FIRST = story.card_note[S].encode()
agency, log, nextlog, witness = (d[S] for d in (story.agency_key, story.log_key, story.next_key, story.witness))
FOUR = [agency, log, nextlog, witness]


def signed(value, signers):
    text = cj(value) + b"\n"
    return note(text, *[k.line(text) for k in signers]).encode()


def edited(value, changed):
    v = copy.deepcopy(value)
    for path, x in (changed or {}).items():
        *way, last = path.split(".")
        at = v
        for step in way:
            at = at[int(step)] if step.isdigit() else at[step]
        last = int(last) if last.isdigit() else last
        if x is None:
            del at[last]
        else:
            at[last] = x
    return v


def card(id, covers, changed=None, signers=FOUR, expect="ok", held=(FOUNDING,), data=None, gives=None):
    add(f"card/{id}", covers, "note", expect, gives, notes=list(held), at=T0,
        note=data if data is not None else signed(edited(CARD, changed), signers))


card("example", "CRD-001 CRD-002", data=FIRST)
for key in CARD:
    card(f"without-{key.replace('_', '-')}", "CRD-001", {key: None}, expect="malformed")
card("one-key-more", "CRD-001", {"services": []}, expect="malformed")
for key, who in (("agency", agency), ("log", log), ("next-log", nextlog), ("witness", witness)):
    card(f"a5-line-missing-{key}", "CRD-002", signers=[k for k in FOUR if k is not who], expect="signature-missing")
card("a5-signed-by-the-node-alone", "CRD-002 CRD-003", signers=[log, nextlog, witness], expect="signature-missing")
card("a5-agency-line-by-the-log-key", "CRD-002", data=(lambda t: note(t, *[k.line(t) for k in FOUR[1:]], "\u2014 %s %s\n" % (
    agency.name, b64(agency.key_id() + log.private.sign(t)))).encode())(story.card_text[S]), expect="signature-missing")
card("line-twice", "CRD-002", signers=FOUR + [agency], expect="signature-missing")
card("text-changed", "CRD-002", data=FIRST.replace(b'"opens_unattended":0', b'"opens_unattended":1', 1), expect="signature-missing")
card("b14-another-realm", "CRD-002", {"realm": OTHER_REALM.hex()}, expect="realm-other")
card("unknown-agency", "CRD-002", {"agency": "stranger.example"}, expect="agency-unknown")
card("another-agencys-card-key", "CRD-002", {"agency": H}, expect="signature-missing")

# Values.
K = CARD["desks"][0]["keys"]
for id, covers, changed in [
    ("serial-0", "CRD-001", {"serial": 0}), ("serial-text", "CRD-001", {"serial": "1"}), ("previous-in-serial-1", "CRD-001", {"previous": "ab" * 32}),
    ("serial-2-without-previous", "CRD-001", {"serial": 2}), ("protocols-none", "CRD-001", {"protocols": []}),
    ("next-log-not-next", "CRD-001", {"next_log.n": 3}), ("next-log-same", "CRD-001", {"next_log.n": 1}), ("log-0", "CRD-001", {"log.n": 0, "next_log.n": 1}),
    ("witness-0", "CRD-001", {"witness.n": 0}), ("log-with-more", "CRD-001", {"log.name": "x"}),
    ("past-log-not-before", "CRD-013", {"past_logs": [{"key": b64(Key("x").public), "n": 1, "root": "ab" * 32, "size": 1}]}),
    ("desk-name-upper", "BYT-016", {"desks.0.name": "Intake"}), ("desk-groups-none", "CRD-001", {"desks.0.groups": []}),
    ("desk-groups-order", "CRD-001", {"desks.0.groups": ["need", "contact"]}), ("desk-group-upper", "BYT-015", {"desks.0.groups": ["Need"]}),
    ("desk-unattended-2", "CRD-001", {"desks.0.opens_unattended": 2}), ("desk-two-epochs", "CRD-001", {"desks.0.keys": K[:2]}),
    ("desk-nine-epochs", "CRD-001", {"desks.0.keys": [{"from": T0 + 90 * DAY * i, "key": K[0]["key"], "not_after": T0 + 90 * DAY * (i + 1)} for i in range(9)]}),
    ("epoch-of-91-days", "CRD-008", {"desks.0.keys.2.not_after": K[2]["from"] + 91 * DAY}), ("epoch-of-no-time", "CRD-008", {"desks.0.keys.2.not_after": K[2]["from"]}),
    ("epochs-with-a-gap", "CRD-008", {"desks.0.keys.2.from": K[2]["from"] + 1}), ("epochs-that-overlap", "CRD-008", {"desks.0.keys.2.from": K[2]["from"] - 1}),
    ("desks-out-of-order", "CRD-001", {"desks": [CARD["desks"][0], {**CARD["desks"][0], "name": "a"}]}),
]:
    card(f"value/{id}", covers, changed, expect="malformed")
for id, changed in [("desk-key-short", {"desks.0.keys.0.key": b64(bytes(1215))}), ("courier-key-short", {"courier_key": b64(bytes(1215))}),
                    ("log-key-of-small-order", {"log.key": b64(bytes([1]) + bytes(31))})]:
    card(f"value/{id}", "BYT-003 CJ-108", changed, expect="key")
sound = story.courier[S].public
for id, key in {"coefficient-3329": (3329).to_bytes(2, "little") + sound[2:], "coefficient-4095": b"\xff\x0f" + sound[2:],
                "x25519-zero": sound[:1184] + bytes(32), "x25519-one": sound[:1184] + b"\1" + bytes(31)}.items():
    card(f"value/courier-key-{id}", "CRD-017", {"courier_key": b64(key)}, expect="key")
    card(f"value/desk-key-{id}", "CRD-017", {"desks.0.keys.0.key": b64(key)}, expect="key")
card("value/log-key-in-hex", "CJ-108", {"log.key": log.public.hex()}, expect="key")
card("value/log-key-url-base64", "CJ-108", {"log.key": b64(bytes([0xFF] * 32)).replace("/", "_")}, expect="malformed")

# One key in two places.
for id, changed, signers in [
    ("next-log-is-log", {"next_log.key": CARD["log"]["key"]}, FOUR), ("witness-is-log", {"witness.key": CARD["log"]["key"]}, FOUR),
    ("courier-is-desk", {"courier_key": K[0]["key"]}, FOUR), ("epochs-alike", {"desks.0.keys.1.key": K[0]["key"]}, FOUR),
]:
    card(f"key-not-distinct/{id}", "CRD-004", changed, signers, "key-not-distinct")


def named(key, name):
    k = Key(name)
    k.seed, k.private, k.public = key.seed, key.private, key.public
    return k


as_log = named(agency, log.name)
card("key-not-distinct/log-is-the-agency", "CRD-004", {"log.key": b64(agency.public)}, [agency, as_log, nextlog, witness], "key-not-distinct")
as_witness = named(story.witness[H], witness.name)
card("b2-witness-of-another-agency", "CRD-004", {"witness.key": b64(as_witness.public)}, [agency, log, nextlog, as_witness], "key-not-distinct",
     held=[FOUNDING, story.card_note[H].encode()])
as_commissioner = named(story.commissioners[0], nextlog.name)
card("key-not-distinct/next-log-is-a-commissioner", "CRD-004", {"next_log.key": b64(as_commissioner.public)},
     [agency, log, as_commissioner, witness], "key-not-distinct")

# Newer and older.
SECOND = {"serial": 2, "previous": sha(story.card_text[S]).hex(), "expires": CARD["expires"] - DAY}
held = [FOUNDING, FIRST]
card("newer", "CRD-005", SECOND, held=held)
card("same-again", "CRD-005", data=FIRST, expect="same", held=held)
card("c11-older", "CRD-005", data=FIRST, expect="older", held=held + [signed(edited(CARD, SECOND), FOUR)])
card("c11-same-serial", "CRD-006", {"expires": CARD["expires"] - DAY}, expect="note-conflict", held=held)
card("c11-same-serial-unsigned", "CRD-006", {"expires": CARD["expires"] - DAY}, [log], expect="signature-missing", held=held)
card("c11-successor-of-another-card", "CRD-006", {**SECOND, "previous": sha(b"x").hex()}, expect="note-conflict", held=held)
register2 = json.loads(story.register_text)
register2.update(version=2, previous=REALM.hex(), realm=REALM.hex())
next(a for a in register2["agencies"] if a["id"] == S)["card_min"] = 2
MIN = signed(register2, story.commissioners[:3])
card("below-card-min", "CRD-005", data=FIRST, expect="serial-old", held=[FOUNDING, MIN])
card("at-card-min", "CRD-005", SECOND, held=[FOUNDING, MIN])
third = Key(f"{S}/amonat/log/3")
PASTS = [{"key": b64(log.public), "n": 1, "root": "ab" * 32, "size": 4}]
MOVED = {**SECOND, "log": {"key": b64(nextlog.public), "n": 2}, "next_log": {"key": b64(third.public), "n": 3}, "past_logs": PASTS}
card("b3-new-log", "CRD-012", MOVED, [agency, nextlog, third, witness], held=held)
card("b3-new-log-forgets-the-old", "CRD-012", {**MOVED, "past_logs": []}, [agency, nextlog, third, witness], "card-chain", held=held)
card("b3-old-log-under-another-key", "CRD-012", {**MOVED, "past_logs": [{**PASTS[0], "key": b64(Key("x").public)}]},
     [agency, nextlog, third, witness], "card-chain", held=held)
rekeyed = Key(log.name)
rekeyed.private = story.ref.ed25519.Ed25519PrivateKey.from_private_bytes(story.secret("log key in place"))
rekeyed.public = rekeyed.private.public_key().public_bytes_raw()
card("b3-log-key-in-place", "CRD-012", {**SECOND, "log.key": b64(rekeyed.public)}, [agency, rekeyed, nextlog, witness], "card-chain", held=held)
AFTER = signed(edited(CARD, MOVED), [agency, nextlog, third, witness])
BACK = {"serial": 3, "previous": sha(cj(edited(CARD, MOVED)) + b"\n").hex()}
card("b3-back-to-the-old-log", "CRD-013", BACK, FOUR, "card-chain", held=held + [AFTER])
card("b3-past-log-at-another-size", "CRD-013", {**MOVED, **BACK, "past_logs": [{**PASTS[0], "size": 5}]}, [agency, nextlog, third, witness],
     "card-chain", held=held + [AFTER])
w2 = Key(f"{S}/amonat/witness/2")
card("new-witness", "CRD-014", {**SECOND, "witness": {"key": b64(w2.public), "n": 2}}, [agency, log, nextlog, w2], held=held)
rewitness = named(w2, witness.name)
card("witness-key-in-place", "CRD-014", {**SECOND, "witness.key": b64(w2.public)}, [agency, log, nextlog, rewitness], "card-chain", held=held)
card("past-logs", "CRD-013", data=PAST.card, held=[FOUNDING, story.card_note[M].encode()])

# Which key to seal to, and how long.
for id, at, expect, late in [
    ("first", T0, 1, 0), ("last-moment-of-an-epoch", T0 + 90 * DAY - 1, 1, 0), ("next-epoch", T0 + 90 * DAY, 2, 0), ("last-epoch", T0 + 269 * DAY, 3, 0),
    ("grace", T0 + 271 * DAY, 3, 1), ("end-of-the-grace", T0 + 300 * DAY, 3, 1), ("after-the-grace", T0 + 300 * DAY + 1, None, 0), ("before-the-first", T0 - 1, None, 0),
]:
    key = None if expect is None else sha(pae("amonat/v1/desk-key", S, "intake", XWing(f"{S}/intake/{expect}").public))
    add(f"sealing/{id}", "ENV-006 CRD-010", "sealing-key", "ok" if expect else "desk-key-gone",
        {"key_id": key, "late": late} if expect else None, card=FIRST, at=at, desk="intake")
add("key-id/example", "ENV-024", "desk-key-id", agency=S, desk="intake", key=XWing(f"{S}/intake/1").public,
    gives={"key_id": story.key_id(S, "intake")})
add("key-id/courier", "PCL-001", "courier-key-id", agency=S, key=story.courier[S].public, gives={"key_id": story.courier_id})

# --- link ---------------------------------------------------------------------------------------------------------------
WITH_CARD = [FOUNDING, FIRST]


def link(id, covers, changed=None, signers=(log,), expect="ok", held=WITH_CARD, data=None):
    add(f"link/{id}", covers, "note", expect, None, notes=list(held), at=T0,
        note=data if data is not None else signed(edited(LINK, changed), signers))


link("example", "LNK-001", data=story.link_note[S].encode())
for key in LINK:
    link(f"without-{key}", "LNK-001", {key: None}, expect="malformed")
link("one-key-more", "LNK-001", {"port": 7443}, expect="malformed")
link("no-card-held", "LNK-001", held=[FOUNDING], expect="card-unknown")
link("another-card", "LNK-001", {"card": sha(b"x").hex()}, expect="card-unknown")
link("by-the-next-log", "LNK-001", signers=[nextlog])
for id, signers in {"by-the-agency": [agency], "by-the-witness": [witness], "by-another-agencys-log": [story.log_key[H]]}.items():
    link(f"signed-{id}", "LNK-001", signers=signers, expect="signature-missing")
elsewhere = certificate([URI(f"amonat:{OTHER_REALM.hex()}:{S}")])
link("b14-another-realm", "LNK-001", {"realm": OTHER_REALM.hex(), "tls": [b64(elsewhere)]}, expect="realm-other")
link("b14-certificate-of-another-realm", "LNK-005", {"tls": [b64(elsewhere)]}, expect="certificate")
for id, changed in {
    "endpoint-http": {"endpoints": ["http://a.example:7443"]}, "endpoint-without-port": {"endpoints": ["https://a.example"]},
    "endpoint-with-path": {"endpoints": ["https://a.example:7443/x"]}, "endpoint-with-user": {"endpoints": ["https://u@a.example:7443"]},
    "endpoint-port-0": {"endpoints": ["https://a.example:0"]}, "endpoint-port-65536": {"endpoints": ["https://a.example:65536"]},
    "endpoint-space": {"endpoints": ["https://a .example:7443"]}, "endpoint-twice": {"endpoints": ["https://a.example:7443"] * 2},
    "endpoints-9": {"endpoints": [f"https://a{i}.example:7443" for i in range(9)]}, "endpoint-255": {"endpoints": ["https://" + "a" * 244 + ":7443"]},
    "serial-0": {"serial": 0}, "tls-none": {"tls": []}, "tls-twice": {"tls": LINK["tls"] * 2}, "tls-5": {"tls": LINK["tls"] * 5},
    "tls-not-base64": {"tls": ["*"]}, "via-order": {"via": ["b.b", "a.a"]}, "via-9": {"via": [f"a{i}.b" for i in range(9)]}, "via-not-an-agency": {"via": ["b"]},
    "directory-short": {"directory": "ab"},
}.items():
    link(f"value/{id}", "LNK-006 LNK-001" if "endpoint" in id else "LNK-001", changed, expect="malformed")
link("value/endpoint", "LNK-001 LNK-006", {"endpoints": ["https://node.example:7443", "https://10.0.0.1:443"]})
link("b2-certificate-of-another", "LNK-005", {"tls": [b64(story.certificate(H))]}, expect="certificate")
link("certificate-garbage", "LNK-005", {"tls": [b64(b"\x30\x03\x02\x01\x01")]}, expect="certificate")
HELD = WITH_CARD + [story.link_note[S].encode()]
link("newer", "LNK-004", {"serial": 2}, held=HELD)
link("same-again", "LNK-004", data=story.link_note[S].encode(), held=HELD, expect="same")
link("c11-same-serial", "LNK-004", {"expires": LINK["expires"] - 1}, held=HELD, expect="note-conflict")
link("older", "LNK-004", data=story.link_note[S].encode(), held=WITH_CARD + [signed(edited(LINK, {"serial": 2}), [log])], expect="older")

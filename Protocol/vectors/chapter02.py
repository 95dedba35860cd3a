"""Vectors of chapter 02: events, their parts, leaves and openings."""
from book import Book

import amonat_ref as ref
import story
from amonat_ref import cj, commit, hmac, le64, leaf_hash, pae, secret, sha

book = Book("02-events")
add = book.add
HEX, OTHER = story.policy_hash, sha(b"another").hex()
LOG, PEER = "ministry.example/amonat/log/1", "shelter.example"
BASE = {"index": 5, "log": LOG, "realm": story.realm.hex()}
SCOPE = {"basis": "consent", "groups": ["contact", "need"], "policy": HEX, "purpose": "accommodation", "register": HEX}
MESSAGE = {"expires": 1770789600000, "kind": "offer", "message": HEX, "peer": PEER, "seq": 1}
GRANT = {"grant": 3, "grant_log": LOG}

# Further keys of each type, and those that may be left out, as in registries/event-types.md.
TYPES = {
    "grant": ({**SCOPE, "onward": 0, "peer": PEER, "until": 1772517600000}, {"renews": 2}),
    "countersign": ({"grant": 3}, {}),
    "consent-refused": ({k: SCOPE[k] for k in ("groups", "policy", "purpose", "register")}, {"peer": PEER}),
    "disclose": ({**SCOPE, **MESSAGE, **GRANT, "groups": ["need"]}, {}),
    "notify": ({**MESSAGE, "kind": "accept", "ref": OTHER}, {}),
    "cancel": ({"message": HEX, "peer": PEER, "seq": 4}, {}),
    "review": ({"outcome": "in-order"}, {"grant": 3}),
    "consent": ({"outcome": "requested", **{k: SCOPE[k] for k in ("policy", "purpose", "register")}}, {**GRANT, "peer": PEER}),
    "verbal": ({**SCOPE, "peer": PEER}, {"from": 1770789600000, "grant": 3}),
    "outside": ({**SCOPE, "receiver": "court"}, {"from": 1770789600000, "grant": 3}),
    "receive": ({"message": HEX, "outcome": "stored", "peer": PEER}, {}),
    "refuse": ({"message": HEX, "outcome": "expired", "peer": PEER}, {}),
    "refusals": ({"code": "not-yours", "count": 7, "from": 1, "to": 2}, {"peer": PEER}),
    "withdraw": ({**GRANT, "until": 1772517600000}, {"groups": ["health"]}),
    "erase": ({"backups_until": 0, "cause": 3, "targets": ["1-2", "4-4"]}, {}),
    "expire": ({"kind": "grant"}, {"grant": 3, "grant_log": LOG, "message": HEX}),
    "open": ({"groups": ["need"]}, {"message": HEX}),
    "print": ({"groups": ["need"]}, {"message": HEX}),
    "export": ({"kind": "case"}, {"groups": ["need"], "message": HEX}),
    "unlock": ({"outcome": "unlocked"}, {}),
    "card": ({"message": HEX}, {}), "link": ({"message": HEX}, {}),
    "register": ({"message": HEX}, {}), "policy": ({"message": HEX}, {}),
    "desk-key": ({"message": HEX, "outcome": "destroyed"}, {}),
    "succeed": ({"old_log": LOG, "root": HEX, "size": 16}, {}),
    "restore": ({"kind": "backup"}, {"size": 16}),
    "evidence": ({"kind": "log", "message": HEX, "peer": PEER}, {}),
    "pad": ({}, {}),
}


def event(type, keys, **changed):
    e = {**BASE, "type": type, **keys, **changed}
    if type == "succeed":
        e["index"] = changed.get("index", 0)
    return {k: v for k, v in e.items() if v is not None}


def ev(id, covers, e, expect="ok"):
    add(f"event/{id}", covers, "event", expect, e=e if isinstance(e, bytes) else cj(e))


for type, (keys, optional) in TYPES.items():
    ev(f"{type}/least", "EVT-010 CJ-007", event(type, keys))
    if optional:
        ev(f"{type}/most", "EVT-010 CJ-007", event(type, {**keys, **optional}))
    for key in keys:
        ev(f"{type}/without-{key.replace('_', '-')}", "EVT-010 CJ-007", event(type, keys, **{key: None}), "malformed")
    stranger = next(k for k in ("backups_until", "root", "seq") if k not in {**keys, **optional} and not (type == "notify"))  \
        if type != "notify" else "root"
    ev(f"{type}/with-{stranger.replace('_', '-')}", "EVT-010 CJ-007",
       event(type, keys, **{stranger: {"backups_until": 1, "root": HEX, "seq": 1}[stranger]}), "malformed")
for key in BASE:
    ev(f"pad/without-{key}", "EVT-006 EVT-007", event("pad", {}, **{key: None}), "malformed")
pad = event("pad", {})
ev("without-type", "EVT-010", {k: v for k, v in pad.items() if k != "type"}, "malformed")
ev("unknown-type", "CJ-007", {**pad, "type": "gossip"}, "malformed")
ev("key-with-zero-bytes", "CJ-007", cj(pad).replace(b'"index"', b'"index\0\0\0"'), "malformed")
ev("unknown-key", "CJ-007", {**pad, "zeal": 1}, "malformed")
ev("empty", "EVT-010", b"{}", "malformed")

# Which keys a disclosure and a notification have depends on what they are.
disclose, notify = TYPES["disclose"][0], TYPES["notify"][0]
reply = {**{k: v for k, v in disclose.items() if k not in GRANT}, "basis": "reply", "kind": "reply", "ref": OTHER,
         "groups": ["reply"]}
ev("disclose/supplement", "EVT-026", event("disclose", {**disclose, "kind": "supplement", "ref": OTHER}))
ev("disclose/reply", "EVT-026", event("disclose", reply))
tally = {**{k: v for k, v in disclose.items() if k not in GRANT}, "basis": "anonymous", "kind": "tally", "purpose": "statistics",
         "groups": ["tally"]}
tally.pop("ref", None)
ev("disclose/tally", "EVT-036 EVT-026", event("disclose", tally))
ev("disclose/tally-with-a-grant", "EVT-036", event("disclose", {**tally, **GRANT}), "malformed")
ev("disclose/tally-with-a-ref", "EVT-036", event("disclose", {**tally, "ref": OTHER}), "malformed")
ev("disclose/offer-about-nobody", "EVT-036", event("disclose", {**tally, "kind": "offer"}), "malformed")
ev("disclose/tally-for-health", "EVT-036", event("disclose", {**tally, "purpose": "health"}), "malformed")
ev("disclose/tally-on-consent", "EVT-036", event("disclose", {**tally, **GRANT, "ref": OTHER, "basis": "consent"}), "malformed")
ev("disclose/offer-with-ref", "EVT-026", event("disclose", {**disclose, "ref": OTHER}), "malformed")
ev("disclose/supplement-without-ref", "EVT-026", event("disclose", {**disclose, "kind": "supplement"}), "malformed")
ev("disclose/reply-with-grant", "EVT-026", event("disclose", {**reply, **GRANT}), "malformed")
ev("disclose/reply-without-ref", "EVT-026", event("disclose", {k: v for k, v in reply.items() if k != "ref"}), "malformed")
ev("disclose/consent-without-grant-log", "EVT-026", event("disclose", disclose, grant_log=None), "malformed")
withdrawal = {**{k: v for k, v in notify.items() if k != "ref"}, "kind": "withdraw", **GRANT, "outcome": "stop",
              "until": 1772517600000}
ev("notify/withdraw", "WDR-002 EVT-010", event("notify", withdrawal))
# Passed on it names the withdrawal that it follows; resumed, the offer; groups where only those are taken back.
ev("notify/withdraw-passed-on", "WDR-002 EVT-010", event("notify", {**withdrawal, "ref": OTHER}))
ev("notify/withdraw-of-groups", "WDR-002 EVT-010", event("notify", {**withdrawal, "groups": ["health"], "ref": OTHER}))
ev("notify/withdraw-with-seq-as-text", "WDR-002", event("notify", {**withdrawal, "seq": "1"}), "malformed")
ev("withdraw/of-groups", "WDR-002 EVT-010", event("withdraw", TYPES["withdraw"][0], groups=["health"]))
ev("withdraw/of-no-groups", "EVT-010", event("withdraw", TYPES["withdraw"][0], groups=[]), "malformed")
for key in ("grant", "grant_log", "until"):
    ev(f"notify/withdraw-without-{key.replace('_', '-')}", "WDR-002", event("notify", withdrawal, **{key: None}), "malformed")
    ev(f"notify/accept-with-{key.replace('_', '-')}", "EVT-010",
       event("notify", notify, **{key: withdrawal[key]}), "malformed")
waitlist = {**notify, "kind": "waitlist", "outcome": "within-month"}
ev("notify/waitlist", "REF-038 EVT-010", event("notify", waitlist, until=20513 * 86_400_000))
ev("notify/waitlist-without-a-day", "EVT-010", event("notify", waitlist))
ev("notify/waitlist-at-noon", "REF-038", event("notify", waitlist, until=20513 * 86_400_000 + 43_200_000), "malformed")
erased = {**notify, "kind": "erased", "outcome": "erased"}
ev("notify/erased", "WDR-022", event("notify", erased))
ev("notify/erased-with-backups", "WDR-022", event("notify", erased, backups_until=1772949600000))
ev("notify/erased-with-all", "WDR-022", event("notify", erased, backups_until=1772949600000, basis="legal-obligation", code="tax", count=2, groups=["health"],
                                              outcome="kept-by-law", until=1772949600000))
ev("notify/erased-with-a-class-alone", "WDR-022", event("notify", erased, code="tax", groups=["health"], outcome="kept-by-law", until=1772949600000))
ev("notify/erased-with-a-ground-alone", "WDR-022", event("notify", erased, basis="legal-obligation", groups=["health"]), "malformed")
ev("notify/accept-with-basis", "WDR-022 EVT-010", event("notify", notify, basis="legal-obligation"), "malformed")
ev("notify/accept-with-code", "WDR-022 EVT-010", event("notify", notify, code="tax"), "malformed")
ev("notify/accept-with-backups", "WDR-022 EVT-010", event("notify", notify, backups_until=1), "malformed")
ev("notify/accept-with-groups", "REF-017 EVT-010", event("notify", notify, groups=["need"]), "malformed")
ev("notify/accept-with-text", "REF-017 EVT-016", event("notify", notify, outcome="She is at the station"), "malformed")

ev("notify/decline", "EVT-010", event("notify", notify, kind="decline", outcome="no-capacity"))

# What no single key shows.
grant = TYPES["grant"][0]
ev("grant/onward", "EVT-023", event("grant", grant, onward=1))
ev("grant/exception", "EVT-022", event("grant", grant, basis="vital-interest"))
ev("grant/exception-onward", "EVT-022", event("grant", grant, basis="vital-interest", onward=1), "malformed")
ev("grant/reply", "EVT-021", event("grant", grant, basis="reply"), "malformed")
ev("grant/a-guardians", "EVT-037", event("grant", grant, basis="guardian-consent"), "malformed")
ev("disclose/a-guardians", "EVT-037", event("disclose", disclose, basis="guardian-consent"), "malformed")
ev("grant/anonymous", "EVT-021 EVT-036", event("grant", grant, basis="anonymous"), "malformed")
# Where it stands no single event shows: an auditor judges it (12-audit-bundle/judged/succeed-later), and a peer in its proof.
ev("succeed/at-1", "AUD-050", event("succeed", TYPES["succeed"][0], index=1))

# The grammar of each kind of value.
for id, covers, type, changed in [
    ("index-as-text", "EVT-006", "pad", {"index": "5"}), ("realm-short", "BYT-014", "pad", {"realm": HEX[:-2]}),
    ("realm-upper", "BYT-014", "pad", {"realm": HEX.upper()}), ("log-free-text", "BYT-011", "pad", {"log": "our log"}),
    ("log-zero", "BYT-011", "pad", {"log": "ministry.example/amonat/log/0"}),
    ("log-of-witness", "BYT-011", "pad", {"log": "ministry.example/amonat/witness/1"}),
    ("peer-one-label", "BYT-010", "grant", {"peer": "shelter"}), ("peer-upper", "BYT-010", "grant", {"peer": "Shelter.example"}),
    ("purpose-dotted", "BYT-015 EVT-017", "grant", {"purpose": "medical.pep"}),
    ("purpose-hyphen-last", "BYT-015", "grant", {"purpose": "health-"}),
    ("basis-upper", "BYT-015", "grant", {"basis": "Consent"}), ("groups-as-text", "EVT-017", "grant", {"groups": "need"}),
    ("groups-of-17", "EVT-017", "grant", {"groups": [f"g{i:02}" for i in range(17)]}),
    ("group-with-words", "EVT-016 EVT-017", "grant", {"groups": ["her name"]}),
    ("onward-2", "EVT-021", "grant", {"onward": 2}), ("until-as-text", "EVT-021", "grant", {"until": "never"}),
    ("message-short", "EVT-010", "card", {"message": HEX[:62]}), ("message-list", "EVT-010", "card", {"message": [HEX]}),
    ("register-short", "EVT-018", "grant", {"register": HEX[:-1]}), ("policy-upper", "EVT-018", "grant", {"policy": HEX.upper()}),
    ("target-backwards", "EVT-031", "erase", {"targets": ["4-3"]}), ("target-single", "EVT-031", "erase", {"targets": ["4"]}),
    ("target-leading-zero", "EVT-031", "erase", {"targets": ["04-5"]}), ("target-open", "EVT-031", "erase", {"targets": ["4-"]}),
    ("target-above", "EVT-031", "erase", {"targets": ["1-9007199254740992"]}),
    ("targets-of-65", "EVT-031", "erase", {"targets": sorted(f"{i}-{i}" for i in range(65))}),
    ("kind-with-space", "EVT-016", "expire", {"kind": "the grant"}),
]:
    ev(f"value/{id}", covers, event(type, TYPES[type][0], **changed), "malformed")
ev("value/targets-of-64", "EVT-031", event("erase", TYPES["erase"][0], targets=sorted(f"{i}-{i}" for i in range(64))))
text = cj(event("card", TYPES["card"][0]))
ev("a9-key-twice", "CJ-008", text.replace(b'"index":5', b'"index":5,"index":6'), "malformed")
ev("a9-escaped-letter", "CJ-008 CJ-009", text.replace(b'"card"', b'"c\\u0061rd"'), "malformed")
ev("a9-number-as-fraction", "CJ-008 CJ-009", text.replace(b'"index":5', b'"index":5.0'), "malformed")

# --- staff and personal part ---------------------------------------------------------------------------
for id, covers, a, expect in [
    ("least", "EVT-010 EVT-012", {"person": 0, "time": 1}, "ok"),
    ("most", "EVT-013 EVT-014", {"actor": "u-4f2a", "actor2": "u_9.1", "cause": 0, "desk": "intake", "person": 1, "time": 1}, "ok"),
    ("empty", "EVT-007", {}, "malformed"), ("without-time", "EVT-011", {"person": 0}, "malformed"),
    ("without-person", "EVT-012", {"time": 1}, "malformed"), ("person-2", "EVT-012", {"person": 2, "time": 1}, "malformed"),
    ("actor-upper", "EVT-013", {"actor": "U1", "person": 0, "time": 1}, "malformed"),
    ("actor-empty", "EVT-013", {"actor": "", "person": 0, "time": 1}, "malformed"),
    ("actor-65", "EVT-013", {"actor": "u" * 65, "person": 0, "time": 1}, "malformed"),
    ("actor-64", "EVT-013", {"actor": "u" * 64, "person": 0, "time": 1}, "ok"),
    ("actor-name", "EVT-013 EVT-016", {"actor": "Anna K.", "person": 0, "time": 1}, "malformed"),
    ("actors-alike", "EVT-013", {"actor": "u1", "actor2": "u1", "person": 0, "time": 1}, "malformed"),
    ("cause-as-text", "EVT-014", {"cause": "3", "person": 0, "time": 1}, "malformed"),
    ("with-peer", "EVT-010", {"peer": PEER, "person": 0, "time": 1}, "malformed"),
    ("time-as-text", "EVT-011", {"person": 0, "time": "now"}, "malformed"),
]:
    add(f"staff/{id}", covers, "staff", expect, a=cj(a))
for id, covers, p, expect in [
    ("empty", "EVT-002", {}, "ok"), ("subject-32", "EVT-015", {"subject": "ab" * 16}, "ok"),
    ("subject-64", "EVT-015", {"evidence": HEX, "subject": "ab" * 32}, "ok"),
    ("subject-upper", "EVT-015", {"subject": "AB" * 16}, "malformed"), ("subject-34", "EVT-015", {"subject": "ab" * 17}, "malformed"),
    ("subject-name", "EVT-015", {"subject": "Zarina"}, "malformed"), ("evidence-alone", "EVT-015", {"evidence": HEX}, "malformed"),
    ("evidence-short", "EVT-015", {"evidence": "ab", "subject": "ab" * 16}, "malformed"),
    ("with-time", "EVT-010", {"subject": "ab" * 16, "time": 1}, "malformed"),
]:
    add(f"personal/{id}", covers, "personal", expect, p=cj(p))

# --- leaves ---------------------------------------------------------------------------------------------
for id, index in (("grant", story.grant), ("disclose", story.disclose), ("register", 0)):
    o = story.ministry.opened[index]
    add(f"leaf/{id}", "EVT-001 EVT-002 EVT-041", "leaf", e=o["E"], a=o["A"], p=o["P"], s_e=o["salts"][0], s_a=o["salts"][1],
        s_p=o["salts"][2], gives={"leaf": story.ministry.leaves[index], "hash": story.ministry.hashes[index]})
leaf = story.ministry.leaves[story.grant]
add("leaf-bytes/good", "EVT-001", "leaf-bytes", leaf=leaf)
for id, data in {"96": leaf[:-1], "98": leaf + b"\0", "begins-with-0": b"\0" + leaf[1:], "begins-with-2": b"\2" + leaf[1:],
                 "empty": b""}.items():
    add(f"leaf-bytes/{id}", "EVT-001", "leaf-bytes", "malformed", leaf=data)
K = story.ministry.pad_key
for index in (4, 6, 2 ** 53 - 1):
    e = cj({"index": index, "log": LOG, "realm": story.realm.hex(), "type": "pad"})
    salts = [hmac(K, pae("amonat/v1/pad", le64(index), x)) for x in "eap"]
    made = b"\1" + b"".join(commit(n, s, v) for n, s, v in zip(("event", "staff", "personal"), salts, (e, b"{}", b"{}")))
    add(f"pad/{index}", "EVT-003 EVT-007 EVT-043", "pad", pad_key=K, log=LOG.encode(), realm=story.realm, index=index,
        gives={"leaf": made, "hash": leaf_hash(made)})
key = secret("vector personal key")
for index in (0, 3, 2 ** 40):
    add(f"personal-salt/{index}", "EVT-004", "personal-salt", key=key, log=LOG.encode(), index=index,
        gives={"salt": hmac(key, pae("amonat/v1/personal-salt", LOG, le64(index)))})
add("personal-salt/other-log", "EVT-004", "personal-salt", key=key, log=b"ministry.example/amonat/log/2", index=3,
    gives={"salt": hmac(key, pae("amonat/v1/personal-salt", "ministry.example/amonat/log/2", le64(3)))})

# --- openings -----------------------------------------------------------------------------------------------
size, tree = story.pair_size, story.ministry.hashes[:story.pair_size]
o = story.ministry.opened[story.grant]
good = dict(e=o["E"], salt=o["salts"][0], staff=o["commits"][1], personal=o["commits"][2],
            path=b"".join(ref.inclusion(story.grant, tree)), size=size, root=ref.root(tree))
add("opening/good", "EVT-040 EVT-041", "opening", **good)
for id, covers, changed, expect in [
    ("other-salt", "EVT-041", {"salt": sha(b"x")}, "not-logged"), ("other-staff", "EVT-041", {"staff": sha(b"x")}, "not-logged"),
    ("other-personal", "EVT-041", {"personal": sha(b"x")}, "not-logged"),
    ("staff-for-personal", "EVT-041", {"staff": o["commits"][2], "personal": o["commits"][1]}, "not-logged"),
    ("index-of-another-leaf", "EVT-006", {"e": o["E"].replace(b'"index":3', b'"index":2')}, "not-logged"),
    ("index-beyond-the-size", "EVT-006", {"size": 3}, "not-logged"),
    ("path-short", "CHK-005", {"path": good["path"][:-32]}, "not-logged"),
    ("path-long", "CHK-005", {"path": good["path"] + bytes(32)}, "not-logged"),
    ("path-order", "CHK-005", {"path": good["path"][32:64] + good["path"][:32] + good["path"][64:]}, "not-logged"),
    ("other-root", "EVT-041", {"root": sha(b"x")}, "not-logged"), ("other-size", "EVT-041", {"size": 4}, "not-logged"),
    ("not-canonical", "CJ-008", {"e": o["E"].replace(b'{"basis"', b'{ "basis"')}, "malformed"),
    ("one-key-more", "CJ-007", {"e": o["E"][:-1] + b',"z":1}'}, "malformed"),
]:
    add(f"opening/{id}", covers, "opening", expect, **{**good, **changed})

"""Vectors of chapter 07: registers and suspensions."""
import copy
import json

from book import Book, Join, Repeat

import story
from amonat_ref import Key, b64, cj, note, sha
from scenario import DAY, H, M, OTHER_REALM, REALM, S, T0

book = Book("07-register")
add = book.add
C, ONE = story.commissioners, json.loads(story.register_text)
FOUNDING = story.register_note.encode()


def signed(value, signers):
    text = cj(value) + b"\n"
    return note(text, *[k.line(text) for k in signers]).encode()


# --- version 1 ------------------------------------------------------------------------------------------------------
def first(id, covers, expect="ok", edit=None, signers=C[:4], data=None, gives=None):
    value = copy.deepcopy(ONE)
    if edit:
        edit(value)
    add(f"first/{id}", covers, "founding", expect, gives, note=data if data is not None else signed(value, signers))


def put(path, v):
    def edit(value):
        *way, last = path.split(".")
        for step in way:
            value = value[int(step)] if step.isdigit() else value[step]
        last = int(last) if last.isdigit() else last
        if v is None:
            del value[last]
        else:
            value[last] = v
    return edit


def both(*edits):
    def edit(value):
        for e in edits:
            e(value)
    return edit


first("example", "REG-001 REG-002 BYT-014", data=FOUNDING, gives={"realm": REALM})
first("five-lines", "REG-002", signers=C)
for id, signers in {"three-lines": C[:3], "one-commissioner-four-times": [C[0]] * 4, "strangers": [Key(f"commission/x{i}") for i in range(4)],
                    "agency-keys": list(story.agency_key.values()) + C[:1]}.items():
    first(f"b13-{id}", "REG-002 REG-004", "signature-missing", signers=signers)
renamed = Key("commission/c1")
renamed.private, renamed.public = C[1].private, C[1].public
first("line-under-another-name", "REG-004 BYT-012", "signature-missing", signers=[renamed, *C[1:4]])
first("text-changed-after-signing", "REG-002", "signature-missing", data=FOUNDING.replace(b'"tj-du"', b'"tj-dv"', 1))
first("not-a-note", "REG-001", "malformed", data=story.register_text)
first("above-256-kib", "REG-001 CJ-101", "too-large", data=Join(story.register_text + b"\n", Repeat(C[0].line(story.register_text).encode(), 3000)))
for key in ONE:
    first(f"without-{key.replace('_', '-')}", "REG-001", "malformed", put(key, None))
first("one-key-more", "REG-001", "malformed", put("notes", "x"))
for id, path, v in [
    ("version-0", "version", 0), ("version-text", "version", "1"), ("previous-in-version-1", "previous", OTHER_REALM.hex()),
    ("realm-in-version-1", "realm", OTHER_REALM.hex()), ("expires-before", "expires", T0), ("agencies-none", "agencies", []),
    ("commissioners-none", "commissioners", []), ("agency-id-upper", "agencies.0.id", "Health.example"),
    ("agency-level", "agencies.0.level", "galactic"), ("agency-sector", "agencies.0.sector", "private"),
    ("agency-status", "agencies.0.status", "paused"), ("agency-region", "agencies.0.region", "Душанбе"),
    ("agency-roles-order", "agencies.1.roles", ["member", "coordinator"]), ("agency-role-twice", "agencies.0.roles", ["member", "member"]),
    ("agency-name-missing", "agencies.0.names", {"en": "x", "ru": "x"}), ("agency-name-more", "agencies.0.names", {"en": "x", "ru": "x", "tg": "x", "uz": "x"}),
    ("agency-name-empty", "agencies.0.names", {"en": "", "ru": "x", "tg": "x"}), ("agency-name-201", "agencies.0.names", {"en": "x" * 201, "ru": "x", "tg": "x"}),
    ("agency-without-key", "agencies.0.key", None), ("policy-hash-short", "policy.sha256", "ab"), ("policy-without-version", "policy.version", None),
    ("commissioner-name-upper", "commissioners.0.name", "C1"), ("commissioner-name-hyphen", "commissioners.0.name", "-c1"),
    ("commissioner-name-33", "commissioners.4.name", "c" * 33), ("thresholds-more", "thresholds.extra", 1),
]:
    first(f"value/{id}", "REG-001", "malformed", put(path, v))
first("agencies-out-of-order", "REG-001", "malformed", lambda v: v["agencies"].reverse())
first("commissioners-out-of-order", "REG-001", "malformed", lambda v: v["commissioners"].reverse())
for id, path, v in [("root-above-commissioners", "root", 6), ("root-below-membership", "root", 2), ("membership-0", "membership", 0),
                    ("policy-above-root", "policy", 5), ("suspend-1", "suspend", 1), ("root-0", "root", 0)]:
    first(f"thresholds/{id}", "REG-009", "malformed", put(f"thresholds.{path}", v))
first("thresholds/one-of-two", "REG-009", edit=lambda v: (v.update(commissioners=v["commissioners"][:2]), v.update(
    thresholds={"membership": 1, "policy": 1, "root": 2, "suspend": 1})), signers=C[:2])
for id, edit in {
    "two-agencies-one-key": put("agencies.0.key", ONE["agencies"][1]["key"]),
    "agency-with-a-commissioners-key": put("agencies.0.key", ONE["commissioners"][0]["key"]),
    "two-commissioners-one-key": put("commissioners.0.key", ONE["commissioners"][1]["key"]),
}.items():
    first(f"b13-{id}", "REG-010", "key-not-distinct", edit)
first("agency-key-of-small-order", "BYT-003", "key", put("agencies.0.key", b64(bytes([1]) + bytes(31))))
first("commissioner-key-short", "BYT-003", "key", put("commissioners.0.key", b64(bytes(31))))

# --- later versions ----------------------------------------------------------------------------------------------------


def later(value, edit=None, version=2, previous=None, realm=REALM):
    v = copy.deepcopy(value)
    v.update(version=version, previous=(previous or sha(cj(value) + b"\n")).hex(), realm=realm.hex())
    if edit:
        edit(v)
    return v


def nx(id, covers, value, signers, expect="ok", held=(FOUNDING,), gives=None):
    data = value if isinstance(value, bytes) else signed(value, signers)
    add(f"next/{id}", covers, "note", expect, gives, notes=list(held), at=T0, note=data)


member = put("agencies.0.region", "tj-gb")
policy = put("policy.version", 2)
roots = put("expires", ONE["expires"] + DAY)
TWO = signed(later(ONE, member), C[:3])
nx("membership-by-3", "REG-003 REG-005 REG-011", later(ONE, member), C[:3])
nx("membership-by-2", "REG-005", later(ONE, member), C[:2], "signature-missing")
nx("policy-by-3", "REG-005", later(ONE, policy), C[:3])
nx("policy-by-2", "REG-005", later(ONE, policy), C[:2], "signature-missing")
nx("root-by-4", "REG-005", later(ONE, roots), C[:4])
nx("root-by-3", "REG-005", later(ONE, roots), C[:3], "signature-missing")
nx("root-and-membership-by-3", "REG-005", later(ONE, both(member, roots)), C[:3], "signature-missing")
nx("nothing-changed-by-3", "REG-005", later(ONE), C[:3], "signature-missing")
nx("nothing-changed-by-4", "REG-005", later(ONE), C[:4])
nx("b13-one-line-three-times", "REG-004", later(ONE, member), [C[0]] * 3, "signature-missing")
nx("no-valid-line", "REG-004", later(ONE, member), [Key("commission/x")], "signature-missing")
fresh = [Key(f"commission/d{i}") for i in range(1, 6)]
handed = later(ONE, put("commissioners", [{"key": b64(k.public), "name": k.name.split("/")[1]} for k in fresh]))
nx("commission-changes-by-both", "REG-006", handed, C[:4] + fresh[:4])
nx("commission-changes-by-the-old", "REG-006", handed, C[:4], "signature-missing")
nx("commission-changes-by-the-new", "REG-006", handed, fresh[:4], "signature-missing")
nx("commission-changes-by-too-few-new", "REG-006", handed, C[:4] + fresh[:3], "signature-missing")
eased = later(ONE, put("thresholds.membership", 2))
nx("thresholds-change-by-4", "REG-006", eased, C[:4])
nx("thresholds-change-by-3", "REG-006", eased, C[:3], "signature-missing")
nx("agency-dropped", "REG-007", later(ONE, lambda v: v["agencies"].pop(0)), C[:4], "register-chain")
nx("agency-retired", "REG-007", later(ONE, put("agencies.0.status", "retired")), C[:3])
nx("distrust", "REG-016", later(ONE, put("agencies.0.distrust_from", T0)), C[:3])
swap = Key(f"{H}/amonat/agency-new")
rekeyed = later(ONE, put("agencies.0.key", b64(swap.public)))
nx("key-changed-with-the-old-line", "REG-008", rekeyed, C[:3] + [story.agency_key[H]], gives={"unconfirmed": []})
nx("b15-key-changed-without-the-old-line", "REG-008", rekeyed, C[:3], gives={"unconfirmed": [H]})
nx("b15-old-line-of-another-agency", "REG-008", rekeyed, C[:3] + [story.agency_key[M]], gives={"unconfirmed": [H]})
nx("version-missing-between", "REG-011", later(ONE, member, version=3), C[:4], "register-chain")
nx("previous-of-another-text", "REG-003", later(ONE, member, previous=sha(b"x")), C[:4], "register-chain")
nx("b14-another-realm", "REG-003", later(ONE, member, realm=OTHER_REALM), C[:4], "realm-other")
nx("another-version-1", "REG-002 BYT-014", signed({**ONE, "expires": ONE["expires"] + 1}, C[:4]), None, "realm-other")
nx("same-again", "REG-012", FOUNDING, None, "same")
nx("b13-two-texts-for-version-2", "REG-012", later(ONE, policy), C[:3], "note-conflict", held=[FOUNDING, TWO])
nx("another-text-that-does-not-verify", "REG-012", later(ONE, policy), C[:2], "signature-missing", held=[FOUNDING, TWO])
two = later(ONE, member)
nx("version-3", "REG-011", later(two, policy, version=3), C[:3], held=[FOUNDING, TWO])
nx("version-3-counts-the-second-commission", "REG-004", later(handed, member, version=3), C[:3], "signature-missing",
   held=[FOUNDING, signed(handed, C[:4] + fresh[:4])])

# --- suspension ------------------------------------------------------------------------------------------------------------
BASE = story.suspension


def sp(id, covers, changed=None, signers=C[1:3], expect="ok", held=(FOUNDING,), drop=None):
    v = {k: x for k, x in {**BASE, **(changed or {})}.items() if k != drop}
    add(f"suspension/{id}", covers, "note", expect, None, notes=list(held), at=T0, note=signed(v, signers))


sp("example", "REG-020 REG-021")
sp("by-one", "REG-020", signers=C[:1], expect="signature-missing")
sp("one-line-twice", "REG-020", signers=[C[0]] * 2, expect="signature-missing")
sp("by-the-agencies", "REG-020", signers=list(story.agency_key.values()), expect="signature-missing")
sp("72-hours", "REG-021", {"until": BASE["from"] + 72 * 3_600_000})
sp("b13-72-hours-and-1-ms", "REG-021", {"until": BASE["from"] + 72 * 3_600_000 + 1}, expect="malformed")
sp("no-time", "REG-021", {"until": BASE["from"]}, expect="malformed")
sp("backwards", "REG-021", {"until": BASE["from"] - 1}, expect="malformed")
sp("b14-another-realm", "REG-020", {"realm": OTHER_REALM.hex()}, expect="realm-other")
sp("unknown-register", "REG-020", {"register": sha(b"x").hex()}, expect="register-unknown")
sp("unknown-agency", "REG-020", {"agency": "stranger.example"}, expect="agency-unknown")
sp("reason-in-words", "REG-001", {"reason": "they lost the key"}, expect="malformed")
sp("without-reason", "REG-001", drop="reason", expect="malformed")
sp("with-more", "REG-001", {"note": "x"}, expect="malformed")
ONCE = signed(BASE, C[1:3])
AGAIN = {"from": BASE["until"] + 30 * DAY - 1, "until": BASE["until"] + 31 * DAY}
sp("again-within-30-days-by-2", "REG-022", AGAIN, expect="signature-missing", held=[FOUNDING, ONCE])
sp("again-within-30-days-by-3", "REG-022", AGAIN, signers=C[:3], held=[FOUNDING, ONCE])
sp("again-after-30-days-by-2", "REG-022", {"from": BASE["until"] + 30 * DAY, "until": BASE["until"] + 31 * DAY}, held=[FOUNDING, ONCE])
sp("another-agency-within-30-days", "REG-022", {**AGAIN, "agency": S}, held=[FOUNDING, ONCE])
sp("backdated-before-the-first", "REG-022", {"from": BASE["from"] - 5 * DAY, "until": BASE["from"] - 3 * DAY}, expect="signature-missing",
   held=[FOUNDING, ONCE])
sp("same-again", "REG-020", expect="same", held=[FOUNDING, ONCE])
sp("names-the-earlier-register", "REG-020", held=[FOUNDING, TWO])
sp("by-the-new-commission", "REG-020", signers=fresh[:2], held=[FOUNDING, signed(handed, C[:4] + fresh[:4])])
sp("by-a-commission-before-its-time", "REG-020", {"register": sha(cj(handed) + b"\n").hex()}, signers=C[:2], expect="signature-missing",
   held=[FOUNDING, signed(handed, C[:4] + fresh[:4])])

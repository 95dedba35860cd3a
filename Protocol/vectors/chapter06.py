"""Vectors of chapter 06: checkpoints, proofs, the fork guard, heartbeats, quorum and time."""
from book import Book, Join, Repeat

import amonat_ref as ref
import story
from amonat_ref import Key, b64, note, sha
from scenario import DAY, H, M, S

book = Book("06-checkpoints")
add = book.add
key = story.log_key[M]
text, good = story.pair_text, story.pair_note
NAME, SIZE, ROOT = key.name, story.pair_size, ref.root(story.ministry.hashes[:story.pair_size])


def cp(id, covers, note, expect="malformed", gives=None, origin=NAME, public=key.public):
    add(f"checkpoint/{id}", covers, "checkpoint", expect, gives, note=note.encode() if isinstance(note, str) else note,
        origin=origin, key=public)


def made(text, signer=key):
    text = text.encode() if isinstance(text, str) else text
    return note(text, signer.line(text))


cp("example", "CHK-001", good, "ok", {"size": SIZE, "root": ROOT})
cp("cosigned", "CHK-001 CHK-003", good + story.witness[S].cosign(text, 7), "ok", {"size": SIZE, "root": ROOT})
cp("empty-log", "CHK-001 CHK-002", made(f"{NAME}\n0\n{b64(sha(b''))}\n"), "ok", {"size": 0, "root": sha(b"")})
cp("largest", "CHK-001", made(f"{NAME}\n9007199254740991\n{b64(ROOT)}\n"), "ok", {"size": 2 ** 53 - 1, "root": ROOT})
lines = [NAME, str(SIZE), b64(ROOT)]
for id, body in {
    "size-leading-zero": [NAME, "06", lines[2]], "size-sign": [NAME, "+6", lines[2]], "size-hex": [NAME, "0x6", lines[2]],
    "size-empty": [NAME, "", lines[2]], "size-above": [NAME, "9007199254740992", lines[2]], "size-space": [NAME, "6 ", lines[2]],
    "root-31": [NAME, "6", b64(ROOT[:31])], "root-33": [NAME, "6", b64(ROOT + b"\0")], "root-hex": [NAME, "6", ROOT.hex()],
    "root-not-canonical": [NAME, "6", lines[2][:-2] + chr(ord(lines[2][-2]) + 1) + "="], "two-lines": [NAME, "6"],
    "four-lines": [*lines, "extension"], "origin-empty": ["", "6", lines[2]], "origin-with-space": [NAME + " x", "6", lines[2]],
    "origin-with-plus": [NAME + "+x", "6", lines[2]], "empty-log-other-root": [NAME, "0", b64(ROOT)],
}.items():
    cp(id, "CHK-001", made("\n".join(body) + "\n"))
cp("no-blank-line", "CHK-001", text.decode() + key.line(text))
cp("no-signature", "CHK-001", text.decode() + "\n")
cp("text-alone", "CHK-001", text)
cp("carriage-returns", "CHK-001", good.replace("\n", "\r\n"))
cp("signature-line-cut", "CHK-001", good[:-2])
cp("signature-line-hyphen", "CHK-001", good.replace("\u2014 ", "- "))
cp("signature-not-base64", "CHK-001", good[:-6] + "*====\n")
cp("text-after-the-signatures", "CHK-001", good + "more\n")
cp("lines-65", "CHK-001", text.decode() + "\n" + key.line(text) * 65)
cp("above-256-kib", "CHK-001", Join(text + b"\n", Repeat(key.line(text).encode(), 3000)))
cp("not-utf8", "CHK-001", b"\xff" + good.encode())
for id, kw in {
    "another-origin": {"note": good, "origin": f"{M}/amonat/log/2"}, "another-agencys-log": {"note": good, "origin": f"{H}/amonat/log/1"},
    "another-key": {"note": good, "public": story.log_key[H].public}, "signed-by-another": {"note": made(text, story.log_key[H])},
    "signed-twice": {"note": text.decode() + "\n" + key.line(text) * 2}, "signature-of-another-text": {
        "note": note(text, key.line(made(f"{NAME}\n7\n{b64(ROOT)}\n").encode()))},
    "cosigned-only": {"note": note(text, key.cosign(text, 7))},
    "size-changed": {"note": good.replace("\n6\n", "\n7\n")},
    "key-id-changed": {"note": note(text, "\u2014 %s %s\n" % (NAME, b64(b"\0\0\0\0" + key.private.sign(text))))},
}.items():
    cp(id, "CHK-001 CHK-004", expect="origin", **kw)

# --- proofs ---------------------------------------------------------------------------------------------------------
leaves = [f"leaf {i}".encode() for i in range(21)]
tree = [ref.leaf_hash(x) for x in leaves]


def join(p):
    return b"".join(p)


for n in (1, 2, 3, 7, 8, 21):
    for i in sorted({0, n // 2, n - 1}):
        add(f"inclusion/{i}-of-{n}", "CHK-002 CHK-005", "inclusion", leaf_hash=tree[i], index=i, size=n,
            path=join(ref.inclusion(i, tree[:n])), root=ref.root(tree[:n]))
base = dict(leaf_hash=tree[5], index=5, size=21, path=join(ref.inclusion(5, tree)), root=ref.root(tree))
for id, changed in {
    "another-leaf": {"leaf_hash": tree[4]}, "another-index": {"index": 4}, "index-is-size": {"index": 21}, "index-huge": {"index": 2 ** 63},
    "another-size": {"size": 16}, "size-0": {"size": 0, "index": 0}, "path-short": {"path": base["path"][:-32]},
    "path-long": {"path": base["path"] + bytes(32)}, "path-empty": {"path": b""},
    "path-swapped": {"path": base["path"][32:64] + base["path"][:32] + base["path"][64:]}, "another-root": {"root": sha(b"x")},
    "path-65": {"path": bytes(65 * 32)}, "path-33-bytes": {"path": bytes(33)}, "leaf-as-node": {"leaf_hash": sha(leaves[5])},
}.items():
    add(f"inclusion/{id}", "CHK-005", "inclusion", "not-included", **{**base, **changed})
for m, n in ((1, 2), (1, 21), (2, 3), (3, 7), (4, 7), (6, 8), (7, 8), (8, 21), (16, 21), (20, 21), (5, 5)):
    add(f"consistency/{m}-{n}", "CHK-005 CHK-006" if m == n else "CHK-005", "consistency", **{"from": m}, to=n,
        old_root=ref.root(tree[:m]), new_root=ref.root(tree[:n]), path=join(ref.consistency(m, tree[:n])))
base = dict(to=21, old_root=ref.root(tree[:6]), new_root=ref.root(tree), path=join(ref.consistency(6, tree)), **{"from": 6})
for id, changed in {
    "another-old-root": {"old_root": sha(b"x")}, "another-new-root": {"new_root": sha(b"x")}, "from-5": {"from": 5}, "to-16": {"to": 16},
    "backwards": {"from": 21, "to": 6}, "path-short": {"path": base["path"][:-32]}, "path-long": {"path": base["path"] + bytes(32)},
    "path-empty": {"path": b""}, "same-with-path": {"from": 21, "old_root": ref.root(tree), "path": bytes(32)},
    "same-other-root": {"from": 21, "path": b""}, "from-huge": {"from": 2 ** 63}, "to-huge": {"to": 2 ** 64 - 1}, "path-65": {"path": bytes(65 * 32)},
    "roots-swapped": {"old_root": base["new_root"], "new_root": base["old_root"]},
}.items():
    add(f"consistency/{id}", "CHK-005 CHK-006", "consistency", "inconsistent", **{**base, **changed})
add("tree/root-of-none", "CHK-002", "tree", leaves=[], gives={"root": sha(b"")})
for n in (1, 2, 3, 5, 8, 21):
    add(f"tree/root-of-{n}", "CHK-002", "tree", leaves=leaves[:n], gives={"root": ref.root(tree[:n])})

# --- tiles -----------------------------------------------------------------------------------------------------------
for level, n, width, path in [(0, 0, None, "tile/0/000"), (0, 67, None, "tile/0/067"), (1, 1234067, None, "tile/1/x001/x234/067"),
                              (0, 1000, 5, "tile/0/x001/000.p/5"), (2, 999, 255, "tile/2/999.p/255")]:
    add(f"tile-path/{path.replace('/', '-')}", "PUB-002 PUB-004 PUB-006", "tile-path", level=level, n=n, width=width or 0,
        gives={"path": path})
for n, width, path in [(67, None, "tile/entries/067"), (1234067, 1, "tile/entries/x001/x234/067.p/1")]:
    add(f"tile-path/{path.replace('/', '-')}", "PUB-003 PUB-004", "entries-path", n=n, width=width or 0, gives={"path": path})

# --- K1 ---------------------------------------------------------------------------------------------------------------
for id, covers, expect, kw in [
    ("fresh", "CHK-010", "ok", {"size": 0}), ("goes-on", "CHK-010 CHK-011", "ok", {"size": 21, "guard": {"size": 8, "root": ref.root(tree[:8])}}),
    ("exactly-there", "CHK-011", "ok", {"size": 8, "guard": {"size": 8, "root": ref.root(tree[:8])}}),
    ("a7-absent-with-leaves", "CHK-012", "log-guard", {"size": 8}), ("a7-absent-but-known", "CHK-012", "log-guard", {"size": 0, "known": 1}),
    ("a7-older-tree", "CHK-012", "log-guard", {"size": 7, "guard": {"size": 8, "root": ref.root(tree[:8])}}),
    ("a7-another-history", "CHK-012", "log-guard", {"size": 21, "guard": {"size": 8, "root": sha(b"x")}}),
]:
    add(f"guard/{id}", covers, "guard", expect, leaves=leaves[:kw.pop("size")], **kw)

# --- K2 ---------------------------------------------------------------------------------------------------------------
for last, size, nxt in [(0, 0, 16), (0, 16, 16), (0, 17, 32), (16, 16, 32), (16, 17, 32), (16, 32, 32), (16, 33, 48), (32, 20, 48),
                        (1_000_000, 1_000_033, 1_000_048)]:
    add(f"heartbeat/{last}-{size}", "CHK-021", "heartbeat", last=last, size=size, gives={"next": nxt})
add("heartbeat/above", "CHK-021 BYT-006", "heartbeat", "malformed", last=2 ** 53 - 16, size=2 ** 53 - 1)
add("heartbeat/huge", "CHK-021 BYT-006", "heartbeat", "malformed", last=2 ** 64 - 1, size=2 ** 64 - 1)

# --- K4 ---------------------------------------------------------------------------------------------------------------
fork = made(f"{NAME}\n6\n{b64(sha(b'another history'))}\n")
for id, a, b, expect in [
    ("two-roots", good, fork, "fork"), ("either-order", fork, good, "fork"), ("one-note-twice", good, good, "no-evidence"),
    ("b6-two-sizes", good, made(f"{NAME}\n7\n{b64(sha(b'x'))}\n"), "no-evidence"),
    ("b6-unsigned", good, note(text.replace(b64(ROOT).encode(), b64(sha(b"x")).encode()), story.witness[S].cosign(text, 1)), "no-evidence"),
    ("b6-another-key", good, made(f"{NAME}\n6\n{b64(sha(b'another history'))}\n", story.log_key[S]), "no-evidence"),
    ("b6-another-origin", good, made(f"{S}/amonat/log/1\n6\n{b64(sha(b'another history'))}\n", story.log_key[S]), "no-evidence"),
    ("a-cosigned-copy", good, good + story.witness[S].cosign(text, 1), "no-evidence"),
]:
    add(f"evidence/{id}", "CHK-036 CHK-037", "evidence", expect, first=a.encode(), second=b.encode(), origin=NAME, key=key.public)

# --- K5 ---------------------------------------------------------------------------------------------------------------
for id, covers, expect, local, last, trusted in [
    ("clock", "CHK-038", 1000, 1000, None, 0), ("last-is-later", "CHK-038", 1500, 1000, 1500, 0), ("last-is-earlier", "CHK-038", 1000, 1000, 900, 0),
    ("a-day-behind", "CHK-039", 1000, 1000, None, 87_400), ("more-than-a-day-behind", "CHK-039", None, 1000, None, 87_401),
]:
    extra = {} if last is None else {"last": last}
    add(f"cosign-time/{id}", covers, "cosign-time", "ok" if expect is not None else "no-cosignature",
        None if expect is None else {"seconds": expect}, local=local, trusted=trusted, **extra)

# --- K6 ---------------------------------------------------------------------------------------------------------------
WITNESSES = {S: ("ngo", story.witness[S]), H: ("state", story.witness[H]), M: ("state", story.witness[M]),
             "oversight.example": ("oversight", Key("oversight.example/amonat/witness/1"))}


def w(agency):
    sector, k = WITNESSES[agency]
    return {"agency": agency, "sector": sector, "name": k.name, "key": k.public}


def settled(id, covers, signed, expect="ok", gives=None, agencies=1, sectors=1, f=1, known=(S, H, M, "oversight.example"), note=good, raw=()):
    lines = "".join(WITNESSES[a][1].cosign(text, t) for a, t in signed) + "".join(raw)
    add(f"settled/{id}", covers, "settled", expect, gives, note=(note + lines).encode(), origin=NAME, key=key.public,
        witnesses=[w(a) for a in known], agencies=agencies, sectors=sectors, f=f)


settled("one-of-one", "CHK-042 CHK-043", [(S, 100)], gives={"seconds": 100})
settled("second-largest", "CHK-043", [(S, 100), (H, 300), ("oversight.example", 200)], gives={"seconds": 200}, agencies=2)
settled("third-largest", "CHK-043", [(S, 100), (H, 300), ("oversight.example", 200)], gives={"seconds": 100}, agencies=3, f=2)
settled("smallest-of-fewer", "CHK-043", [(S, 100), (H, 300)], gives={"seconds": 100}, agencies=2, f=5)
settled("two-sectors", "CHK-042", [(S, 100), (H, 300)], gives={"seconds": 100}, agencies=2, sectors=2)
two = Key("second.example/amonat/witness/1")
two.private, two.public = WITNESSES[S][1].private, WITNESSES[S][1].public
WITNESSES["second.example"] = ("international", two)
for id, signed, kw in [
    ("none", [], {}), ("own-agency", [(M, 100)], {}), ("too-few", [(S, 100)], {"agencies": 2}), ("one-sector", [(H, 1), (S, 2)], {"sectors": 3, "agencies": 2}),
    ("same-agency-twice", [(S, 100), (S, 200)], {"agencies": 2}), ("unknown-witness", [(S, 100)], {"known": (H,)}),
    ("b2-one-key-two-names", [(S, 100), ("second.example", 200)], {"agencies": 2, "known": (S, "second.example")}),
    ("broken-line", [], {"raw": [WITNESSES[S][1].cosign(b"x" + text, 100)]}),
]:
    settled(id, "CHK-042", signed, "not-settled", **kw)
settled("note-of-another-key", "CHK-042", [(S, 100)], "origin", note=made(text, story.log_key[H]))

# --- K7 ---------------------------------------------------------------------------------------------------------------
LOCAL = 1_770_000_000_000


def t(agency, sector, ms):
    return {"agency": agency, "sector": sector, "ms": ms}


for id, covers, times, f, expect in [
    ("no-witness", "CHK-040", [], 1, LOCAL), ("a6-one-witness", "CHK-040", [t("a.a", "ngo", LOCAL + 500)], 1, LOCAL),
    ("two-of-two-sectors", "CHK-040", [t("a.a", "ngo", LOCAL + 500), t("b.b", "state", LOCAL + 300)], 1, LOCAL + 300),
    ("two-of-one-sector", "CHK-040", [t("a.a", "ngo", LOCAL + 500), t("b.b", "ngo", LOCAL + 300)], 1, LOCAL),
    ("one-agency-twice", "CHK-040", [t("a.a", "ngo", LOCAL + 500), t("a.a", "state", LOCAL + 300)], 1, LOCAL),
    ("local-is-later", "CHK-040", [t("a.a", "ngo", LOCAL - 500), t("b.b", "state", LOCAL - 300)], 1, LOCAL),
    ("f-2", "CHK-040", [t("a.a", "ngo", LOCAL + 500), t("b.b", "state", LOCAL + 300), t("c.c", "state", LOCAL + 100)], 2, LOCAL + 100),
    ("f-0-is-1", "CHK-040", [t("a.a", "ngo", LOCAL + 500), t("b.b", "state", LOCAL + 300)], 0, LOCAL + 300),
    ("a-day-ahead", "CHK-041", [t("a.a", "ngo", LOCAL + DAY), t("b.b", "state", LOCAL + DAY)], 1, LOCAL + DAY),
    ("more-than-a-day-ahead", "CHK-041", [t("a.a", "ngo", LOCAL + DAY + 1), t("b.b", "state", LOCAL + DAY + 1)], 1, None),
]:
    add(f"time/{id}", covers, "time", "ok" if expect else "alarm", {"ms": expect or LOCAL}, local=LOCAL, times=times, f=f)

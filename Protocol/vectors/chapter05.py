"""Vectors of chapter 05: receipts and their cosignatures."""
from book import Book

import amonat_ref as ref
import story
from amonat_ref import Log, cj, f_bytes, f_uint, sha
from scenario import H, M, NOW, OTHER_REALM, REALM, S

book = Book("05-receipts")
add = book.add
SENT = sha(b"a message that was sent")


class Answer:
    """The shelter's answer to a message of the ministry."""

    def __init__(self, type="receive", e=None, realm=None, log=None, shift=0, opening=None, size=None, drop=()):
        self.log = Log(story.log_key[S], S, REALM.hex())
        for _ in range(3):
            self.log.pad()
        keys = {"message": SENT.hex(), "outcome": "stored" if type == "receive" else "expired", "peer": M}
        keys = {} if type == "pad" else {**keys, **(e or {})}
        if realm:
            keys["realm"] = realm.hex()
        if log:
            keys["log"] = log
        if shift:
            keys["index"] = 3 + shift
        self.event = self.log.append(type, NOW, {k: v for k, v in keys.items() if k not in drop})
        for _ in range(2):
            self.log.pad()
        self.size = len(self.log.leaves) if size is None else size
        made = opening(self) if opening else self.log.opening(self.event, self.size)
        self.text, self.note = self.log.checkpoint(self.size)
        self.bytes = f_bytes(2, f_bytes(1, made, True) + f_bytes(2, self.note))


def rc(id, covers, made, expect="ok", gives=None, me=M, sent=(SENT,)):
    add(f"receipt/{id}", covers, "receipt", expect, gives, answer=made.bytes if hasattr(made, "bytes") else made, me=me,
        realm=REALM, sent=list(sent))


def opened(**changed):
    def make(a):
        o = a.log.opened[a.event]
        v = {"e": o["E"], "salt": o["salts"][0], "staff": o["commits"][1], "personal": o["commits"][2],
             "path": b"".join(ref.inclusion(a.event, a.log.hashes[:a.size])), "closed": "", **changed}
        return (f_bytes(1, v["e"]) + f_bytes(2, v["salt"]) + f_bytes(3, v["staff"]) + f_bytes(4, v["personal"])
                + f_bytes(5, v["path"]) + f_bytes(6, v["closed"]))
    return make


rc("stored", "RCP-002 RCP-005", Answer(), gives={"outcome": "stored"})
rc("example", "RCP-005", story.answer, gives={"outcome": "stored"}, sent=(story.message,))
rc("refused", "RCP-002 RCP-005", Answer("refuse"), gives={"outcome": "expired"})
rc("refused-with-an-unknown-code", "EXC-007", Answer("refuse", {"outcome": "brand-new"}), gives={"outcome": "brand-new"})
for id, covers, made in [
    ("never-sent", "RCP-005", Answer(e={"message": sha(b"another").hex()})), ("for-another-sender", "RCP-005", Answer(e={"peer": H})),
    ("another-realm", "RCP-005", Answer(realm=OTHER_REALM)), ("another-log", "RCP-005", Answer(log=f"{S}/amonat/log/2")),
    ("another-index", "RCP-005", Answer(shift=-1)), ("a-pad", "RCP-005", Answer("pad")),
    ("a-cancel", "RCP-005", Answer("cancel", {"seq": 1}, drop=("outcome",))),
    ("salt-of-another-event", "RCP-005", Answer(opening=opened(salt=sha(b"x")))),
    ("path-short", "RCP-005 CHK-005", Answer(opening=lambda a: opened(path=b"".join(ref.inclusion(a.event, a.log.hashes))[:-32])(a))),
    ("path-long", "RCP-005 CHK-005", Answer(opening=lambda a: opened(path=b"".join(ref.inclusion(a.event, a.log.hashes)) + bytes(32))(a))),
    ("beyond-the-checkpoint", "RCP-005", Answer(size=3, opening=opened(path=b""))),
    ("with-a-closed-checkpoint", "RCP-005", Answer(opening=opened(closed="x"))),
]:
    rc(id, covers, made, "receipt")
for id, covers, made in [
    ("event-not-canonical", "CJ-008", Answer(opening=opened(e=b'{ "index":3}'))), ("event-absent", "PB-004", Answer(opening=lambda a: b"")),
    ("without-outcome", "RCP-002", Answer(drop=("outcome",))), ("salt-31", "PB-004", Answer(opening=opened(salt=bytes(31)))),
]:
    rc(id, covers, made, "malformed")
rc("read-by-another", "RCP-005", Answer(), "receipt", me=H)

# --- cosignatures ----------------------------------------------------------------------------------------------------
text, note = story.pair_text, story.pair_note.encode()
w, seconds = story.witness[S], story.seconds
line = w.cosign(text, seconds).encode()


def co(id, covers, line, expect="cosignature", gives=None, note=note, witness=f"{S}/amonat/witness/1", key=w.public):
    add(f"cosignature/{id}", covers, "cosignature", expect, gives, line=line, note=note, witness=witness, key=key)


co("example", "RCP-004 RCP-006 CHK-003", line, "ok", {"seconds": seconds})
co("time-0", "CHK-003 BYT-004", w.cosign(text, 0).encode(), "ok", {"seconds": 0})
other = story.ministry.checkpoint(story.pair_size - 1)
payload = bytearray(ref.base64.b64decode(line.split()[-1]))


def packed(data, name=w.name):
    return f"\u2014 {name} {ref.b64(bytes(data))}\n".encode()


late = bytearray(payload)
late[11] ^= 1
flipped = bytearray(payload)
flipped[40] ^= 1
for id, covers, kw in [
    ("another-note", "RCP-006", {"line": line, "note": other[1].encode()}), ("another-time", "CHK-003", {"line": packed(late)}),
    ("signature-changed", "RCP-006", {"line": packed(flipped)}), ("another-witness-name", "CHK-004", {"line": packed(payload, story.witness[H].name)}),
    ("another-key", "CHK-004 RCP-006", {"line": line, "key": story.witness[H].public}),
    ("b2-asked-as-another-agency", "CHK-004", {"line": line, "witness": f"{H}/amonat/witness/1"}),
    ("signed-as-a-note", "CHK-003", {"line": w.line(text).encode()}), ("log-key", "CHK-004", {"line": story.log_key[S].cosign(text, seconds).encode()}),
    ("time-in-milliseconds-above", "CHK-003 BYT-005", {"line": w.cosign(text, 2 ** 53).encode()}),
    ("cut", "CHK-003", {"line": packed(payload[:-1])}), ("longer", "CHK-003", {"line": packed(payload + b"\0")}),
    ("without-line-end", "CHK-003", {"line": line[:-1]}), ("hyphen-for-dash", "CHK-003", {"line": b"- " + line[4:]}),
    ("empty", "RCP-006", {"line": b""}), ("two-lines", "CHK-003", {"line": line * 2}),
]:
    co(id, covers, **kw)

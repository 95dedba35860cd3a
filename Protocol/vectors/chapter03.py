"""Vectors of chapter 03: the envelope at the node, and at the desk."""
from book import Book, Join, Repeat, shelf

import amonat_ref as ref
import story
from amonat_ref import XWing, cj, f_bytes, f_uint, hmac, pae, secret, sha
from scenario import DEFAULT, H, IDENTITY, M, NOTIFY, OTHER_REALM, REALM, REPLY, S, Envelope, wrap

book = Book("03-envelope")
add = book.add


def node(id, covers, data, expect="ok", gives=None, me=S, peer=M, realm=REALM):
    add(f"node/{id}", covers, "envelope", expect, gives=gives, me=me, peer=peer, realm=realm,
        envelope=data if isinstance(data, bytes) else data.bytes)


node("offer", "ENV-002 ENV-003 ENV-025", DEFAULT, gives={"id": DEFAULT.id})
node("example", "ENV-025", story.envelope, gives={"id": story.message})
node("two-compartments", "ENV-003", IDENTITY, gives={"id": IDENTITY.id})
node("notify", "ENV-007", NOTIFY, gives={"id": NOTIFY.id})

# Step 8: form.
e = DEFAULT
HEAD, TABLE, STANZAS, BOX = (f_bytes(1, e.header), f_bytes(2, e.table), f_bytes(3, e.stanzas), f_bytes(4, e.compartments[0]))


def headed(**changed):
    v = {"suite": 1, "realm": REALM, "sender": M, "recipient": S, "nonce": e.nonce, **changed}
    return f_bytes(1, f_uint(1, v["suite"]) + f_bytes(2, v["realm"]) + f_bytes(3, v["sender"]) + f_bytes(4, v["recipient"])
                   + f_bytes(5, v["nonce"])) + TABLE + STANZAS + BOX


for suite in (2, 0x647a, 2 ** 32 - 1):
    node(f"suite-{suite}", "ENV-020 EXC-108", headed(suite=suite), "suite")
for id, changed in {
    "suite-absent": {"suite": 0}, "realm-31": {"realm": REALM[:31]}, "realm-33": {"realm": REALM + b"\0"}, "realm-absent": {"realm": b""},
    "sender-absent": {"sender": b""}, "sender-one-label": {"sender": b"ministry"}, "sender-upper": {"sender": b"Ministry.example"},
    "sender-cyrillic": {"sender": "мinistry.example".encode()}, "recipient-absent": {"recipient": b""},
    "nonce-15": {"nonce": e.nonce[:15]}, "nonce-17": {"nonce": e.nonce + b"\0"}, "nonce-absent": {"nonce": b""},
}.items():
    node(f"header/{id}", "PB-004 EXC-108", headed(**changed), "malformed")
node("header/absent", "PB-004", TABLE + STANZAS + BOX, "malformed")
node("header/bytes-513", "PB-005", f_bytes(1, e.header + f_bytes(15, bytes(420))) + TABLE + STANZAS + BOX, "malformed")
node("no-table", "ENV-003", HEAD + STANZAS + BOX, "malformed")
node("no-stanzas", "ENV-005", HEAD + TABLE + BOX, "malformed")
node("trailing", "PB-001", e.bytes + b"\0", "malformed")
node("cut", "PB-001", e.bytes[:-1], "malformed")
node("nothing", "PB-004", b"", "malformed")


def tabled(*rows, boxes=None):
    made = Envelope(label="vector offer")
    made.rows = list(rows)
    made.compartments = made.compartments if boxes is None else boxes
    made.finish()
    return made


box, r = e.compartments[0], e.row
two = Envelope(("contact", "identity"), label="vector supplement")
swapped = Envelope(("contact", "identity"), label="vector supplement")
swapped.rows.reverse()
swapped.compartments.reverse()
swapped.finish()
node("rows/descending", "ENV-003", swapped, "malformed")
same = Envelope(("contact", "identity"), label="vector supplement")
same.rows[1], same.compartments[1] = same.rows[0], same.compartments[0]
same.finish()
node("rows/twice", "ENV-003", same, "malformed")
for id, changed in {
    "group-absent": {"group": b""}, "group-upper": {"group": b"Need"}, "group-dotted": {"group": b"need.now"},
    "hash-31": {"hash": bytes(31)}, "hash-absent": {"hash": b""}, "commit-absent": {"commit": b""}, "commit-33": {"commit": bytes(33)},
}.items():
    node(f"rows/{id}", "PB-004 ENV-003", tabled(r("need", box, **changed)), "malformed")
for length in (0, 1, 24, 4136, 4138, 24 + 8192 + 17, 24 + 65536 + 34, 24 + 65537 + 34, 2 ** 53, 2 ** 63):
    node(f"rows/length-{length}", "ENV-023", tabled(r("need", box, length=length)), "malformed")
node("rows/17", "PB-005", tabled(*(r("need", box, group=f"g{i:02}") for i in range(17)), boxes=[box] * 17), "malformed")
node("rows/length-above-blob", "ENV-009", tabled(r("need", box, length=24 + 2 ** 27 + 17 * 2048)), "malformed")


def stanzad(**changed):
    made = Envelope(label="vector offer")
    made.stanza_list = [made.stanza(**changed)]
    return made.close()


for id, changed in {
    "key-id-31": {"key_id": bytes(31)}, "key-id-absent": {"key_id": b""}, "groups-absent": {"groups": []},
    "group-upper": {"groups": ["Need"]}, "groups-descending": {"groups": ["need", "identity"], "wrapped": bytes(80)},
    "groups-twice": {"groups": ["need", "need"], "wrapped": bytes(80)}, "group-empty": {"groups": [""]},
    "enc-1119": {"enc": bytes(1119)}, "enc-1121": {"enc": bytes(1121)}, "enc-absent": {"enc": b""},
    "wrapped-47": {"wrapped": bytes(47)}, "wrapped-49": {"wrapped": bytes(49)}, "wrapped-80": {"wrapped": bytes(80)},
}.items():
    node(f"stanzas/{id}", "ENV-004 PB-004", stanzad(**changed), "malformed")
both = Envelope(label="vector offer")
second = both.stanza(key_id=sha(b"another desk"))
both.stanza_list = sorted([both.stanza_list[0], second], key=lambda s: s[2:34])
node("stanzas/two", "ENV-004", both.close(), gives={"id": both.id})
both.stanza_list.reverse()
node("stanzas/descending", "ENV-004", both.close(), "malformed")
both.stanza_list = [second, second]
node("stanzas/twice", "ENV-004", both.close(), "malformed")
both.stanza_list = [both.stanza(key_id=bytes([i]) * 32) for i in range(17)]
node("stanzas/17", "PB-005", both.close(), "malformed")

# Step 9.
node("b14-other-realm", "ENV-021 EXC-109", Envelope(realm=OTHER_REALM, label="vector offer"), "not-yours")
node("b1-other-sender", "ENV-021 EXC-109", Envelope(sender=H, label="vector offer"), "not-yours")
node("b1-relayed", "ENV-021 EXC-109", DEFAULT, "not-yours", peer=H)
node("other-recipient", "ENV-021 EXC-109", Envelope(recipient=H, desk="medical", label="vector offer"), "not-yours")
node("read-by-another", "ENV-021 EXC-109", DEFAULT, "not-yours", me=H)

# Step 10.
flipped = bytearray(box)
flipped[2000] ^= 1
for id, boxes, covers in [
    ("compartment-changed", [bytes(flipped)], "ENV-022"), ("compartment-longer", [box + b"\0"], "ENV-022"),
    ("compartment-cut", [box[:-1]], "ENV-022"), ("compartment-missing", [], "ENV-022"), ("compartment-more", [box, box], "ENV-022"),
]:
    node(f"hash/{id}", covers + " EXC-110", HEAD + TABLE + STANZAS + b"".join(f_bytes(4, b) for b in boxes), "hash")
i = IDENTITY
node("hash/compartments-swapped", "ENV-003 EXC-110", f_bytes(1, i.header) + f_bytes(2, i.table) + f_bytes(3, i.stanzas)
     + f_bytes(4, i.compartments[1]) + f_bytes(4, i.compartments[0]), "hash")
node("blob-follows", "ENV-009 EXC-110", HEAD + TABLE + STANZAS + f_bytes(4, b"", keep_empty=True), gives={"id": e.id})

# --- sizes ------------------------------------------------------------------------------------------------------
for n in (0, 1, 4088, 4089, 16376, 16377, 65528, 65529, 100_000, 1_000_000, 4_000_000):
    p = next((b for b in (4096, 16384, 65536) if n + 8 <= b), None)
    if p is None:
        x = (n + 8).bit_length() - 1
        low = x - x.bit_length()
        p = (n + 8 + (1 << low) - 1) >> low << low
    add(f"padding/{n}", "ENV-023", "padding", length=n, gives={"padded": p, "ct_len": 24 + p + 17 * -(-p // 65536)})

# --- at the desk ---------------------------------------------------------------------------------------------------
DESK = XWing(f"{S}/intake/1")


def desk(id, covers, made, expect="ok", gives=None, agency=S, name="intake", key=DESK):
    add(f"desk/{id}", covers, "open", expect, gives=gives, envelope=made.bytes if hasattr(made, "bytes") else made,
        agency=agency, desk=name, seed=key.seed)


desk("offer", "ENV-030", DEFAULT, gives={"contents": {"need": DEFAULT.content("need")}})
desk("example", "ENV-030", story.envelope, gives={"contents": {"need": story.content}})
desk("two", "ENV-030", IDENTITY, gives={"contents": {g: IDENTITY.content(g) for g in IDENTITY.groups}})
only = Envelope(("contact", "identity"), stanza_groups=("identity",), label="vector one of two")
desk("one-of-two", "ENV-005 ENV-030", only, gives={"contents": {"identity": only.content("identity")}})
large = Envelope(label="vector large", contents={"need": cj({"text": "x" * 70_000})})
shelf.add("vectors/files/large.envelope", large.bytes)
desk("two-chunks", "ENV-030", large, gives={"contents": {"need": Join(b'{"text":"', Repeat(b"x", 70_000), b'"}')}})


def changed(**methods):
    kind = type("Changed", (Envelope,), methods)
    return kind(label="vector offer")


def broken(id, **methods):
    desk(f"broken/{id}", "ENV-030 ENV-031", changed(**methods), "seal-broken")


def retagged(self, group):
    """The last chunk of a stream of two, tagged as one that goes on."""
    whole = Envelope.compartment(self, group)
    return whole


PLAIN = ref.padded(DEFAULT.content("need"))
broken("other-info", info=lambda self: pae("amonat/v1/wrap", self.h, self.t, self.key_id(), pae("identity")))
broken("info-of-another-table", info=lambda self: pae("amonat/v1/wrap", self.h, sha(b"table"), self.key_id(), pae("need")))
broken("commitment-of-another-key", commitment=lambda self, g: hmac(sha(b"another"), pae("amonat/v1/cek-commit", self.h, g)))
broken("commitment-of-another-group", commitment=lambda self, g: hmac(self.ceks[g], pae("amonat/v1/cek-commit", self.h, "identity")))
broken("ad-of-another-group", compartment=lambda self, g: self.stream(g, PLAIN, pae("amonat/v1/compartment", self.h, "identity")))
broken("ad-of-another-header", compartment=lambda self, g: self.stream(g, PLAIN, pae("amonat/v1/compartment", sha(b"h"), g)))
broken("ad-empty", compartment=lambda self, g: self.stream(g, PLAIN, b""))
broken("padding-not-zero", plain=lambda self, g: PLAIN[:-1] + b"\1")
broken("length-beyond", plain=lambda self, g: (4089).to_bytes(8, "little") + PLAIN[8:])
broken("length-huge", plain=lambda self, g: b"\xff" * 8 + PLAIN[8:])
broken("length-too-short", plain=lambda self, g: (10).to_bytes(8, "little") + PLAIN[8:])
broken("bucket-too-large", plain=lambda self, g: PLAIN + bytes(16384 - 4096))
broken("stream-key-is-the-cek", stream=lambda self, g, p, ad: ref.secretstream(self.ceks[g], secret(f"stream {self.label} {g}", 24), p, ad))


def tagged(last, first=0):
    """secretstream with other tags than MESSAGE … FINAL."""
    def stream(self, group, plain, ad):
        k_enc = hmac(self.ceks[group], pae("amonat/v1/cek-enc", self.h, group))
        return ref.secretstream(k_enc, secret(f"stream {self.label} {group}", 24), plain, ad, last=last, first=first)
    return stream


broken("last-chunk-without-final", stream=tagged(last=0))
broken("last-chunk-push", stream=tagged(last=1))
broken("last-chunk-rekey", stream=tagged(last=2))
long = type("Long", (Envelope,), {"stream": tagged(last=3, first=3)})(
    label="vector large", contents={"need": cj({"text": "x" * 70_000})})
desk("broken/first-chunk-final", "ENV-030 ENV-031", long, "seal-broken")
desk("broken/other-key", "ENV-030 ENV-031", stanzad(keys=sha(b"another key")), "seal-broken")
enc = bytearray(wrap(DESK.public, b"", bytes(32), "vector offer intake")[0])
enc[7] ^= 1
desk("broken/enc-changed", "ENV-031", stanzad(enc=bytes(enc)), "seal-broken")
desk("not-for-this-key", "ENV-024", DEFAULT, "desk-key-gone", name="other")

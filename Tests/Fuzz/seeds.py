"""Writes seeds for the fuzz targets from the vectors: python3 Tests/Fuzz/seeds.py

A seed is the bytes of one vector. Small ones, good and bad, a few of each kind.
"""
import base64
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEEDS = ROOT / "Tests/Fuzz/seeds"
# Which check and which input feed a target, and how many seeds at most.
SOURCES = {
    "log-event": ("event", "e", 60), "event-parts": ("staff", "a", 20), "checkpoint": ("checkpoint", "note", 20),
    "signed-note": ("founding", "note", 6), "note-lines": ("cosignature", "line", 12), "request": ("exchange", "request", 24),
    "answer": ("receipt", "answer", 12), "envelope": ("envelope", "envelope", 16), "parcel": ("parcel", "parcel", 6),
    "hello": ("hello", "bytes", 8), "suspension": ("statement", "text", 8), "certificate": ("certificate", "der", 12),
    "names": ("name", "text", 30),
}
LIMIT = 16_384


def read(v):
    if isinstance(v, str):
        return bytes.fromhex(v)
    if "text" in v:
        return v["text"].encode()
    if "base64" in v:
        return base64.b64decode(v["base64"])
    if "join" in v:
        return b"".join(read(x) for x in v["join"])
    if "repeat" in v:
        return read(v["repeat"]) * v["times"]
    data = (ROOT / "Protocol" / v["file"]).read_bytes()
    return data[v.get("from", 0):v.get("to", len(data))]


def put(target, name, data):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


for target in SOURCES:
    for old in (SEEDS / target).glob("*"):
        old.unlink()
vectors = [json.loads(line) for path in sorted((ROOT / "Protocol/vectors").glob("[01]*.jsonl")) for line in path.open()]
for target, (check, field, most) in SOURCES.items():
    found = [v for v in vectors if v["check"] == check]
    # Evenly out of all of them, so that no kind is left out.
    for v in found[::max(1, len(found) // most)][:most]:
        data = read(v["input"][field])
        if len(data) <= LIMIT:
            put(target, v["id"].split("/", 1)[1].replace("/", "."), data)


def text_of(name):
    return (ROOT / "Protocol/examples" / name).read_bytes().rsplit(b"\n\n", 1)[0] + b"\n"


put("register", "example", text_of("register.note"))
put("card", "example", text_of("shelter.example.card.note"))
put("link", "example", text_of("shelter.example.link.note"))
put("signed-note", "link", (ROOT / "Protocol/examples/shelter.example.link.note").read_bytes())
put("policy", "small", json.dumps({"type": "amonat/v1/policy", "name": "x", "version": 1, "languages": ["en"]}).encode())
put("key-file", "form", b"amonat-key/v1\nname: commission/c1\npublic: " + base64.b64encode(b"\x58" + b"\x66" * 31)
    + b"\nargon2id: 1 8 " + base64.b64encode(bytes(16)) + b"\nbox: " + base64.b64encode(bytes(72)) + b"\n")
lines = (ROOT / "Protocol/examples/ministry.bundle").read_bytes().split(b"\n")
short = [x for x in lines if not x.startswith((b"policy", b"card"))]
put("bundle", "without-policy", b"\x20" + b"\n".join(short))
put("bundle", "head", b"\x03" + b"\n".join(lines[:4]) + b"\n")
for name, text in {
    "unlock": '{"user":"a","passphrase":"b"}', "act": '{"reason":"a","outcome":"b"}', "refer": '{"referrals":[{"grant":7}],"wait":"queued"}',
    "consent": '{"case":"a","grants":[{"peer":"b.c","purpose":"health","groups":["need"],"until_ms":1}]}', "withdraw": '{"case":"a","grants":[1]}',
    "values": '{"case":"a","content":{"a":"7","b":7,"c":true,"d":["x"]}}', "notes": '{"notes":["x"]}',
}.items():
    put("local", name, text.encode())


def hello(*extensions):
    """One record with a client hello of these extensions."""
    rest = b"".join(t.to_bytes(2, "big") + len(b).to_bytes(2, "big") + b for t, b in extensions)
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00" + len(rest).to_bytes(2, "big") + rest
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


groups = (10, bytes.fromhex("000411ec001d"))
put("client-hello", "fresh", hello(groups))
put("client-hello", "ticket", hello(groups, (41, bytes(64))))
put("client-hello", "early-data", hello(groups, (42, b"")))
put("client-hello", "two-records", hello(groups)[:20] + b"\x16\x03\x01\x00\x04" + bytes(4))

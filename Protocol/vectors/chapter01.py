"""Vectors of chapter 01: bytes, names, CJ-0, CJ-1, protobuf."""
from book import Book, Join, Repeat

import story
from amonat_ref import Key, b64, cj, f_bytes, f_uint, hmac, pae, secret, varint

book = Book("01-bytes")
add = book.add

# --- basics ----------------------------------------------------------------------------------
add("pae/none", "BYT-001", "pae", parts=[], gives={"bytes": pae()})
add("pae/empty-part", "BYT-001", "pae", parts=[b""], gives={"bytes": pae(b"")})
add("pae/example", "BYT-001", "pae", parts=[b"amonat/v1/event", b"{}"], gives={"bytes": pae("amonat/v1/event", "{}")})
add("pae/shifted", "BYT-001", "pae", parts=[b"ab", b"c"], gives={"bytes": pae(b"ab", b"c")})
add("pae/shifted-back", "BYT-001", "pae", parts=[b"a", b"bc"], gives={"bytes": pae(b"a", b"bc")})
key = secret("vector hmac key")
add("hmac/32", "BYT-002", "hmac", key=key, data=b"abc", gives={"bytes": hmac(key, b"abc")})
for n in (0, 31, 33, 64):
    add(f"hmac/key-{n}", "BYT-002", "hmac", "key", key=secret("vector hmac key", n), data=b"abc")
# The same code would come out for a key with a zero byte more: why the length is checked.
add("hmac/zero-extended", "BYT-002", "hmac", "key", key=key + b"\0", data=b"abc")

P = 2 ** 255 - 19
small_order = [
    (0).to_bytes(32, "little"), (1).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    (P - 1).to_bytes(32, "little"),
]
signer = Key("vector/key")
add("public-key/good", "BYT-003", "public-key", key=signer.public)
for i, point in enumerate(small_order):
    add(f"public-key/small-order-{i}", "BYT-003", "public-key", "key", key=point)
for i, point in enumerate([P.to_bytes(32, "little"), (P + 1).to_bytes(32, "little"), bytes([0xFF] * 31 + [0x7F])]):
    add(f"public-key/non-canonical-{i}", "BYT-003", "public-key", "key", key=point)
add("public-key/short", "BYT-003", "public-key", "key", key=signer.public[:31])
add("public-key/long", "BYT-003", "public-key", "key", key=signer.public + b"\0")
sig = signer.private.sign(b"message")
L = 2 ** 252 + 27742317777372353535851937790883648493
high_s = sig[:32] + (int.from_bytes(sig[32:], "little") + L).to_bytes(32, "little")
add("signature/good", "BYT-003", "signature", key=signer.public, message=b"message", signature=sig)
add("signature/s-not-reduced", "BYT-003", "signature", "signature", key=signer.public, message=b"message", signature=high_s)
add("signature/other-message", "BYT-003", "signature", "signature", key=signer.public, message=b"messagf", signature=sig)
add("signature/small-order-r", "BYT-003", "signature", "signature", key=signer.public, message=b"message",
    signature=small_order[1] + sig[32:])
add("signature/short", "BYT-003", "signature", "signature", key=signer.public, message=b"message", signature=sig[:63])

# --- base64 and hex ----------------------------------------------------------------------------
add("base64/padded", "CJ-108", "base64", text=b"AAE=", gives={"bytes": b"\0\1"})
for id, text in [("unpadded", b"AAE"), ("unused-bits", b"AAF="), ("url-alphabet", b"AA-_"), ("line-end", b"AAE=\n"),
                 ("too-much-padding", b"AAA====")]:
    add(f"base64/{id}", "CJ-108", "base64", "malformed", text=text)
add("hex/lower", "CJ-108", "hex", text=b"00ff", gives={"bytes": b"\0\xff"})
for id, text in [("upper", b"00FF"), ("odd", b"00f"), ("prefix", b"0x00")]:
    add(f"hex/{id}", "CJ-108", "hex", "malformed", text=text)

# --- names ----------------------------------------------------------------------------------------


def names(kind, covers, good, bad):
    for i, text in enumerate(good):
        add(f"name/{kind}/good-{i}", covers, "name", kind=kind, text=text.encode())
    for id, text in bad.items():
        add(f"name/{kind}/{id}", covers, "name", "malformed", kind=kind, text=text.encode())


l32 = "a" * 32
names("agency", "BYT-010", ["a.b", "ministry.example", "a-b.c-d", f"{l32}.{'b' * 31}", "0.1"], {
    "one-label": "ministry", "empty": "", "empty-label": "a..b", "leading-dot": ".a.b", "trailing-dot": "a.b.",
    "leading-hyphen": "-a.b", "trailing-hyphen": "a-.b", "upper": "A.b", "label-33": "a" * 33 + ".b",
    "bytes-65": f"{l32}.{'b' * 32}", "underscore": "a_b.c", "slash": "a/b.c", "cyrillic": "а.b", "space": "a .b",
    "line-end": "a.b\n"})
names("log", "BYT-011 BYT-013", ["a.b/amonat/log/1", "a.b/amonat/log/4294967295"], {
    "zero": "a.b/amonat/log/0", "leading-zero": "a.b/amonat/log/01", "no-number": "a.b/amonat/log/",
    "sign": "a.b/amonat/log/+1", "witness": "a.b/amonat/witness/1", "free-text": "a.b/log/1",
    "bad-agency": "a/amonat/log/1", "more": "a.b/amonat/log/1/2", "letters": "a.b/amonat/log/x"})
names("witness", "BYT-011 BYT-013", ["a.b/amonat/witness/1"], {
    "zero": "a.b/amonat/witness/0", "log": "a.b/amonat/log/1", "leading-zero": "a.b/amonat/witness/01"})
c48 = "a" * 48
names("code", "BYT-015", ["need", "own-consent", "a", "0", c48, "a-b-c"], {
    "empty": "", "upper": "Need", "leading-hyphen": "-a", "trailing-hyphen": "a-", "double-hyphen": "a--b",
    "dot": "medical.pep", "underscore": "a_b", "bytes-49": c48 + "a", "space": "a b", "cyrillic": "нужда"})
names("desk", "BYT-016", ["intake", "intake-2", "a.b", "0", c48], {
    "empty": "", "upper": "Intake", "leading-dot": ".a", "leading-hyphen": "-a", "bytes-49": c48 + "a",
    "underscore": "a_b"})

# --- CJ-0 -------------------------------------------------------------------------------------------


def cj0(id, covers, text, expect="ok"):
    add(f"cj-0/{id}", covers, "cj-0", expect, text=text if not isinstance(text, str) else text.encode())


def cj0bad(covers, **texts):
    for id, text in texts.items():
        cj0(id.replace("_", "-"), covers, text, "malformed")


cj0("empty", "CJ-001", "{}")
cj0("whole", "CJ-001 CJ-002 CJ-003 CJ-004 CJ-005 CJ-006", '{"a":0,"a_b":[" ","a","b"],"b2":9007199254740991,"c":"~ !"}')


def of_size(count):
    """A CJ-0 text of exactly so many bytes."""
    short = cj({f"k{i:02}": "x" * 120 for i in range(31)} | {"z": ""})
    return short[:-2] + b"x" * (count - len(short)) + b'"}'


cj0("bytes-4096", "CJ-001", of_size(4096))
cj0("key-32", "CJ-002", '{"' + "a" * 32 + '":1}')
cj0("string-128", "CJ-003", '{"a":"' + "x" * 128 + '"}')
cj0("bytes-4097", "CJ-001", of_size(4097), "malformed")
cj0bad("CJ-001", space='{"a": 1}', leading_space=' {"a":1}', trailing='{"a":1}x', line_end='{"a":1}\n', nothing="",
       array="[1]", number="1", cut='{"a":1', bom=b"\xef\xbb\xbf{}", twice='{}{}', comma='{"a":1,}',
       no_colon='{"a"1}')
cj0bad("CJ-002", key_twice='{"a":1,"a":1}', key_twice_apart='{"a":1,"b":1,"a":1}', key_order='{"b":1,"a":1}',
       key_upper='{"A":1}', key_digit_first='{"1a":1}', key_underscore_first='{"_a":1}', key_hyphen='{"a-b":1}',
       key_empty='{"":1}', key_33='{"' + "a" * 33 + '":1}', key_bare='{a:1}', key_single_quotes="{'a':1}")
cj0bad("CJ-003", string_129='{"a":"' + "x" * 129 + '"}', string_tab='{"a":"\t"}', string_del='{"a":"\x7f"}',
       string_cyrillic='{"a":"я"}', string_high_byte=b'{"a":"\xff"}', string_nul=b'{"a":"\0"}', string_open='{"a":"x}')
cj0bad("CJ-004", number_above='{"a":9007199254740992}', number_64_bits='{"a":18446744073709551616}',
       number_leading_zero='{"a":01}', number_sign='{"a":-1}', number_minus_zero='{"a":-0}', number_plus='{"a":+1}',
       number_fraction='{"a":1.0}', number_exponent='{"a":1e2}', number_hex='{"a":0x1}', number_string_digits='{"a":1_0}')
cj0bad("CJ-005", array_empty='{"a":[]}', array_order='{"a":["b","a"]}', array_twice='{"a":["a","a"]}',
       array_number='{"a":[1]}', array_nested='{"a":[["a"]]}', array_comma='{"a":["a",]}', array_space='{"a":["a", "b"]}')
cj0bad("CJ-006", null='{"a":null}', true='{"a":true}', false='{"a":false}', object='{"a":{"b":1}}',
       escape='{"a":"\\n"}', escape_unicode='{"a":"\\u0061"}', escape_slash='{"a":"\\/"}', escape_quote='{"a":"\\""}',
       escape_in_key='{"\\u0061":1}', nan='{"a":NaN}')

# --- CJ-1 -------------------------------------------------------------------------------------------


def cj1(id, covers, text, expect="ok"):
    add(f"cj-1/{id}", covers, "cj-1", expect, text=text.encode() if isinstance(text, str) else text)


cj1("depth-6", "CJ-102", '{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}')
cj1("depth-6-lists", "CJ-102", '{"a":[[[[[1]]]]]}')
cj1("depth-7", "CJ-102", '{"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}}', "malformed")
cj1("depth-7-lists", "CJ-102", '{"a":[[[[[[1]]]]]]}', "malformed")
cj1("lists", "CJ-103", '{"a":[],"b-c":["b","a","a",1,{"a":1}]}')
cj1("string-empty", "CJ-104", '{"a":""}')
cj1("string-long", "CJ-104", '{"a":"' + "x" * 4000 + '"}')
cj1("names-cyrillic", "CJ-105", '{"names":{"tg":"Паноҳгоҳ ӣ ҷ"}}')
cj1("names-escapes", "CJ-105", '{"names":{"en":"a \\"b\\" \\\\ c"}}')
cj1("reason-text", "CJ-105", '{"reason":"қайд"}')
cj1("bytes-262144", "CJ-101", Join(b'{"a":"', Repeat(b"x", 262144 - 8), b'"}'))
cj1("bytes-262145", "CJ-101", Join(b'{"a":"', Repeat(b"x", 262145 - 8), b'"}'), "too-large")
for id, covers, text in [
    ("space", "CJ-101", '{"a": 1}'), ("key-order", "CJ-101", '{"b":1,"a":1}'), ("key-twice", "CJ-101", '{"a":1,"a":2}'),
    ("nested-key-twice", "CJ-101", '{"a":{"b":1,"b":2}}'), ("number-above", "CJ-101", '{"a":9007199254740992}'),
    ("bool", "CJ-101", '{"a":true}'), ("null", "CJ-101", '{"a":null}'), ("list-at-top", "CJ-101", "[]"),
    ("names-nfd", "CJ-105", '{"names":{"tg":"и\u0304"}}'), ("names-nfd-latin", "CJ-105", '{"names":{"en":"e\u0301"}}'),
    ("names-tab", "CJ-105", '{"names":{"en":"a\tb"}}'), ("names-del", "CJ-105", '{"names":{"en":"\x7f"}}'),
    ("names-c1", "CJ-105", '{"names":{"en":"\x85"}}'), ("names-escape-n", "CJ-105", '{"names":{"en":"\\n"}}'),
    ("names-escape-u", "CJ-105", '{"names":{"en":"\\u0041"}}'), ("names-escape-slash", "CJ-105", '{"names":{"en":"\\/"}}'),
    ("cyrillic-elsewhere", "CJ-105", '{"a":"я"}'), ("escape-elsewhere", "CJ-105", '{"a":"\\""}'),
    ("names-invalid-utf8", "CJ-105", b'{"names":{"en":"\xc3\x28"}}'),
    ("names-overlong-utf8", "CJ-105", b'{"names":{"en":"\xc0\xaf"}}'),
    ("names-surrogate", "CJ-105", b'{"names":{"en":"\xed\xa0\x80"}}'),
]:
    cj1(id, covers, text, "malformed")

# --- statements: the text of a note -----------------------------------------------------------------
good = cj(story.suspension) + b"\n"
add("statement/good", "CJ-106 CJ-107", "statement", type="suspension", text=good)
for id, covers, type, text in [
    ("no-line-end", "CJ-106", "suspension", good[:-1]), ("two-line-ends", "CJ-106", "suspension", good + b"\n"),
    ("carriage-return", "CJ-106", "suspension", good[:-1] + b"\r\n"),
    ("another-type", "CJ-107", "link", good),
    ("unknown-type", "CJ-107", "suspension", cj({**story.suspension, "type": "amonat/v1/other"}) + b"\n"),
    ("type-of-another-version", "CJ-107", "suspension", cj({**story.suspension, "type": "amonat/v2/suspension"}) + b"\n"),
    ("without-type", "CJ-107", "suspension", cj({k: v for k, v in story.suspension.items() if k != "type"}) + b"\n"),
    ("one-key-more", "CJ-007 CJ-109", "suspension", cj({**story.suspension, "note": "x"}) + b"\n"),
    ("one-key-less", "CJ-007 CJ-109", "suspension", cj({k: v for k, v in story.suspension.items() if k != "reason"}) + b"\n"),
    ("hash-in-base64", "CJ-108", "suspension", cj({**story.suspension, "register": b64(story.realm)}) + b"\n"),
    ("hash-in-upper-case", "CJ-108", "suspension", cj({**story.suspension, "register": story.realm.hex().upper()}) + b"\n"),
    ("time-as-text", "BYT-004", "suspension", cj({**story.suspension, "from": str(story.suspension["from"])}) + b"\n"),
    ("time-above", "BYT-005", "suspension", good.replace(b'"from":%d' % story.suspension["from"], b'"from":9007199254740992')),
]:
    add(f"statement/{id}", covers, "statement", "malformed", type=type, text=text)

# --- protobuf ---------------------------------------------------------------------------------------
header = story.header


def pb(id, covers, message, data, expect="malformed"):
    add(f"protobuf/{id}", covers, "protobuf", expect, message=message, bytes=data)


pb("header", "PB-001", "Header", header, "ok")
pb("envelope", "PB-001", "Envelope", story.envelope, "ok")
pb("table", "PB-001", "Table", story.table, "ok")
pb("stanzas", "PB-001", "Stanzas", story.stanzas, "ok")
pb("exchange", "PB-001", "Exchange", story.request, "ok")
pb("parcel", "PB-001", "Parcel", story.parcel, "ok")
pb("exchange-empty", "PB-001", "Exchange", b"", "ok")
pb("envelope-empty-compartment", "PB-001", "Envelope", f_bytes(1, header) + f_bytes(2, story.table) + f_bytes(3, story.stanzas)
   + f_bytes(4, b"", keep_empty=True), "ok")
tail = header[2:]
for id, data in {
    "unknown-varint": header + f_uint(9, 1), "unknown-bytes": header + f_bytes(9, b"x"),
    "unknown-group": header + varint(9 << 3 | 3) + varint(9 << 3 | 4), "unknown-fixed32": header + varint(9 << 3 | 5) + bytes(4),
    "wrong-wire-type": f_bytes(1, b"x") + tail, "wrong-wire-type-bytes": b"\x08\x01" + f_uint(2, 1) + header[36:],
    "overlong-value": b"\x08\x81\x00" + tail, "overlong-tag": b"\x88\x00\x01" + tail, "overlong-length": b"\x08\x01\x12\xa0\x00" + header[4:],
    "scalar-twice": b"\x08\x01\x08\x01" + tail, "out-of-order": tail + b"\x08\x01", "explicit-zero": b"\x08\x00" + tail,
    "explicit-empty": header[:-18] + b"\x2a\x00", "cut": header[:-1], "field-zero": b"\x00\x01" + header,
    "varint-of-11-bytes": b"\x08" + b"\xff" * 10 + b"\x01" + tail, "string-not-utf8": header.replace(b"ministry", b"min\xffstry"),
    "value-above-32-bits": b"\x08\x81\x80\x80\x80\x10" + tail,
}.items():
    pb(id, "PB-001", "Header", data)
rows = story.row
pb("sub-message-split", "PB-001", "Exchange", f_bytes(1, f_bytes(2, b"x")) + f_bytes(1, f_bytes(2, b"x")))
pb("unknown-in-sub-message", "PB-001", "Table", f_bytes(1, rows + f_uint(15, 1)))
pb("empty-sub-message-bytes", "PB-001", "Table", b"\x0a\x80\x00")

# --- what a schema and its fields allow ---------------------------------------------------------------
add("header-hash", "PB-006", "sha256", bytes=header, gives={"bytes": story.h})

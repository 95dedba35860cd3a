"""Vectors of chapter 09: certificates and the hello document."""
import datetime

from book import Book, Join, Repeat

import story
from amonat_ref import f_bytes, f_uint, secret, varint
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from scenario import H, M, OTHER_REALM, REALM, S

book = Book("09-tls-hello")
add = book.add
URI = x509.UniformResourceIdentifier


def scalar(label):
    return int.from_bytes(secret(label), "big") >> 1


P256 = ec.derive_private_key(scalar("vector tls"), ec.SECP256R1())


def certificate(names, key=P256, signer=None, digest=hashes.SHA256(), years=(2026, 2027), critical=True, extra=(), issuer=None):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name).public_key(key.public_key()).serial_number(1)
               .not_valid_before(datetime.datetime(years[0], 2, 1)).not_valid_after(datetime.datetime(years[1], 2, 1)))
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical)
    for extension in extra:
        builder = builder.add_extension(extension, False)
    signer = signer or key
    deterministic = {"ecdsa_deterministic": True} if isinstance(signer, ec.EllipticCurvePrivateKey) else {}
    return builder.sign(signer, digest, **deterministic).public_bytes(serialization.Encoding.DER)


def ce(id, covers, der, expect="certificate", gives=None):
    add(f"certificate/{id}", covers, "certificate", expect, gives, der=der)


NAME = f"amonat:{REALM.hex()}:{S}"
GOOD = {"realm": REALM, "agency": S}
ce("example", "TLS-003", story.certificate(S), "ok", GOOD)
ce("good", "TLS-003", certificate([URI(NAME)]), "ok", GOOD)
ce("not-critical", "TLS-003", certificate([URI(NAME)], critical=False), "ok", GOOD)
ce("long-expired", "TLS-004", certificate([URI(NAME)], years=(1999, 2000)), "ok", GOOD)
ce("not-yet-valid", "TLS-004", certificate([URI(NAME)], years=(2090, 2099)), "ok", GOOD)
ce("another-issuer", "TLS-004", certificate([URI(NAME)], issuer=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A CA")]),
                                            signer=ec.derive_private_key(scalar("vector ca"), ec.SECP256R1())), "ok", GOOD)
ce("odd-key-usage", "TLS-004", certificate([URI(NAME)], extra=[x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]),
                                                               x509.BasicConstraints(True, 3)]), "ok", GOOD)
for id, der in {
    "p384": certificate([URI(NAME)], ec.derive_private_key(scalar("vector tls 384"), ec.SECP384R1())),
    "ed25519": certificate([URI(NAME)], ed25519.Ed25519PrivateKey.from_private_bytes(secret("vector tls ed")), digest=None),
    "sha384": certificate([URI(NAME)], digest=hashes.SHA384()), "sha512": certificate([URI(NAME)], digest=hashes.SHA512()),
    "no-name": certificate(None), "two-names": certificate([URI(NAME), URI(f"amonat:{REALM.hex()}:{H}")]), "same-name-twice": certificate([URI(NAME)] * 2),
    "also-a-dns-name": certificate([URI(NAME), x509.DNSName("shelter.example")]), "dns-name": certificate([x509.DNSName("shelter.example")]),
    "https-uri": certificate([URI("https://shelter.example/")]), "realm-upper": certificate([URI(f"amonat:{REALM.hex().upper()}:{S}")]),
    "realm-short": certificate([URI(f"amonat:{REALM.hex()[:-2]}:{S}")]), "without-agency": certificate([URI(f"amonat:{REALM.hex()}")]),
    "agency-one-label": certificate([URI(f"amonat:{REALM.hex()}:shelter")]), "agency-upper": certificate([URI(f"amonat:{REALM.hex()}:Shelter.example")]),
    "more-parts": certificate([URI(NAME + ":x")]), "scheme-upper": certificate([URI("AMONAT" + NAME[6:])]),
    "empty": b"", "cut": story.certificate(S)[:-1], "trailing": story.certificate(S) + b"\0", "not-der": b"-----BEGIN CERTIFICATE-----\n",
    "above-3072-bytes": certificate([URI(NAME)], extra=[x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), bytes(3000))]),
}.items():
    ce(id, "TLS-003", der)


def nodename(id, covers, realm, expect):
    add(f"realm/{id}", covers, "certificate-realm", expect, der=certificate([URI(f"amonat:{realm.hex()}:{S}")]), realm=REALM)


nodename("mine", "HEL-007", REALM, "ok")
nodename("another", "HEL-007", OTHER_REALM, "certificate")

# --- pins -----------------------------------------------------------------------------------------------------------
import json
from amonat_ref import b64, cj, note

WORLD = [story.register_note.encode(), *[story.card_note[a].encode() for a in (H, M, S)]]
LINKS = {a: story.link_note[a].encode() for a in (H, M, S)}


def link_of(agency, **changed):
    value = {**json.loads(story.link_text[agency]), **changed}
    text = cj(value) + b"\n"
    return note(text, story.log_key[agency].line(text)).encode()


ders = {a: story.certificate(a) for a in (H, M, S)}
for id, covers, der, links, expect in [
    ("pinned", "TLS-005", ders[S], [LINKS[S]], S), ("not-pinned", "TLS-005", ders[M], [LINKS[S]], None),
    ("dropped-by-a-newer-link", "TLS-005", ders[S], [LINKS[S], link_of(S, serial=2, tls=[b64(certificate([URI(NAME)]))])], None),
    ("second-of-two", "TLS-005 LNK-003", certificate([URI(NAME)]), [link_of(S, tls=[b64(ders[S]), b64(certificate([URI(NAME)]))])], S),
    ("one-byte-more", "TLS-008", ders[S] + b"\0", [LINKS[S]], None), ("no-link-at-all", "TLS-005", ders[S], [], None),
]:
    add(f"pin/{id}", covers, "pin", "ok" if expect else "unpinned", {"agency": expect} if expect else None, certificate=der,
        notes=WORLD + links, at=story.T0, now=story.T0)

# --- hello -----------------------------------------------------------------------------------------------------------
NOTES = [story.register_note.encode(), story.card_note[S].encode(), story.link_note[S].encode()]


def he(id, covers, data, expect="malformed", gives=None):
    add(f"hello/{id}", covers, "hello", expect, gives, bytes=data)


he("empty", "HEL-002", b"", "ok", {"notes": 0})
he("three-notes", "HEL-002 HEL-003", b"".join(f_bytes(3, n) for n in NOTES), "ok", {"notes": 3})
for id, data in {
    "with-a-delivery": story.request, "with-a-receipt": story.answer, "with-wait": f_bytes(3, NOTES[0]) + f_uint(4, 1), "with-code": f_bytes(6, "busy"),
    "with-held": f_uint(7, 1), "unknown-field": f_bytes(3, NOTES[0]) + f_bytes(15, "x"), "cut": f_bytes(3, NOTES[0])[:-1],
    "length-not-shortest": b"\x1a\x85\x80\x00hello", "length-overlong": b"\x1a" + b"\xff" * 10, "length-beyond": b"\x1a\x80\x10x",
    "empty-note": f_bytes(3, b"", True), "not-a-note": f_bytes(3, b"hello\n"), "note-not-utf8": f_bytes(3, NOTES[0].replace(b"Shelter", b"Shelt\xffr")),
    "note-without-signature": f_bytes(3, story.register_text + b"\n"), "garbage": b"\xff\xfe",
}.items():
    he(id, "HEL-002", data)
he("above-256-kib", "HEL-002", Join(b"\x1a" + varint(262140), Repeat(b"x", 262141)), "too-large")
he("notes-65", "HEL-002", b"".join(
    f_bytes(3, "a\n\n\u2014 a AAAAAAA=\n") for _ in range(65)), "too-large")

"""Vectors of chapter 10: parcels."""
from book import Book, Join, Repeat, shelf

import amonat_ref as ref
import story
from amonat_ref import XWing, f_bytes, f_uint, pae, secret, sha
from scenario import H, M, OTHER_REALM, REALM, S, encapsulate, wrap

book = Book("10-parcels")
add = book.add
COURIER = story.courier[S]


def pcl(id, covers, parcel, expect="ok", gives=None, realm=REALM, recipient=S, courier=COURIER, senders=(M, S, H)):
    add(id, covers, "parcel", expect, gives, parcel=parcel, realm=realm, recipient=recipient, courier_seed=courier.seed, senders=list(senders))


def made(exchange=story.answer, sender=M, recipient=S, realm=REALM, courier=COURIER, content_key=None, plain=None, ad=None, info=None,
         key_id=None, last=3, **fields):
    kid = sha(pae("amonat/v1/courier-key", recipient, courier.public)) if key_id is None else key_id
    key = secret("vector parcel")
    enc, wrapped = wrap(courier.public, pae("amonat/v1/parcel", realm, sender, recipient, kid) if info is None else info, key, "vector parcel")
    sealed = ref.secretstream(content_key or key, secret("vector parcel stream", 24), plain or ref.padded(exchange),
                              pae("amonat/v1/parcel-body", kid, enc) if ad is None else ad, last=last)
    v = {"key_id": kid, "enc": enc, "wrapped": wrapped, "sealed": sealed, **fields}
    return f_bytes(1, v["key_id"]) + f_bytes(2, v["enc"]) + f_bytes(3, v["wrapped"]) + f_bytes(4, v["sealed"])


shelf.add("vectors/files/receipt.parcel", made())
pcl("example", "PCL-001 PCL-005", story.parcel, gives={"sender": M})
pcl("receipt", "PCL-006", made(story.answer, sender=H), gives={"sender": H})
pcl("sender-listed-last", "PCL-004", story.parcel, gives={"sender": M}, senders=(S, H, M))
for id, covers, parcel, kw in [
    ("sender-not-listed", "PCL-004", story.parcel, {"senders": (S, H)}), ("no-senders", "PCL-004", story.parcel, {"senders": ()}),
    ("b14-another-realm", "PCL-004", made(realm=OTHER_REALM), {}), ("info-of-another-label", "PCL-004", made(info=pae("amonat/v1/wrap")), {}),
    ("ad-of-another-label", "PCL-005", made(ad=b""), {}), ("another-content-key", "PCL-005", made(content_key=sha(b"x")), {}),
    ("padding-not-zero", "PCL-005", made(plain=ref.padded(story.answer)[:-1] + b"\1"), {}),
    ("length-beyond", "PCL-005", made(plain=(2 ** 40).to_bytes(8, "little") + ref.padded(story.answer)[8:]), {}),
    ("without-final", "PCL-005", made(last=0), {}), ("bucket-too-large", "PCL-005", made(plain=ref.padded(story.answer) + bytes(16384 - 4096)), {}),
]:
    pcl(id, covers, parcel, "seal-broken", **kw)
flipped = bytearray(story.parcel)
flipped[-20] ^= 1
pcl("body-changed", "PCL-005", bytes(flipped), "seal-broken")
flipped = bytearray(story.parcel)
flipped[100] ^= 1
pcl("enc-changed", "PCL-005", bytes(flipped), "seal-broken")
pcl("for-another-agency", "PCL-001", made(recipient=H, courier=story.courier[H]), "courier-key-gone")
pcl("old-courier-key", "PCL-012 PCL-001", made(courier=XWing(f"{S}/courier/0")), "courier-key-gone")
pcl("key-id-of-another-agency", "PCL-001", made(key_id=sha(pae("amonat/v1/courier-key", M, COURIER.public))), "courier-key-gone")
for id, covers, parcel in [
    ("empty", "PCL-002", b""), ("cut", "PCL-002", story.parcel[:-1]), ("trailing", "PCL-002", story.parcel + b"\0"), ("two-in-one-file", "PCL-002", story.parcel * 2),
    ("unknown-field", "PB-001", story.parcel + f_uint(15, 1)), ("key-id-31", "PB-004", made(key_id=bytes(31))), ("enc-short", "PB-004", made(enc=bytes(1119))),
    ("wrapped-49", "PB-004", made(wrapped=bytes(49))), ("sealed-empty", "PB-004", made(sealed=b"")), ("sealed-of-no-size", "PCL-005", made(sealed=bytes(5000))),
    ("poll-inside", "PCL-006", made(f_uint(4, 1))), ("notes-inside", "PCL-006", made(f_bytes(3, story.register_note))),
    ("not-an-exchange-inside", "PCL-007", made(b"\xff\xff")), ("nothing-inside", "PCL-006", made(b"")),
]:
    pcl(id, covers, parcel, "malformed")
pcl("above-10-mib", "PCL-002", Join(b"\x0a", Repeat(b"x", 10_485_760)), "too-large")

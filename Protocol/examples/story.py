"""The one story that the worked examples tell: a realm, two logs, an offer and its receipt.

Nothing is written here. `generate.py` puts `blocks` and `files` in their places, and
`../vectors/generate.py` starts its cases from the same realm.
"""
import datetime
import json
import pathlib
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import amonat_ref as ref
from amonat_ref import Key, Log, XWing, b64, cj, f_bytes, f_uint, hmac, le64, note, pae, secret, sha

HERE = pathlib.Path(__file__).resolve().parent
T0 = 1769925600000  # 2026-02-01T06:00:00Z
DAY = 86_400_000
AGENCIES = {
    "health.example": ("Health provider", "Поставщик медицинской помощи", "Муассисаи тиббӣ", "state"),
    "ministry.example": ("Ministry unit", "Отдел министерства", "Шуъбаи вазорат", "state"),
    "shelter.example": ("Shelter", "Приют", "Паноҳгоҳ", "ngo"),
}
blocks, files = {}, {}


def wrap(text, width=100):
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


def cut(text, keep=40):
    return text if len(text) <= keep + 12 else f"{text[:keep]}…({len(text)})"


# --- the policy: a frozen copy, so that a later edition does not change every example ----------
policy = (HERE / "policy.json").read_bytes()
policy_hash = sha(policy).hex()

# --- 01 bytes --------------------------------------------------------------------------------
blocks["pae"] = f'PAE("amonat/v1/event", "{{}}") =\n' + "\n".join(
    pae("amonat/v1/event", "{}").hex()[i:i + 64] for i in range(0, 2 * len(pae("amonat/v1/event", "{}")), 64))

# --- 07 register and suspension ---------------------------------------------------------------
commissioners = [Key(f"commission/c{i}") for i in range(1, 6)]
agency_key = {a: Key(f"{a}/amonat/agency") for a in AGENCIES}
log_key = {a: Key(f"{a}/amonat/log/1") for a in AGENCIES}
next_key = {a: Key(f"{a}/amonat/log/2") for a in AGENCIES}
witness = {a: Key(f"{a}/amonat/witness/1") for a in AGENCIES}
register = {
    "agencies": [
        {"card_min": 1, "id": a, "key": b64(agency_key[a].public), "level": "national",
         "names": {"en": en, "ru": ru, "tg": tg}, "region": "tj-du",
         "roles": ["coordinator", "member"] if a == "ministry.example" else ["member"],
         "sector": sector, "status": "active"}
        for a, (en, ru, tg, sector) in AGENCIES.items()],
    "commissioners": [{"key": b64(k.public), "name": k.name.split("/")[1]} for k in commissioners],
    "expires": T0 + 365 * DAY, "not_before": T0,
    "policy": {"active_from": T0, "sha256": policy_hash, "version": 1},
    "previous": "", "realm": "",
    "thresholds": {"membership": 3, "policy": 3, "root": 4, "suspend": 2},
    "type": "amonat/v1/register", "version": 1,
}
register_text = cj(register) + b"\n"
realm = sha(register_text)
register_note = note(register_text, *[k.line(register_text) for k in commissioners[:4]])
files["register.note"] = register_note.encode()
blocks["register"] = (json.dumps(register, indent=1, ensure_ascii=False, sort_keys=True)
                      + f"\n\nhash of the text, which for version 1 is the realm:\n{realm.hex()}"
                      + "\n\nfirst signature line of the note:\n" + commissioners[0].line(register_text).rstrip())
suspension = {"agency": "health.example", "from": T0 + 30 * DAY, "realm": realm.hex(), "reason": "key-theft",
              "register": sha(register_text).hex(), "type": "amonat/v1/suspension", "until": T0 + 33 * DAY}
suspension_text = cj(suspension) + b"\n"
blocks["suspension"] = note(suspension_text, *[k.line(suspension_text) for k in commissioners[1:3]]).rstrip()

# --- 08 card and link ---------------------------------------------------------------------------
DESKS = {"health.example": {"medical": ["contact", "health", "identity", "need"]},
         "ministry.example": {"intake": ["contact", "identity", "need", "reply"]},
         "shelter.example": {"intake": ["contact", "identity", "location", "need", "reply", "safety"]}}
desk_key = {(a, d): XWing(f"{a}/{d}/1") for a in DESKS for d in DESKS[a]}
courier = {a: XWing(f"{a}/courier/1") for a in AGENCIES}


def key_id(agency, desk):
    return sha(pae("amonat/v1/desk-key", agency, desk, desk_key[agency, desk].public))


def certificate(agency):
    private = ec.derive_private_key(int.from_bytes(secret("tls " + agency), "big") >> 1, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, agency)])
    built = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
             .public_key(private.public_key()).serial_number(1)
             .not_valid_before(datetime.datetime(2026, 2, 1)).not_valid_after(datetime.datetime(2027, 2, 1))
             .add_extension(x509.SubjectAlternativeName(
                 [x509.UniformResourceIdentifier(f"amonat:{realm.hex()}:{agency}")]), True)
             .sign(private, hashes.SHA256(), ecdsa_deterministic=True))
    return built.public_bytes(serialization.Encoding.DER)


card_text, card_note, link_text, link_note = {}, {}, {}, {}
for a in AGENCIES:
    epochs = [(T0 + 90 * DAY * i, T0 + 90 * DAY * (i + 1)) for i in range(3)]
    card = {
        "agency": a, "courier_key": b64(courier[a].public),
        "desks": [{"groups": groups, "name": desk, "opens_unattended": 0,
                   "keys": [{"from": start, "key": b64(XWing(f"{a}/{desk}/{n + 1}").public), "not_after": stop}
                            for n, (start, stop) in enumerate(epochs)]}
                  for desk, groups in DESKS[a].items()],
        "expires": T0 + 400 * DAY, "log": {"key": b64(log_key[a].public), "n": 1},
        "next_log": {"key": b64(next_key[a].public), "n": 2}, "past_logs": [], "previous": "",
        "protocols": ["amonat/v1"], "realm": realm.hex(), "serial": 1, "type": "amonat/v1/card",
        "witness": {"key": b64(witness[a].public), "n": 1}}
    card_text[a] = cj(card) + b"\n"
    card_note[a] = note(card_text[a], *[k[a].line(card_text[a]) for k in (agency_key, log_key, next_key, witness)])
    endpoints = [] if a == "shelter.example" else [f"https://{a}:7443"]
    link = {"agency": a, "card": sha(card_text[a]).hex(), "directory": "", "endpoints": endpoints,
            "expires": T0 + 30 * DAY, "realm": realm.hex(), "serial": 1, "tls": [b64(certificate(a))],
            "type": "amonat/v1/link", "via": []}
    link_text[a] = cj(link) + b"\n"
    link_note[a] = note(link_text[a], log_key[a].line(link_text[a]))
    files[f"{a}.card.note"] = card_note[a].encode()
    files[f"{a}.link.note"] = link_note[a].encode()
    if a == "shelter.example":
        shown = re.sub(r'"([A-Za-z0-9+/=]{60,})"', lambda m: f'"{cut(m[1], 24)}"', json.dumps(card, indent=1))
        blocks["card"] = shown + "\n\nsignature lines:\n" + "\n".join(card_note[a].splitlines()[-4:])
        shown = re.sub(r'"([A-Za-z0-9+/=]{70,})"', lambda m: f'"{cut(m[1], 24)}"', json.dumps(link, indent=1))
        blocks["link"] = shown + "\n\nsignature line:\n" + link_note[a].splitlines()[-1]
blocks["key-id"] = ('key_id = SHA-256(PAE("amonat/v1/desk-key", "shelter.example", "intake", public key))\n       = '
                    + key_id("shelter.example", "intake").hex())
blocks["san"] = f"URI:amonat:{realm.hex()}:shelter.example"

# --- 02 events: the ministry's log up to the grant ------------------------------------------------
M, S = "ministry.example", "shelter.example"
ministry, shelter = Log(log_key[M], M, realm.hex()), Log(log_key[S], S, realm.hex())
for log, who in ((ministry, M), (shelter, S)):
    for kind, text in (("register", register_text), ("policy", policy), ("card", card_text[who])):
        log.append(kind, T0, {"message": sha(text).hex()})
subject = {"evidence": sha(b"signed consent form, example").hex(), "subject": secret("case", 16).hex()}
staff = {"actor": "u-4f2a", "desk": "intake"}
grant = ministry.append("grant", T0 + 3_600_000, {
    "basis": "consent", "groups": ["contact", "identity", "need", "safety"], "onward": 0, "peer": S,
    "policy": policy_hash, "purpose": "accommodation", "register": realm.hex(), "until": T0 + 30 * DAY},
    staff, subject)
ministry.pad()
o = ministry.opened[grant]
blocks["grant"] = "\n".join([
    f"E   = {o['E'].decode()}", f"A   = {o['A'].decode()}", f"P   = {o['P'].decode()}", "",
    f"s_e = {o['salts'][0].hex()}", f"s_a = {o['salts'][1].hex()}", f"s_p = {o['salts'][2].hex()}", "",
    f"C_e = {o['commits'][0].hex()}", f"C_a = {o['commits'][1].hex()}", f"C_p = {o['commits'][2].hex()}", "",
    f"leaf = {ministry.leaves[grant].hex()}", f"leaf hash = SHA-256(00 ‖ leaf) = {ministry.hashes[grant].hex()}"])
o = ministry.opened[grant + 1]
blocks["pad"] = "\n".join([
    f"K_pad = {ministry.pad_key.hex()}", f"E     = {o['E'].decode()}", "A     = {}   P = {}",
    *[f"s_{x}   = {s.hex()}" for x, s in zip("eap", o["salts"])], f"leaf  = {ministry.leaves[grant + 1].hex()}"])

# --- 03 envelope -------------------------------------------------------------------------------------
nonce = secret("nonce 1", 16)
header = f_uint(1, 1) + f_bytes(2, realm) + f_bytes(3, M) + f_bytes(4, S) + f_bytes(5, nonce)
h = sha(header)
content = cj({"age-band": "25-34", "languages": ["ru", "tg"], "service": "safe-accommodation"})
cek = secret("cek need 1")
k_enc = hmac(cek, pae("amonat/v1/cek-enc", h, "need"))
key_commit = hmac(cek, pae("amonat/v1/cek-commit", h, "need"))
plain = ref.padded(content)
compartment = ref.secretstream(k_enc, secret("stream header 1", 24), plain, pae("amonat/v1/compartment", h, "need"))
assert len(compartment) == 24 + 4096 + 17
row = f_bytes(1, "need") + f_uint(2, len(compartment)) + f_bytes(3, sha(compartment)) + f_bytes(4, key_commit)
table = f_bytes(1, row)
t = sha(table)
kid = key_id(S, "intake")
info = pae("amonat/v1/wrap", h, t, kid, pae("need"))
enc, wrapped = ref.hpke_seal(desk_key[S, "intake"].public, info, cek, secret("encapsulation 1", 64))
assert ref.hpke_open(desk_key[S, "intake"], info, enc, wrapped) == cek
stanzas = f_bytes(1, f_bytes(1, kid) + f_bytes(2, "need") + f_bytes(3, enc) + f_bytes(4, wrapped))
envelope = f_bytes(1, header) + f_bytes(2, table) + f_bytes(3, stanzas) + f_bytes(4, compartment)
message = sha(pae("amonat/v1/envelope", header, table, sha(stanzas)))
blocks["header"] = (f"Header {{suite 1, realm {realm.hex()[:8]}…, sender {M}, recipient {S}, nonce {nonce.hex()}}}\n"
                    f"bytes  = {wrap(header.hex())}\nh      = SHA-256(bytes) = {h.hex()}")
blocks["envelope"] = "\n".join([
    f"content       = {content.decode()}   ({len(content)} bytes, padded to 4096)",
    f"CEK           = {cek.hex()}", f"K_enc         = {k_enc.hex()}", f"key_commit    = {key_commit.hex()}",
    f"compartment   = {compartment[:24].hex()} (stream header) + 4113 bytes; ct_len 4137",
    f"ct_sha256     = {sha(compartment).hex()}", f"table         = {len(table)} bytes, t = {t.hex()}",
    f"key_id        = {kid.hex()}", f"wrapped       = {wrapped.hex()}", f"hash of enc   = {sha(enc).hex()}",
    f"hash of stanzas = {sha(stanzas).hex()}", f"id            = {message.hex()}",
    f"Envelope      = {len(envelope)} bytes, SHA-256 {sha(envelope).hex()}"])
files["offer.envelope"] = envelope

# --- 04 exchange: disclose, pair checkpoint, delivery --------------------------------------------------
disclose = ministry.append("disclose", T0 + 3_660_000, {
    "basis": "consent", "expires": T0 + 10 * DAY, "grant": grant, "grant_log": log_key[M].name, "groups": ["need"],
    "kind": "offer", "message": message.hex(), "peer": S, "policy": policy_hash, "purpose": "accommodation",
    "register": realm.hex(), "seq": 1}, staff, subject)
pair_size = len(ministry.leaves)
pair_text, pair_note = ministry.checkpoint()
item = f_bytes(1, envelope) + f_bytes(2, ministry.opening(disclose, pair_size)) + f_bytes(3, ministry.opening(grant, pair_size))
delivery = f_bytes(1, item) + f_bytes(2, pair_note)
request = f_bytes(1, delivery)
files["request.exchange"] = request
blocks["disclose"] = ministry.opened[disclose]["E"].decode()
blocks["request"] = "\n".join([
    "POST /v1/exchange          (ministry.example to shelter.example, the first contact)",
    "delivery:", f"  item 1: envelope {len(envelope)} bytes, id {message.hex()[:16]}…",
    f"    event: e = the peer part above (index {disclose}), salt, staff, personal, path of {len(ref.inclusion(disclose, ministry.hashes))} hashes",
    f"    grant: e of index {grant}, salt, staff, personal, path of {len(ref.inclusion(grant, ministry.hashes))} hashes",
    f"  checkpoint: size {pair_size}", "  from 0, proof empty, settled empty",
    f"in all {len(request)} bytes, SHA-256 {sha(request).hex()}"])

# --- 05 receipt, 06 checkpoints -----------------------------------------------------------------------
receive = shelter.append("receive", T0 + 3_661_000, {"message": message.hex(), "outcome": "stored", "peer": M})
s_text, s_note = shelter.checkpoint()
seconds = (T0 + 3_661_000) // 1000
cosignature = witness[S].cosign(pair_text, seconds)
receipt = f_bytes(1, shelter.opening(receive, len(shelter.leaves))) + f_bytes(2, s_note) + f_bytes(5, cosignature)
answer = f_bytes(2, receipt)
files["answer.exchange"] = answer
blocks["answer"] = "\n".join([
    f"receipt: event {shelter.opened[receive]['E'].decode()}",
    f"  checkpoint: {S}/amonat/log/1, size {len(shelter.leaves)}; from 0, proof empty",
    f"  cosignature: {cosignature.rstrip()}", f"in all {len(answer)} bytes, SHA-256 {sha(answer).hex()}"])
blocks["checkpoint"] = pair_note.rstrip()
blocks["cosignature"] = (f"signed bytes: \"cosignature/v1\\ntime {seconds}\\n\" followed by the three lines of the checkpoint\n"
                         f"line: {cosignature.rstrip()}")
while len(ministry.leaves) % 16:
    ministry.pad()
m_text, m_note = ministry.checkpoint()
blocks["consistency"] = "\n".join([f"from {pair_size} to 16, {len(ref.consistency(pair_size, ministry.hashes))} hashes:"]
                                  + [x.hex() for x in ref.consistency(pair_size, ministry.hashes)]
                                  + ["root at 16:", ref.root(ministry.hashes).hex()])
withdraw_e = {"expires": T0 + 40 * DAY, "grant": grant, "grant_log": log_key[M].name, "index": 21, "kind": "withdraw", "outcome": "stop",
              "log": log_key[M].name, "message": sha(b"withdraw example").hex(), "peer": S, "realm": realm.hex(),
              "seq": 2, "type": "notify", "until": T0 + 30 * DAY}
erased_e = {"backups_until": T0 + 35 * DAY, "expires": T0 + 40 * DAY, "index": 9, "kind": "erased",
            "log": log_key[S].name, "message": sha(b"erased example").hex(), "outcome": "erased",
            "peer": M, "realm": realm.hex(), "ref": sha(b"withdraw example").hex(), "seq": 1, "type": "notify"}
blocks["withdraw"] = cj(withdraw_e).decode() + "\n\n" + cj(erased_e).decode()

# --- 10 parcel -------------------------------------------------------------------------------------------
courier_id = sha(pae("amonat/v1/courier-key", S, courier[S].public))
body_key = secret("parcel body 1")
penc, pwrapped = ref.hpke_seal(courier[S].public, pae("amonat/v1/parcel", realm, M, S, courier_id), body_key,
                               secret("encapsulation 2", 64))
sealed = ref.secretstream(body_key, secret("stream header 2", 24), ref.padded(request),
                          pae("amonat/v1/parcel-body", courier_id, penc))
parcel = f_bytes(1, courier_id) + f_bytes(2, penc) + f_bytes(3, pwrapped) + f_bytes(4, sealed)
name = secret("parcel name 1", 16).hex() + ".bin"
files["parcel.bin"] = parcel
blocks["parcel"] = "\n".join([
    f"file      {name}, {len(parcel)} bytes", f"key_id    {courier_id.hex()}   (shelter.example's courier key)",
    f"wrapped   {pwrapped.hex()}", f"sealed    {len(sealed)} bytes around an Exchange of {len(request)}, padded to {len(ref.padded(request))}",
    f"hash      {sha(parcel).hex()}"])

# --- 12 bundle -------------------------------------------------------------------------------------------
def bundle(log, views, receipts, marks, cards, seen, made):
    lines = ["amonat-audit-bundle/v1"]
    head = {"agency": log.agency, "from": 0, "log": log.key.name, "made": made, "realm": realm.hex(),
            "root": ref.root(log.hashes).hex(), "size": len(log.leaves)}
    lines += ["head\t" + cj(head).decode(), "pad-key\t" + log.pad_key.hex(),
              "register\t" + b64(register_note.encode()), "policy\t" + b64(policy)]
    lines += ["card\t" + b64(card_note[a].encode()) for a in sorted(cards)]
    lines.append("checkpoint\t" + b64(log.checkpoint()[1].encode()))
    run = None
    for i, o in enumerate(log.opened):
        if o["kind"] == "pad":
            run = i if run is None else run
            last = i + 1 == len(log.opened) or log.opened[i + 1]["kind"] != "pad" or i + 1 in marks
            if last:
                lines.append(f"pads\t{run}\t{i}")
                run = None
        else:
            person = "held" if o["P"] != b"{}" else o["salts"][2].hex()
            lines.append("\t".join(["leaf", log.hashes[i].hex(), o["E"].decode(), o["salts"][0].hex(), o["A"].decode(),
                                    o["salts"][1].hex(), o["commits"][2].hex(), person]))
            if i in receipts:
                peer, j = receipts[i]
                lines.append("view\t" + b64(views[peer.agency].encode()))
                ro, path = peer.opened[j], b"".join(ref.inclusion(j, peer.hashes))
                lines.append("\t".join(["receipt", ro["E"].decode(), ro["salts"][0].hex(), ro["commits"][1].hex(),
                                        ro["commits"][2].hex(), b64(path) if path else "-"]))
        if i + 1 in marks:
            lines.append("mark\t" + b64(marks[i + 1].encode()))
    lines += ["seen\t" + "\t".join(map(str, s)) for s in seen]
    body = ("\n".join(lines) + "\n").encode()
    return body + f"end\t{len(lines)}\t{sha(body).hex()}\n".encode()


files["ministry.bundle"] = bundle(
    ministry, {S: s_note}, {disclose: (shelter, receive)}, {pair_size: pair_note + cosignature}, [M, S],
    [(s_text.decode().split("\n")[0], len(shelter.leaves), ref.root(shelter.hashes).hex())], T0 + DAY)
files["shelter.bundle"] = bundle(
    shelter, {}, {}, {}, [M, S], [(log_key[M].name, pair_size, ref.root(ministry.hashes[:pair_size]).hex())], T0 + DAY)


def shown(line):
    fields = line.split("\t")
    return "⇥".join(f if f.startswith("{") and len(f) < 230 else cut(f, 28) if len(f) > 46 else f for f in fields)


blocks["bundle"] = "\n".join(shown(line) for line in files["ministry.bundle"].decode().splitlines())

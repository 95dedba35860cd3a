"""A second, small implementation of the Amonat formats, used to make the worked examples.

It is written from Protocol/spec alone and favours plainness over speed. It needs Python 3.11
and the `cryptography` package (48 or later), nothing else. Every secret here is derived from a
public label, so nothing it makes may be used outside examples and tests.
"""
import base64
import hashlib
import hmac as _hmac
import struct

from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.poly1305 import Poly1305


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac(key, data):
    assert len(key) == 32
    return _hmac.new(key, data, hashlib.sha256).digest()


def le64(n):
    return struct.pack("<Q", n)


def pae(*parts):
    out = le64(len(parts))
    for p in parts:
        p = p.encode() if isinstance(p, str) else p
        out += le64(len(p)) + p
    return out


def secret(label, n=32):
    return hashlib.shake_256(b"amonat example, not secret: " + label.encode()).digest(n)


def b64(b):
    return base64.b64encode(b).decode()


# --- CJ-0 and CJ-1 -------------------------------------------------------------------------
def cj(value):
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda kv: kv[0].encode())
        return b"{" + b",".join(cj(k) + b":" + cj(v) for k, v in items) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(cj(v) for v in value) + b"]"
    if isinstance(value, int):
        return b"%d" % value
    return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


# --- Merkle tree (RFC 6962) ----------------------------------------------------------------
def leaf_hash(leaf):
    return sha(b"\0", leaf)


def node_hash(left, right):
    return sha(b"\1", left, right)


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(hashes):
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(root(hashes[:k]), root(hashes[k:]))


def inclusion(i, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if i < k:
        return inclusion(i, hashes[:k]) + [root(hashes[k:])]
    return inclusion(i - k, hashes[k:]) + [root(hashes[:k])]


def consistency(m, hashes, whole=True):
    if m == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if m <= k:
        return consistency(m, hashes[:k], whole) + [root(hashes[k:])]
    return consistency(m - k, hashes[k:], False) + [root(hashes[:k])]


# --- Notes ---------------------------------------------------------------------------------
class Key:
    def __init__(self, name):
        self.name, self.seed = name, secret("ed25519 " + name)
        self.private = ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.private.public_key().public_bytes_raw()

    def key_id(self, kind=1):
        return sha(self.name.encode(), b"\n", bytes([kind]), self.public)[:4]

    def line(self, text):
        return f"\u2014 {self.name} {b64(self.key_id() + self.private.sign(text))}\n"

    def cosign(self, text, seconds):
        sig = self.private.sign(b"cosignature/v1\ntime %d\n" % seconds + text)
        payload = self.key_id(4) + struct.pack(">Q", seconds) + sig
        return f"\u2014 {self.name} {b64(payload)}\n"


def note(text, *lines):
    return text.decode() + "\n" + "".join(lines)


def checkpoint(key, size, root_hash):
    text = f"{key.name}\n{size}\n{b64(root_hash)}\n".encode()
    return text, note(text, key.line(text))


# --- Events and leaves ---------------------------------------------------------------------
def commit(part, salt, value):
    return hmac(salt, pae("amonat/v1/" + part, value))


class Log:
    """A log with its events; `opened` keeps what the node would keep."""

    def __init__(self, key, agency, realm):
        self.key, self.agency, self.realm = key, agency, realm
        self.leaves, self.opened, self.hashes = [], [], []
        self.pad_key = secret("pad key " + key.name)

    def append(self, kind, time, e=None, a=None, p=None):
        i = len(self.leaves)
        base = {"index": i, "log": self.key.name, "realm": self.realm, "type": kind}
        E = cj({**base, **(e or {})})
        A = cj({**(a or {}), "person": 1 if p else 0, "time": time})
        P = cj(p or {})
        salts = [secret(f"salt {part} {self.key.name} {i}") for part in "ea"]
        if p:
            grant_key = secret(f"personal key {p['subject']}")
            salts.append(hmac(grant_key, pae("amonat/v1/personal-salt", self.key.name, le64(i))))
        else:
            salts.append(secret(f"salt p {self.key.name} {i}"))
        return self._add(kind, E, A, P, salts)

    def pad(self):
        i = len(self.leaves)
        E = cj({"index": i, "log": self.key.name, "realm": self.realm, "type": "pad"})
        salts = [hmac(self.pad_key, pae("amonat/v1/pad", le64(i), x)) for x in "eap"]
        return self._add("pad", E, b"{}", b"{}", salts)

    def _add(self, kind, E, A, P, salts):
        commits = [commit(n, s, v) for n, s, v in zip(("event", "staff", "personal"), salts, (E, A, P))]
        leaf = b"\1" + b"".join(commits)
        assert len(leaf) == 97
        self.leaves.append(leaf)
        self.hashes.append(leaf_hash(leaf))
        self.opened.append(dict(kind=kind, E=E, A=A, P=P, salts=salts, commits=commits))
        return len(self.leaves) - 1

    def checkpoint(self, size=None):
        size = len(self.hashes) if size is None else size
        return checkpoint(self.key, size, root(self.hashes[:size]))

    def opening(self, i, size):
        o = self.opened[i]
        return (f_bytes(1, o["E"]) + f_bytes(2, o["salts"][0]) + f_bytes(3, o["commits"][1])
                + f_bytes(4, o["commits"][2]) + f_bytes(5, b"".join(inclusion(i, self.hashes[:size]))))


# --- Protobuf ------------------------------------------------------------------------------
def varint(n):
    out = b""
    while True:
        out += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
        if not n:
            return out


def f_uint(number, value):
    return varint(number << 3) + varint(value) if value else b""


def f_bytes(number, value, keep_empty=False):
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value if value or keep_empty else b""


# --- X-Wing and HPKE -----------------------------------------------------------------------
class XWing:
    def __init__(self, label):
        self.seed = secret("x-wing " + label)
        expanded = hashlib.shake_256(self.seed).digest(96)
        self.m = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public = self.m.public_key().public_bytes_raw() + self.x.public_key().public_bytes_raw()

    def decapsulate(self, enc):
        ss_m = self.m.decapsulate(enc[:1088])
        ss_x = self.x.exchange(x25519.X25519PublicKey.from_public_bytes(enc[1088:]))
        return xwing_combine(ss_m, ss_x, enc[1088:], self.public[1184:])


def xwing_combine(ss_m, ss_x, ct_x, pk_x):
    return hashlib.sha3_256(ss_m + ss_x + ct_x + pk_x + b"\\.//^\\").digest()


def xwing_encapsulate(public, eseed):
    ss_m, ct_m = mlkem768_encapsulate(public[:1184], eseed[:32])
    eph = x25519.X25519PrivateKey.from_private_bytes(eseed[32:])
    ct_x = eph.public_key().public_bytes_raw()
    ss_x = eph.exchange(x25519.X25519PublicKey.from_public_bytes(public[1184:]))
    return xwing_combine(ss_m, ss_x, ct_x, public[1184:]), ct_m + ct_x


def mlkem768_encapsulate(ek, m):
    """FIPS 203 ML-KEM.Encaps_internal, k = 3, eta1 = eta2 = 2, du = 10, dv = 4."""
    q, n, k = 3329, 256, 3
    zetas = [pow(17, int(f"{i:07b}"[::-1], 2), q) for i in range(128)]

    def ntt(f):
        f, i, step = list(f), 1, 128
        while step >= 2:
            for start in range(0, n, 2 * step):
                z, i = zetas[i], i + 1
                for j in range(start, start + step):
                    t = z * f[j + step] % q
                    f[j], f[j + step] = (f[j] + t) % q, (f[j] - t) % q
            step //= 2
        return f

    def inverse(f):
        f, i, step = list(f), 127, 2
        while step <= 128:
            for start in range(0, n, 2 * step):
                z, i = zetas[i], i - 1
                for j in range(start, start + step):
                    t = f[j]
                    f[j] = (t + f[j + step]) % q
                    f[j + step] = z * (f[j + step] - t) % q
            step *= 2
        return [x * 3303 % q for x in f]

    def mul(f, g):
        out = []
        for i in range(128):
            a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
            gamma = pow(17, 2 * int(f"{i:07b}"[::-1], 2) + 1, q)
            out += [(a0 * b0 + a1 * b1 * gamma) % q, (a0 * b1 + a1 * b0) % q]
        return out

    def add(f, g):
        return [(a + b) % q for a, b in zip(f, g)]

    def bits(b):
        return [b[i // 8] >> (i % 8) & 1 for i in range(8 * len(b))]

    def unpack(b, d):
        v = bits(b)
        return [sum(v[i * d + j] << j for j in range(d)) for i in range(len(v) // d)]

    def pack(f, d):
        v = [x >> j & 1 for x in f for j in range(d)]
        return bytes(sum(v[i + j] << j for j in range(8)) for i in range(0, len(v), 8))

    def compress(f, d):
        return [((x << d) + q // 2) // q % (1 << d) for x in f]

    def uniform(seed):
        stream, out, at = hashlib.shake_128(seed).digest(1680), [], 0
        while len(out) < n:
            a, b, c = stream[at:at + 3]
            out += [x for x in (a + 256 * (b % 16), b // 16 + 16 * c) if x < q]
            at += 3
        return out[:n]

    def noise(seed, nonce):
        v = bits(hashlib.shake_256(seed + bytes([nonce])).digest(128))
        return [(v[4 * i] + v[4 * i + 1] - v[4 * i + 2] - v[4 * i + 3]) % q for i in range(n)]

    g = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()
    shared, r = g[:32], g[32:]
    t = [unpack(ek[384 * i:384 * i + 384], 12) for i in range(k)]
    rho = ek[384 * k:]
    y = [ntt(noise(r, i)) for i in range(k)]
    e1 = [noise(r, k + i) for i in range(k)]
    e2 = noise(r, 2 * k)
    u = []
    for i in range(k):
        acc = [0] * n
        for j in range(k):
            acc = add(acc, mul(uniform(rho + bytes([i, j])), y[j]))
        u.append(add(inverse(acc), e1[i]))
    acc = [0] * n
    for j in range(k):
        acc = add(acc, mul(t[j], y[j]))
    mu = [(x * q + 1) // 2 for x in bits(m)]
    v = add(add(inverse(acc), e2), mu)
    return shared, b"".join(pack(compress(x, 10), 10) for x in u) + pack(compress(v, 4), 4)


def hpke_seal(public, info, plaintext, eseed):
    shared, enc = xwing_encapsulate(public, eseed)
    return enc, ChaCha20Poly1305(_hpke(shared, info)[0]).encrypt(_hpke(shared, info)[1], plaintext, b"")


def hpke_open(key, info, enc, sealed):
    k, nonce = _hpke(key.decapsulate(enc), info)
    return ChaCha20Poly1305(k).decrypt(nonce, sealed, b"")


def _hpke(shared, info):
    suite = b"HPKE" + bytes.fromhex("647a00010003")

    def extract(salt, label, ikm):
        return _hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()

    def expand(prk, label, more, length):
        data = struct.pack(">H", length) + b"HPKE-v1" + suite + label + more
        return _hmac.new(prk, data + b"\1", hashlib.sha256).digest()[:length]

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    prk = extract(shared, b"secret", b"")
    return expand(prk, b"key", context, 32), expand(prk, b"base_nonce", context, 12)


# --- secretstream (libsodium crypto_secretstream_xchacha20poly1305) --------------------------
def _chacha(key, nonce, counter, data):
    full = struct.pack("<I", counter) + nonce
    return Cipher(algorithms.ChaCha20(key, full), None).encryptor().update(data)


def _hchacha20(key, nonce16):
    def rotl(x, n):
        return (x << n | x >> (32 - n)) & 0xFFFFFFFF

    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce16))
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = (s[x] + s[y]) & 0xFFFFFFFF
                s[z] = rotl(s[z] ^ s[x], r)
    return struct.pack("<8I", *s[0:4], *s[12:16])


def secretstream(key, header, plaintext, ad, chunk=65536, first=0, last=3):
    """Seals the padded plaintext in chunks; FINAL (3) on the last only. Returns header and chunks."""
    assert len(header) == 24
    k, counter, inonce, out = _hchacha20(key, header[:16]), 1, header[16:], header
    pieces = [plaintext[i:i + chunk] for i in range(0, len(plaintext), chunk)]
    for number, piece in enumerate(pieces):
        tag = last if number == len(pieces) - 1 else first
        nonce = struct.pack("<I", counter) + inonce
        mac = Poly1305(_chacha(k, nonce, 0, bytes(64))[:32])
        mac.update(ad + bytes(-len(ad) % 16))
        block = _chacha(k, nonce, 1, bytes([tag]) + bytes(63))
        body = _chacha(k, nonce, 2, piece)
        mac.update(block + body + bytes(((0x10 - 64 + len(piece)) & 0xF)))
        mac.update(le64(len(ad)) + le64(64 + len(piece)))
        auth = mac.finalize()
        out += block[:1] + body + auth
        inonce = bytes(a ^ b for a, b in zip(inonce, auth[:8]))
        counter += 1
        if tag & 2 and number < len(pieces) - 1:  # only hostile streams go on after a rekeying tag
            fresh = _chacha(k, struct.pack("<I", counter) + inonce, 0, k + inonce)
            k, inonce, counter = fresh[:32], fresh[32:], 1
    return out


def padded(content):
    """LE64(length), content, zeros up to the bucket: 4, 16, 64 KiB, then Padme."""
    need = 8 + len(content)
    size = next((b for b in (4096, 16384, 65536) if need <= b), None)
    if size is None:
        e = need.bit_length() - 1
        low = e - e.bit_length()
        size = (need + (1 << low) - 1) >> low << low
    return le64(len(content)) + content + bytes(size - need)

"""Builds envelopes and requests in which every value can be made wrong, for chapters 03 to 05."""
import functools

from book import shelf

import amonat_ref as ref
import story
from amonat_ref import Key, Log, XWing, b64, cj, f_bytes, f_uint, hmac, note, pae, secret, sha

M, S, H = story.M, story.S, "health.example"
T0, DAY = story.T0, story.DAY
NOW = T0 + 3_700_000
REALM, OTHER_REALM = story.realm, sha(b"another realm")
CONTENT = {"need": {"service": "safe-accommodation", "urgency": "routine"}, "identity": {"name-used": "Anna"}}


@functools.cache
def encapsulate(public, label):
    return ref.xwing_encapsulate(public, secret("encapsulation " + label, 64))


def wrap(public, info, plaintext, label):
    shared, enc = encapsulate(public, label)
    key, nonce = ref._hpke(shared, info)
    return enc, ref.ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


class Envelope:
    """An envelope to one desk. Each step of chapter 03 stands in a method, so that it can be replaced."""

    def __init__(self, groups=("need",), sender=M, recipient=S, desk="intake", realm=REALM, suite=1, label="vector",
                 contents=None, desk_key=None, stanza_groups=None):
        self.groups, self.sender, self.recipient, self.desk = list(groups), sender, recipient, desk
        self.realm, self.suite, self.label = realm, suite, label
        self.desk_key = desk_key or (XWing(f"{recipient}/{desk}/1") if groups else None)
        self.contents = contents or {}
        self.stanza_groups = self.groups if stanza_groups is None else list(stanza_groups)
        self.nonce = secret("nonce " + label, 16)
        self.seal()

    def seal(self):
        self.header = (f_uint(1, self.suite) + f_bytes(2, self.realm) + f_bytes(3, self.sender) + f_bytes(4, self.recipient)
                       + f_bytes(5, self.nonce))
        self.h = sha(self.header)
        self.ceks = {g: secret(f"cek {self.label} {g}") for g in {*self.groups, *self.stanza_groups}}
        self.compartments = [self.compartment(g) for g in self.groups]
        self.rows = [self.row(g, c) for g, c in zip(self.groups, self.compartments)]
        self.finish()

    def finish(self):
        """From the rows on: what a test that changes a row calls again."""
        self.table = b"".join(f_bytes(1, r) for r in self.rows)
        self.t = sha(self.table)
        self.stanza_list = [self.stanza()] if self.groups else []
        self.close()

    def close(self):
        self.stanzas = b"".join(f_bytes(1, s) for s in self.stanza_list)
        self.id = sha(pae("amonat/v1/envelope", self.header, self.table, sha(self.stanzas)))
        self.bytes = (f_bytes(1, self.header) + f_bytes(2, self.table) + f_bytes(3, self.stanzas)
                      + b"".join(f_bytes(4, c, keep_empty=True) for c in self.compartments))
        return self

    def content(self, group):
        return self.contents.get(group, cj(CONTENT.get(group, {})))

    def plain(self, group):
        return ref.padded(self.content(group))

    def stream(self, group, plain, ad):
        k_enc = hmac(self.ceks[group], pae("amonat/v1/cek-enc", self.h, group))
        return ref.secretstream(k_enc, secret(f"stream {self.label} {group}", 24), plain, ad)

    def compartment(self, group):
        return self.stream(group, self.plain(group), pae("amonat/v1/compartment", self.h, group))

    def commitment(self, group):
        return hmac(self.ceks[group], pae("amonat/v1/cek-commit", self.h, group))

    def row(self, name, compartment, **changed):
        v = {"group": name, "length": len(compartment), "hash": sha(compartment), "commit": self.commitment(name), **changed}
        return f_bytes(1, v["group"]) + f_uint(2, v["length"]) + f_bytes(3, v["hash"]) + f_bytes(4, v["commit"])

    def key_id(self):
        return sha(pae("amonat/v1/desk-key", self.recipient, self.desk, self.desk_key.public))

    def info(self):
        return pae("amonat/v1/wrap", self.h, self.t, self.key_id(), pae(*self.stanza_groups))

    def stanza(self, **changed):
        keys = b"".join(self.ceks[g] for g in self.stanza_groups)
        enc, wrapped = wrap(self.desk_key.public, changed.get("info", self.info()), changed.get("keys", keys),
                            f"{self.label} {self.desk}")
        v = {"key_id": self.key_id(), "groups": self.stanza_groups, "enc": enc, "wrapped": wrapped, **changed}
        return (f_bytes(1, v["key_id"]) + b"".join(f_bytes(2, g, keep_empty=True) for g in v["groups"])
                + f_bytes(3, v["enc"]) + f_bytes(4, v["wrapped"]))


DEFAULT = Envelope(label="vector offer")
IDENTITY = Envelope(("contact", "identity"), label="vector supplement")
NOTIFY = Envelope((), label="vector notify")
REPLY = Envelope(("reply",), label="vector reply")
for name, e in (("offer", DEFAULT), ("supplement", IDENTITY), ("notify", NOTIFY), ("reply", REPLY)):
    shelf.add(f"vectors/files/{name}.envelope", e.bytes)


class Request:
    """A request of the ministry to the shelter, with one item unless `items` says otherwise."""

    def __init__(self, envelope=DEFAULT, type="disclose", e=None, drop=(), grant=None, grant_type="grant", grant_realm=None,
                 sends_grant=None, sends_event=True, pads=3, log=None, key=None, message=None, index_shift=0, event_log=None,
                 event_realm=None, named_log=None, opening=None, grant_opening=None, checkpoint=None, from_=0, proof=b"",
                 settled="", notes=(), wait=0, extra=b"", size=None, twice=False, groups=None, past=False):
        self.envelope = envelope
        self.key = key or story.log_key[M]
        if past:
            # A message in log 2 under a grant in log 1, which the card says is closed.
            self.key = story.next_key[M]
        self.log = log or Log(self.key, M, REALM.hex())
        for _ in range(pads):
            self.log.pad()
        self.grant_log = PAST.log if past else self.log
        g = {"basis": "consent", "groups": ["contact", "identity", "need", "safety"], "onward": 0, "peer": S,
             "policy": story.policy_hash, "purpose": "accommodation", "register": REALM.hex(), "until": T0 + 30 * DAY}
        g.update(grant or {})
        if past:
            self.grant = PAST.grant
        else:
            self.grant = self.append(grant_type, g if grant_type == "grant" else {}, realm=grant_realm)
        self.log.pad()
        kind = (e or {}).get("kind", "offer" if type == "disclose" else "accept")
        notice = {"expires": T0 + 10 * DAY, "kind": kind, "message": (message or envelope.id).hex(), "peer": S, "seq": 1}
        named = {"grant": self.grant, "grant_log": named_log or self.grant_log.key.name}
        if type == "disclose":
            keys = {**notice, **named, "basis": "consent", "groups": envelope.groups if groups is None else groups,
                    "policy": story.policy_hash, "purpose": "accommodation", "register": REALM.hex()}
        elif kind == "withdraw":
            keys = {**notice, **named, "until": T0 + 30 * DAY, "outcome": "stop"}
        else:
            keys = {**notice, "ref": sha(b"an offer").hex()}
        keys.update(e or {})
        for k in drop:
            keys.pop(k, None)
        self.e = keys
        self.event = self.append(type, keys, realm=event_realm, log=event_log, shift=index_shift)
        for _ in range(4):
            self.log.pad()
        self.size = len(self.log.leaves) if size is None else size
        self.root = ref.root(self.log.hashes[:self.size])
        if sends_grant is None:
            sends_grant = type == "disclose" and "grant" in keys
        text, signed = self.log.checkpoint(self.size)
        self.checkpoint_text, self.checkpoint = text, signed
        item = f_bytes(1, envelope.bytes)
        if sends_event:
            item += f_bytes(2, opening(self) if opening else self.log.opening(self.event, self.size))
        if sends_grant:
            if past:
                closed = PAST.log.checkpoint()[1]
                made = PAST.log.opening(self.grant, len(PAST.log.leaves)) + f_bytes(6, closed)
            else:
                made = self.log.opening(self.grant, self.size)
            item += f_bytes(3, grant_opening(self, made) if grant_opening else made)
        self.item = item
        shown = self.checkpoint if checkpoint is None else checkpoint(self)
        self.delivery = (f_bytes(1, item) * (2 if twice else 1) + f_bytes(2, shown) + f_uint(3, from_) + f_bytes(4, proof)
                         + f_bytes(5, settled))
        self.bytes = (f_bytes(1, self.delivery) + b"".join(f_bytes(3, n, keep_empty=True) for n in notes) + f_uint(4, wait)
                      + extra)

    def append(self, type, keys, realm=None, log=None, shift=0):
        e = dict(keys)
        if realm:
            e["realm"] = realm.hex()
        if log:
            e["log"] = log
        if shift:
            e["index"] = len(self.log.leaves) + shift
        return self.log.append(type, NOW, e, {"actor": "u-4f2a", "desk": "intake"})

    @property
    def id(self):
        return self.envelope.id


class Past:
    """A first log of the ministry that is closed, and the card that says so."""

    def __init__(self):
        self.log = Log(story.log_key[M], M, REALM.hex())
        for _ in range(3):
            self.log.pad()
        self.grant = self.log.append("grant", NOW - 1000, {
            "basis": "consent", "groups": ["contact", "identity", "need", "safety"], "onward": 0, "peer": S,
            "policy": story.policy_hash, "purpose": "accommodation", "register": REALM.hex(), "until": T0 + 30 * DAY},
            {"actor": "u-4f2a", "desk": "intake"})
        self.log.pad()
        third = Key(f"{M}/amonat/log/3")
        import json
        card = json.loads(story.card_text[M])
        card.update(serial=2, previous=sha(story.card_text[M]).hex(), log={"key": b64(story.next_key[M].public), "n": 2},
                    next_log={"key": b64(third.public), "n": 3},
                    past_logs=[{"key": b64(self.log.key.public), "n": 1, "root": ref.root(self.log.hashes).hex(),
                                "size": len(self.log.leaves)}])
        self.card_text = cj(card) + b"\n"
        self.card = note(self.card_text, *[k.line(self.card_text) for k in (
            story.agency_key[M], story.next_key[M], third, story.witness[M])]).encode()


PAST = Past()
shelf.add("vectors/files/ministry.example.card-2.note", PAST.card)

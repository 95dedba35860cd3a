"""Collects vectors and writes them, one JSON object a line. The format is in README.md."""
import base64
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROTOCOL = HERE.parent
sys.path.insert(0, str(PROTOCOL / "examples"))

WINDOW = 64


class Shelf:
    """The files that vectors may quote, and where each run of bytes stands in them."""

    def __init__(self):
        self.files, self.index = {}, {}

    def add(self, name, data):
        self.files[name] = data
        for at in range(len(data) - WINDOW + 1):
            self.index.setdefault(data[at:at + WINDOW], (name, at))

    def pieces(self, data):
        """Cuts bytes into runs that stand in a file, and what is new between them."""
        out, fresh, at = [], 0, 0
        while at + WINDOW <= len(data):
            found = self.index.get(data[at:at + WINDOW])
            if not found:
                at += 1
                continue
            name, start = found
            source, length = self.files[name], WINDOW
            while (at + length < len(data) and start + length < len(source)
                   and data[at + length] == source[start + length]):
                length += 1
            if fresh < at:
                out.append(plain(data[fresh:at]))
            whole = start == 0 and length == len(source)
            out.append({"file": name} if whole else {"file": name, "from": start, "to": start + length})
            at += length
            fresh = at
        if fresh < len(data):
            out.append(plain(data[fresh:]))
        return out


def plain(data):
    """Bytes that stand in the vector itself: as text where a person can read them, else as hex."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.hex() if len(data) <= WINDOW else {"base64": base64.b64encode(data).decode()}
    readable = len(data) > 3 and all(c == "\n" or c == "\t" or c.isprintable() for c in text)
    return {"text": text} if readable else data.hex() if len(data) <= WINDOW else {"base64": base64.b64encode(data).decode()}


shelf = Shelf()
for example in sorted((PROTOCOL / "examples").iterdir()):
    if example.suffix in (".note", ".envelope", ".exchange", ".bin", ".bundle", ".json"):
        shelf.add(f"examples/{example.name}", example.read_bytes())


def pack(data):
    data = bytes(data)
    short = plain(data)
    # A person should be able to read an event where it stands.
    if len(data) < 2 * WINDOW or (len(data) <= 1024 and "text" in short):
        return short
    pieces = shelf.pieces(data)
    return pieces[0] if len(pieces) == 1 else {"join": pieces}


class Repeat:
    """So many times the same bytes, so that a limit can be passed without writing it down."""

    def __init__(self, unit, times):
        self.unit, self.times = unit, times


class Join:
    def __init__(self, *parts):
        self.parts = parts


def value(v):
    if isinstance(v, (bytes, bytearray)):
        return pack(v)
    if isinstance(v, Repeat):
        return {"repeat": value(v.unit), "times": v.times}
    if isinstance(v, Join):
        return {"join": [value(p) for p in v.parts]}
    if isinstance(v, dict):
        return {k: value(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [value(x) for x in v]
    return v


def line(vector):
    # Three capital X in a row, which base64 has now and then, would be taken for a mark of unfinished work.
    return json.dumps(vector, ensure_ascii=False, separators=(",", ":")).replace(3 * "X", 2 * "X" + "\\u0058") + "\n"


class Book:
    def __init__(self, name):
        self.name, self.vectors, self.ids = name, [], set()

    def add(self, id, covers, check, expect="ok", gives=None, **input):
        assert id not in self.ids, id
        self.ids.add(id)
        covers = covers.split() if isinstance(covers, str) else covers
        vector = {"id": f"{self.name}/{id}", "covers": covers, "check": check,
                  "input": value(input), "expect": expect}
        if gives is not None:
            vector["gives"] = value(gives)
        self.vectors.append(vector)

    def text(self):
        return "".join(line(v) for v in self.vectors)

"""Writes the vectors beside this script, from the second implementation in ../examples.

    python3 generate.py          writes every file
    python3 generate.py --check  changes nothing; status 1 when something would change

Needs what ../examples/generate.py needs. The Swift code of this repository is not asked.
"""
import importlib
import json
import re
import sys

from book import HERE, PROTOCOL, shelf

CHAPTERS = [importlib.import_module(f"chapter{n:02}") for n in range(1, 13)]
files = {f"{c.book.name}.jsonl": c.book.text().encode() for c in CHAPTERS}
files |= {name.removeprefix("vectors/"): data for name, data in shelf.files.items() if name.startswith("vectors/")}

known = set()
for chapter in (PROTOCOL / "spec").glob("*.md"):
    known |= set(re.findall(r"^([A-Z]+-[0-9]{3}) ", chapter.read_text(), re.M))
stray = {i for c in CHAPTERS for v in c.book.vectors for i in v["covers"]} - known
assert not stray, f"no such requirement: {sorted(stray)}"

changed = []
for name, data in files.items():
    path = HERE / name
    if not path.exists() or path.read_bytes() != data:
        changed.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
for path in [*HERE.glob("*.jsonl"), *HERE.glob("files/*")]:
    if str(path.relative_to(HERE)) not in files and path.name != "elsewhere.jsonl":
        print("left over:", path.relative_to(HERE))
        changed.append(path.name)
covered = {i for c in CHAPTERS for v in c.book.vectors for i in v["covers"]}
print(f"{sum(len(c.book.vectors) for c in CHAPTERS)} vectors, {len(covered)} of {len(known)} requirements")
print("changed:", ", ".join(changed) or "nothing")
sys.exit(1 if changed and "--check" in sys.argv else 0)

"""Writes the worked examples of Protocol/spec and the files beside this script.

    python3 generate.py          rewrites the marked blocks and files in place
    python3 generate.py --check  changes nothing; status 1 when something would change

A block of a chapter is marked by `<!-- example: ID -->` and the fence that follows it.
"""
import re
import sys

from story import HERE, blocks, files

check, changed = "--check" in sys.argv, []
used = set()
for chapter in sorted((HERE.parent / "spec").glob("*.md")):
    text = chapter.read_text()

    def fill(match):
        used.add(match[1])
        return f"<!-- example: {match[1]} -->\n```text\n{blocks[match[1]]}\n```"

    new = re.sub(r"<!-- example: ([a-z0-9-]+) -->\n```text\n.*?^```$", fill, text, flags=re.S | re.M)
    if new != text:
        changed.append(chapter.name)
        if not check:
            chapter.write_text(new)
for file, data in files.items():
    path = HERE / file
    if not path.exists() or path.read_bytes() != data:
        changed.append(file)
        if not check:
            path.write_bytes(data)
for unused in sorted(set(blocks) - used):
    print("no chapter shows", unused)
print("changed:", ", ".join(changed) or "nothing")
sys.exit(1 if check and changed else 0)

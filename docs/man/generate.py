#!/usr/bin/env python3
"""Man pages from what the programs say of themselves (ArgumentParser's own dump).

    generate.py BIN OUT     BIN: the folder of the built programs; OUT: where the pages go
"""
import json
import pathlib
import subprocess
import sys

PAGES = [("amonat", 1), ("amonatd", 8), ("amonat-audit", 1)]


def plain(text):
    """A text as roff takes it: no line is a request, no character an escape."""
    out = []
    for line in (text or "").split("\n"):
        line = line.replace("\\", "\\e").replace("-", "\\-")
        out.append("\\&" + line if line[:1] in (".", "'") else line)
    return "\n".join(out)


def names(argument):
    value = argument.get("valueName") or "value"
    if argument["kind"] == "positional":
        return f"\\fI{plain(value)}\\fR"
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    shown = [dashes[n["kind"]] + n["name"] for n in argument.get("names") or []]
    text = ", ".join(f"\\fB{plain(name)}\\fR" for name in shown)
    return text if argument["kind"] == "flag" else f"{text} \\fI{plain(value)}\\fR"


def options(command, out):
    shown = [a for a in command.get("arguments") or [] if a.get("shouldDisplay", True)]
    for argument in shown:
        out += [".TP", names(argument)]
        text = argument.get("abstract") or ""
        if argument.get("defaultValue"):
            text += f" (default: {argument['defaultValue']})"
        out.append(plain(text.strip()) or "\\&")


def commands(command, path, out):
    for child in command.get("subcommands") or []:
        if not child.get("shouldDisplay", True) or child["commandName"] == "help":
            continue
        name = path + [child["commandName"]]
        out += [f".SS {plain(' '.join(name))}", plain(child.get("abstract"))]
        if child.get("discussion"):
            out += [".PP", ".nf", plain(child["discussion"]), ".fi"]
        options(child, out)
        commands(child, name, out)


def page(tool, section):
    command = tool["command"]
    name = command["commandName"]
    out = [
        f'.TH "{name.upper()}" "{section}" "" "Amonat" "Amonat"',
        ".SH NAME",
        f"{plain(name)} \\- {plain((command.get('abstract') or '').rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {plain(name)}",
        "[\\fIcommand\\fR] [\\fIoptions\\fR]" if command.get("subcommands") else "[\\fIoptions\\fR]",
    ]
    if command.get("discussion"):
        out += [".SH DESCRIPTION", ".nf", plain(command["discussion"]), ".fi"]
    out.append(".SH OPTIONS")
    options(command, out)
    if command.get("subcommands"):
        out.append(".SH COMMANDS")
        commands(command, [name], out)
    others = [f"\\fB{plain(n)}\\fR({s})" for n, s in PAGES if n != name]
    out += [".SH SEE ALSO", ", ".join(others)]
    return "\n".join(out) + "\n"


def main():
    programs, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    for name, section in PAGES:
        dump = subprocess.run(
            [programs / name, "--experimental-dump-help"], check=True, capture_output=True
        ).stdout
        file = target / f"{name}.{section}"
        file.write_text(page(json.loads(dump), section), encoding="utf-8")
        print(file)


if __name__ == "__main__":
    main()

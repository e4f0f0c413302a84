"""Writes the program's descriptions of itself into its pages; `--check` only compares.

These are the commands, options, and variables of docs/cli.md, and the keys of docs/cog-yaml.md. The program is the one
in COG_TEST_BIN, or the release build. Text outside the markers is left alone.
"""

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release")).resolve() / "cog"
EVERYWHERE = {"--debug", "--no-color", "--version", "--help"}


def spelling(argument: dict[str, Any]) -> str:
    """`-f`, `--file NAME` in code, the short form first."""
    names = sorted(argument["names"], key=lambda name: name["kind"] == "long")
    forms = [("--" if name["kind"] == "long" else "-") + name["name"] for name in names]
    if argument["kind"] == "option":
        forms[-1] += " " + argument["valueName"].upper()
    return ", ".join(f"`{form}`" for form in forms)


def row(argument: dict[str, Any]) -> str:
    default = f"`{argument['defaultValue']}`" if argument.get("defaultValue") else ""
    return f"| {spelling(argument)} | {default} | {argument.get('abstract', '').replace('|', chr(92) + '|')} |\n"


def options_table(arguments: list[dict[str, Any]]) -> str:
    return "| option | default | |\n| --- | --- | --- |\n" + "".join(row(argument) for argument in arguments)


def usage(command: dict[str, Any]) -> str:
    words = ["cog", command["commandName"], "[OPTIONS]"]
    for argument in command["arguments"]:
        if argument["kind"] == "positional":
            name = argument["valueName"].upper() + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{name}]" if argument["isOptional"] else name)
    return " ".join(words)


def section(command: dict[str, Any]) -> str:
    shown = [argument for argument in command["arguments"] if argument["shouldDisplay"]]
    options = [argument for argument in shown if argument["kind"] != "positional" and not is_everywhere(argument)]
    text = f"### `cog {command['commandName']}`\n\n{command['abstract']}"
    if not command["shouldDisplay"]:
        text += " Not in the list that `cog help` prints."
    if "discussion" in command:
        text += "\n\n" + command["discussion"].replace("'", "`")
    text += f"\n\n    {usage(command)}\n"
    for argument in shown:
        if argument["kind"] == "positional":
            text += f"\n`{argument['valueName'].upper()}`: {argument['abstract']}\n"
    return text + ("\n" + options_table(options) if options else "")


def is_everywhere(argument: dict[str, Any]) -> bool:
    return bool({"--" + name["name"] for name in argument.get("names", [])} & EVERYWHERE)


def commands() -> str:
    dump = subprocess.run([PROGRAM, "--experimental-dump-help"], capture_output=True, text=True, timeout=60, check=True)
    found = [
        command for command in json.loads(dump.stdout)["command"]["subcommands"] if command["commandName"] != "help"
    ]
    everywhere = [
        argument for argument in found[0]["arguments"] if argument["shouldDisplay"] and is_everywhere(argument)
    ]
    return "\n".join(["Every command has these options:\n\n" + options_table(everywhere), *map(section, found)])


def table(of: str) -> str:
    command = [PROGRAM, "config-schema", "--table", of]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


# What is written, and into which page.
PARTS = {"commands": "cli.md", "variables": "cli.md", "keys": "cog-yaml.md"}


def main() -> int:
    status = 0
    for what, name in PARTS.items():
        page = ROOT / "docs" / name
        begin, end = f"<!-- {what}: written by scripts/docs.sh -->\n", f"<!-- end of the {what} -->\n"
        before = page.read_text()
        head, rest = before.split(begin)
        tail = rest.split(end)[1]
        text = commands() if what == "commands" else table(what)
        after = f"{head}{begin}\n{text}\n{end}{tail}"
        if sys.argv[1:] == ["--check"]:
            lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"docs/{name}", "now")
            sys.stdout.writelines(lines)
            status |= int(before != after)
        else:
            page.write_text(after)
    return status


if __name__ == "__main__":
    sys.exit(main())

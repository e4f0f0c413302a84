"""Writes the manual pages cog.1 and cog-COMMAND.1 into a folder, from the program's descriptions of its commands.

usage: scripts/man.py FOLDER
The program is the one in COG_TEST_BIN, or the release build.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cli_docs import PROGRAM, is_everywhere

ROOT = Path(__file__).resolve().parent.parent
VERSION = (ROOT / "VERSION").read_text().strip()
# The sections that several pages share, by the name of the page.
SEE_ALSO = ".SH SEE ALSO\n{}\n"
VARIABLES = """\
.SH ENVIRONMENT
.TP
.B COG_ENGINE
The program to use instead of docker, such as podman.
.TP
.B DOCKER_HOST
Which engine is used.
.TP
.B NO_COLOR
No colored output.
.SH EXIT STATUS
0 on success, 1 on failure; 130 when interrupted. \\fBcog exec\\fR ends with the status of its command.
.SH FILES
.TP
.I cog.yaml
How the project's image is made, and what is served from it.
"""


def escaped(text: str) -> str:
    """Text in which troff sees no commands: hyphens stay hyphens, and no line begins with a control character."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def option(argument: dict[str, Any]) -> str:
    names = sorted(argument["names"], key=lambda name: name["kind"] == "long")
    forms = ["\\fB" + escaped(("--" if name["kind"] == "long" else "-") + name["name"]) + "\\fR" for name in names]
    value = f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
    default = f" (default: {escaped(argument['defaultValue'])})" if argument.get("defaultValue") else ""
    return f".TP\n{', '.join(forms)}{value}\n{escaped(argument.get('abstract', ''))}{default}\n"


def synopsis(command: dict[str, Any]) -> str:
    words = [f"\\fBcog {escaped(command['commandName'])}\\fR", "[\\fIoptions\\fR]"]
    for argument in command["arguments"]:
        if argument["kind"] == "positional" and argument["shouldDisplay"]:
            name = f"\\fI{escaped(argument['valueName'])}\\fR" + (" ..." if argument["isRepeating"] else "")
            words.append(f"[{name}]" if argument["isOptional"] else name)
    return " ".join(words)


def head(name: str, abstract: str) -> str:
    title = name.upper().replace("-", "\\-")
    name = f"{escaped(name)} \\- {escaped(abstract.rstrip('.'))}"
    return f'.TH "{title}" 1 "" "cog {VERSION}" "Cog Manual"\n.SH NAME\n{name}\n'


def page(command: dict[str, Any]) -> str:
    shown = [argument for argument in command["arguments"] if argument["shouldDisplay"]]
    text = head(f"cog-{command['commandName']}", command["abstract"])
    text += f".SH SYNOPSIS\n{synopsis(command)}\n.SH DESCRIPTION\n{escaped(command['abstract'])}\n"
    if "discussion" in command:
        text += f".PP\n{escaped(command['discussion'])}\n"
    for argument in shown:
        if argument["kind"] == "positional":
            text += f".TP\n\\fI{escaped(argument['valueName'])}\\fR\n{escaped(argument['abstract'])}\n"
    options = [argument for argument in shown if argument["kind"] != "positional"]
    text += ".SH OPTIONS\n" + "".join(
        option(argument) for argument in sorted(options, key=lambda argument: is_everywhere(argument))
    )
    return text + SEE_ALSO.format("\\fBcog\\fR(1)")


def overview(root: dict[str, Any], commands: list[dict[str, Any]]) -> str:
    text = head("cog", root["abstract"])
    text += ".SH SYNOPSIS\n\\fBcog\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n"
    text += f".SH DESCRIPTION\n{escaped(root['discussion'])}\n.SH COMMANDS\n"
    for command in commands:
        text += f".TP\n\\fBcog\\-{escaped(command['commandName'])}\\fR(1)\n{escaped(command['abstract'])}\n"
    pages = ",\n".join(f"\\fBcog\\-{escaped(command['commandName'])}\\fR(1)" for command in commands)
    return text + VARIABLES + SEE_ALSO.format(pages)


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    dump = subprocess.run([PROGRAM, "--experimental-dump-help"], capture_output=True, text=True, timeout=60, check=True)
    root = json.loads(dump.stdout)["command"]
    commands = [
        command for command in root["subcommands"] if command["shouldDisplay"] and command["commandName"] != "help"
    ]
    (folder / "cog.1").write_text(overview(root, commands))
    for command in commands:
        (folder / f"cog-{command['commandName']}.1").write_text(page(command))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`cog completion`: the scripts for shells, and what bash makes of its own."""

import shutil
import subprocess

import pytest


def completed(script: str, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    line = " ".join(words)
    program = (
        f"{script}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words) - 1}\nCOMP_LINE='{line}'\nCOMP_POINT={len(line)}\n"
        f"_cog cog '{words[-1]}' '{words[-2]}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    )
    done = subprocess.run(
        ["bash", "--norc", "-s"], input=program, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["cog", "bu"], ["build"]),
        (["cog", "e"], ["exec"]),
        (["cog", "build", "--no"], ["--no-cache", "--no-color"]),
        (["cog", "predict", "--js"], ["--json"]),
        (["cog", "frob"], []),
    ],
)
def test_bash(empty, words, offered):
    assert completed(empty.cog("completion", "bash").ok().out, *words) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_knows_the_commands(empty, shell):
    result = empty.cog("completion", shell).ok()
    assert result.err == ""
    for command in ("build", "predict", "serve"):
        assert command in result.out
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=result.out, text=True, timeout=30, check=True)


def test_other_shells(empty):
    empty.cog("completion", "csh").fails('no completion for "csh": use bash, zsh or fish')
    empty.cog("completion").fails("Missing expected argument")

"""Path, File and Secret."""

from __future__ import annotations

import dataclasses
import io
import pathlib
import pickle
from typing import Annotated, Any

import pytest

import cog
from cog import AsyncConcatenateIterator, ConcatenateIterator, File, Path, Secret, URLPath
from cog._document.openapi import describe

# MARK: - Files


def test_path_is_a_path() -> None:
    path = Path("a") / "b"
    assert repr(path) == "Path('a/b')"
    assert type(path) is type(path.parent) is type(Path.cwd()) is Path
    assert path == pathlib.Path("a/b")
    assert hash(path) == hash(pathlib.Path("a/b"))
    assert type(pickle.loads(pickle.dumps(path))) is Path


def test_path_validate() -> None:
    given = pathlib.Path("x")
    assert Path.validate(given) is given
    for text in ("a/b", "ftp://h/x"):
        assert type(Path.validate(text)) is Path
    assert str(Path.validate("file:///etc/x")) == "file:/etc/x"
    for text in ("http://h/x.png", "HTTPS://h/x", "data:,x"):
        assert type(Path.validate(text)) is URLPath
    for wrong in (5, None):
        with pytest.raises((AttributeError, TypeError)):
            Path.validate(wrong)


def test_url_path_of_data() -> None:
    path = Path.validate("data:text/plain;base64,aGVsbG8=")
    assert isinstance(path, URLPath)
    assert str(path) == path.__fspath__() == path.source == "data:text/plain;base64,aGVsbG8="
    assert repr(path) == "URLPath('data:text/plain;base64,aGVsbG8=')"
    assert path.filename == path.name == "file.txt"
    assert path.suffix == ".txt"
    path.unlink()
    copied = path.convert()
    assert copied is path.convert()
    assert type(copied) is Path
    assert copied.name.endswith("file.txt")
    assert copied.read_text() == "hello"
    path.unlink()
    with pytest.raises(FileNotFoundError):
        path.unlink()
    path.unlink(missing_ok=True)
    with pytest.raises(TypeError):
        pickle.dumps(path)


def test_long_names_of_urls() -> None:
    from cog.types import get_filename

    assert get_filename("http://h/a%20b+c.txt?x=1") == "a b c.txt"
    assert get_filename("http://h/") == ""
    assert get_filename("http://h/a%2Fb%00.txt") == "a_b_.txt"
    assert get_filename("data:image/png;base64,") == "file.png"
    assert get_filename("data:,x") == "file.txt"
    assert get_filename("data:foo/bar,x") == "file"
    name = get_filename("http://h/" + "é" * 300 + ".png")
    assert name.endswith("~.png")
    assert 198 <= len(name.encode()) <= 200
    assert get_filename("http://h/" + "a" * 300 + ".png") == "a" * 195 + "~.png"
    assert get_filename("http://h/x." + "b" * 300) == "x." + "b" * 197 + "~"
    assert get_filename("http://h/x." + "é" * 100) == "x." + "é" * 98 + "~"


def test_file_validate() -> None:
    opened = io.BytesIO()
    assert File.validate(opened) is opened
    data = File.validate("data:;base64,aGk=")
    assert data.read() == b"hi"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="^'' is not a valid URL scheme. 'data', 'http', or 'https' is supported.$"):
        File.validate("plain")
    with pytest.raises(ValueError, match="not enough values to unpack"):
        File.validate("data:nonsense")


# MARK: - Secret


def test_secret() -> None:
    secret = Secret("clear")
    assert (str(secret), repr(secret), f"{secret}") == ("**********", "Secret(**********)", "**********")
    assert (str(Secret()), repr(Secret()), str(Secret(""))) == ("", "Secret()", "**********")
    assert secret.get_secret_value() == secret.secret_value == "clear"
    assert secret == Secret("clear") != Secret("other")
    assert hash(secret) == hash(Secret("clear"))
    assert dataclasses.asdict(secret) == {"secret_value": "clear"}  # type: ignore[call-overload]
    assert pickle.loads(pickle.dumps(secret)) == secret
    with pytest.raises(dataclasses.FrozenInstanceError):
        secret.secret_value = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "annotation",
    [
        "ConcatenateIterator",
        "AsyncConcatenateIterator",
        "cog.ConcatenateIterator",
        "Annotated[ConcatenateIterator, 1]",
        "ConcatenateIterator[str]",
    ],
)
def test_concatenated_pieces_are_texts(annotation: str) -> None:
    """Bare, quoted, or with the type: the document is the same."""
    names: dict[str, Any] = {
        "cog": cog,
        "Annotated": Annotated,
        "ConcatenateIterator": ConcatenateIterator,
        "AsyncConcatenateIterator": AsyncConcatenateIterator,
    }
    schemas = []
    for written in (annotation, eval(annotation, names)):
        exec("def run(): pass", names)
        names["run"].__annotations__ = {"return": written}
        schemas.append(describe(names["run"])["components"]["schemas"]["Output"])
    assert schemas[0] == schemas[1]
    assert schemas[0] == {
        "title": "Output",
        "type": "array",
        "items": {"type": "string"},
        "x-cog-array-type": "iterator",
        "x-cog-array-display": "concatenate",
    }

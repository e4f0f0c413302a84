"""`File` inputs wherever they can stand: data URLs are decoded by the server, others checked by it and read by the model."""

import pytest
from support.receiver import Answer

pytestmark = pytest.mark.ours(strict=False)

MODEL = """
import dataclasses
from typing import Any, Dict, List, Optional, TypedDict, Union
from cog import BaseModel, BaseRunner, File, Path

@dataclasses.dataclass
class Pair:
    first: File
    second: Optional[File] = None

class Files(BaseModel):
    pair: Pair
    named: Dict[str, List[File]] = {}

class Typed(TypedDict, total=False):
    file: File

def read(value):
    if isinstance(value, dict):
        return {name: read(item) for name, item in value.items()}
    if isinstance(value, list):
        return [read(item) for item in value]
    if dataclasses.is_dataclass(value):
        return [read(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Path):
        return value.read_text()
    return value.read().decode() if hasattr(value, "read") else value

class Runner(BaseRunner):
    def run(
        self, one: File = None, optional: Optional[File] = None, listed: List[File] = None, gaps: Optional[List[Optional[File]]] = None,
        named: Dict[str, File] = None, union: Union[File, int] = None, either: Union[Path, File] = None, text: Union[str, File] = None,
        pair: Pair = None, files: Files = None, typed: Typed = None, texts: Union[List[File], List[str]] = None,
        loose: Union[Pair, Dict[str, str]] = None,
    ) -> Any:
        return [read(value) for name, value in locals().items() if name != "self" and value is not None]
"""
GOOD = "data:text/plain;base64,aGk="
# Inputs that contain a URL, its position, and whether other text is also legal there.
PLACES = {
    "one": (lambda url: url, "one", False),
    "optional": (lambda url: url, "optional", False),
    "listed": (lambda url: [GOOD, url], "listed/1", False),
    "gaps": (lambda url: [None, url], "gaps/1", False),
    "named": (lambda url: {"a/b": url}, "named/a~1b", False),
    "union": (lambda url: url, "union", False),
    "either": (lambda url: url, "either", False),
    "text": (lambda url: url, "text", True),
    "pair": (lambda url: {"first": GOOD, "second": url}, "pair/second", False),
    "files": (lambda url: {"pair": {"first": GOOD}, "named": {"x": [url]}}, "files/named/x/0", False),
    "typed": (lambda url: {"file": url}, "typed/file", False),
    "texts": (lambda url: [url], "texts/0", True),
    "loose": (lambda url: {"first": url}, "loose/first", True),
}


@pytest.mark.parametrize("name", PLACES)
def test_file_wherever_it_stands(shared, receiver, name):
    make, place, takes_text = PLACES[name]
    server = shared(source=MODEL)
    for url, content in ((GOOD, "hi"), (receiver.on("/x", Answer(body=b"there")), "there")):
        answer = server.predict({name: make(url)}).json
        assert answer["status"] == "succeeded", answer
        assert f"'{content}'" in str(answer["output"])
    for url in ("notaurl", "ftp://h/x", "", "http://", "http://h:0/", "data:x", "data:;base64,@"):
        answer = server.predict({name: make(url)})
        if takes_text and not url.startswith(("http", "data")):
            assert answer.json["status"] == "succeeded", answer.json
        else:
            assert answer.status == 422, (url, answer.text)
            assert list(answer.json) == ["detail"]
            assert answer.json["detail"][0]["loc"] == ["body", "input", place]


@pytest.mark.every_python
def test_file_from_a_data_url_is_in_memory(shared):
    """It has no name, is open at its start, and comes whole."""
    source = "from cog import File\ndef run(file: File) -> list[str]:\n    return [type(file).__name__, str(hasattr(file, 'name')), str(len(file.read()))]"
    server = shared(source=source, reference="predict.py:run")
    url = "data:;base64," + "QUJD" * 500_000
    assert server.predict({"file": url}).json["output"] == ["BytesIO", "False", "1500000"]

"""Suffixes of input files and media types of output files, compared with what Python knows (4.1, 5.3)."""

import json
import subprocess

import pytest
from support.receiver import Answer

# The types that outputs have always had, where Python names others.
OURS = {
    "3gp": "video/3gpp",
    "aif": "audio/aiff",
    "aiff": "audio/aiff",
    "ico": "image/x-icon",
    "mjs": "application/javascript",
    "obj": "application/x-tgif",
    "opus": "audio/ogg",
    "py": "text/plain",
    "rtf": "application/rtf",
    "srt": "application/x-subrip",
    "wav": "audio/wav",
}

# What Python doesn't know, or some versions don't.
OTHERS = {
    "application/vnd.apache.parquet": ".parquet",
    "application/x-7z-compressed": ".7z",
    "application/x-ndjson": ".ndjson",
    "application/zstd": ".zst",
    "audio/flac": ".flac",
    "audio/m4a": ".m4a",
    "audio/midi": ".mid",
    "audio/vnd.wave": ".wav",
    "audio/x-flac": ".flac",
    "audio/x-m4a": ".m4a",
    "font/collection": ".ttc",
    "font/otf": ".otf",
    "font/ttf": ".ttf",
    "font/woff": ".woff",
    "font/woff2": ".woff2",
    "image/apng": ".apng",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/jp2": ".jp2",
    "image/jxl": ".jxl",
    "image/pjpeg": ".jpg",
    "image/x-icon": ".ico",
    "image/x-png": ".png",
    "model/gltf+json": ".gltf",
    "model/gltf-binary": ".glb",
    "model/obj": ".obj",
    "model/stl": ".stl",
    "video/3gpp": ".3gp",
    "video/matroska": ".mkv",
    "video/mp2t": ".ts",
    "video/x-flv": ".flv",
    "video/x-m4v": ".m4v",
    "video/x-matroska": ".mkv",
}

TABLE = """
import json, mimetypes, sys
known = mimetypes.MimeTypes(filenames=())
types = {suffix[1:]: type for suffix, type in known.types_map[True].items()}
guesses = {type: [known.guess_extension(type), *known.guess_all_extensions(type)] for type in types.values()}
print(json.dumps([sys.version_info[:2], types, guesses]))
"""


@pytest.fixture(scope="session")
def known(python):
    """The version of the server's Python, its types by suffix, and for each type its guess and all that it accepts."""
    version, types, guesses = json.loads(subprocess.check_output([python, "-c", TABLE]))
    return tuple(version), types, guesses


def suffixes(server, types):
    """What the names of files end in that come as data URLs of these types."""
    found = server.predict({"paths": [f"data:{type};base64,QQ==" for type in types]}).json["output"]["paths"]
    return [item["name"].partition("file")[2] for item in found]


@pytest.mark.ours(strict=False)
@pytest.mark.every_python
def test_suffixes_are_those_of_python(shared, known):
    version, _, guesses = known
    for type, suffix in zip(guesses, suffixes(shared("kinds"), guesses), strict=True):
        assert suffix in guesses[type], type
        assert suffix == guesses[type][0] or version != (3, 13), type


@pytest.mark.ours(strict=False)
@pytest.mark.every_python
def test_types_of_outputs_are_those_of_python(shared, known):
    version, types, _ = known
    names = [f"o.{suffix}" for suffix in types]
    code = f"import cog\nfor name in {names}: cog.Path(name).write_bytes(b'A')\nreturn [cog.Path(n) for n in {names}]"
    output = shared("script").predict({"code": code}).json["output"]
    found = {suffix: url.removeprefix("data:").partition(";")[0] for suffix, url in zip(types, output, strict=True)}
    assert {suffix: type for suffix, type in found.items() if suffix in OURS} == {
        s: OURS[s] for s in found if s in OURS
    }
    if version == (3, 13):
        assert {s: t for s, t in found.items() if s not in OURS} == {s: t for s, t in types.items() if s not in OURS}
    assert not [s for s, t in found.items() if t == "application/octet-stream" and types[s] != t]


@pytest.mark.ours(strict=False)
def test_suffixes_of_types_that_python_does_not_know(shared):
    assert suffixes(shared("kinds"), OTHERS) == list(OTHERS.values())


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    ("path", "fields", "ending"),
    [
        ("/get", {"Content-Type": "audio/x-m4a"}, "get.m4a"),
        ("/v1/", {"Content-Type": "image/jxl"}, ".jxl"),
        ("/get", {"Content-Type": "IMAGE/PNG; charset=binary"}, "get.png"),
        ("/get", {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="a; b.TIFF"'}, "get.TIFF"),
        ("/get", {"Content-Disposition": "inline; filename=x.png; filename*=UTF-8''%e2%82%ac%20x.webp"}, "get.webp"),
        (
            "/get",
            {"Content-Type": "image/png", "Content-Disposition": "attachment; filename=../../etc/passwd"},
            "get.png",
        ),
        ("/get", {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="x.a b"'}, "get.png"),
        ("/get", {"Content-Type": "application/x-nonsense"}, "get"),
        ("/get.php", {"Content-Type": "image/png", "Content-Disposition": "attachment; filename=x.gif"}, "get.php"),
    ],
)
def test_suffix_of_a_download_without_one(shared, receiver, path, fields, ending):
    receiver.on(path, Answer(302, {"Location": "/there", "Content-Type": "text/html"}))
    receiver.on("/there", Answer(headers=fields, body=b"A"))
    found = shared("kinds").predict({"path": receiver.url + path + "?name=x.exe"}).json["output"]["path"]
    assert (found["text"], found["name"][11:]) == ("A", ending.lstrip("/"))

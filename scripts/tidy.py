"""The rules of CONTRIBUTING.md that no compiler checks: prints violations as path:line, fails if there are any."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LENGTH_LIMIT = 500
SHORT_FILE_LENGTH_LIMIT = 300
# Files of the serving core must be shorter.
CORE = {"Workers", "Serving", "CogletServer"}
SHORT = CORE | {"BuildTool"}
CORE_PROPERTY_LIMIT = 12

# What each Swift module may import besides the standard library and its own C modules. The manifest enforces the
# same for our modules; this table also says which modules may import the system's C library. Only the modules of the
# build tool, which aren't in the table, may use Foundation.
SYSTEM = {"Glibc", "Synchronization", "Builtin", "Swift"}
IMPORTS = {
    "EventLoop": {"CLibuv"},
    "JSON": {"CJSONScanner", "CText"},
    "HTTPFields": set(),
    "Metrics": set(),
    "Telemetry": {"Metrics"},
    "OTLP": {"COTLP", "Metrics", "Telemetry"},
    "HTTPServer": {"EventLoop", "HTTPFields", "CHTTPParser", "CZlib"},
    "HTTPClient": {"EventLoop", "CLibcurl"},
    "FileTransfer": {"CBase64", "EventLoop", "HTTPClient", "HTTPFields"},
    "WebhookDelivery": {"EventLoop", "HTTPClient"},
    "JSONSchema": {"JSON", "CPCRE2"},
    "Predictions": {"HTTPFields", "JSON", "JSONSchema"},
    "Platforms": {"EventLoop", "FileTransfer", "JSON"},
    "WorkerProtocol": set(),
    "Playground": {"CZlib"},
    "PlaygroundServer": {"EventLoop", "HTTPClient", "HTTPServer", "JSON", "Playground"},
    "Workers": {"CLinux", "EventLoop", "JSON", "JSONSchema", "Metrics", "Predictions", "Telemetry", "WorkerProtocol"},
    "Serving": {
        "EventLoop",
        "JSON",
        "HTTPClient",
        "Metrics",
        "Predictions",
        "FileTransfer",
        "Telemetry",
        "WebhookDelivery",
        "Workers",
        "WorkerProtocol",
    },
    "CogletServer": {
        "CLinux",
        "EventLoop",
        "JSON",
        "HTTPFields",
        "HTTPServer",
        "HTTPClient",
        "FileTransfer",
        "Metrics",
        "OTLP",
        "WebhookDelivery",
        "Platforms",
        "Playground",
        "PlaygroundServer",
        "Predictions",
        "Telemetry",
        "WorkerProtocol",
        "Workers",
        "Serving",
    },
    "CogletWorker": {"CPythonBridge", "WorkerProtocol"},
}

# The prefix of each of our C functions and types that other files can see.
C_PREFIXES = {
    "CBase64": "cogbase64_",
    "CHTTPParser": "coghttp_",
    "CJSONScanner": "cogjson_",
    "CPythonBridge": "cogpy_",
    "CText": "cogtext_",
    "CLibuv": "coguv_",
    "CLibcurl": "cogcurl_",
    "CPCRE2": "cogpcre_",
    "CZlib": "cogz_",
}
SOURCE_ENDINGS = {".swift", ".c", ".h", ".py", ".sh", ".js", ".css"}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import\s+"
    r"(?:struct |class |enum |protocol |func |var |let |typealias )?(\w+)"
)
C_FUNCTION = re.compile(r"^(?!static\b|typedef\b|return\b|else\b|extern \"C\")[A-Za-z_][\w\s*]*?\b(\w+)\(")
LEFT_UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")

WORDS = (
    r"^\s*(?:(?:@\w+|public|package|internal|private|fileprivate|final|indirect|unowned|weak|lazy|nonisolated)"
    r"(?:\(\w+\))? )*"
)
TYPE = re.compile(WORDS + r"(?:class|struct|enum|actor) (\w+)")
TOP_TYPE = re.compile(r"^(?:(?:public|package|private|final|indirect) )*(?:struct|class|enum|protocol|actor) (\w+)")
PROPERTY = re.compile(WORDS + r"(?:let|var) ")
OBSERVER = re.compile(r"^\s*(?:didSet|willSet)\b")
# Brackets in which a comma doesn't separate two names.
ENCLOSED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")

# How the SDK reads one of our environment variables. The server's are declared in Settings/Variables, from
# which the page is made.
VARIABLE = re.compile(r"(?:environment|seconds|limit|count|environ\.get|getenv)\(\"(COG_[A-Z_]+|WEBHOOK_[A-Z_]+)\"")
READ_BY_THE_CLI = {"BuildTool", "cog-cli"}

Breach = tuple[Path, int, str]


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def length(path: Path, lines: list[str]) -> Iterator[Breach]:
    """Files are at most as long as the limit."""
    limit = SHORT_FILE_LENGTH_LIMIT if is_in(SHORT, path) else FILE_LENGTH_LIMIT
    if len(lines) > limit:
        yield path, len(lines), f"longer than {limit} lines: split it by subject"


def is_in(folders: set[str], path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0] == "Sources" and parts[1] in folders


def stored_properties(path: Path, lines: list[str]) -> Iterator[Breach]:
    """No type of the core has more stored properties than the limit, except lists of variables."""
    if not is_in(CORE, path) or path.parent.name == "Variables":
        return
    types: list[tuple[str, int, int, int]] = []  # name, line, depth of its body, stored properties
    depth = 0
    begun = None  # A type whose body has not begun yet: its name, and its line.
    for number, line in enumerate(lines, 1):
        code = re.sub(r'"(?:\\.|[^"\\])*"|//.*', "", line)
        if types and depth == types[-1][2] and PROPERTY.match(code):
            name, start, body, count = types[-1]
            following = lines[number] if number < len(lines) else ""
            types[-1] = (name, start, body, count + stored_names(code, following))
        if found := TYPE.match(code):
            begun = (found[1], number)
        if begun and "{" in code:
            types.append((*begun, depth + 1, 0))
            begun = None
        depth += code.count("{") - code.count("}")
        while types and depth < types[-1][2]:
            name, start, _, count = types.pop()
            if count > CORE_PROPERTY_LIMIT:
                yield path, start, f"{name} has {count} stored properties, more than {CORE_PROPERTY_LIMIT}"


def stored_names(code: str, following: str) -> int:
    """The number of stored properties in a line. The next one tells observers from a computed property's body."""
    declaration, brace, body = code.partition("{")
    if brace and "=" not in declaration and not OBSERVER.match(body if body.strip() else following):
        return 0
    while (plain := ENCLOSED.sub("", declaration)) != declaration:
        declaration = plain
    return 1 + declaration.count(",")


def undone(path: Path, lines: list[str]) -> Iterator[Breach]:
    """Comments contain no TODOs."""
    for number, line in enumerate(lines, 1):
        if match := LEFT_UNDONE.search(line):
            yield path, number, f"{match[1]}: do it, or open an issue"


def imports(path: Path, lines: list[str]) -> Iterator[Breach]:
    """Modules import only lower layers, and the server doesn't import Foundation."""
    module = path.relative_to(ROOT).parts[1]
    if module not in IMPORTS:
        return
    for number, line in enumerate(lines, 1):
        match = IMPORT.match(line)
        if match and match[1] not in IMPORTS[module] | SYSTEM:
            yield path, number, f"{module} may not import {match[1]} (scripts/tidy.py, IMPORTS)"


def c_symbols(path: Path, lines: list[str]) -> Iterator[Breach]:
    """Our C symbols have the prefix of their target, or are static."""
    prefix = C_PREFIXES.get(path.relative_to(ROOT).parts[1])
    if prefix is None:
        return
    for number, line in enumerate(lines, 1):
        match = C_FUNCTION.match(line)
        if match and not match[1].startswith(prefix) and not line.startswith(("#", " ", "}", "/")):
            yield path, number, f"{match[1]} is neither static nor prefixed {prefix}"


def variables() -> Iterator[Breach]:
    """Every environment variable of the server is in docs/environment.md."""
    known = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
    for folder in ("Sources", "python"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".swift", ".py"} or READ_BY_THE_CLI & set(path.parts):
                continue
            for number, line in enumerate(lines_of(path), 1):
                for name in VARIABLE.findall(line):
                    if f"`{name}`" not in known:
                        yield path, number, f"{name} is missing in docs/environment.md"


def versions() -> Iterator[Breach]:
    """The version is only in the file VERSION, and in no source."""
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    constant = re.compile(r'\b(?:version|cogVersion|sdkVersion|__version__)\b[^=\n]*=\s*"(\d+\.\d+\.\d+[^"]*)"', re.I)
    for folder in ("Sources", "python"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".swift", ".py"}:
                continue
            for number, line in enumerate(lines_of(path), 1):
                match = constant.search(line)
                if match and match[1] != version:
                    yield path, number, f"says version {match[1]}, the file VERSION says {version}"


def names() -> Iterator[Breach]:
    """A name has one meaning: no two types share it, whatever their modules."""
    seen: dict[str, Path] = {}
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        for number, line in enumerate(lines_of(path), 1):
            if not (match := TOP_TYPE.match(line)):
                continue
            first = seen.setdefault(match[1], path)
            if first != path:
                yield path, number, f"{match[1]} is also a type of {first.relative_to(ROOT)}: rename one of them"


def breaches() -> Iterator[Breach]:
    for path in tracked_files():
        if path.suffix not in SOURCE_ENDINGS or ".pb-c." in path.name:  # scripts/otlp.sh makes the latter
            continue
        lines = lines_of(path)
        yield from length(path, lines)
        yield from undone(path, lines)
        if path.is_relative_to(ROOT / "Sources"):
            if path.suffix == ".swift":
                yield from imports(path, lines)
                yield from stored_properties(path, lines)
            elif path.suffix in {".c", ".h"}:
                yield from c_symbols(path, lines)
    yield from variables()
    yield from versions()
    yield from names()


def main() -> int:
    found = list(breaches())
    for path, number, text in found:
        print(f"{path.relative_to(ROOT)}:{number}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Puts the style and the script into the page; writes page.html, and a Swift source with it and its security policy."""

import base64
import gzip
import hashlib
import re
import sys
from pathlib import Path

# What a browser may do with the page. Media may come from the addresses that inputs and outputs name.
POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; "
    "img-src 'self' data: blob: http: https:; media-src 'self' data: blob: http: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SIZE_LIMIT = 150_000
COMPRESSED_LIMIT = 60_000


def source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def main(template: str, style: str, script: str, out: str) -> None:
    parts = {
        name: Path(path).read_text(encoding="utf-8").strip() for name, path in (("style", style), ("script", script))
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], Path(template).read_text(encoding="utf-8"))
    size, compressed = len(page.encode()), len(gzip.compress(page.encode()))
    if size > SIZE_LIMIT or compressed > COMPRESSED_LIMIT:
        sys.exit(
            f"error: the page has {size} bytes, {compressed} compressed: more than {SIZE_LIMIT} or {COMPRESSED_LIMIT}"
        )
    policy = POLICY.format(**{name: source_hash(text) for name, text in parts.items()})
    Path(out).mkdir(parents=True, exist_ok=True)
    Path(out, "page.html").write_text(page, encoding="utf-8")
    Path(out, "policy.txt").write_text(policy, encoding="utf-8")
    quote = "####"
    assert f'"""{quote}' not in page
    Path(out, "Page.swift").write_text(
        "// Made by scripts/playground.sh from playground/.\n"
        "\n/// The page that lets people try a model.\npublic enum Page {\n"
        "    /// One HTML document with its style and its script.\n"
        f'    public static let html: StaticString = {quote}"""\n{page.rstrip()}\n"""{quote}\n'
        "    /// Its `content-security-policy`.\n"
        f'    public static let policy = "{policy}"\n'
        "    /// Changes whenever the page does.\n"
        f'    public static let tag = "{hashlib.sha256(page.encode()).hexdigest()[:16]}"\n'
        "}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

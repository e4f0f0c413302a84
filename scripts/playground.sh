#!/usr/bin/env bash
# Bundles playground/ into one page: scripts/playground.sh DIRECTORY writes page.html and Page.swift there. The build calls it;
# scripts/playground_dev.py serves what it writes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$here/../playground
out=$1

if ! command -v esbuild >/dev/null 2>&1; then
    echo "error: esbuild, which bundles the page at /docs, is missing: scripts/setup.sh installs it (Debian: esbuild)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
esbuild "$source/main.js" --bundle --minify --format=esm --target=es2022 --charset=utf8 --log-level=warning --outfile="$work/script.js"
esbuild "$source/style.css" --minify --target=chrome100,firefox100,safari15.4 --charset=utf8 --log-level=warning --outfile="$work/style.css"
exec python3 "$here/playground_page.py" "$source/page.html" "$work/style.css" "$work/script.js" "$out"

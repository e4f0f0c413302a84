#!/bin/sh
# Installs cog from a release: downloads the archive and its list of digests, checks the digest, unpacks the archive, and
# links the program. Nothing is installed when the digest is wrong.
#
# usage: install.sh --from URL [--version VERSION] [--sha256 DIGEST] [--prefix DIRECTORY]
#   --from URL       the folder of the release, with cog-VERSION-linux-x86_64.tar.gz and SHA256SUMS
#   --version        the version, when the folder has several
#   --sha256 DIGEST  what the archive must have, in the place of what SHA256SUMS says
#   --prefix         where to install (default: ~/.local): PREFIX/lib/cog-VERSION, the link PREFIX/bin/cog, and links to the
#                    manual pages in PREFIX/share/man
set -eu

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

from=${COG_RELEASE_URL:-} version='' digest='' prefix=${HOME:-}/.local
while [ $# -gt 0 ]; do
    case "$1" in
    --from | --version | --sha256 | --prefix)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case "$1" in
        --from) from=$2 ;;
        --version) version=$2 ;;
        --sha256) digest=$2 ;;
        --prefix) prefix=$2 ;;
        esac
        shift 2
        ;;
    *) fail "unknown option $1: see the head of this file" ;;
    esac
done
[ -n "$from" ] || fail "say where the release is: --from URL"

case "$(uname -s) $(uname -m)" in
"Linux x86_64") ;;
*) fail "cog is a program for Linux on x86-64, and this is $(uname -s) on $(uname -m)" ;;
esac
if command -v curl >/dev/null 2>&1; then
    download() { curl --fail --silent --show-error --location --output "$2" "$1"; }
elif command -v wget >/dev/null 2>&1; then
    download() { wget --quiet --output-document="$2" "$1"; }
else
    fail "curl or wget is needed"
fi
command -v sha256sum >/dev/null 2>&1 || fail "sha256sum is needed to check the download (package coreutils)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=${from%/}
download "$from/SHA256SUMS" "$work/SHA256SUMS" || fail "can't download $from/SHA256SUMS"
names=$(sed -n "s/^[0-9a-f]\{64\} [ *]\(cog-${version:-.*}-linux-x86_64\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS")
case $(printf '%s\n' "$names" | grep -c .) in
1) ;;
0) fail "SHA256SUMS of $from names no archive${version:+ of version $version}" ;;
*) fail "SHA256SUMS of $from names several archives: choose one with --version" ;;
esac
[ -n "$digest" ] || digest=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$names\$/\1/p" "$work/SHA256SUMS")

download "$from/$names" "$work/archive" || fail "can't download $from/$names"
found=$(sha256sum "$work/archive" | cut -d ' ' -f 1)
[ "$found" = "$digest" ] || fail "the archive has the digest $found, and should have $digest: nothing is installed"

folder=${names%-linux-x86_64.tar.gz}
mkdir -p "$work/unpacked" "$prefix/lib" "$prefix/bin"
tar -xzf "$work/archive" -C "$work/unpacked" --strip-components 1
[ -x "$work/unpacked/bin/cog" ] || fail "the archive has no bin/cog"
rm -rf "$prefix/lib/$folder"
mv "$work/unpacked" "$prefix/lib/$folder"
ln -sf "../lib/$folder/bin/cog" "$prefix/bin/cog"
# Where man(1) looks when PREFIX/bin is on the path.
if [ -d "$prefix/lib/$folder/share/man/man1" ]; then
    mkdir -p "$prefix/share/man/man1"
    for page in "$prefix/lib/$folder/share/man/man1"/*.1; do
        ln -sf "../../../lib/$folder/share/man/man1/${page##*/}" "$prefix/share/man/man1/${page##*/}"
    done
fi
printf 'installed: %s/bin/cog\n' "$prefix"
case ":${PATH:-}:" in
*":$prefix/bin:"*) ;;
*) printf 'Put it on your path: export PATH="%s/bin:$PATH"\n' "$prefix" ;;
esac

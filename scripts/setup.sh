#!/usr/bin/env bash
# Installs the missing packages that building needs; with --dist also those for the distribution, with --tests those for
# the tests, with --bench those for the benchmarks, and with --counts those for `make counts`. If nothing is missing, it
# does nothing and doesn't need root.
# Debian 12 or newer, Ubuntu 22.04 or newer; elsewhere it lists what to install.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

with_tests=no
with_dist=no
with_benchmarks=no
with_counts=no
case "${1:-}" in
    --dist) with_dist=yes ;;
    --tests) with_tests=yes with_dist=yes ;;
    --bench) with_benchmarks=yes ;;
    --counts) with_counts=yes ;;
esac

packages=()       # what apt-get is asked for
needs_llhttp=no   # not in Debian 12 or Ubuntu 22.04: comes from Debian 13

# has_library HEADER ARCHIVE…: whether the compiler finds the header and one of the static (or shared) libraries.
has_library() {
    local header=$1 archive path
    shift
    printf '#include <stdio.h>\n#include <%s>\n' "$header" | "$compiler" -DPCRE2_CODE_UNIT_WIDTH=8 -E - >/dev/null 2>&1 || return 1
    for archive in "$@"; do
        path=$("$compiler" -print-file-name="$archive")
        if [ -e "$path" ]; then return 0; fi
    done
    return 1
}

# has_shared LIBRARY: whether programs find this shared library.
has_shared() { [ -e "$("$compiler" -print-file-name="$1")" ]; }

# want PACKAGE COMMAND…: the package, unless the command succeeds.
want() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || packages+=("$package")
}

want make command -v make
want git command -v git
want ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
want libuv1-dev has_library uv.h libuv_a.a libuv.a
want libpcre2-dev has_library pcre2.h libpcre2-8.a
want zlib1g-dev has_library zlib.h libz.a
want libprotobuf-c-dev has_library protobuf-c/protobuf-c.h libprotobuf-c.a
want esbuild command -v esbuild
want libcurl4-openssl-dev has_library curl/curl.h libcurl.so
# scripts/libcurl.sh builds the wheel's libcurl from these and from Debian's source.
want libssl-dev has_library openssl/ssl.h libssl.a
want libnghttp2-dev has_library nghttp2/nghttp2.h libnghttp2.a
want dpkg-dev command -v dpkg-source
want binutils command -v objcopy
want debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
has_library llhttp.h libllhttp.a || needs_llhttp=yes

# A Python to build wheels with and to serve from: any tested version is fine; otherwise Debian's own is completed.
if ! (any_python) >/dev/null 2>&1; then
    packages+=(python3 python3-venv python3-pip)
    minor=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
    packages+=("libpython${minor:-3-dev}")
fi

# as_root COMMAND…: as root or through sudo; fails if neither is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else return 1; fi
}

if [ "$with_dist" = yes ]; then
    want tini test -x /usr/bin/tini-static
fi
if [ "$with_tests" = yes ]; then
    want wrk command -v wrk
    want debootstrap command -v debootstrap
    want zsh command -v zsh
    want fish command -v fish
    want curl command -v curl
    want openssl command -v openssl
    want node-typescript command -v tsc
    # OpenCV's, which the tutorial uses.
    want libgl1 has_shared libGL.so.1
    want libglib2.0-0 has_shared libglib-2.0.so.0
    want chromium-headless-shell command -v chromium-headless-shell
fi
if [ "$with_benchmarks" = yes ]; then
    want wrk command -v wrk
    want nginx-light test -x /usr/sbin/nginx
fi
if [ "$with_counts" = yes ]; then
    want valgrind command -v valgrind
    want strace command -v strace
fi
# The engine and the registry that the command-line tests start need root: without it those tests are skipped.
if [ "$with_tests" = yes ] && [ "$(id -u)" = 0 ]; then
    want iproute2 command -v ip
    want docker.io command -v dockerd
    want docker-registry command -v docker-registry
    want apache2-utils command -v htpasswd
fi

apt_is_fresh=no
refresh() {
    if [ "$apt_is_fresh" = no ]; then as_root apt-get update -qq >&2; apt_is_fresh=yes; fi
}
install_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# from_debian13 DIRECTORY PACKAGE…: downloads packages of Debian 13. Its sources are read from a private directory, and
# the system's lists of sources stay as they are.
from_debian13() {
    local target=$1 private keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror=http://deb.debian.org/debian
    shift
    if [ ! -e "$keyring" ]; then install_packages debian-archive-keyring; fi
    private=$(mktemp -d)
    chmod 755 "$private"
    mkdir -p "$private/lists/partial" "$private/parts" "$target"
    chmod 777 "$target"
    printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' "$mirror" "$keyring" \
        >"$private/parts/trixie.sources"
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$private/parts"
        -o Dir::State::Lists="$private/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    as_root apt-get "${options[@]}" update >&2
    (cd "$target" && as_root apt-get "${options[@]}" download "$@" >&2)
    as_root rm -rf "$private"
}

# libllhttp-dev is new in Debian 13 and Ubuntu 25.04. It needs only an old libc, so older systems get Debian 13's
# package.
install_llhttp() {
    refresh
    if apt-cache show libllhttp-dev >/dev/null 2>&1; then install_packages libllhttp-dev; return; fi
    local debs
    debs=$(mktemp -d)
    chmod 755 "$debs"
    from_debian13 "$debs" libllhttp-dev libllhttp9.2
    as_root dpkg -i "$debs"/*.deb >&2
    as_root rm -rf "$debs"
}

# Plugins of the docker client, for the tests only: buildx, with which newer clients build, and compose. They aren't installed
# in the system, so that the older client of Debian's docker.io is tested without plugins.
fetch_plugins() {
    local debs name wanted=() plugins=${COG_TEST_CACHE:-$HOME/.cache/cog-tests}/cli-plugins
    for name in buildx compose; do
        docker "$name" version >/dev/null 2>&1 || [ -x "$plugins/docker-$name" ] || wanted+=("docker-$name")
    done
    if [ ${#wanted[@]} = 0 ]; then return; fi
    step "fetching ${wanted[*]}"
    debs=$(mktemp -d)
    chmod 755 "$debs"
    from_debian13 "$debs/download" "${wanted[@]}"
    mkdir -p "$plugins"
    for name in "${wanted[@]}"; do
        dpkg -x "$debs/download/$name"_*.deb "$debs/tree"
        install -m 755 "$debs/tree/usr/libexec/docker/cli-plugins/$name" "$plugins/$name"
    done
    as_root rm -rf "$debs"
}

# Programs for the tests whose packages start services. They aren't installed, but unpacked into a folder of the
# tests, with the libraries that this machine lacks.
fetch_tools() {
    local tools=${COG_TEST_CACHE:-$HOME/.cache/cog-tests}/tools wanted=() debs deb
    has_tool prometheus || wanted+=(prometheus)
    # A simulated installation lists the other packages that it would need.
    if ! has_tool haproxy; then
        refresh
        mapfile -t -O "${#wanted[@]}" wanted < <(
            apt-get -s install --no-install-recommends haproxy 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
    fi
    if [ ${#wanted[@]} = 0 ]; then return; fi
    step "fetching ${wanted[*]} for the tests"
    refresh
    debs=$(mktemp -d)
    chmod 777 "$debs"  # apt-get downloads as a user of its own
    (cd "$debs" && apt-get -qq download "${wanted[@]}" >&2)
    mkdir -p "$tools"
    for deb in "$debs"/*.deb; do dpkg -x "$deb" "$tools"; done
    as_root rm -rf "$debs"
}

# has_tool NAME: whether a program is installed or was downloaded.
has_tool() {
    local tools=${COG_TEST_CACHE:-$HOME/.cache/cog-tests}/tools
    command -v "$1" >/dev/null 2>&1 || [ -x "$tools/usr/bin/$1" ] || [ -x "$tools/usr/sbin/$1" ]
}

missing() {
    say "error: this machine lacks: $*"
    say "Install them (the names are Debian's) and run this again."
    exit 1
}

if [ ${#packages[@]} -gt 0 ] || [ $needs_llhttp = yes ]; then
    all=("${packages[@]}")
    if [ $needs_llhttp = yes ]; then all+=(libllhttp-dev); fi
    command -v apt-get >/dev/null 2>&1 || missing "${all[@]}"
    as_root true 2>/dev/null || missing "${all[@]}" "(and installing needs root or sudo)"
    step "installing ${all[*]}"
    if [ ${#packages[@]} -gt 0 ]; then refresh; install_packages "${packages[@]}"; fi
    if [ $needs_llhttp = yes ]; then install_llhttp; fi
    if ! (any_python) >/dev/null 2>&1; then
        minor=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install_packages "libpython$minor"
    fi
fi

# Podman is tested if the distribution's version is new enough for our builds. Those distributions have netavark.
if [ "$with_tests" = yes ] && [ "$(id -u)" = 0 ] && ! command -v podman >/dev/null 2>&1 &&
    command -v apt-get >/dev/null 2>&1; then
    refresh
    if apt-cache show netavark >/dev/null 2>&1; then
        step "installing podman"
        install_packages podman netavark
    fi
fi

# Only clients that are new enough for plugins get them.
client_major=$(docker --version 2>/dev/null | sed -n 's/^Docker version \([0-9]*\).*/\1/p')
if [ "$with_tests" = yes ] && [ "$(id -u)" = 0 ] && [ "${client_major:-0}" -ge 23 ] && command -v apt-get >/dev/null 2>&1; then
    fetch_plugins
fi

if [ "$with_tests" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    fetch_tools
fi

# Debian 12 and Ubuntu have no package of Swift, so only report that it is missing.
swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
if [ -z "$swift_version" ] || [ "$(printf '6.2\n%s\n' "$swift_version" | sort -V | head -1)" != 6.2 ]; then
    die "Swift 6.2 or newer is needed, found ${swift_version:-none}: install it from https://www.swift.org/install/linux/"
fi
(any_python) >/dev/null || exit 1

#!/bin/bash
# Prints the path of a Debian 11 root file system (a tar file), whose glibc is 2.31, with Debian's Python 3.9. It is made once
# and kept outside the checkout.
#
# usage: docker/engine/old-rootfs.sh
# Cache: $COG_TEST_CACHE, by default ~/.cache/cog-tests. Needs root and the package `debootstrap`.
set -euo pipefail

cache=${COG_TEST_CACHE:-$HOME/.cache/cog-tests}
archive=$cache/rootfs-bullseye.tar
if [ ! -s "$archive" ]; then
    command -v debootstrap >/dev/null || {
        echo "old-rootfs.sh: debootstrap is missing (apt-get install debootstrap)" >&2
        exit 1
    }
    mkdir -p "$cache"
    exec 9>"$cache/old-rootfs.lock"
    flock 9
    if [ ! -s "$archive" ]; then
        tree=$(mktemp -d "$cache/old-rootfs.XXXXXX")
        trap 'rm -rf "$tree"' EXIT
        packages=python3,libpython3.9,ca-certificates
        debootstrap --variant=minbase --include="$packages" bullseye "$tree" http://deb.debian.org/debian \
            >"$cache/old-debootstrap.log" 2>&1 || {
            echo "old-rootfs.sh: debootstrap failed; the end of its log:" >&2
            tail -n 5 "$cache/old-debootstrap.log" >&2
            exit 1
        }
        rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
        tar -C "$tree" -c . >"$archive.part"
        mv "$archive.part" "$archive"
    fi
fi
echo "$archive"

#!/bin/bash
# Prints the path of a Debian root file system with Python (a tar file), made once and kept outside the checkout.
#
# usage: docker/engine/rootfs.sh [bookworm|bullseye]
#   bookworm: Debian 12, the default. bullseye: Debian 11, whose glibc is 2.31, with Python 3.9.
# Cache: $COG_TEST_CACHE, by default ~/.cache/cog-tests. Needs root and the package `debootstrap`.
set -euo pipefail

release=${1:-bookworm}
case $release in
    bookworm) packages=python3,python3-pip,python3-venv,libpython3.11,ca-certificates ;;
    bullseye) packages=python3,libpython3.9,ca-certificates ;;
    *)
        echo "rootfs.sh: unknown release $release: use bookworm or bullseye" >&2
        exit 2
        ;;
esac
cache=${COG_TEST_CACHE:-$HOME/.cache/cog-tests}
archive=$cache/rootfs-$release.tar
if [ ! -s "$archive" ]; then
    command -v debootstrap >/dev/null || {
        echo "rootfs.sh: debootstrap is missing (apt-get install debootstrap)" >&2
        exit 1
    }
    mkdir -p "$cache"
    exec 9>"$cache/rootfs-$release.lock"
    flock 9
    if [ ! -s "$archive" ]; then
        tree=$(mktemp -d "$cache/rootfs.XXXXXX")
        trap 'rm -rf "$tree"' EXIT
        log=$cache/debootstrap-$release.log
        debootstrap --variant=minbase --include="$packages" "$release" "$tree" http://deb.debian.org/debian >"$log" 2>&1 || {
            echo "rootfs.sh: debootstrap failed; the end of its log:" >&2
            tail -n 5 "$log" >&2
            exit 1
        }
        # The interpreter is found as `python`, and pip installs as it does in the published Python images.
        ln -sf python3 "$tree/usr/bin/python"
        rm -f "$tree"/usr/lib/python3*/EXTERNALLY-MANAGED
        rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
        tar -C "$tree" -c . >"$archive.part"
        mv "$archive.part" "$archive"
    fi
fi
echo "$archive"

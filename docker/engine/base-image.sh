#!/bin/bash
# Gives the engine at $DOCKER_HOST the base images that a `cog.yaml` asks for, under their published names.
#
# usage: docker/engine/base-image.sh [VERSION…]        default: 3.11 3.12 3.13
# Public images can't be pulled on the machines the tests run on. `python:3.11-slim` is a Debian tree with its own
# Python; the others are that tree with a Python of this machine put into /usr/local, or, where this machine has none
# of that version, another name for it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
source "$here/../../scripts/lib.sh"

first=python:3.11-slim

# has IMAGE: whether the engine has it.
has() { docker image inspect "$1" >/dev/null 2>&1; }

# add_python VERSION INTERPRETER: the Debian tree with that Python. What the machine's owner installed into it, and
# what a published image has not either (tests, static libraries), stays behind; pip comes from Python itself.
add_python() {
    local prefix container="cog-base-image-$$"
    prefix=$("$2" -c 'import sys; print(sys.base_prefix)')
    tar -C "$prefix" -c --exclude='site-packages/*' --exclude='test' --exclude='tests' --exclude='__pycache__' \
        --exclude='*.a' --exclude='share' bin lib |
        docker run --name "$container" --interactive "$first" sh -c "tar -C /usr/local -x && ldconfig &&
            ln -sf python$1 /usr/local/bin/python3 && ln -sf python3 /usr/local/bin/python &&
            rm -f /usr/local/bin/pip* && python -m ensurepip >/dev/null 2>&1 && ln -sf pip3 /usr/local/bin/pip"
    docker commit --change 'CMD ["python3"]' "$container" "python:$1-slim" >/dev/null
    docker rm "$container" >/dev/null
}

[ $# -gt 0 ] || set -- 3.11 3.12 3.13
has "$first" || docker import --change 'CMD ["python3"]' "$("$here/rootfs.sh")" "$first" >/dev/null
for version; do
    if has "python:$version-slim"; then continue; fi
    interpreter=$(python_of "$version")
    if [ -n "$interpreter" ]; then add_python "$version" "$interpreter"; else docker tag "$first" "python:$version-slim"; fi
done

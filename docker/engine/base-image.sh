#!/bin/bash
# Gives the engine at $DOCKER_HOST a base image under the names that a `cog.yaml` asks for.
#
# usage: docker/engine/base-image.sh [NAME…]        default: python:3.11-slim python:3.12-slim python:3.13-slim
# Public images can't be pulled on the machines the tests run on, so one Debian tree with Python 3.11 stands in
# for all of them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- python:3.11-slim python:3.12-slim python:3.13-slim
archive=$("$here/rootfs.sh")
for name in "$@"; do
    docker image inspect "$name" >/dev/null 2>&1 || missing=1
done
[ -n "${missing:-}" ] || exit 0
docker import --change 'CMD ["python3"]' "$archive" "$1" >/dev/null
for name in "${@:2}"; do
    docker tag "$1" "$name"
done

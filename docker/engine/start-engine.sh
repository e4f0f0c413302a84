#!/bin/bash
# Starts a Docker engine of its own for the tests, waits until it answers and prints its DOCKER_HOST.
#
# usage: docker/engine/start-engine.sh DIRECTORY [DATA_ROOT [NUMBER]]
# Everything but the images lives below DIRECTORY; images and the build cache live in DATA_ROOT, by default
# ~/.cache/cog-tests/docker, so that a second run finds the base image and the layers of the first.
# Engines that run at the same time need different numbers, from 0: each has a bridge and addresses of its own.
# Stop it with stop.sh DIRECTORY. Needs root and `dockerd`.
set -euo pipefail

directory=$(mkdir -p "$1" && cd "$1" && pwd)
data=${2:-${COG_TEST_CACHE:-$HOME/.cache/cog-tests}/docker}
mkdir -p "$data"
command -v dockerd >/dev/null || {
    echo "start-engine.sh: dockerd is missing (apt-get install docker.io)" >&2
    exit 1
}
number=${3:-0}
network=()
if [ "$number" -gt 0 ]; then
    bridge=cog-docker$number
    ip link show "$bridge" >/dev/null 2>&1 || ip link add name "$bridge" type bridge
    ip address replace "172.30.$number.1/24" dev "$bridge"
    ip link set "$bridge" up
    network=(--bridge "$bridge")
fi
host=unix://$directory/docker.sock
setsid dockerd --data-root "$data" --exec-root "$directory/exec" --pidfile "$directory/dockerd.pid" \
    --host "$host" "${network[@]}" >"$directory/dockerd.log" 2>&1 </dev/null &
child=$!
for _ in $(seq 300); do
    if DOCKER_HOST=$host docker info >/dev/null 2>&1; then
        echo "$host"
        exit 0
    fi
    kill -0 "$child" 2>/dev/null || break
    sleep 0.2
done
echo "start-engine.sh: the engine did not start; the end of its log:" >&2
tail -n 5 "$directory/dockerd.log" >&2
kill "$child" 2>/dev/null || true
exit 1

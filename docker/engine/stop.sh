#!/bin/bash
# Stops what start-engine.sh or start-registry.sh started below DIRECTORY, by the pid it wrote, and waits for its end.
#
# usage: docker/engine/stop.sh DIRECTORY
set -uo pipefail

for file in "$1"/dockerd.pid "$1"/registry.pid; do
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 150); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$file"
done
exit 0

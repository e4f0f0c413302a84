#!/bin/bash
# Starts a registry on a loopback port and prints HOST:PORT.
#
# usage: docker/engine/start-registry.sh DIRECTORY PORT [USER PASSWORD]
# With USER and PASSWORD every request needs them (basic authentication). Stop it with stop.sh DIRECTORY.
# Needs `docker-registry`, and `htpasswd` where a user is given.
set -euo pipefail

directory=$(mkdir -p "$1" && cd "$1" && pwd)
port=$2
{
    echo "version: 0.1"
    echo "log: {level: warn}"
    echo "storage: {filesystem: {rootdirectory: $directory/storage}}"
    echo "http: {addr: \"127.0.0.1:$port\"}"
    if [ $# -ge 4 ]; then
        htpasswd -Bbn "$3" "$4" >"$directory/htpasswd"
        echo "auth: {htpasswd: {realm: tests, path: $directory/htpasswd}}"
    fi
} >"$directory/config.yml"
setsid docker-registry serve "$directory/config.yml" >"$directory/registry.log" 2>&1 </dev/null &
child=$!
echo "$child" >"$directory/registry.pid"
for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        echo "127.0.0.1:$port"
        exit 0
    fi
    kill -0 "$child" 2>/dev/null || break
    sleep 0.1
done
echo "start-registry.sh: the registry did not start; the end of its log:" >&2
tail -n 5 "$directory/registry.log" >&2
exit 1

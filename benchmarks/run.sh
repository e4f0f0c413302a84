#!/bin/sh
# Measures this server beside its peers: see benchmarks/README.md. `benchmarks/run.sh --help` lists the options.
set -eu
exec python3 -B "$(dirname "$0")/run.py" "$@"

#!/bin/sh
# Measures this server and its peers: see benchmarks/README.md. `benchmarks/run.sh --help` lists the options.
set -eu
"$(dirname "$0")/../scripts/setup.sh" --bench
exec python3 -B "$(dirname "$0")/run.py" "$@"

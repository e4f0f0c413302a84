#!/bin/sh
# Counts instructions and system calls: see benchmarks/README.md. `benchmarks/counts.sh --help` lists the options.
set -eu
"$(dirname "$0")/../scripts/setup.sh" --counts
exec python3 -B "$(dirname "$0")/counts.py" "$@"

#!/usr/bin/env bash
# A model on Ray Serve under load: benchmarks/ray/run.sh [--requests N] [--replicas 2,4]. `make build` makes the wheels.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

listed_environment ray
install_wheels "$root/.envs/ray"
exec python3 benchmarks/ray/acceptance.py "$@"

#!/usr/bin/env bash
# Builds the release binaries, both wheels in dist/, and .venv with the wheels installed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh"

step "binaries"
for product in coglet coglet-worker cog; do
    swift build -c release --static-swift-stdlib --product "$product" >&2
done

step "wheels"
"$root/scripts/wheels.sh"

step ".venv"
environment .venv "$(any_python)"
install_wheels .venv
say "built: $bin/cog, $(echo dist/cog-*.whl dist/coglet-*.whl), and .venv/bin/python with both wheels"

#!/usr/bin/env bash
# Rewrites Swift and Python sources in the project's format.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tools
swift format --in-place --parallel --recursive Package.swift Sources Tests
.envs/tools/bin/ruff check --quiet --fix-only .
.envs/tools/bin/ruff format --quiet .

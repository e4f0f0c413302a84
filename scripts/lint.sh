#!/usr/bin/env bash
# Checks formatting, types, and the rules that a script can check. Reports every problem, then fails.
set -uo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tools
type_checkers
failed=0
check() {
    step "$1"
    shift
    "$@" || failed=1
}

check "swift format" swift format lint --strict --parallel --recursive Package.swift Sources Tests
check "ruff format" .envs/tools/bin/ruff format --check .
check "ruff" .envs/tools/bin/ruff check .
check "mypy" .envs/types/bin/mypy --strict -p cog
check "mypy: a model's side" .envs/types/bin/mypy --strict Tests/sdk/typed
# The build of pyright on PyPI that includes its own node, in pyright's "standard" mode.
check "pyright" .envs/types/bin/basedpyright --pythonpath .envs/types/bin/python
check "workflows" .envs/tools/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
# Debian's node-typescript; scripts/setup.sh --tests installs it.
check "tsc" tsc -p playground
check "tidy" .envs/tools/bin/python scripts/tidy.py
exit $failed

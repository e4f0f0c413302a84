#!/usr/bin/env bash
# Writes what is made from the program in docs/: the commands and options of docs/cli.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/build.sh"
tools
.envs/tools/bin/python scripts/cli_docs.py

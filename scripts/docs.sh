#!/usr/bin/env bash
# Writes the documentation that is generated from the programs: docs/environment.md, docs/metrics.md, docs/llms.txt, the
# commands, options, and variables of docs/cli.md, the keys of docs/cog-yaml.md, and the tables that the SDK shares with the server.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/build.sh"
tools
.envs/tools/bin/python scripts/cli_docs.py
.envs/tools/bin/python scripts/llms.py
.build/release/coglet --describe-settings > docs/environment.md
.build/release/coglet --describe-metrics > docs/metrics.md
.build/release/coglet --describe-tables > python/cog/_server_tables.py

#!/usr/bin/env bash
# Runs Tests/http against the released original, cog and coglet 0.23.1 from PyPI, and reports which tests of
# shared behavior pass there, and whether each test of a defect fails there, as it must.
# Takes about half an hour. Arguments are the test files to run, by default all.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

dir=$root/.envs/peer
environment "$dir" "$(any_python)"
# A time limit for each test ends those in which the original hangs. Our own runs don't need one.
wanted="cog==0.23.1 coglet==0.23.1 pytest-timeout $(cat Tests/requirements.txt)"
if [ "$wanted" != "$(cat "$dir/installed.txt" 2>/dev/null)" ]; then
    pip_install "$dir" cog==0.23.1 coglet==0.23.1 pytest-timeout -r Tests/requirements.txt
    printf '%s\n' "$wanted" >"$dir/installed.txt"
fi

export COG_TEST_PEER=1 COG_TEST_PYTHONS=$dir/bin/python COG_TEST_DEADLINE=${COG_TEST_DEADLINE:-6}
exec nice -n 10 "$dir/bin/python" scripts/peer_score.py "$@"

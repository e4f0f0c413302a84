#!/usr/bin/env bash
# Makes docs/playground.png, the picture of the page in README.md and docs/playground.md. Run it when the page looks different.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh" --tests
"$root/scripts/build.sh"
environment .envs/screenshot "$(any_python)"
pip_install .envs/screenshot -r examples/sketch/requirements.txt playwright
install_wheels "$root/.envs/screenshot"
exec .envs/screenshot/bin/python scripts/screenshot.py "$root/.envs/screenshot/bin/python"

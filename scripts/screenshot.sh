#!/usr/bin/env bash
# Makes docs/playground.png, the screenshot in README.md and docs/playground.md. Run it when the page's appearance changes.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh" --tests
"$root/scripts/build.sh"
ocr_environment "$root/.envs/screenshot"
pip_install .envs/screenshot playwright
exec .envs/screenshot/bin/python scripts/screenshot.py "$root/.envs/screenshot/bin/python"

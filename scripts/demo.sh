#!/usr/bin/env bash
# From a fresh clone to text read out of a photograph by a real OCR model served over HTTP.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh"
"$root/scripts/build.sh"

step "an environment with the OCR model (.envs/demo)"
env=$root/.envs/demo
ocr_environment "$env"

step "the model, served"
exec "$env/bin/python" "$root/scripts/demo.py"

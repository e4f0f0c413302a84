#!/usr/bin/env bash
# From a fresh clone to text read out of a photograph by a real OCR model served over HTTP.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh"
"$root/scripts/build.sh"

step "an environment with the OCR model (.envs/demo)"
env=$root/.envs/demo
list=$root/examples/ocr/requirements.txt
environment "$env" "$(any_python)"
if ! cmp -s "$list" "$env/installed.txt"; then
    pip_install "$env" -r "$list"
    # The model wants OpenCV, whose usual package needs a desktop's graphics libraries; this one is the same without windows.
    "$env/bin/python" -m pip uninstall --quiet --yes opencv-python
    pip_install "$env" opencv-python-headless
    cp "$list" "$env/installed.txt"
fi
install_wheels "$env"

step "the model, served"
exec "$env/bin/python" "$root/scripts/demo.py"

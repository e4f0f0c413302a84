#!/usr/bin/env bash
# Makes dist/cog-VERSION-linux-x86_64.tar.gz: the program, the two wheels it puts into images, their init, and manual pages. Unpacked
# anywhere, bin/cog runs on every Linux and finds the rest in share/cog. Also makes dist/cog_cli-….whl from the same files,
# for uvx and pipx, and dist/SHA256SUMS, which install.sh checks. Does nothing if all are up to date.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh" --dist
"$root/scripts/build.sh"

name=cog-$version-linux-x86_64
archive=dist/$name.tar.gz
init=/usr/bin/tini-static
sums=dist/SHA256SUMS
wheels=(dist/cog-*.whl dist/coglet-*.whl)
if [ -e "$sums" ] &&
    [ -z "$(find "$bin/cog" "${wheels[@]}" "$init" LICENSE scripts/dist.sh scripts/man.py python/cog-cli -newer "$sums" -print -quit)" ]; then
    exit 0
fi

step "$archive"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/bin" "$work/$name/share/cog"
strip -o "$work/$name/bin/cog" "$bin/cog"
# The modification time of the program is the time of the build.
touch -r "$bin/cog" "$work/$name/bin/cog"
cp -p LICENSE "$work/$name/"
cp -p "${wheels[@]}" "$work/$name/share/cog/"
cp -p "$init" "$work/$name/share/cog/tini"
cp -p /usr/share/doc/tini/copyright "$work/$name/share/cog/tini.copyright"
"$(any_python)" scripts/man.py "$work/$name/share/man/man1"
chmod -R u=rwX,go=rX "$work/$name"
tar --create --file - --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner "$name" |
    gzip --no-name >"$work/archive"
mv "$work/archive" "$archive"
say "made: $archive"

step "dist/cog_cli-$version-….whl"
tools
COG_DISTRIBUTION="$work/$name" .envs/tools/bin/python -m build --wheel --no-isolation --outdir "$work/wheel" \
    python/cog-cli >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
rm -f dist/cog_cli-*.whl
mv "$work"/wheel/cog_cli-*.whl dist/
say "made: $(echo dist/cog_cli-*.whl)"
(cd dist && sha256sum ./*.tar.gz ./*.whl | sed 's| \./| |' >SHA256SUMS)

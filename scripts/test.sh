#!/usr/bin/env bash
# Runs every suite, or those named (swift sdk packaging http cli docs engine), against the installed product on every Python from
# 3.10 to 3.13 this machine has. Ends with one line "N passed, N failed"; fails if anything failed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/setup.sh" --tests

# Packages from Debian's servers are downloaded during the build. Tests that need them wait for them.
if [ "$(id -u)" = 0 ]; then
    for release in bookworm bullseye; do "$root/docker/engine/rootfs.sh" "$release" >/dev/null 2>&1 & done
fi
"$root/scripts/dist.sh"
tools

step "test environments"
pythons=()
for minor in 3.11 3.10 3.12 3.13; do
    interpreter=$(python_of "$minor")
    if [ -z "$interpreter" ]; then
        say "Python $minor: not on this machine, left out"
        continue
    fi
    dir=$root/.envs/test-$minor
    environment "$dir" "$interpreter"
    if ! cmp -s Tests/requirements.txt "$dir/installed.txt"; then
        pip_install "$dir" -r Tests/requirements.txt
        cp Tests/requirements.txt "$dir/installed.txt"
    fi
    install_wheels "$dir"
    say "Python $minor: $interpreter"
    pythons+=("$dir/bin/python")
done

# The environment of one of the packaging tests: extension modules with large libraries.
listed_environment extensions
install_wheels "$root/.envs/extensions"

# The environment of Ray Serve's replicas.
listed_environment ray
install_wheels "$root/.envs/ray"

# The packages that pages of the documentation install, so that running their commands needs no network.
wheels=$root/.envs/pages-wheels
if ! cmp -s scripts/pages.txt "$wheels/made-of.txt"; then
    rm -rf "$wheels"
    "${pythons[0]}" -m pip download --quiet --disable-pip-version-check --dest "$wheels" -r scripts/pages.txt
    cp scripts/pages.txt "$wheels/made-of.txt"
fi

# The original, to which the playground is pointed. It has the same package names as ours.
listed_environment original

# The clients of KServe and Triton, which have many dependencies.
listed_environment platforms

COG_TEST_PYTHONS=$(IFS=:; echo "${pythons[*]}")
export COG_TEST_PYTHONS COG_TEST_BIN=$bin COG_TEST_DIST=$root/dist
exec .envs/tools/bin/python scripts/suites.py "$@"

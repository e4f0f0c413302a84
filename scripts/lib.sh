# Shared by the scripts in this folder; sourced, not run. Works from any directory.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(<"$root/VERSION")
bin="$root/.build/release"
cd "$root"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
step() { printf '\n== %s\n' "$*" >&2; }

# Swift is not always on the path of a non-login shell.
if ! command -v swift >/dev/null 2>&1; then
    for candidate in /opt/swift/usr/bin "$HOME/.local/share/swiftly/bin" /usr/libexec/swift/bin; do
        if [ -x "$candidate/swift" ]; then PATH="$candidate:$PATH"; break; fi
    done
fi

# The C compiler: the Swift toolchain's own clang, so that no second one is needed.
compiler=$(dirname "$(readlink -f "$(command -v swift || echo /nowhere/swift)")")/clang
[ -x "$compiler" ] || compiler=cc

# Prints the path of the interpreter of Python $1 (such as 3.12) that can make virtual environments and has a
# shared libpython, or nothing.
python_of() {
    local candidate
    for candidate in \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python"$1" \
        "$(command -v "python$1" 2>/dev/null || true)" \
        "$HOME"/.local/share/uv/python/cpython-"$1".*/bin/python"$1"; do
        if [ -x "$candidate" ] && "$candidate" -c "$python_is_usable" "$1" >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}
# A pyenv shim exists for disabled versions, Debian's python3 may lack ensurepip, and a Python may be
# built without the shared library that the worker loads. So ask the interpreter itself.
python_is_usable='
import ensurepip, os, sys, sysconfig, venv
assert sys.version_info[:2] == tuple(map(int, sys.argv[1].split(".")))
get = sysconfig.get_config_var
folders = [get("LIBDIR"), os.path.join(get("LIBDIR"), get("MULTIARCH") or "")]
name = "libpython" + sys.argv[1] + ".so.1.0"
assert any(os.path.exists(os.path.join(folder, name)) for folder in folders)'

# Prints the first usable Python: the tools, .venv, and the demo run on it.
any_python() {
    local minor found
    for minor in 3.11 3.12 3.13 3.10; do
        found=$(python_of "$minor")
        if [ -n "$found" ]; then printf '%s\n' "$found"; return; fi
    done
    die "no usable Python 3.10 - 3.13: install python3, python3-venv and libpython3 (Debian: scripts/setup.sh does)"
}

# uv ARGS...: uv, which makes environments and installs into them many times faster than venv and pip. It uses the same
# package index as pip.
uv() {
    local dir=$root/.envs/uv
    if ! cmp -s "$root/scripts/uv.txt" "$dir/installed.txt"; then
        rm -rf "$dir"
        "$(any_python)" -m venv "$dir"
        "$dir/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/scripts/uv.txt"
        cp "$root/scripts/uv.txt" "$dir/installed.txt"
    fi
    local index
    index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$dir/bin/python" -m pip config get global.index-url 2>/dev/null || true)}}
    UV_DEFAULT_INDEX=$index "$dir/bin/uv" --quiet --no-config "$@"
}

# environment DIR PYTHON: a virtual environment of that interpreter at DIR, made again if it was of another interpreter.
environment() {
    if [ ! -x "$1/bin/python" ] || [ "$(cat "$1/made-of" 2>/dev/null)" != "$2" ]; then
        uv venv --no-project --seed --clear --python "$2" "$1"
        printf '%s\n' "$2" >"$1/made-of"
    fi
}

# pip_install DIR ARGS...: quiet installation into the environment at DIR. Files are copied, so that no environment shares
# them with another.
pip_install() {
    local dir=$1
    shift
    uv pip install --python "$dir/bin/python" --compile-bytecode --link-mode copy "$@"
}

# tools: the environment with build, auditwheel and ruff; made again when its list changes.
tools() { listed_environment tools; }

# type_checkers: the environment with mypy and pyright, and the SDK's optional imports.
type_checkers() { listed_environment types; }

# listed_environment NAME: an environment with what scripts/NAME.txt lists.
listed_environment() {
    local list="$root/scripts/$1.txt" dir="$root/.envs/$1"
    environment "$dir" "$(any_python)"
    if ! cmp -s "$list" "$dir/installed.txt"; then
        pip_install "$dir" -r "$list"
        cp "$list" "$dir/installed.txt"
    fi
}

# install_wheels DIR: both wheels of dist/ into the environment at DIR, once for each build.
install_wheels() {
    local stamp
    stamp=$(cat "$root"/dist/cog-*.whl "$root"/dist/coglet-*.whl | sha256sum)
    if [ "$(cat "$1/wheels" 2>/dev/null)" != "$stamp" ]; then
        pip_install "$1" --no-deps --reinstall "$root/dist/coglet-$version-"*.whl "$root/dist/cog-$version-"*.whl
        printf '%s\n' "$stamp" >"$1/wheels"
    fi
}

# ocr_environment DIR: an environment at DIR with both wheels and the packages of examples/ocr.
ocr_environment() {
    local list=$root/examples/ocr/requirements.txt
    environment "$1" "$(any_python)"
    if ! cmp -s "$list" "$1/installed.txt"; then
        pip_install "$1" -r "$list"
        # The usual package of OpenCV needs a desktop's graphics libraries. This one is the same without windows.
        uv pip uninstall --python "$1/bin/python" opencv-python
        pip_install "$1" opencv-python-headless
        cp "$list" "$1/installed.txt"
    fi
    install_wheels "$1"
}

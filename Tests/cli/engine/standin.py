"""A stand-in for NVIDIA's CUDA images: a Python as uv installs it there, without pip and externally managed, and packages
that are nothing but names. Neither images nor gigabytes of packages can be fetched where the tests run."""

import base64
import hashlib
import re
import zipfile
from pathlib import Path

from workshop import Engine

PYTHON = "3.12"
# As in uv's Pythons.
MARKER = "[externally-managed]\\nError=This Python installation is managed by uv and should not be modified.\\n"
# Prepared images have these; nothing that they would fetch is needed.
PROGRAMS = ("apt-get", "mim")
CURL = """\
#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in -o | --output) echo > "$2" ;; esac
    shift
done
"""
# A clone is a package without content, named after its repository, that needs nothing to be built. pip asks for the
# version of git, and for the commit of what it cloned.
GIT = """\
#!/bin/sh
for word; do before=$last; last=$word; done
case " $* " in
*" version "*) echo git version 2.39.0 ;;
*" rev-parse HEAD "*) echo 0123456789012345678901234567890123456789 ;;
*" clone "*)
    name=$(basename "$before" .git | tr A-Z- a-z_)
    mkdir -p "$last" && cd "$last" || exit
    printf '[build-system]\\nrequires = []\\nbuild-backend = "backend"\\nbackend-path = ["."]\\n' > pyproject.toml
    sed "s/NAME/$name/g" /usr/local/sbin/backend.py > backend.py ;;
*) exit 1 ;;
esac
"""
BACKEND = """\
import zipfile

def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(f"{folder}/NAME-1.0-py3-none-any.whl", "w") as archive:
        wheel = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        files = {"METADATA": "Metadata-Version: 2.1\\nName: NAME\\nVersion: 1.0\\n", "WHEEL": wheel, "RECORD": ""}
        for name, text in files.items():
            archive.writestr(f"NAME-1.0.dist-info/{name}", text)
    return "NAME-1.0-py3-none-any.whl"

build_editable = build_wheel
"""
UV = f"""\
#!/bin/sh
case "$1 $2" in
"python install") ;;
"python find") echo /usr/local/bin/python{PYTHON} ;;
*) exit 2 ;;
esac
"""
DOCKERFILE = f"""\
FROM python:{PYTHON}-slim AS base
RUN python{PYTHON} -m pip uninstall --yes --break-system-packages --root-user-action=ignore pip && \\
    cd /usr/local/bin && rm -f pip* python python3 /usr/bin/pip* /usr/bin/python /usr/bin/python3 && \\
    printf '{MARKER}' > "$(python{PYTHON} -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')/EXTERNALLY-MANAGED"
COPY programs /usr/local/sbin/
COPY wheels /wheels
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_RETRIES=0 PIP_DEFAULT_TIMEOUT=1
FROM scratch AS uv
COPY uv uvx /
"""


def requirements(*texts: str) -> list[tuple[str, str]]:
    """Names and versions of what lines of requirements, or the words of `pip install`, ask for."""
    found = []
    for line in "\n".join(texts).splitlines():
        match = re.match(r"([A-Za-z][\w.-]*)(?:\[[^]]*\])?\s*(?:(==|>=|<)\s*([\w.+]+))?", line.strip(" '\""))
        if not match or "://" in line.split("#")[0].split("--")[0]:
            continue
        name, relation, version = match.groups()
        found.append((name, {"==": version, ">=": version, "<": "1.0", None: "1.0"}[relation]))
    return found


def wheel(folder: Path, name: str, version: str) -> None:
    """A package with one empty module."""
    stem = re.sub(r"[-_.]+", "_", name)
    info = f"{stem}-{version}.dist-info"
    files = {
        f"{stem}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(folder / f"{stem}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(text)}\n"
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


def make(engine: Engine, folder: Path, packages: list[tuple[str, str]]) -> None:
    """Builds `cuda-stand-in`, with these packages to install, and `uv-stand-in`."""
    (folder / "wheels").mkdir(parents=True)
    for name, version in packages:
        wheel(folder / "wheels", name, version)
    programs = {f"programs/{name}": "#!/bin/sh\n" for name in PROGRAMS}
    programs |= {"programs/curl": CURL, "programs/git": GIT, "programs/backend.py": BACKEND}
    for path, text in {**programs, "uv": UV, "uvx": UV}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(0o755)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for target, tag in (("base", "cuda-stand-in"), ("uv", "uv-stand-in")):
        engine.docker("build", "--quiet", "--target", target, "--tag", tag, str(folder))

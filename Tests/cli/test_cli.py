"""The build tool as people at a terminal meet it, where no Docker engine is needed."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COG = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release")) / "cog"


def cog(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([COG, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_version_is_that_of_the_project(tmp_path):
    result = cog("--version", cwd=tmp_path)
    assert result.returncode == 0
    assert (ROOT / "VERSION").read_text().strip() in result.stdout


def test_init_writes_a_project(tmp_path):
    assert cog("init", cwd=tmp_path).returncode == 0
    assert (tmp_path / "cog.yaml").exists()
    assert "Predictor" in (tmp_path / "predict.py").read_text()


def test_unknown_option_is_an_error(tmp_path):
    result = cog("build", "--no-such-option", cwd=tmp_path)
    assert result.returncode != 0
    assert "no-such-option" in result.stderr

"""Which product the suite runs on, from the environment.

COG_TEST_PYTHONS  interpreters that have the wheels installed, joined by ":" (default: the one that runs pytest)
COG_TEST_PEER     "1": they hold the original (cog and coglet 0.23.1 from PyPI), not this product
"""

import os
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PREDICTORS = TESTS / "predictors"

PEER = os.environ.get("COG_TEST_PEER", "") not in ("", "0")
PYTHONS = [p for p in os.environ.get("COG_TEST_PYTHONS", "").split(":") if p] or [sys.executable]

# Variables a developer sets to run an uninstalled build; everything else of the caller's environment stays out.
PASSED_ON = ("COGLET_BINARY", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS")

# How many seconds a test waits for anything. Nothing should take nearly as long.
DEADLINE = float(os.environ.get("COG_TEST_DEADLINE", "60"))

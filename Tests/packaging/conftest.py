"""Tests of what is distributed. What serves a prediction from it lives in serving.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

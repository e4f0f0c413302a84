"""Black-box tests of the prediction server. The fixtures live in Tests/support."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.plugin import (  # noqa: E402, F401
    _shared_servers,
    fresh,
    pytest_collection_modifyitems as _modify_items,
    pytest_configure,
    pytest_generate_tests,
    receiver,
    shared,
)


KNOWN_GAPS = Path(__file__).with_name("known_gaps.txt")


def pytest_collection_modifyitems(config, items):
    """Leave out the tests of what is known not to work yet; `COG_TEST_GAPS=1` runs them too."""
    _modify_items(items)
    if os.environ.get("COG_TEST_GAPS"):
        return
    gaps = {line.strip() for line in KNOWN_GAPS.read_text().splitlines() if line and not line.startswith("#")}
    left_out = [item for item in items if f"{item.path.name}::{item.originalname}" in gaps]
    items[:] = [item for item in items if item not in set(left_out)]
    config.hook.pytest_deselected(items=left_out)

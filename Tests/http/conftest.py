"""Black-box tests of the prediction server. The fixtures live in Tests/support."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.plugin import (  # noqa: F401
    _shared_servers,
    fresh,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    receiver,
    shared,
)
from support.tracing import collector  # noqa: F401

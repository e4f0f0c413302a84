"""The SDK judges values against schemas as the server and the build tool do: the cases that their tests have."""

import json
from pathlib import Path

import pytest

from cog._document.validate import fits

CASES = json.loads((Path(__file__).parents[1] / "schema_cases.json").read_text())["models"]
ROWS = [
    (case["schema"], value, verdict) for case in CASES for verdict in ("accepts", "refuses") for value in case[verdict]
]


@pytest.mark.parametrize(("schema", "value", "verdict"), ROWS, ids=[json.dumps(row)[:100] for row in ROWS])
def test_case(schema, value, verdict):
    # A default of None always fits, whatever the schema; so null is judged inside of a list.
    wrapped = {"type": "array", "items": schema}
    assert fits([value], wrapped) == (verdict == "accepts")

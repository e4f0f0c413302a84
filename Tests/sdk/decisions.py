"""What this product does with the models that the original refuses: the tables of docs/refusals.md."""

from __future__ import annotations

import re

from cases import ROOT

_SECTIONS = (ROOT / "docs" / "refusals.md").read_text().split("\n## ")
_REFUSED, _SERVED = (
    next(text for text in _SECTIONS if text.startswith(title + "\n")) for title in ("Refused here too", "Served here")
)
# A bar within a cell is written as \\|.
_ROW = re.compile(r"^\| `(err_\w+)` \| (?:[^|]|(?<=\\)\|)+ \| ((?:[^|]|(?<=\\)\|)+) \|$", re.MULTILINE)


def _table(text: str) -> dict[str, str]:
    rows: list[tuple[str, str]] = _ROW.findall(text)
    found = {name: last.strip("`").replace("\\|", "|") for name, last in rows}
    # A row that doesn't fit the pattern, or a model that is listed twice, would go unnoticed.
    assert len(found) == text.count("\n| `err_")
    return found


# Refused here too; the text is part of ours.
REFUSED = _table(_REFUSED)

_SERVED_ROWS = _table(_SERVED)

# Served here, refused by the original's build.
ACCEPTED = {name: why for name, why in _SERVED_ROWS.items() if not name.startswith("err_setup_")}

# The original's server refuses these at setup; here they are served.
SERVED = {name: why for name, why in _SERVED_ROWS.items() if name.startswith("err_setup_")}

# What needs a whole process to be seen; test_served.py looks at it.
PROCESS_ONLY = {"err_setup_setup_process_exits", "err_setup_max_concurrency_sync"}

# `quirk_` models that are refused.
QUIRKS_REFUSED = {
    "quirk_run_and_predict": "ValueError: Model must define either run() or predict(), not both",
    "quirk_untyped_and_kwonly": "parameter 'ignored' of run(): it has no type annotation",
}

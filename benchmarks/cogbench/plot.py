"""The plot: one small bar chart a figure, ours in a colour of its own. Written as SVG directly."""

from html import escape

from .measures import Measure
from .medians import median_of
from .report import number
from .runner import Runner

COLUMNS = 2
PANEL_WIDTH = 470
BAR_HEIGHT = 20
TITLE_HEIGHT = 44
GAP = 24
LABEL_WIDTH = 150
VALUE_WIDTH = 80
OURS = "#d9480f"
PEER = "#868e96"
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#212529}.t{font-weight:600}.u{fill:#6c757d}"
    ".l{text-anchor:end}.o{font-weight:600}"
)


def _bars(runner: Runner, measure: Measure) -> list[tuple[str, str, float]]:
    values = [(s.name, s.title, median_of(runner.results, measure.name, s.name)) for s in runner.servers]
    return [(name, title, value) for name, title, value in values if value is not None]


def _label(title: str) -> str:
    return title.split(" on ")[0].split(",")[0]


def _panel(runner: Runner, measure: Measure, x: float, y: float) -> list[str]:
    bars = _bars(runner, measure)
    longest = max(value for _, _, value in bars) or 1.0
    better = "more is better" if measure.higher_is_better else "less is better"
    parts = [
        f'<text class="t" x="{x}" y="{y + 14}">{escape(measure.title.replace("`", ""))}</text>',
        f'<text class="u" x="{x}" y="{y + 30}">{escape(measure.unit)}, {better}</text>',
    ]
    room = PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH
    for row, (name, title, value) in enumerate(bars):
        top = y + TITLE_HEIGHT + row * BAR_HEIGHT
        width = max(1.0, room * value / longest)
        ours = ' o"' if name == "ours" else '"'
        parts += [
            f'<text class="l{ours} x="{x + LABEL_WIDTH - 8}" y="{top + 12}">{escape(_label(title))}</text>',
            f'<rect x="{x + LABEL_WIDTH}" y="{top}" width="{width:.1f}" height="{BAR_HEIGHT - 5}" '
            f'fill="{OURS if name == "ours" else PEER}"/>',
            f'<text x="{x + LABEL_WIDTH + width + 6:.1f}" y="{top + 12}">{number(value, measure.digits)}</text>',
        ]
    return parts


def render(runner: Runner, measures: list[Measure]) -> str:
    shown = [measure for measure in measures if _bars(runner, measure)]
    parts: list[str] = []
    y = float(GAP)
    for start in range(0, len(shown), COLUMNS):
        row = shown[start : start + COLUMNS]
        for column, measure in enumerate(row):
            parts += _panel(runner, measure, GAP + column * (PANEL_WIDTH + GAP), y)
        y += TITLE_HEIGHT + GAP + BAR_HEIGHT * max(len(_bars(runner, measure)) for measure in row)
    width = COLUMNS * (PANEL_WIDTH + GAP) + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y:.0f}" viewBox="0 0 {width} {y:.0f}">',
            f"<style>{STYLE}</style>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )

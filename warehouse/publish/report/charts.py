"""Charts as data: bars in thousandths of the width, each with its amount, so that a template only draws.

Belongs here: which bar begins and ends where. Does not belong here: which figures are charted (`page.py`, `overview.py`), how a bar looks
(`html/report.html`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: More bars than this are not told apart; the rest is one bar, and every row stands in the table.
_MOST_BARS = 12

Number = int | Decimal


@dataclass(frozen=True)
class Point:
    """An amount to chart. href: of its trace. kind: what it does to a running total (`up`, `down`, `level`); `rest`: several
    together."""

    zh: str
    en: str
    value: Number
    href: str | None = None
    kind: str = "level"


@dataclass(frozen=True)
class Bar:
    """A bar from `start` on, `width` long, in thousandths. text: the amount as readers see it."""

    point: Point
    text: str
    start: int
    width: int


@dataclass(frozen=True)
class Chart:
    """A chart with its title and unit, in Chinese and English."""

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    bars: Sequence[Bar]


def bar_chart(name: str, zh: str, en: str, unit: tuple[str, str], points: Sequence[Point]) -> Chart | None:
    """Bars from zero on, in the order of the points; None where all are zero."""
    spans = [(min(Decimal(0), Decimal(p.value)), max(Decimal(0), Decimal(p.value))) for p in points]
    return _chart(name, zh, en, unit, points, spans)


def waterfall(name: str, zh: str, en: str, unit: tuple[str, str], points: Sequence[Point]) -> Chart | None:
    """Levels from zero on, and between them what is added (`up`) and taken away (`down`), each from where the last one ended."""
    spans: list[tuple[Decimal, Decimal]] = []
    at = Decimal(0)
    for point in points:
        value = Decimal(point.value)
        before = Decimal(0) if point.kind == "level" else at
        at = before - value if point.kind == "down" else before + value
        spans.append((min(before, at), max(before, at)))
    return _chart(name, zh, en, unit, points, spans)


def largest_first(points: Sequence[Point]) -> list[Point]:
    """The largest, and what the others are together."""
    ordered = sorted(points, key=lambda p: (-p.value, p.zh))
    if len(ordered) <= _MOST_BARS:
        return ordered
    rest = ordered[_MOST_BARS - 1 :]
    together = Point(
        f"其余 {len(rest)} 个合计", f"{len(rest)} others together", sum(p.value for p in rest), kind="rest"
    )
    return [*ordered[: _MOST_BARS - 1], together]


def _chart(
    name: str,
    zh: str,
    en: str,
    unit: tuple[str, str],
    points: Sequence[Point],
    spans: Sequence[tuple[Decimal, Decimal]],
) -> Chart | None:
    low = min((start for start, _ in spans), default=Decimal(0))
    high = max((end for _, end in spans), default=Decimal(0))
    if low == high:
        return None
    bars = [
        Bar(point, _signed(point), _thousandths(start - low, high - low), _thousandths(end - start, high - low))
        for point, (start, end) in zip(points, spans, strict=True)
    ]
    return Chart(name, zh, en, *unit, bars)


def _signed(point: Point) -> str:
    sign = {"up": "+", "down": "-"}.get(point.kind, "") if point.value >= 0 else {"down": "+"}.get(point.kind, "-")
    return f"{sign}{abs(point.value):,}"


def _thousandths(part: Decimal, whole: Decimal) -> int:
    return int(part * 1000 / whole)

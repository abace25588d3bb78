"""A chart of a document on a PDF page, drawn as lines and text.

Belongs here: bars that lie or stand. Does not belong here: which bars a chart has (`sections.py`), and the page around it
(`pdf_blocks.py`).
"""

from decimal import Decimal
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from warehouse.publish.report.blocks import Chart
from warehouse.publish.report.figures import wan
from warehouse.publish.report.word_chart import spans

_INK, _AXIS, _BAR, _UP, _DOWN = map(HexColor, ("#000000", "#7F7F7F", "#1F4E79", "#2E8B57", "#C0504D"))
_TITLE_POINTS, _TEXT_POINTS = 10, 9
_ROW_POINTS, _BAR_POINTS, _HEAD_POINTS = 17, 10, 24
#: A standing chart's height, and what its labels take below and its figures above.
_HIGH_POINTS, _BELOW_POINTS, _ABOVE_POINTS = 190, 16, 14
#: Of the width of a lying chart, names take so much on the left and figures on the right.
_NAMES, _FIGURES = 0.36, 0.16


class Bars(Flowable):
    """A chart, as wide as it is told."""

    def __init__(self, chart: Chart, width: float, text_font: str, title_font: str) -> None:
        super().__init__()
        self._chart, self._fonts = chart, (text_font, title_font)
        self.width = width
        self.height = _HEAD_POINTS + _ROW_POINTS * len(chart.bars) if chart.across else _HIGH_POINTS
        ends = [end for span in spans(chart) for end in span]
        self._low, self._high = min(ends, default=Decimal(0)), max(ends, default=Decimal(0))

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        return self.width, self.height

    def draw(self) -> None:
        canvas: Any = self.canv
        canvas.setFillColor(_INK)
        canvas.setFont(self._fonts[1], _TITLE_POINTS)
        canvas.drawCentredString(self.width / 2, self.height - _TITLE_POINTS - 4, self._chart.title)
        canvas.setFont(self._fonts[0], _TEXT_POINTS)
        draw = self._lying if self._chart.across else self._standing
        for number, (start, end) in enumerate(spans(self._chart)):
            bar = self._chart.bars[number]
            canvas.setFillColor(_BAR if not bar.is_step else _UP if end >= start else _DOWN)
            shown = f"{wan(bar.figure.value or Decimal(0)):,}"
            draw(canvas, number, self._share(min(start, end)), self._share(max(start, end)), shown)

    def _share(self, end: Decimal) -> float:
        """Where an end lies between the lowest and the highest."""
        return float((end - self._low) / (self._high - self._low)) if self._high > self._low else 0.0

    def _lying(self, canvas: Any, number: int, low: float, high: float, shown: str) -> None:
        left, room = self.width * _NAMES, self.width * (1 - _NAMES - _FIGURES)
        below = self.height - _HEAD_POINTS - _ROW_POINTS * (number + 1) + (_ROW_POINTS - _BAR_POINTS) / 2
        canvas.rect(left + low * room, below, (high - low) * room, _BAR_POINTS, stroke=0, fill=1)
        canvas.setFillColor(_INK)
        canvas.drawRightString(left - 5, below + 1.5, self._cut(self._chart.bars[number].label, left - 5))
        canvas.drawString(left + high * room + 4, below + 1.5, shown)

    def _standing(self, canvas: Any, number: int, low: float, high: float, shown: str) -> None:
        step = self.width / len(self._chart.bars)
        room = self.height - _HEAD_POINTS - _BELOW_POINTS - _ABOVE_POINTS
        bottom, top = _BELOW_POINTS + low * room, _BELOW_POINTS + high * room
        canvas.rect(step * (number + 0.2), bottom, step * 0.6, max(top - bottom, 0.5), stroke=0, fill=1)
        canvas.setFillColor(_INK)
        middle = step * (number + 0.5)
        canvas.drawCentredString(middle, top + 4, shown)
        canvas.drawCentredString(middle, 4, self._cut(self._chart.bars[number].label, step))

    def _cut(self, label: str, width: float) -> str:
        """A label that fits."""
        if stringWidth(label, self._fonts[0], _TEXT_POINTS) <= width:
            return label
        while label and stringWidth(f"{label}…", self._fonts[0], _TEXT_POINTS) > width:
            label = label[:-1]
        return f"{label}…"

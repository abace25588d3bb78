"""A report as one page that opens offline: headline figures, charts, every form as a table that sorts and filters, checks and notes.

Belongs here: which of a report's figures are seen first and which are charted; each is a cell of a form, and leads to its trace. Does not
belong here: how the page looks and acts (`html/report.*`), the trace (`trace_page.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from warehouse.publish.form_page import FormPage
from warehouse.publish.report.anchors import anchor, english
from warehouse.publish.report.charts import Chart, Number, Point, bar_chart, largest_first, waterfall
from warehouse.publish.report.edition import STATES, Report
from warehouse.publish.report.view import MOST_ROWS, Heading, Headline, Sheet, View, write_view

#: The form that has what a report is about: opening, movements, closing.
_OVERALL = "report.form_r1"
_HEADLINES = (
    ("closing_count", "资产数量", "Assets"),
    ("closing_cost_cny", "账面原值（元）", "Cost (CNY)"),
    ("closing_amortisation_cny", "累计摊销（元）", "Accumulated amortisation (CNY)"),
    ("closing_carrying_cny", "账面净值（元）", "Carrying amount (CNY)"),
    ("summary_cost_cny", "抵销、更正后原值（元）", "Cost after elimination and correction (CNY)"),
    ("summary_carrying_cny", "抵销、更正后净值（元）", "Carrying amount after elimination and correction (CNY)"),
    ("addition_cost_cny", "本期增加原值（元）", "Additions, cost (CNY)"),
    ("reduction_cost_cny", "本期减少原值（元）", "Reductions, cost (CNY)"),
    ("memo_count", "备查簿数量", "In the memo register"),
    ("unassessed_count", "未认定数量", "Not yet assessed"),
)
#: From the opening to the closing carrying amount, a step a column.
_STEPS = (
    ("opening_carrying_cny", "level", "期初净值", "Opening"),
    ("adjustment_cost_cny", "up", "期初调整：原值", "Opening adjusted: cost"),
    ("adjustment_amortisation_cny", "down", "期初调整：摊销", "Opening adjusted: amortisation"),
    ("adjustment_impairment_cny", "down", "期初调整：减值", "Opening adjusted: impairment"),
    ("addition_cost_cny", "up", "增加：原值", "Additions: cost"),
    ("addition_amortisation_cny", "down", "计提摊销", "Amortisation charged"),
    ("addition_impairment_cny", "down", "计提减值", "Impairment charged"),
    ("reduction_cost_cny", "down", "减少：原值", "Reductions: cost"),
    ("reduction_amortisation_cny", "up", "转出摊销", "Amortisation derecognised"),
    ("reduction_impairment_cny", "up", "转出减值", "Impairment derecognised"),
    ("closing_carrying_cny", "level", "期末净值", "Closing"),
)
_LEVELS = (("district", "按区划的净值", "By district"), ("department", "按主管部门的净值", "By department"))
#: What assets are told apart by, and the columns in which a form may say it.
_STRUCTURES = (
    ("grade", ("grade_label", "grade"), "按分级", "By grade"),
    ("acquisition", ("acquisition_label", "acquisition"), "按取得方式", "By way of acquisition"),
    ("field", ("category_label", "domain_label"), "按领域", "By field"),
)
_YUAN = ("元", "CNY")


def write_page(report: Report, target: Path, *, trace_href: str | None) -> None:
    """Write the page. trace_href: where the trace page is, as seen from this one; None where the reader has none."""
    edition = report.edition
    about_zh = f"截至 {edition.period}　第 {edition.version} 版 {STATES[edition.state]}　{edition.scope.name}　{edition.kind_name}"
    about_en = (
        f"As of {edition.period}. Version {edition.version}, {edition.state}. {edition.report_kind.replace('_', ' ')}"
    )
    write_view(
        View(
            title=edition.title,
            about_zh=about_zh,
            about_en=about_en,
            headlines=[*_headlines(report, trace_href)],
            charts=[chart for chart in _charts(report, trace_href) if chart],
            sheets=[_sheet(page, number) for number, page in enumerate(report.pages)],
            checks=report.checks,
            notes=report.notes,
            trace_href=trace_href,
        ),
        target,
    )


def _is_summary(column: str) -> bool:
    """Whether a figure is what is left of a sum after eliminations and corrections."""
    return column.startswith("summary_")


class _Row:
    """A row of a form, asked by its columns. href: of the trace of one of its figures."""

    def __init__(self, page: FormPage, place: int, trace_href: str | None) -> None:
        self.cells = {column.name: value for column, value in zip(page.columns, page.rows[place], strict=True)}
        self.key = dict(zip(page.table.key, page.keys[place], strict=True))
        self._of = page.table.qualified, page.keys[place], trace_href

    def number(self, column: str) -> Number | None:
        value = self.cells.get(column)
        return value if isinstance(value, int | Decimal) else None

    def href(self, column: str) -> str | None:
        table, key, trace_href = self._of
        return None if trace_href is None else f"{trace_href}#{anchor(table, key, column)}"


def _rows(pages: Sequence[FormPage], table: str, trace_href: str | None) -> list[_Row]:
    """The rows of a table in the order of its pages, each once."""
    rows = {
        page.keys[place]: _Row(page, place, trace_href)
        for page in reversed(pages)
        if page.table.qualified == table
        for place in reversed(range(len(page.rows)))
    }
    return [*reversed(rows.values())]


def _own(report: Report, rows: Sequence[_Row]) -> _Row | None:
    """The row of whose report it is, or the first."""
    scope = report.edition.scope
    of_scope = (r for r in rows if (r.key.get("level"), r.key.get("entity_code")) == (scope.level, scope.code))
    return next(of_scope, rows[0] if rows else None)


def _headlines(report: Report, trace_href: str | None) -> Iterator[Headline]:
    row = _own(report, _rows(report.pages, _OVERALL, trace_href))
    before = _own(report, _rows(report.before, _OVERALL, None))
    if row is None:
        return
    for column, zh, en in _HEADLINES:
        value = row.number(column)
        # What is summed up is another figure only where something was left out or corrected.
        if value is None or (_is_summary(column) and value == row.number(column.replace("summary_", "closing_"))):
            continue
        was = before.number(column) if before else None
        yield Headline(
            zh,
            en,
            f"{value:,}",
            row.href(column),
            "" if was is None else f"{was:,}",
            "" if was is None else f"{value - was:+,}",
        )


def _charts(report: Report, trace_href: str | None) -> Iterator[Chart | None]:
    rows = _rows(report.pages, _OVERALL, trace_href)
    own = _own(report, rows)
    if own is not None:
        yield _from_opening(own)
        yield _beside_before(report, own)
    for level, zh, en in _LEVELS:
        points = [
            Point(
                str(row.cells.get("entity_name") or row.key["entity_code"]),
                row.key["entity_code"],
                value,
                row.href(column),
            )
            for column in ["closing_carrying_cny"]
            for row in rows
            if row.key.get("level") == level and (value := row.number(column)) is not None
        ]
        if len(points) > 1:
            yield bar_chart(level, zh, en, _YUAN, largest_first([replace(point, en=point.zh) for point in points]))
    for name, columns, zh, en in _STRUCTURES:
        yield _structure(report, name, columns, zh, en)


def _from_opening(row: _Row) -> Chart | None:
    """The waterfall; None where the columns of the form do not add up to its closing amount, as a check will say."""
    points = [
        Point(zh, en, value, row.href(column), kind)
        for column, kind, zh, en in _STEPS
        if (value := row.number(column)) is not None and (value or kind == "level")
    ]
    signs = {"level": 1, "up": 1, "down": -1}
    if len(points) < 2 or sum(signs[p.kind] * p.value for p in points[:-1]) != points[-1].value:
        return None
    return waterfall("waterfall", "净值从期初到期末", "From opening to closing carrying amount", _YUAN, points)


def _beside_before(report: Report, row: _Row) -> Chart | None:
    before = _own(report, _rows(report.before, _OVERALL, None))
    if before is None:
        return None
    points = []
    for column, zh, en in _HEADLINES:
        was, now = before.number(column), row.number(column)
        if column.startswith("closing_") and column.endswith("_cny") and was is not None and now is not None:
            zh, en = zh.removesuffix("（元）"), en.removesuffix(" (CNY)")
            points += [
                Point(f"{zh}　上年末", f"{en}, end of last year", was),
                Point(f"{zh}　本期末", f"{en}, now", now, row.href(column)),
            ]
    return bar_chart("trend", "与上年末比较", "Compared with the end of last year", _YUAN, points)


def _structure(report: Report, name: str, columns: Sequence[str], zh: str, en: str) -> Chart | None:
    """What the assets of a form are together by what tells them apart, of the first form that says it."""
    scope = report.edition.scope
    for page in report.pages:
        names = [column.name for column in page.columns]
        # A form of several structures tells them apart in the key of its rows.
        is_long = "dimension" in page.table.key and "item_label" in names
        label = "item_label" if is_long else next((column for column in columns if column in names), None)
        measure = next((c for c in ("closing_carrying_cny", "closing_cost_cny", "closing_count") if c in names), None)
        if label is None or measure is None:
            continue
        sums: dict[str, Number] = {}
        for row in (_Row(page, place, None) for place in range(len(page.rows))):
            if "level" in row.key and (row.key["level"], row.key.get("entity_code")) != (scope.level, scope.code):
                continue
            if is_long and row.key["dimension"] != name:
                continue
            group = str(row.cells[label] or "未定 not settled")
            sums[group] = sums.get(group, 0) + (row.number(measure) or 0)
        unit = ("个", "assets") if measure == "closing_count" else _YUAN
        if sums:
            of_zh, of_en = ("数量", "number") if measure == "closing_count" else ("金额", "amount")
            points = [Point(group, group, value) for group, value in sums.items()]
            return bar_chart(name, f"{zh}的{of_zh}", f"{en}: {of_en}", unit, largest_first(points))
    return None


def _sheet(page: FormPage, number: int) -> Sheet:
    return Sheet(
        name=f"form-{number}",
        zh=page.heading,
        en=f"{_name(page)} ({page.label}): {page.table.en}",
        contents=((page.title, _name(page)), (page.label, page.label)),
        note=page.note,
        headings=[Heading(c.name, c.group, c.label, english(c.name), c.number_format) for c in page.columns],
        rows=page.rows[:MOST_ROWS],
        table=page.table.qualified,
        keys=page.keys[:MOST_ROWS],
        whole=len(page.rows),
    )


def _name(page: FormPage) -> str:
    return page.table.name.replace("_", " ").capitalize()

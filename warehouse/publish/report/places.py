"""Where in a report stands what a document speaks of: the entity's own figures, those of the year before, and the groups of a structure.

Belongs here: finding rows by key and columns by name in whatever forms a report has. Does not belong here: what is said of them
(`sections.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse.publish.form_page import FormPage
from warehouse.publish.report.blocks import Quote
from warehouse.publish.report.edition import Report, Scope
from warehouse.publish.report.figures import Cell, Figure, Unit, at, counted, derived

_FIGURES = {unit.value for unit in Unit}
#: What a group is told by: a name of it that readers know.
_AMOUNTS = ("closing_cost_cny", "closing_carrying_cny")
_COUNT = "closing_count"
#: What stands for a group that has no name.
NAMELESS = "未分类"


@dataclass(frozen=True)
class Dimension:
    """What a structure is by: a level of the roll-up, or the first of these columns that a form has."""

    name: str
    level: str = ""
    columns: tuple[str, ...] = ()


DIMENSIONS = (
    Dimension("区划", level="district"),
    Dimension("主管部门", level="department", columns=("department_name",)),
    Dimension("分级", columns=("grade_label", "grade")),
    Dimension("取得方式", columns=("acquisition_label", "acquisition")),
    Dimension("领域", columns=("domain_label", "theme_label", "category_label", "domain", "theme", "category")),
)


@dataclass(frozen=True)
class Group:
    """A group of a structure: its name, how many cards, their cost and carrying amount; what its form does not have is None."""

    label: Quote
    count: Figure | None
    cost: Figure | None
    carrying: Figure | None

    @property
    def amount(self) -> Figure | None:
        """What its share is of."""
        return self.carrying or self.cost


def key(page: FormPage, row: int) -> dict[str, str]:
    """What the key of a row says, without the period."""
    named = zip(page.table.key, page.keys[row], strict=True)
    return {name: value for name, value in named if name != page.table.partition}


def has(page: FormPage, column: str) -> bool:
    return any(of.name == column for of in page.columns)


def figure_columns(page: FormPage) -> list[tuple[str, str]]:
    """The columns of numbers, each with its heading whole."""
    return [
        (of.name, of.label if of.group in ("", of.label) else f"{of.group}{of.label}")
        for of in page.columns
        if of.number_format in _FIGURES
    ]


def own_row(pages: Sequence[FormPage], scope: Scope, column: str) -> tuple[FormPage, int] | None:
    """The row of the entity that reports, on the first page that has the column."""
    for page in pages:
        if has(page, column):
            for row in range(len(page.rows)):
                of = key(page, row)
                if of.get("level") == scope.level and (of.get("entity_code") == scope.code or scope.level == "city"):
                    return page, row
    return None


def own(report: Report, column: str) -> Figure | None:
    """A figure of the entity that reports."""
    found = own_row(report.pages, report.edition.scope, column)
    return at(*found, column) if found else None


def own_before(report: Report, column: str) -> Figure | None:
    """The same figure at the end of the year before."""
    found = own_row(report.before, report.edition.scope, column)
    return at(*found, column) if found else None


def names_of(page: FormPage) -> str | None:
    """The column that names a row's entity."""
    return next((of.name for of in page.columns if of.name in ("entity_name", "holder_name")), None)


def quoted(page: FormPage, row: int, column: str) -> Quote:
    """The text of a cell."""
    content = Cell(page, row, column).content
    return Quote("" if content is None else content)


def structure(report: Report, dimension: Dimension) -> list[Group] | None:
    """The groups of a dimension, the largest first; None if no form of the report has them."""
    rows = _level_rows(report, dimension.level) if dimension.level else []
    by_level = [(quoted(page, row, "entity_name"), page, [row]) for page, row in rows]
    groups = [_group(label, page, of) for label, page, of in by_level or _by_column(report, dimension.columns)]
    groups = [group for group in groups if group.amount is not None]
    groups.sort(key=lambda group: (-(group.amount.value or 0) if group.amount else 0, group.label))
    return groups or None


def _level_rows(report: Report, level: str) -> list[tuple[FormPage, int]]:
    """The rows of a level of the roll-up, of the first page that has any."""
    for page in report.pages:
        if has(page, "entity_name") and any(has(page, amount) for amount in _AMOUNTS):
            rows = [(page, row) for row in range(len(page.rows)) if key(page, row).get("level") == level]
            if rows:
                return rows
    return []


def _by_column(report: Report, columns: Sequence[str]) -> Iterator[tuple[Quote, FormPage, list[int]]]:
    """Rows by what stands in a column: of the entity that reports where the page has a roll-up, else all."""
    scope = report.edition.scope
    for page in report.pages:
        column = next((name for name in columns if has(page, name)), None)
        if column is None or not any(has(page, amount) for amount in _AMOUNTS):
            continue
        rows = range(len(page.rows))
        if "level" in page.table.key:
            rows = [row for row in rows if key(page, row)["level"] == scope.level]
        by_label: dict[Quote, list[int]] = {}
        for row in rows:
            by_label.setdefault(quoted(page, row, column) or Quote(NAMELESS), []).append(row)
        yield from ((label, page, rows) for label, rows in by_label.items())
        return


def _group(label: Quote, page: FormPage, rows: Sequence[int]) -> Group:
    def total(column: str) -> Figure | None:
        if not has(page, column):
            return None
        figures = [at(page, row, column) for row in rows]
        recorded = [figure for figure in figures if figure.value is not None]
        return derived("sum", *recorded) if recorded else None

    count = total(_COUNT) if has(page, _COUNT) else counted([Cell(page, row, page.columns[0].name) for row in rows])
    cost, carrying = map(total, _AMOUNTS)
    return Group(label, count, cost, carrying)


def combined(groups: Sequence[Group], label: str) -> Group:
    """Several groups as one."""

    def total(figures: Sequence[Figure | None]) -> Figure | None:
        recorded = [figure for figure in figures if figure is not None]
        return derived("sum", *recorded) if recorded else None

    return Group(
        Quote(label),
        total([group.count for group in groups]),
        total([group.cost for group in groups]),
        total([group.carrying for group in groups]),
    )

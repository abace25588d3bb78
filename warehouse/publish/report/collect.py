"""A report read from the lake: the forms of a period with the rows of the units that it is of, the checks, and what its reader is told.

Does not belong here: what a report is (`edition.py`), which rows and columns a form shows (`form_page.py`, `policy/forms`).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from warehouse import queries
from warehouse.building.build import parameters
from warehouse.publish.form_page import FormPage, Within
from warehouse.publish.form_reader import FormReader
from warehouse.publish.report.edition import OTHER, Check, CheckCounts, Edition, Report, Scope
from warehouse.publish.report.scope import kind_of
from warehouse.store.lake import Lake, current_snapshot

#: The levels of the entities that a report of a level shows: a district's does not show the city's sums.
_LEVELS = {
    "city": ("city", "tier", "district", "department", "unit"),
    "district": ("district", "department", "unit"),
    "department": ("department", "unit"),
    "unit": ("unit",),
}
#: A note names so many units; the forms list all of them.
_NAMED = 20


def collect(
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    period: str,
    scope: Scope,
    report_kind: str,
    *,
    version: int,
    state: str,
) -> Report:
    """Read a report at the snapshot of the connection.

    Args:
        connection: that reads tables as commits on record left them (`reading_on_record`).

    Raises:
        ScopeError: the policy has no such kind.
        LookupError: the policy lacks a form's layout.
    """
    _, kind_name = kind_of(connection, report_kind, scope, period)
    edition = Edition(period, scope, report_kind, kind_name, version, state, current_snapshot(connection))
    pages = _pages(lake, connection, period, edition)
    last_year = f"{int(period[:4]) - 1}-12"
    checks, counts = read_checks(connection, edition)
    return Report(
        edition,
        pages,
        _pages(lake, connection, last_year, edition) if _has(connection, last_year) else (),
        checks,
        list(_notes(connection, edition, pages, checks, counts)),
        counts,
    )


def _pages(lake: Lake, connection: duckdb.DuckDBPyConnection, period: str, edition: Edition) -> list[FormPage]:
    scope = edition.scope
    within = Within(edition.report_kind, scope.level, scope.code, _LEVELS[scope.level])
    forms = FormReader(lake, connection, period)
    found = [
        page for (name,) in _asked(connection, "report_workbooks", {}, period) for page in forms.pages(name, within)
    ]
    # A form of enterprises is none of a government's report: it has no rows there, nor has a sheet of a level above.
    return [page for page in found if page.rows]


def read_checks(connection: duckdb.DuckDBPyConnection, edition: Edition) -> tuple[list[Check], CheckCounts]:
    """The checks of an edition's entities that failed, those among them that a decision let pass too; and how many did not fail."""
    scope = edition.scope
    levels = list(_LEVELS[scope.level])
    values = {"kind": edition.report_kind, "level": scope.level, "code": scope.code, "levels": levels}
    failed = [
        Check(*said[:9], let_pass_by=decision if state == "let_pass" else "")
        for *said, state, decision in _asked(connection, "report_checks", values, edition.period)
    ]
    ((passed, not_compared),) = _asked(connection, "report_check_counts", values, edition.period)
    return failed, CheckCounts(passed, not_compared)


def _notes(
    connection: duckdb.DuckDBPyConnection,
    edition: Edition,
    pages: Sequence[FormPage],
    checks: Sequence[Check],
    counts: CheckCounts,
) -> Iterator[str]:
    scope = edition.scope
    values = {"kind": edition.report_kind, "level": scope.level, "code": scope.code}
    silent = [name for (name,) in _asked(connection, "report_silent_units", values, edition.period)]
    if silent:
        more = f"等 {len(silent)} 个" if len(silent) > _NAMED else ""
        yield f"没有报送的单位：{'、'.join(silent[:_NAMED])}{more}。其资产不计入合计，不等于零。"
    if edition.report_kind == OTHER:
        yield "以下单位的类别不明或不属于行政事业单位、国有企业，不列入任何国有资产报告，在此单独列示。"
    for check in checks:
        if check.level == "unit" and not check.let_pass_by:
            yield f"审核未通过：{check.entity_name}，{check.name}，{check.left} 与 {check.right} 相差 {check.difference}。"
        elif check.let_pass_by:
            yield f"经决定放行：{check.entity_name}，{check.name}，相差 {check.difference}，决定 {check.let_pass_by}。"
    yield (
        f"各级报表的审核公式 {counts.passed} 项通过，{counts.not_compared} 项没有可比的数；未通过和经决定放行的逐项列明。"
    )
    unrecorded = [page.title for page in pages if any(column.name == "recording_state" for column in page.columns)]
    if unrecorded:
        yield f"{'、'.join(unrecorded)}：各项目尚未记录，没有数字；没有记录不等于零。"
    for count, held in _asked(connection, "report_held", values, edition.period):
        if count:
            yield f"计价控制搁置 {count} 项，金额 {held} 元，不计入资产；放行或改正后计入。"
    for number, level, code in _asked(connection, "report_unplaced", {"kind": edition.report_kind}, edition.period):
        yield f"汇总更正 {number} 不起作用：其对象 {level} {code} 在本报告中没有单位；更正对象代码后重新交付。"
    yield "账面价值只按成本计量；评估值和其他参考价值不入账。报表编号为自编，未见官方表号。"


def _has(connection: duckdb.DuckDBPyConnection, period: str) -> bool:
    query = "SELECT 1 FROM report.placement WHERE period = $period LIMIT 1"
    return connection.execute(query, {"period": period}).fetchone() is not None


def _asked(
    connection: duckdb.DuckDBPyConnection, question: str, values: dict[str, Any], period: str
) -> list[tuple[Any, ...]]:
    text = queries.text(question)
    return connection.execute(text, {**values, **parameters(text, period)}).fetchall()

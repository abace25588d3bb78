"""What a report shows, read from the lake: of form R1 alone, the rows of its scope.

Does not belong here: how a format looks.
"""

from dataclasses import replace

import duckdb

from warehouse.publish.form_page import FormPage, form_pages
from warehouse.publish.report.edition import Edition, Report, Scope
from warehouse.publish.report.scope import entities, kind_of
from warehouse.store.lake import Lake, current_snapshot


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
    """The report of a period, scope and kind.

    Args:
        connection: to the lake, for reading.
    """
    _, kind_name = kind_of(connection, report_kind, scope, period)
    edition = Edition(period, scope, report_kind, kind_name, version, state, current_snapshot(connection))
    known = entities(connection, period)
    units = known[scope.level, scope.code].units
    within = {at for at, entity in known.items() if entity.units <= units}
    pages = [_within(page, within) for page in form_pages(lake, connection, "form_r1", period)]
    return Report(edition, pages, (), (), ())


def _within(page: FormPage, within: set[tuple[str, str]]) -> FormPage:
    places = [place for place, (_, level, entity) in enumerate(page.keys) if (level, entity) in within]
    return replace(page, rows=[page.rows[place] for place in places], keys=[page.keys[place] for place in places])

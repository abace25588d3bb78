"""The state of a home in figures: what came in, what it became, who owes a delivery.

Does not belong here: how it is shown (`pipelines/cli/ask.py`), the last run (Dagster's).
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from readers.policy.lists.reading import SPEAKERS
from warehouse import queries
from warehouse.building.removal import removals
from warehouse.harvest.state import overview
from warehouse.intake.deliveries import Intake
from warehouse.intake.received import vanished
from warehouse.store.lake import Lake
from warehouse.store.on_record import lost_files, not_on_record

_COUNTS = ("in", "accepted", "rejected", "unchanged", "held")


_TABLES: Mapping[str, str] = {
    "resources": "SELECT count(*) FROM catalog.resource",
    "fields": "SELECT count(*) FROM catalog.resource_field",
    "cards": "SELECT count(*) FROM registry.asset_card",
    "memo": "SELECT count(*) FROM registry.memo_register WHERE left_date IS NULL",
    "unassessed": "SELECT count(*) FROM registry.resource_standing WHERE standing = 'unassessed'",
    "snapshots": "SELECT count(*) FROM valuation.snapshot",
    "rejected_files": "SELECT count(*) FROM landing.delivery_file WHERE status = 'rejected'",
}


def status(lake: Lake) -> dict[str, Any]:
    """Figures of the home; `records` counts kind catalog, `records_by_kind` all."""
    intake = Intake(lake.home)
    with lake.reading() as connection:
        by_kind = {
            kind: dict(zip(_COUNTS, map(int, counts), strict=True))
            for kind, *counts in connection.execute(queries.text("status_records")).fetchall()
        }
        landed = _one(connection, "SELECT count(*) FROM landing.delivery")
        figures = {name: _one(connection, query) for name, query in _TABLES.items()}
        owed = connection.execute(queries.text("status_owed")).fetchall()
        findings = {
            name: {kind: count for _, kind, count in connection.execute(queries.text(name)).fetchall()}
            for name in ("control_findings", "card_findings", "register_findings", "reality_findings")
        }
        scored = connection.execute(queries.text("status_score")).fetchone()
        changed, lost = not_on_record(lake, connection), lost_files(lake, connection)
        unauthorised = connection.execute(queries.text("status_unauthorised")).fetchall()
        contested = connection.execute(queries.text("status_contested")).fetchall()
        unnamed = connection.execute(queries.text("status_unnamed"), {"speakers": list(SPEAKERS)}).fetchall()
    deliveries = len(intake.deliveries())
    return {
        "home": str(lake.home.root),
        "deliveries": deliveries,
        "pending": deliveries - landed,
        "withdrawn": len(intake.withdrawals()),
        "records": by_kind.get("catalog", dict.fromkeys(_COUNTS, 0)),
        "records_by_kind": by_kind,
        **figures,
        **findings,
        "quality_score_pct": str(scored[0]) if scored and scored[0] is not None else None,
        "quality_assessed_pct": str(scored[1]) if scored and scored[1] is not None else None,
        "missing": sorted({code for code, _, _ in owed}),
        "harvest": overview(lake.home),
        "removed_periods": [
            {"period": period, "at": event.at, "reason": event.body["reason"], "by": event.body["by"]}
            for period, event in sorted(removals(lake.chain).items())
        ],
        "not_on_record": changed,
        "lost_files": lost,
        "vanished": vanished(lake.home),
        "unauthorised": [
            {"deliverer": deliverer, "kind": kind, "holder": holder, "records": records}
            for deliverer, kind, holder, records in unauthorised
        ],
        "contested_lines": [
            {"rule": rule, "deliverer": deliverer, "other": other, "records": records}
            for rule, deliverer, other, records in contested
        ],
        "unnamed_authorities": [who for who, _ in unnamed],
        "first_deliverer": next((first for _, first in unnamed), None),
        "owed": [{"deliverer": code, "name": name, "kind": kind} for code, kind, name in owed],
    }


def reconciliation(lake: Lake, period: str) -> dict[str, Any] | None:
    """The cards that agree with the books at the end of a period, those that differ, and the differences (cards less books, CNY).

    None before the period was reconciled.
    """
    with lake.reading() as connection:
        row = connection.execute(queries.text("status_reconciliation"), {"period": period}).fetchone()
    names = ("agreed", "differing", "difference_cost_cny", "difference_amortisation_cny", "difference_net_cny")
    return dict(zip(names, row, strict=True)) if row else None


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0

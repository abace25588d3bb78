"""The models of the stage landing, built over the deliveries that changed.

What a row of landing says follows from its own delivery (what is wrong with a record), from the deliveries of its deliverer (what
became of a record) or from all deliveries of a kind (who may speak for whom); `follows` in the table's file says which. So a new delivery
has the rows of one or the other built anew, and the rest stay as they are. Where a model or a policy list that it reads has changed, all of
its rows are built.

Does not belong here: taking deliveries in (`ingest.py`), verdicts (`guard.py`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse.building.build import fill, stale_now
from warehouse.building.copies import Copies
from warehouse.building.row_hash import GROUP_COLUMNS, Written
from warehouse.building.staleness import materializations
from warehouse.intake.deliveries import OPERATOR
from warehouse.intake.guard import GUARD, follow_verdicts, give_reasons
from warehouse.tables.table import Table, Tables


@dataclass(frozen=True)
class Portion:
    """The deliveries whose rows are built anew, as relations of their identifiers: by what a table's rows follow from.

    `whole`: tables of which all rows are built. `kept`: those that stay as they are.
    """

    relations: Mapping[str, str]
    whole: frozenset[Table]
    kept: frozenset[Table]

    def of(self, table: Table) -> str | None:
        """The relation for a table; None for all of its rows."""
        return None if table in self.whole else self.relations[str(table.follows)]


def fill_models(
    connection: duckdb.DuckDBPyConnection,
    tables: Tables,
    portion: Portion | None = None,
    copies: Copies | None = None,
) -> dict[Table, Written]:
    """Build the models of the stage from the tables that Python filled, with `landing.delivery` as the guard judges it.

    Args:
        portion: build the rows of these deliveries alone; by default all.
        copies: of tables of other stages.

    Returns:
        What was written to each table, each after those that it reads.
    """
    models = [table for table in tables.of_stage("landing") if table.model]

    def built(table: Table) -> Written:
        if portion and table in portion.kept:
            return Written(_row_count(connection, table), pa.Table.from_batches([], GROUP_COLUMNS), whole=False)
        return fill(connection, table, None, within=portion.of(table) if portion else None, copies=copies)

    judging = {GUARD}
    for table in reversed(models):
        if table.qualified in judging:
            judging |= set(table.inputs)
    first = [table for table in models if table.qualified in judging]
    follow = {"landing.delivery"}
    for table in first:
        if follow & set(table.inputs):
            follow.add(table.qualified)
    counts = {table: built(table) for table in first}
    while follow_verdicts(connection):
        counts |= {table: built(table) for table in first if table.qualified in follow}
    give_reasons(connection)
    return {table: counts[table] if table in counts else built(table) for table in models}


def portion_of(
    connection: duckdb.DuckDBPyConnection, tables: Tables, changed: Collection[str], whole: Collection[Table] = ()
) -> Portion | None:
    """What has to be built after deliveries were taken in or withdrawn; None for everything.

    Args:
        changed: the deliveries; they are in `landing.delivery`.
        whole: tables of which all rows are built in any case.
    """
    connection.register("changed", pa.table({"delivery_id": pa.array(changed, pa.string())}))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE concerned AS "
        "SELECT DISTINCT d.deliverer_code FROM landing.delivery AS d SEMI JOIN changed USING (delivery_id)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed_kind AS "
        "SELECT d.delivery_id, d.kind FROM landing.delivery AS d SEMI JOIN changed USING (delivery_id)"
    )
    # With the operator's: verdicts on a deliverer's deliveries follow from decisions, too.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE portion_deliverer AS SELECT d.delivery_id FROM landing.delivery AS d "
        "WHERE d.deliverer_code = $operator OR d.deliverer_code IN (FROM concerned)",
        {"operator": OPERATOR},
    )
    # A field list is linked to resources of other deliveries of its source: there one delivery concerns all.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE portion_delivery AS "
        "WITH listed AS (SELECT DISTINCT r.deliverer_code, r.source_name FROM landing.record AS r "
        "SEMI JOIN concerned USING (deliverer_code) WHERE r.kind = 'catalog.field') "
        "SELECT c.delivery_id FROM changed AS c UNION "
        "SELECT d.delivery_id FROM landing.delivery AS d SEMI JOIN listed USING (deliverer_code, source_name)"
    )
    connection.unregister("changed")
    # Whom a decision is about stands in its text, so a delivery of the operator may change what became of anyone's.
    if connection.execute(
        "SELECT 1 FROM concerned WHERE deliverer_code = $operator", {"operator": OPERATOR}
    ).fetchone():
        return None
    if _reach_beyond(connection):
        return None
    relations = {follows: f"portion_{follows}" for follows in ("delivery", "deliverer")}
    of_kinds = frozenset(t for t in tables.of_stage("landing") if t.follows and t.follows not in relations)
    for relation in relations.values():
        for table in tables.of_stage("landing"):
            within = "" if table in of_kinds else f"SEMI JOIN {relation} USING (delivery_id)"
            connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {relation}_{table.name} AS SELECT * FROM {table.qualified} {within}"
            )
    kinds = {kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM changed_kind").fetchall()}
    anew = {table for table in of_kinds if table.follows in kinds}
    return Portion(relations, frozenset({*whole, *anew}), of_kinds - anew - frozenset(whole))


def _reach_beyond(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether what was taken in may change what became of any deliverer's records: it says who is above whom, or has a voucher line that
    another deliverer or source has too."""
    organisations = "SELECT 1 FROM changed_kind WHERE kind = 'organisations'"
    shared = (
        "WITH costed AS (SELECT delivery_id, deliverer_code, source_name, coalesce(holder_code, deliverer_code) AS own "
        "FROM landing.delivery WHERE kind = 'costs' AND EXISTS (FROM changed_kind WHERE kind = 'costs')), "
        "line AS (SELECT c.deliverer_code || '|' || c.source_name AS origin, c.delivery_id, "
        "[coalesce(r.body ->> '$.holder_code', c.own), r.body ->> '$.voucher_no', r.body ->> '$.line_no'] AS line "
        "FROM landing.record AS r JOIN costed AS c USING (delivery_id) WHERE r.kind = 'costs') "
        "SELECT 1 FROM (FROM line SEMI JOIN changed_kind USING (delivery_id)) AS l JOIN line AS o USING (line) "
        "WHERE o.origin <> l.origin LIMIT 1"
    )
    return any(connection.execute(question).fetchone() for question in (organisations, shared))


def _row_count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    count = connection.execute(f"SELECT count(*) FROM {table.qualified}").fetchone()
    return count[0] if count else 0


def outdated(
    connection: duckdb.DuckDBPyConnection, tables: Tables, policy_hashes: Mapping[str, str]
) -> frozenset[Table]:
    """The tables of the stage whose model or policy lists have changed since they were built, and those that read them.

    Args:
        policy_hashes: hash of each policy list.
    """
    stale = stale_now(tables, materializations(connection, None), policy_hashes)
    return frozenset(table for table in stale if table.stage == "landing")

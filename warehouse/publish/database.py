"""The lake's tables as one DuckDB file that a plain `duckdb` opens, with comments."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from warehouse.building.unfilled import Unfilled
from warehouse.intake.landed import judged_day
from warehouse.store.disk import full_disk_named, sync
from warehouse.store.faults import reach
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import publishing
from warehouse.tables.own_forms import home_policy
from warehouse.tables.quoting import literal
from warehouse.trace.column_grade import DATABASE, keep_door


@dataclass(frozen=True)
class Exported:
    """The rows of each table, and whether the chain of events says that they were exported: a home that may not be written says nothing."""

    counts: dict[str, int]
    is_on_record: bool


def export_database(lake: Lake, target: Path) -> Exported:
    """Write all tables, built aside and renamed into place.

    Raises:
        FileNotFoundError: the target's folder is not there.
        FullDiskError: what was there before stands.
        DoorError: a table carries more than the policy lets the file carry.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    keep_door(lake.tables, home_policy(lake.home.create().policy).on(judged_day(lake)), DATABASE)
    target = target.absolute()
    counts: dict[str, int] = {}
    with (
        full_disk_named(target.parent),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder,
        reading_on_record(lake) as connection,
        publishing(lake.home, "export", current_snapshot(connection)) as publication,
    ):
        aside = Path(folder) / "export.duckdb"
        connection.execute(f"ATTACH {literal(str(aside))} AS export")
        # One transaction over both databases: the export is one snapshot of the lake.
        connection.execute("BEGIN")
        unfilled = Unfilled.of(connection, lake.tables)
        for table in lake.tables.values():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS export.{table.stage}")
            name = f"export.{table.qualified}"
            connection.execute(table.ddl().replace(f"CREATE TABLE {table.qualified}", f"CREATE TABLE {name}", 1))
            if table not in unfilled:
                connection.execute(f"INSERT INTO {name} SELECT * FROM lake.{table.qualified}")
            for comment in table.comments():
                connection.execute(comment.replace(f" {table.qualified}", f" {name}", 1))
            row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            counts[table.qualified] = row[0] if row else 0
        connection.execute("COMMIT")
        connection.execute("DETACH export")
        sync(aside)
        reach("file.inside", "export")
        publication.add(aside, target)
    return Exported(counts, publication.is_on_record)

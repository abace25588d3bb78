"""Homes for tests: deliver folders and run, as the command line does, and look at the tables."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.run import Outcome, run
from warehouse.home import Home
from warehouse.intake import Delivery, Intake, find_manifests, read_manifest
from warehouse.lake import Lake


def deliver_folder(home: Home, folder: Path) -> list[str]:
    """Deliver a folder of delivery folders; returns the delivery ids in their order."""
    intake = Intake(home.create())
    manifests = sorted(map(read_manifest, find_manifests(folder)), key=lambda m: (m.delivery_date, m.sequence or 1))
    received = [intake.receive(m.delivery(intake), sequence_given=m.sequence is not None) for m in manifests]
    return [receipt.delivery.delivery_id for receipt in received if receipt.repeats is None]


def deliver_files(
    home: Home,
    files: Iterable[Path],
    deliverer: str,
    kind: str,
    day: str,
    *,
    mode: str = "full",
    source: str = "default",
) -> str:
    """Deliver files; returns the delivery id, of the earlier delivery if this one repeats it."""
    intake = Intake(home.create())
    kept = intake.keep_files((file.name, file) for file in files)
    when = date.fromisoformat(day)
    delivery = Delivery(deliverer, source, kind, when, 1, mode, None, kept, datetime.now(UTC))
    receipt = intake.receive(delivery, sequence_given=False)
    return receipt.repeats or receipt.delivery.delivery_id


def run_home(home: Home, **options: Any) -> Outcome:
    """Run and insist that it succeeded."""
    outcome = run(home, **options)
    assert outcome.problems == ()
    return outcome


def ask(home: Home, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows of a query over the lake."""
    with lake_of(home).reading() as connection:
        return connection.execute(sql, values).fetchall()


@lru_cache(maxsize=4)
def lake_of(home: Home) -> Lake:
    """The lake of a home, kept open between questions: opening one loads DuckDB's extensions."""
    return Lake(home)


def one(home: Home, sql: str, **values: object) -> Any:
    """The one value of a query over the lake."""
    ((value,),) = ask(home, sql, **values)
    return value

"""What was taken in, as those ask who start runs: which deliveries, and one hash of all their bytes.

Does not belong here: taking deliveries in (`ingest.py`), figures for people (`status.py`).
"""

from datetime import date

from warehouse import queries
from warehouse.store.lake import Lake


def landed(lake: Lake) -> set[str]:
    """The deliveries that were taken in."""
    with lake.reading() as connection:
        return {row[0] for row in connection.execute("SELECT delivery_id FROM landing.delivery").fetchall()}


def delivered_hash(lake: Lake) -> str:
    """One hash of the bytes of all deliveries taken in and of their statuses: the same while no source brings anything new."""
    with lake.reading() as connection:
        row = connection.execute(queries.text("delivered_hash")).fetchone()
    return str(row[0]) if row else ""


def judged_day(lake: Lake) -> date:
    """The day up to which the deliveries that stand go, by whose policy grades and doors are judged; the first of all if none stands."""
    with lake.reading() as connection:
        row = connection.execute("SELECT judged_date FROM delivered.horizon").fetchone()
    return row[0] if row else date.min


def first_day(lake: Lake) -> date | None:
    """The date of the earliest delivery that stands."""
    with lake.reading() as connection:
        row = connection.execute(
            "SELECT min(delivery_date) FROM landing.delivery WHERE status IN ('accepted', 'partial')"
        ).fetchone()
    return row[0] if row else None

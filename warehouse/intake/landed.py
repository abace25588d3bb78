"""What was taken in, as those ask who start runs: which deliveries, and one hash of all their bytes.

Does not belong here: taking deliveries in (`ingest.py`), figures for people (`status.py`).
"""

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

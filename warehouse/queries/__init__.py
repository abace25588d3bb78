"""Questions that the project asks of the lake's tables, one file a question: status, rejections, receipts, report layouts.

Belongs here: named reading queries, values bound. Does not belong here: models (`warehouse/sql`), statements about how tables are
written or traced, whose text depends on the tables (`build.py`, `trace.py`).
"""

from functools import cache
from importlib.resources import files

from warehouse.tables.in_force import expanded


@cache
def text(name: str) -> str:
    """The SQL of `<name>.sql` in this folder, with `in_force` written out."""
    return expanded((files("warehouse.queries") / f"{name}.sql").read_text("utf-8"))

"""Closing a month of units, and opening it again: what the snapshot says of their cards, put on record as a delivery of the operator's.

A closing is bytes like any other: what was booked does not depend on how models, policy or deliveries change later, and is there after a
rebuild. Belongs here: the delivery. Does not belong here: what follows from it (`valuation.closed_period`, `opening`, `snapshot`),
whether the snapshot is up to date (`pipelines/closing.py`).
"""

from collections.abc import Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.csv

from readers.policy.files import PolicyOnDay
from warehouse import queries
from warehouse.intake.deliveries import DeliveryError, Intake, Receipt
from warehouse.intake.own_delivery import label, put_on_record
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record

KIND = "closings"


def file_name(period: str) -> str:
    """The name of the file by which a month is closed or opened."""
    return f"closing-{period}.csv"


def put_closing(
    lake: Lake, policy: PolicyOnDay, period: str, units: Sequence[str], *, is_closed: bool, reason: str, by: str
) -> Receipt:
    """Put on record that a month of units is closed, with their cards, or that it is open again; the next run follows it.

    Args:
        by: the office or post that decides.

    Raises:
        DeliveryError: reason or office is empty, or the home's policy lacks the words.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    if not reason.strip() or not by.strip():
        raise DeliveryError("--reason and --by must not be empty 理由和决定单位不能为空")
    state = label(policy, "period_state", "closed" if is_closed else "open")
    of = {"units": list(units), "period": period, "state": state}
    with reading_on_record(lake) as connection:
        parts = [
            connection.execute(
                queries.text("closing_units"), of | {"decided_by": by, "reason": reason}
            ).to_arrow_table()
        ]
        if is_closed:
            parts.append(connection.execute(queries.text("closing_cards"), of).to_arrow_table())
    text = BytesIO()
    pyarrow.csv.write_csv(pa.concat_tables(parts, promote_options="default"), text)
    return put_on_record(Intake(lake.home), KIND, KIND, file_name(period), text.getvalue())

"""The statements to sign and the journals of a period, a file of each for every unit, in a folder of one's choice.

Belongs here: which files, and their names. Does not belong here: what they say (`statement.py`, `journal.py`).
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from warehouse.asking.reconcile import UnitResult, differences, journal, sums
from warehouse.intake.landed import judged_day
from warehouse.publish.journal import journal_csv
from warehouse.publish.statement import Statement, write_statement
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import publishing
from warehouse.tables.own_forms import home_policy
from warehouse.trace.column_grade import WORKBOOK, keep_door

_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,64}")


def file_stem(code: str) -> str:
    """What files of a unit are called: its code, which is delivered text and may be no name of a file."""
    return code if _PLAIN.fullmatch(code) else sha256(code.encode()).hexdigest()[:20]


def publish_unit_files(lake: Lake, period: str, units: Sequence[UnitResult], folder: Path) -> list[Path]:
    """Write `statement-<unit>.xlsx` of each unit, and `journal-<unit>.csv` where entries are proposed; returns the files.

    Raises:
        DoorError: a table carries more than the policy lets workbooks carry.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    keep_door(lake.tables, home_policy(lake.home.policy).on(judged_day(lake)), WORKBOOK)
    year, month = (int(part) for part in period.split("-"))
    period_end = f"{year}年{month}月{monthrange(year, month)[1]}日"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with (
        reading_on_record(lake) as connection,
        publishing(lake.home, "report", current_snapshot(connection), period) as publication,
    ):
        for unit in units:
            stem, code = file_stem(unit.holder_code), unit.holder_code
            statement = Statement(
                period, period_end, unit, sums(connection, period, code), differences(connection, period, code)
            )
            target = folder / f"statement-{stem}.xlsx"
            with publication.placed(target) as aside, aside.open("wb") as file:
                write_statement(statement, file)
            written.append(target)
            if lines := journal(connection, period, code):
                target = folder / f"journal-{stem}.csv"
                with publication.placed(target) as aside:
                    aside.write_bytes(journal_csv(lines))
                written.append(target)
    return written

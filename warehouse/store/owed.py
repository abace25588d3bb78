"""Files that are owed: noted before the commit that calls for them, struck out when they are written.

A run that dies between a commit and the files that follow from it leaves tables that are not stale; the note is what has the
next run write the files. Does not belong here: writing them (`publish`).
"""

from collections.abc import Iterable

from warehouse.store.faults import reach
from warehouse.store.home import Home

#: The table whose commit calls for receipts; the subjects are deliveries.
RECEIPTS_OF = "landing.delivery"
#: No table: of the periods that are its subjects, the files are to be marked as withdrawn.
WITHDRAWN = "withdrawn"


def owe(home: Home, table: str, subjects: Iterable[str]) -> None:
    """Note that files of a table are owed. `subjects`: what each is about, a delivery or a period."""
    home.owed.mkdir(parents=True, exist_ok=True)
    for subject in subjects:
        (home.owed / f"{table}@{subject}").touch()


def strike_out(home: Home, table: str, subject: str) -> None:
    """Strike a note out."""
    (home.owed / f"{table}@{subject}").unlink(missing_ok=True)
    reach("file.struck", table)


def owed(home: Home, table: str) -> set[str]:
    """The subjects of a table whose files are owed."""
    return {note.name.partition("@")[2] for note in home.owed.glob(f"{table}@*")}

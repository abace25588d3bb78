"""The policy lists: the shape of each, and what its cells must be, a module a group.

Belongs here: which lists there are (`LISTS`). Does not belong here: reading them (`readers/policy/files.py`), what an entry means (the
models that join `policy.entry`).
"""

from collections.abc import Mapping

from readers.policy.lists import (
    classification,
    content,
    controls,
    deliveries,
    events,
    finance,
    limits,
    quality,
    reading,
    register,
    report,
    valuation,
)
from readers.policy.lists.shape import ListShape

GROUPS = (
    reading,
    classification,
    register,
    limits,
    finance,
    controls,
    events,
    valuation,
    deliveries,
    quality,
    content,
    report,
)

#: Every list there is, in the order of the data dictionary. Columns beyond these are kept in an entry's body.
LISTS: Mapping[str, ListShape] = {name: shape for group in GROUPS for name, shape in group.SHAPES.items()}

#: Lists that are TOML files of a folder: folder -> the list of each head.
FOLDERS: Mapping[str, Mapping[str, str]] = {
    "quality": {"rule": "quality_rule"},
    "forms": {
        "form": "report_form",
        "sheet": "report_sheet",
        "column": "report_column",
        "row": "report_row",
        "check": "report_check",
    },
}

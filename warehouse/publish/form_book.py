"""A workbook of forms: a sheet each, under the names that Excel takes.

Belongs here: what sheets there are and in which file. Does not belong here: how one looks (`form_sheet.py`), other sheets of a workbook.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import xlsxwriter

from warehouse.publish.form_frame import Imprint
from warehouse.publish.form_layout import MOST_ROWS, layout
from warehouse.publish.form_look import FormLook
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_sheet import Place, write_form
from warehouse.publish.form_totals import totals
from warehouse.publish.sheets import safe

#: The creation time that written files state: the same figures give the same bytes. XlsxWriter takes no time zone.
FIXED_TIME = datetime(2000, 1, 1)  # noqa: DTZ001
_SHEET_CHARS = 31
#: What Excel keeps for itself.
_RESERVED = "history"


def new_workbook(file: Path, title: str) -> xlsxwriter.Workbook:
    """A workbook to be filled, in which a text is never a formula or a link."""
    book = xlsxwriter.Workbook(str(file), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": safe(title), "company": "数账 Shuzhang", "created": FIXED_TIME})
    return book


def laid_out(pages: Sequence[FormPage], taken: Sequence[str] = ()) -> tuple[list[FormPage], list[Place]]:
    """The pages as sheets have room for them, and where each stands.

    Args:
        taken: names that other sheets have.
    """
    divided = [[*_parts(page)] for page in pages]
    parts = [part for of in divided for part in of]
    # The rest of a long table is a table too, be it of one row.
    layouts = [layout(part, may_turn=len(of) == 1) for of in divided for part in of]
    names = sheet_names(parts, taken)
    return parts, [Place(name, at) for name, at in zip(names, layouts, strict=True)]


def write_forms(
    book: xlsxwriter.Workbook, pages: Sequence[FormPage], places: Sequence[Place], imprint: Imprint
) -> None:
    """Write what was laid out, a sheet each."""
    look, found = FormLook(book), totals(pages)
    for number, page in enumerate(pages):
        write_form(book.add_worksheet(places[number].sheet), look, page, number, places, found, imprint)


def _parts(page: FormPage) -> Iterator[FormPage]:
    """A page, or several with as many rows as a sheet has."""
    for number, start in enumerate(range(0, max(1, len(page.rows)), MOST_ROWS)):
        rows, keys = page.rows[start : start + MOST_ROWS], page.keys[start : start + MOST_ROWS]
        more = f"（续{number}）" if number else ""
        yield replace(page, label=f"{page.label}{more}", heading=f"{page.heading}{more}", rows=rows, keys=keys)


def sheet_names(pages: Sequence[FormPage], taken: Sequence[str] = ()) -> list[str]:
    """A name a page, as Excel takes them: the label, with the form's name before it where several forms have that label."""
    labels = [page.label for page in pages]
    known = {_RESERVED, *(name.casefold() for name in taken)}
    names = []
    for page in pages:
        wanted = page.label if labels.count(page.label) == 1 else f"{page.form.upper()} {page.label}"
        wanted = "".join("_" if c in "[]:*?/\\" or not c.isprintable() else c for c in wanted).strip("'") or "表"
        name, number = wanted[:_SHEET_CHARS].rstrip("'"), 1
        while name.casefold() in known:
            number += 1
            name = f"{wanted[: _SHEET_CHARS - 5]} {number}"
        known.add(name.casefold())
        names.append(name)
    return names

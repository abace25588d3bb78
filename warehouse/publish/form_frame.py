"""What stands around the figures of a form: title, who reports, period and unit of money; lines for signatures, notes; set-up for print.

Belongs here: what is above, below and on the margin of a form. Does not belong here: the figures and their headings (`form_sheet.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from warehouse.publish.form_layout import HEAD_POINTS, HEAD_ROWS, NAMES, FormLayout
from warehouse.publish.form_look import FormLook, across, write_sections
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_totals import Unequal
from warehouse.publish.sheets import margin, row_points

#: What is signed below a form.
SIGNED = ("单位负责人：", "财务负责人：", "填表人：", "填报日期：　　　年　　月　　日")
#: Of the figures that are no sums, as many are named below a form.
_MOST_NAMED = 12
_TITLE_POINTS, _SIGNED_POINTS = 30, 27


@dataclass(frozen=True)
class Imprint:
    """What stands on each sheet beside the form. entity: who reports, to be filled in where it is not known. version: at the foot.
    index: the sheet to which each leads back, if there is one."""

    entity_label: str = "编制单位"
    entity: str = ""
    version: str = ""
    index: str = ""


def is_traced(page: FormPage) -> bool:
    """Whether a page says how its figures are traced and who signs for them: what belongs to no month is a list to work with, which may
    come back as a delivery."""
    return page.table.partition is not None


def write_top(sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout, imprint: Imprint) -> None:
    """Title, and who reports, for when, in which unit of money; on each page across."""
    sheet.set_row(0, _TITLE_POINTS)
    year, month = page.period.split("-")
    facts = [f"期间：{year}年{int(month)}月", _money_unit(page)]
    across(sheet, 1, 0, min(NAMES - 1, at.last_column), f"{imprint.entity_label}：{imprint.entity}", look.left)
    for number, (first, last) in enumerate(at.bands):
        heading = f"{page.heading}（续{number}）" if number else page.heading
        across(sheet, 0, first, last, heading, look.title)
        write_sections(sheet, 1, at.widths, (max(first, NAMES), last), facts, [look.middle, look.right])


def _money_unit(page: FormPage) -> str:
    money = [column for column in page.columns if column.number_format == "money"]
    in_wan = [column for column in money if column.is_in_wan]
    if not in_wan:
        return "金额单位：元" if money else ""
    if len(in_wan) == len(money):
        return "金额单位：万元（单元格的值为元）"
    named = "、".join(column.group + column.label for column in in_wan)
    return f"金额单位：元；{named}以万元显示（单元格的值为元）"


def write_bottom(
    sheet: Worksheet, look: FormLook, page: FormPage, at: FormLayout, unequal: Sequence[Unequal]
) -> tuple[int, float]:
    """Lines for signatures, the note, and which figures are not the sums of those below them; returns the last row,
    and their height in points."""
    row = HEAD_ROWS + at.lines(page) - 1
    points = 0.0
    if is_traced(page):
        row = _write_signatures(sheet, look, at, row + 1)
        points += 2 * _SIGNED_POINTS
    else:
        row += 1
    # On several pages across, the first two columns stand on each: a text that begins there would be cut on the others.
    first, last = at.bands[0]
    for text in (f"说明：{page.note}" if page.note else "", _told(page, unequal)):
        if text:
            row += 1
            across(sheet, row, first, last, text, look.small)
            height = row_points([text], [sum(at.widths[first : last + 1])])
            sheet.set_row(row, height)
            points += height
    return row, points


def _write_signatures(sheet: Worksheet, look: FormLook, at: FormLayout, row: int) -> int:
    """On one line, two where the form is narrow; on each page across. Returns the last row."""
    is_narrow = at.last_column < NAMES + len(SIGNED) - 2
    for line in (SIGNED[:2], SIGNED[2:]) if is_narrow else (SIGNED,):
        across(sheet, row, 0, min(NAMES - 1, at.last_column), line[0], look.left)
        for first, last in at.bands:
            write_sections(sheet, row, at.widths, (max(first, NAMES), last), line[1:], [look.left] * (len(line) - 1))
        sheet.set_row(row, _SIGNED_POINTS)
        row += 1
    return row - 1


def _told(page: FormPage, unequal: Sequence[Unequal]) -> str:
    if not unequal:
        return ""
    named = []
    for of in unequal[:_MOST_NAMED]:
        column = page.columns[of.column]
        whose = str(page.rows[of.spot.row][0])
        named.append(
            f"{whose} {column.group}{column.label} {of.stated:,}，明细之和 {of.summed:,}，差 {of.stated - of.summed:,}"
        )
    more = f"；另有 {len(unequal) - _MOST_NAMED:,} 处" if len(unequal) > _MOST_NAMED else ""
    return f"注：以下数字（底色标出）与所属明细之和不一致，按表内数列示：{'；'.join(named)}{more}。"


def set_up_print(
    sheet: Worksheet, page: FormPage, at: FormLayout, imprint: Imprint, last_row: int, points: float, tail: float
) -> None:
    """A4 or A3, headings on each page, pages numbered.

    Args:
        points: height of the figures. tail: of what stands below them.
    """
    sheet.set_paper(at.paper.size)
    if at.paper.is_across:
        sheet.set_landscape()
    sheet.set_margins(0.5, 0.5, 0.6, 0.7)
    sheet.center_horizontally()
    sheet.print_area(0, 0, last_row, at.last_column)
    sheet.repeat_rows(0, HEAD_ROWS - 1)
    whole = HEAD_POINTS + points + tail
    if at.paper.scale is None:
        sheet.fit_to_pages(1, 1 if at.is_squeezed(whole) else 0)
    else:
        sheet.repeat_columns(0, NAMES - 1)
        sheet.set_v_pagebreaks([first for first, _ in at.bands[1:]])
        sheet.set_print_scale(
            int(at.paper.scale / max(1, at.overflow(whole)) if at.is_squeezed(whole) else at.paper.scale)
        )
        if not at.is_squeezed(whole) and (last_page := at.break_before_tail(len(page.rows), tail)):
            sheet.set_h_pagebreaks([HEAD_ROWS + last_page])
    sheet.set_footer(f"&L{margin(page.heading)}&C第 &P 页 共 &N 页&R{margin(imprint.version)}")

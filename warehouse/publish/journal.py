"""The entries that are proposed for a unit (凭证建议) as CSV, which Excel opens as it is.

Belongs here: headings, and cells that Excel would change or run. Does not belong here: asking (`asking/reconcile.py`).
"""

import csv
import io
import re
from collections.abc import Iterable

from warehouse.asking.reconcile import JournalLine

_HEADS = (
    *(
        "月份",
        "所属月份",
        "凭证建议号",
        "分录号",
        "资源代码",
        "摘要",
        "科目代码",
        "科目名称",
        "借方金额",
        "贷方金额",
        "依据",
    ),
    "卡片编号",
)
#: What Excel takes for a date, for a number that loses digits, or for a formula.
_CHANGED = re.compile(r"0\d+|\d{12,}|\d+[eE]\d+|\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?|[=+\-@\t\r].*", re.DOTALL)


def journal_csv(lines: Iterable[JournalLine]) -> bytes:
    """The lines of entries as CSV in UTF-8 with a mark of its encoding, without which Excel reads Chinese as GBK."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS)
    for line in lines:
        cells = (line.resource_code, line.entry_summary, line.account_code, line.account_name)
        writer.writerow(
            (
                *map(_month, (line.booking_month, line.belonging_month)),
                *(line.journal_no, line.line_no, *map(_kept, cells)),
                *(line.debit_cny or "", line.credit_cny or "", _kept(line.follows_from or ""), line.card_id),
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _month(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{year}年{number}月"


def _kept(text: str) -> str:
    """A text as Excel shows it unchanged; `="..."` is what the readers of deliveries take off again."""
    if not _CHANGED.fullmatch(text):
        return text
    quoted = text.replace('"', '""')
    return f'="{quoted}"'

"""The list of names to grade (待定级清单): names of fields that nothing grades, for a unit to fill in and to deliver back as decisions.

Its first sheet is a delivery of kind `decisions`: a row a name, its decision chosen from a list, the rest written already. A row that comes
back as `待定级` decides nothing. The last sheet lists resources without fields, which are opened as they are declared. Belongs here: the
workbook. Does not belong here: which names there are (`classification.ungraded_name`), what a decision does (`grade_decision`).
"""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from readers.policy.files import PolicyOnDay, load
from readers.policy.lists.classification import PROVISIONAL_GRADES
from warehouse import queries
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.sheets import Look, set_up_print, set_widths, write_across, write_row
from warehouse.publish.template import NOTES_SHEET
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import publishing

_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SHEET, _DECLARED_SHEET = "待定级", "按声明"
#: What the sheet shows of a name beside the columns of a decision, which stand behind.
_SHOWN = (("信息项名称", 24), ("信息项数", 9), ("资源数", 8), ("示例资源", 28))
_COLUMNS = (
    ("decision", 15), ("reason", 22), ("decided_by", 20), ("decided_at", 12), ("expires_at", 12),
    ("decision_id", 18), ("subject_kind", 10), ("subject_key", 34),
)  # fmt: skip
#: So many of them are for a person; the last are what the decision is on, written already.
_PRINTED = 5
_UNDECIDED = "ungraded"
_REASON = "按信息项名称定级"
_DECLARED = (("信息资源代码", 26), ("信息资源名称", 50), ("开放", 14), ("共享", 14))
_ACCESS = {"unconditional": "无条件", "conditional": "有条件", "none": "不开放或不共享", None: "未声明"}


class NoSuchHolderError(ValueError):
    """No current resource has this holder."""


@dataclass(frozen=True)
class Ungraded:
    """What a holder has to look at.

    names: name, fields and resources that it stands in, and the title of one of these. declared: code, title, opening and sharing of
    resources without fields.
    """

    holder_code: str
    holder_name: str
    judged_date: date
    resource_count: int
    field_count: int
    names: tuple[tuple[Any, ...], ...]
    declared: tuple[tuple[Any, ...], ...]

    @property
    def ungraded_fields(self) -> int:
        return sum(fields for _, fields, _, _ in self.names)


def publish_ungraded(lake: Lake, holder: str) -> Path:
    """Write `reports/ungraded/<holder>.xlsx`; returns it.

    Raises:
        NoSuchHolderError: it has no resource.
    """
    with reading_on_record(lake) as connection:
        connection.execute("BEGIN")

        def ask(name: str) -> list[tuple[Any, ...]]:
            return connection.execute(queries.text(name), {"holder": holder}).fetchall()

        head = ask("ungraded_head")
        if not head:
            raise NoSuchHolderError(f"{holder}: 没有该单位的现行目录资源 / no current resource has this holder")
        names, declared = tuple(ask("ungraded_names")), tuple(ask("as_declared"))
        ungraded = Ungraded(holder, *head[0], names=names, declared=declared)
        snapshot = current_snapshot(connection)
    name = holder if _PLAIN.fullmatch(holder) else sha256(holder.encode()).hexdigest()[:20]
    folder = lake.home.reports / "ungraded"
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}.xlsx"
    policy = load(lake.home.policy).on(ungraded.judged_date)
    with publishing(lake.home, "report", snapshot) as publication, publication.placed(target) as aside:
        write_ungraded(ungraded, policy, aside)
    return target


def write_ungraded(ungraded: Ungraded, policy: PolicyOnDay, target: Path) -> None:
    """Write the workbook; the same names and policy give the same bytes."""
    title = f"{ungraded.holder_name} 待定级清单"
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": FIXED_TIME})
        look = Look(book)
        # The sheet to fill in stands first, and has nothing above its header: it is delivered as it is.
        _write_names(book, look, ungraded, policy, title)
        _write_notes(book.add_worksheet(NOTES_SHEET), look, ungraded, title)
        if ungraded.declared:
            _write_declared(book.add_worksheet(_DECLARED_SHEET), look, ungraded, title)


def _write_names(book: xlsxwriter.Workbook, look: Look, ungraded: Ungraded, policy: PolicyOnDay, title: str) -> None:
    sheet = book.add_worksheet(_SHEET)
    labels = {
        e.body["column"]: e.body["label_zh"] for e in policy.of("delivery_column") if e.body["kind"] == "decisions"
    }
    widths = [width for _, width in (*_SHOWN, *_COLUMNS)]
    heads = [*(head for head, _ in _SHOWN), *(labels[column] for column, _ in _COLUMNS)]
    set_widths(sheet, widths)
    write_row(sheet, 0, heads, widths, look, look.head)
    undecided, grades = _label(policy, "decision", _UNDECIDED), _grades(policy)
    subject = _label(policy, "decision_subject", "grade")
    for row, (name, fields, resources, example) in enumerate(ungraded.names, start=1):
        key = f"{ungraded.holder_code}||{name}"
        decision = f"DJ-{sha256(key.encode()).hexdigest()[:12].upper()}"
        said = (undecided, _REASON, ungraded.holder_name, str(ungraded.judged_date), None, decision, subject, key)
        write_row(sheet, row, (name, fields, resources, example, *said), widths, look)
        sheet.write(row, len(_SHOWN), undecided, look.caution)
    sheet.data_validation(
        *(1, len(_SHOWN), max(1, len(ungraded.names)), len(_SHOWN)),
        {
            "validate": "list",
            "source": [undecided, *grades],
            "input_title": labels["decision"],
            "input_message": f"选择级别；仍未决定的保持“{undecided}”。Choose a grade.",
            "error_message": f"请从列表选择，见“{NOTES_SHEET}”。Choose from the list.",
        },
    )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(ungraded.names)), len(widths) - 1)
    set_up_print(sheet, title, header_rows=1)
    # What a person need not read is not printed: on one page across the rest could not be read either.
    sheet.print_area(0, 0, max(1, len(ungraded.names)), len(_SHOWN) + _PRINTED - 1)


def _label(policy: PolicyOnDay, code_list: str, code: str) -> str:
    """What a person writes for a code: the label that policy gives first."""
    labels = (
        e.body["label"] for e in policy.of("code_value") if e.body["code_list"] == code_list and e.body["code"] == code
    )
    return next(labels, code)


def _grades(policy: PolicyOnDay) -> list[str]:
    """The labels of the grades that a person may decide on, the lowest first."""
    levels = sorted(policy.of("grade_level"), key=lambda entry: int(entry.body["rank"]))
    return [
        _label(policy, "decision", level.entry_key) for level in levels if level.entry_key not in PROVISIONAL_GRADES
    ]


def _write_notes(sheet: Worksheet, look: Look, ungraded: Ungraded, title: str) -> None:
    widths = (110,)
    set_widths(sheet, widths)
    lines = (
        f"{ungraded.holder_code}　截至 {ungraded.judged_date} 的交付：{ungraded.resource_count:,} 个资源，"
        f"{ungraded.field_count:,} 个信息项；其中 {ungraded.ungraded_fields:,} 个信息项待定级，合 {len(ungraded.names):,} 个名称。"
        f"没有信息项、按声明开放的资源 {len(ungraded.declared):,} 个。\n"
        f"Of {ungraded.field_count:,} fields {ungraded.ungraded_fields:,} are not graded yet, under {len(ungraded.names):,} names; "
        f"{len(ungraded.declared):,} resources without fields are opened as declared.",
        "待定级的信息项不开放，共享须按约定用途审批，直至定级。 / Until they are graded they are not opened, and shared on conditions.",
        "1. 在“决定”列选择级别。一行一个名称：一项决定适用于本单位全部同名信息项，“信息项数”是它所涉及的个数。\n"
        "1. Choose a grade in the column 决定. One decision covers all fields of the name; 信息项数 says how many.",
        "2. 同名而级别应当不同的，在对象键中写明资源代码（单位代码|资源代码|信息项名称），另行一决定、另编编号。\n"
        "2. Where fields of one name differ, name the resource in 对象键 (holder|resource code|field), a decision and number each.",
        "3. 仍未决定的行保持“待定级”，交回后仍列于此。 / Leave a row as 待定级: it decides nothing and stays on the list.",
        f"4. 整个文件按增量交回：shuzhang deliver 文件 --kind decisions --mode incremental --from {ungraded.holder_code}；"
        "以全量（full）交付会使先前未列出的决定失效。\n"
        "4. Deliver the whole file back, incrementally: a full delivery withdraws earlier decisions that it does not list.",
        "5. 规则已认得的名称，对名称的决定只能提高、不能降低级别；确需降低的，对具体信息项作出决定。\n"
        "5. A decision on a name never lowers what rules know of its fields; decide on the field itself for that.",
    )
    sheet.write(0, 0, title, look.title)
    sheet.set_row(0, 26)
    for row, line in enumerate(lines, start=1):
        write_row(sheet, row, (line,), widths, look, look.plain)
    set_up_print(sheet, title)


def _write_declared(sheet: Worksheet, look: Look, ungraded: Ungraded, title: str) -> None:
    widths = tuple(width for _, width in _DECLARED)
    set_widths(sheet, widths)
    note = (
        "这些资源没有列出信息项，名称未见限制，按声明开放和共享；请补登信息项，以便定级。\n"
        "No fields are listed and nothing in the title speaks against it: opened and shared as declared. List their fields."
    )
    write_across(sheet, 0, 0, note, widths, look.plain)
    write_row(sheet, 1, [head for head, _ in _DECLARED], widths, look, look.head)
    for row, (code, name, opened, shared) in enumerate(ungraded.declared, start=2):
        write_row(sheet, row, (code, name, _ACCESS[opened], _ACCESS[shared]), widths, look)
    set_up_print(sheet, f"{title} {_DECLARED_SHEET}", header_rows=2)

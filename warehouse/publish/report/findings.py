"""What the documents of a report say of what is open: checks that failed, differences to the ledger, forms without figures, notes.

Belongs here: sentences and tables on them. Does not belong here: the checks themselves, and the figures of the forms (`sections.py`).
"""

from collections.abc import Sequence

from warehouse.publish.form_page import FormPage
from warehouse.publish.report.blocks import Block, Grid, Paragraph, Quote, listed, paragraph, sentence
from warehouse.publish.report.edition import Check, Report
from warehouse.publish.report.figures import Cell, Figure, at, checked, counted, derived, tallied
from warehouse.publish.report.places import figure_columns, has, names_of, quoted
from warehouse.publish.report.scope import UNIT

#: Columns of a form of differences: the amount, and what kind it is.
_DIFFERENCE, _KIND = "difference_cny", "difference_label"
#: The names of forms where there are other ways to say what a row is about.
_ITEM = ("item_label", "asset_name")


def checks(report: Report, most: int) -> list[Block | None]:
    """How many checks passed, and each that did not, with its entity and amount.

    Args:
        most: so many are shown.
    """
    failed = sorted(report.checks, key=order)
    if (said := checks_said(report)) is None:
        return [paragraph(sentence("本版报告没有审核记录。"))]
    blocks: list[Block | None] = [said]
    if failed:
        heads = ("审核", "单位", "左方", "右方", "差额", "处理")
        blocks.append(
            Grid("未通过的审核", "元", heads, (26, 33, 24, 24, 22, 27), [_check_row(of) for of in failed[:most]])
        )
    if len(failed) > most:
        blocks.append(_others(failed[most:]))
    return blocks


def checks_said(report: Report) -> Paragraph | None:
    """How many checks of all levels there were and how they ended."""
    counts = report.check_counts
    passed, apart = (tallied(report, name) for name in ("passed", "not_compared"))
    failed = counted(report.checks)
    if not (report.checks or counts.passed or counts.not_compared):
        return None
    let_pass = counted([check for check in report.checks if check.let_pass_by])
    return paragraph(
        listed(
            sentence("各级报表共审核{all}项，通过{passed}项", all=derived("sum", passed, apart, failed), passed=passed),
            sentence("没有可比的数{apart}项", apart=apart) if counts.not_compared else None,
            sentence("未通过{failed}项，其中经决定放行{let_pass}项", failed=failed, let_pass=let_pass)
            if report.checks
            else None,
        )
    )


def order(check: Check) -> tuple[bool, bool]:
    """What nobody let pass first, and of that the units: the levels above often fail by what theirs do."""
    return bool(check.let_pass_by), check.level != UNIT


def _check_row(check: Check) -> list[Figure | Quote | str]:
    unit = f"{check.entity_name}\n{check.shown_code}" if check.shown_code else check.entity_name
    amounts = (checked(check, side) for side in ("left", "right", "difference"))
    decided = Quote(f"放行：{check.let_pass_by}") if check.let_pass_by else "未放行"
    return [Quote(f"{check.form.upper()} {check.name}"), Quote(unit), *amounts, decided]


def _others(rest: Sequence[Check | Cell]) -> Paragraph | None:
    return paragraph(sentence("其余{rest}项见报表。", rest=counted(rest)))


def differences(report: Report, most: int) -> list[Block | None]:
    """What does not agree with the ledger, the largest first; nothing if no form of the report has it."""
    page = next((page for page in report.pages if has(page, _DIFFERENCE) and has(page, _KIND)), None)
    if page is None:
        return []
    open_rows = [row for row in range(len(page.rows)) if at(page, row, _DIFFERENCE).value]
    if not open_rows:
        return [paragraph(sentence("资产账与财务账没有未处理的差异。"))]
    open_rows.sort(key=lambda row: (-abs(at(page, row, _DIFFERENCE).value or 0), page.keys[row]))
    cells = [Cell(page, row, _DIFFERENCE) for row in open_rows]
    said = paragraph(
        sentence("资产账与财务账未处理的差异{count}项，逐项金额如下（资产账减财务账）。", count=counted(cells))
    )
    rows = [_difference_row(page, row) for row in open_rows[:most]]
    grid = Grid("未处理的差异", "元", ("单位", "资源", "金额类别", "差异", "差异类别"), (36, 36, 18, 26, 24), rows)
    return [said, grid, _others(cells[most:]) if len(cells) > most else None]


def _difference_row(page: FormPage, row: int) -> list[Figure | Quote | str]:
    def text(*columns: str | None) -> Quote:
        column = next((of for of in columns if of and has(page, of)), None)
        return quoted(page, row, column) if column else Quote("—")

    return [
        text(names_of(page)),
        text(*_ITEM) or "（单位合计）",
        text("amount_label"),
        at(page, row, _DIFFERENCE),
        text(_KIND),
    ]


def unrecorded(report: Report) -> list[FormPage]:
    """The forms that stand in the report without any figure: what they are about is not recorded yet."""
    by_form: dict[str, list[FormPage]] = {}
    for page in report.pages:
        by_form.setdefault(page.form, []).append(page)
    return [pages[0] for pages in by_form.values() if not any(map(_has_figures, pages))]


def _has_figures(page: FormPage) -> bool:
    columns = figure_columns(page)
    if not columns:
        return bool(page.rows)
    return any(Cell(page, row, name).value is not None for row in range(len(page.rows)) for name, _ in columns)


def notes(report: Report) -> list[Block | None]:
    """What the reader is told beside the figures, a paragraph each."""
    return [Paragraph((sentence("{note}", note=Quote(note)),)) for note in report.notes]

"""The notes of a report (填报说明): on what it rests, whose figures it has, in which unit, what was checked and what is missing; as DOCX.

Belongs here: what the notes say, in order. Does not belong here: sentences that other documents have too (`sections.py`, `findings.py`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from warehouse.publish.report.blocks import Block, Grid, Heading, Line, Paragraph, Quote, numbered, paragraph, sentence
from warehouse.publish.report.edition import ENTERPRISE, FINANCIAL, GOVERNMENT, Report
from warehouse.publish.report.figures import Cell, counted
from warehouse.publish.report.findings import checks, differences, notes, unrecorded
from warehouse.publish.report.places import has, key
from warehouse.publish.report.sections import last_day, title_lines, version_line
from warehouse.publish.report.word_blocks import write_word

#: So many units, checks and differences are listed; the forms have all.
_MOST = 200
_OPINIONS = Quote("《关于加强杭州市公共数据资产管理的试行意见（暂定名）（征求意见稿）》")
#: What the reports of a kind rest on, as far as its text is known here.
BASIS: Mapping[str, Sequence[Quote]] = {
    GOVERNMENT: (
        _OPINIONS,
        Quote("财政部《关于加强数据资产管理的指导意见》（财资〔2023〕141号）"),
        Quote("财政部《关于加强行政事业单位数据资产管理的通知》（财资〔2024〕1号）"),
        Quote("《政府会计准则第4号——无形资产》"),
    ),
    ENTERPRISE: (
        _OPINIONS,
        Quote("财政部《关于加强数据资产管理的指导意见》（财资〔2023〕141号）"),
        Quote("财政部《企业数据资源相关会计处理暂行规定》（财会〔2023〕11号）"),
    ),
}


def write_notes(report: Report, target: Path) -> None:
    """Write the notes as DOCX."""
    write_word(report.edition.title, notes_blocks(report), target)


def notes_blocks(report: Report) -> list[Block]:
    """What the notes say."""
    edition = report.edition
    return numbered(
        [
            *title_lines(edition, "填报说明"),
            Line(version_line(edition), "centred"),
            Heading(1, "编制依据"),
            *_basis(report),
            Heading(1, "编报范围"),
            *_scope(report),
            Heading(1, "计量单位与口径"),
            *_measure(),
            Heading(1, "审核情况"),
            *checks(report, _MOST),
            Heading(1, "未处理的差异"),
            *(differences(report, _MOST) or [paragraph(sentence("本版报告没有账账核对的报表。"))]),
            Heading(1, "未报送、放行、暂不入账等事项"),
            *(notes(report) or [paragraph(sentence("没有需要另行说明的事项。"))]),
            Heading(1, "报表来源与状态"),
            *_forms(report),
            *_units(report),
        ]
    )


def _basis(report: Report) -> list[Block | None]:
    said = [
        sentence("本报告依据：{first}。", first=Quote("；".join(BASIS.get(report.edition.report_kind, (_OPINIONS,)))))
    ]
    said.append(sentence("其中意见为征求意见稿，正式文本发布后以正式文本为准。"))
    if report.edition.report_kind in (ENTERPRISE, FINANCIAL):
        said.append(sentence("企业执行企业会计准则，资源分别列于无形资产、存货和开发支出。"))
    return [Paragraph(tuple(said))]


def _scope(report: Report) -> list[Block | None]:
    edition = report.edition
    scope = edition.scope
    said = sentence(
        "填报主体：{entity}；报告类别：{kind}；报告期末：{day}。",
        entity=Quote(scope.name if scope.level == "city" else f"{scope.name}（{scope.code}）"),
        kind=Quote(edition.kind_name),
        day=last_day(edition),
    )
    apart = sentence("按意见第九段，行政事业单位与企业分别编报，任何合计不跨报告类别。")
    units = _unit_rows(report)
    count = sentence("纳入本报告的单位{count}个，名单附后。", count=counted(units)) if units else None
    silent = sentence("未报送的单位不以零计，在下文列出。")
    return [Paragraph((said, apart)), paragraph(count, silent)]


def _unit_rows(report: Report) -> list[Cell]:
    """The units of the report, each by its name on the first page that has units."""
    for page in report.pages:
        cells = [
            Cell(page, row, "entity_name") for row in range(len(page.rows)) if key(page, row).get("level") == "unit"
        ]
        if cells and has(page, "entity_name"):
            return cells
    return []


def _units(report: Report) -> list[Block | None]:
    cells = _unit_rows(report)
    if not cells:
        return []
    rows = [[Quote(cell.content), Quote(key(cell.page, cell.row)["entity_code"])] for cell in cells[:_MOST]]
    rest = sentence("其余{rest}个单位见报表。", rest=counted(cells[_MOST:])) if len(cells) > _MOST else None
    return [Heading(1, "纳入本报告的单位"), Grid("单位名单", "", ("单位", "代码"), (60, 40), rows), paragraph(rest)]


def _measure() -> list[Block | None]:
    return [
        paragraph(
            sentence(
                "报表和本说明表格中的金额以元为单位，精确到分；文字中的金额以万元为单位，保留两位小数，四舍五入。"
            ),
            sentence("账面价值只按成本计量，评估值不入账。"),
            sentence("比率按报表数字计算，保留两位小数，四舍五入。"),
        )
    ]


def _forms(report: Report) -> list[Block | None]:
    first = {page.form: page for page in reversed(report.pages)}
    rows = [[Quote(page.title), Quote(page.note)] for form, page in sorted(first.items())]
    missing = unrecorded(report)
    return [
        paragraph(sentence("报表的表号由本平台自编，未见公共数据资产报表的官方表号。")),
        Grid("报表", "", ("报表", "来源与口径"), (40, 80), rows),
        paragraph(
            sentence("以下报表尚未记录，不以零计：{forms}。", forms=Quote("、".join(page.title for page in missing)))
        )
        if missing
        else None,
    ]

"""The analysis of a report (分析报告): state, comparison with the year before, structure, movement, quality, what is open; as DOCX.

Belongs here: which sections the analysis has, in order. Does not belong here: what they say (`sections.py`, `findings.py`).
"""

from pathlib import Path

from warehouse.publish.report.blocks import Block, Heading, Line, numbered, paragraph, sentence
from warehouse.publish.report.edition import Report
from warehouse.publish.report.findings import checks, differences, notes
from warehouse.publish.report.sections import (
    all_structures,
    compared,
    last_day,
    moved,
    own_figures,
    progress,
    state,
    title_lines,
    version_line,
)
from warehouse.publish.report.word_blocks import write_word

#: So many groups, checks and differences are shown; the forms have all.
_MOST_GROUPS = 12
_MOST_OPEN = 20
#: Own ids of the forms on use, revenue, and quality and security.
_USE, _REVENUE, _QUALITY = "r3", "r4", "r6"


def write_analysis(report: Report, target: Path) -> None:
    """Write the analysis as DOCX."""
    write_word(report.edition.title, analysis_blocks(report), target)


def analysis_blocks(report: Report) -> list[Block]:
    """What the analysis says."""
    edition = report.edition
    blocks: list[Block | None] = [
        *title_lines(edition, "分析报告"),
        Line(version_line(edition), "centred"),
        Heading(1, "总体情况"),
        *state(report),
        *compared(report),
        Heading(1, "本年变动"),
        *moved(report),
        Heading(1, "结构"),
    ]
    structures = all_structures(report, _MOST_GROUPS)
    for dimension, said in structures:
        blocks += [Heading(2, f"按{dimension.name}"), *said]
    if not structures:
        blocks.append(paragraph(sentence("本版报告没有分列的报表。")))
    blocks += [Heading(1, "登记、入账与账账相符"), *progress(report), Heading(1, "使用与收益")]
    blocks += _forms(report, (_USE, "使用与处置"), (_REVENUE, "收益"))
    blocks += [Heading(1, "质量与安全"), *_forms(report, (_QUALITY, "质量、安全与评估"))]
    blocks += [Heading(1, "审核发现与未处理的差异"), *checks(report, _MOST_OPEN), *differences(report, _MOST_OPEN)]
    if report.notes:
        blocks += [Heading(1, "需要说明的事项"), *notes(report)]
    return numbered([*blocks, Line(sentence("{day}", day=last_day(edition)), "right")])


def _forms(report: Report, *named: tuple[str, str]) -> list[Block | None]:
    """The entity's figures of forms, or that there are none yet."""
    found = [(name, own_figures(report, form)) for form, name in named]
    return [grid or paragraph(sentence("{name}尚未记录，不以零计。", name=name)) for name, grid in found]

"""The short report for the standing committee of the people's congress at the level of the report: two pages, as DOCX and PDF.

Belongs here: what it says, once for both formats, and what is left out so that it fits. Does not belong here: what it shares with the
analysis (`sections.py`, `findings.py`).
"""

from pathlib import Path

from warehouse.publish.report.blocks import (
    Block,
    Heading,
    Line,
    NewPage,
    Paragraph,
    Quote,
    Sentence,
    numbered,
    paragraph,
    sentence,
)
from warehouse.publish.report.edition import Check, Report
from warehouse.publish.report.figures import checked, counted
from warehouse.publish.report.findings import checks_said, order
from warehouse.publish.report.pdf_blocks import write_pdf
from warehouse.publish.report.places import DIMENSIONS
from warehouse.publish.report.sections import (
    compared,
    largest,
    last_day,
    progress,
    state,
    structured,
    title_lines,
    version_line,
)
from warehouse.publish.report.word_blocks import COMPACT, write_word

PAGES = 2
#: What two pages may have room for, the most first: groups of a structure, failed checks, characters of the notes.
_ROOM = ((7, 4, 260), (5, 3, 160), (4, 1, 0), (2, 0, 0))


def write_brief(report: Report, docx_target: Path, pdf_target: Path) -> None:
    """Write the short report as DOCX and as PDF, which say the same: as much as two pages of the PDF have room for."""
    title = report.edition.title
    *roomy, room = _ROOM
    for more in roomy:
        if write_pdf(title, brief_blocks(report, *more), pdf_target) <= PAGES:
            room = more
            break
    else:
        write_pdf(title, brief_blocks(report, *room), pdf_target)
    write_word(title, brief_blocks(report, *room), docx_target, COMPACT)


def brief_blocks(report: Report, groups: int, failed: int, characters: int) -> list[Block]:
    """What the short report says.

    Args:
        groups, failed: so many groups of a structure and failed checks are shown. characters: so long are the notes at most.
    """
    edition = report.edition
    return numbered(
        [
            *title_lines(edition),
            Line(version_line(edition), "centred"),
            Line(sentence("本级人民代表大会常务委员会："), "left"),
            Heading(1, "总体情况"),
            *state(report),
            *compared(report),
            Heading(1, "登记、入账与账账相符"),
            *progress(report),
            NewPage(),
            Heading(1, "结构"),
            *_structure(report, groups),
            Heading(1, "审核发现与需要说明的事项"),
            *_open(report, failed),
            _notes(report, characters),
            Line(sentence("{day}", day=last_day(edition)), "right"),
        ]
    )


def _structure(report: Report, most: int) -> list[Block | None]:
    """The first dimension that the report's forms have with its chart, of the others a sentence each."""
    there = [dimension for dimension in DIMENSIONS if largest(report, dimension)]
    if not there:
        return [paragraph(sentence("本版报告没有分列的报表。"))]
    first, *others = there
    return [*structured(report, first, most), paragraph(*(largest(report, dimension) for dimension in others))]


def _open(report: Report, most: int) -> list[Block | None]:
    """How the checks ended, and the first that failed with unit and amount."""
    failed = sorted(report.checks, key=order)
    said = [_failed(check) for check in failed[:most]]
    if len(failed) > most:
        said.append(sentence("其余{rest}项见填报说明。", rest=counted(failed[most:])))
    return [checks_said(report), paragraph(*said)]


def _failed(check: Check) -> Sentence:
    return sentence(
        "{unit}：{name}，差额{difference}{decided}。",
        unit=Quote(check.entity_name),
        name=Quote(check.name),
        difference=checked(check, "difference"),
        decided="（已放行）" if check.let_pass_by else "",
    )


def _notes(report: Report, characters: int) -> Paragraph | None:
    """As many of the notes as there is room for."""
    shown: list[str] = []
    for note in report.notes:
        if sum(map(len, shown)) + len(note) > characters:
            break
        shown.append(note)
    more = sentence("其余事项见填报说明。" if shown else "未报送、放行等事项见填报说明。")
    return paragraph(
        *(sentence("{note}", note=Quote(note)) for note in shown),
        more if len(shown) < len(report.notes) else None,
    )

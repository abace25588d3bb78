"""The quality letter (整改通知) to an agency: which rules its catalogue breaks, where, and how to mend it; as DOCX and HTML.

Belongs here: what the letter says, and its two forms. Its dates and figures are those of the tables, so that the same tables give the
same letter; by when to mend is left for the officer to write. Does not belong here: rules, measures and scores (`policy/quality`, stage
quality).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor
from jinja2 import Environment, StrictUndefined

from warehouse import queries
from warehouse.publish.unit_files import file_stem
from warehouse.publish.word_document import Font, new_document, save, shade
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import publishing

#: Of each rule, as many places are shown; the tables have the rest.
MOST_EXAMPLES = 10
#: A bar of the chart in the document is made of so many blocks; widths of its columns.
_BAR_BLOCKS = 20
_CHART_WIDTHS = (Cm(2.2), Cm(9.6), Cm(4.8))
_FONT = Font("SimSun", 10.5, latin="SimSun")
#: Headings of what others delivered in the agency's name.
SPOKEN_FOR = ("交付单位", "类别", "交付标识", "记录数")


class NoSuchAgencyError(ValueError):
    """No current resource has this holder."""


@dataclass(frozen=True)
class Score:
    """The score of a dimension, or of all, in per cent; None where nothing was assessed. city: the whole city's."""

    is_total: bool
    dimension: str
    score_pct: Decimal | None
    assessed_pct: Decimal | None
    city_pct: Decimal | None


@dataclass(frozen=True)
class Broken:
    """A rule that some rows do not meet. is_passed: the share that does reaches the threshold. examples: code, name, file, place."""

    rule_code: str
    name: str
    dimension: str
    indicator_code: str
    met: int
    assessed: int
    threshold_pct: int
    is_passed: bool
    mend: str
    source: str
    examples: tuple[tuple[str, str, str, str], ...]

    @property
    def share(self) -> str:
        return f"{Decimal(100 * self.met) / self.assessed:.2f}%"

    @property
    def failing(self) -> int:
        return self.assessed - self.met


@dataclass(frozen=True)
class Letter:
    """What a letter says. contradictions: resource code, title, message, mend, clause. spoken_for: what others delivered in its name and
    was rejected: who, kind, delivery, records."""

    holder_code: str
    holder_name: str
    resource_count: int
    latest_delivery_date: date
    scores: tuple[Score, ...]
    broken: tuple[Broken, ...]
    contradictions: tuple[tuple[str, str, str, str, str], ...]
    spoken_for: tuple[tuple[str, str, str, str], ...]

    @property
    def total(self) -> Score | None:
        return next((score for score in self.scores if score.is_total), None)

    @property
    def below(self) -> int:
        return sum(not rule.is_passed for rule in self.broken)


def publish_letter(lake: Lake, holder: str) -> tuple[Path, Path]:
    """Write `reports/letters/<holder>.docx` and `.html`; returns both.

    Raises:
        NoSuchAgencyError: it has no resource.
    """
    letter, snapshot = _letter_at(lake, holder)
    name = file_stem(letter.holder_code)
    folder = lake.home.reports / "letters"
    folder.mkdir(exist_ok=True)
    word, page = folder / f"{name}.docx", folder / f"{name}.html"
    with publishing(lake.home, "report", snapshot) as publication:
        with publication.placed(word) as aside:
            save(_document(letter), aside)
        with publication.placed(page) as aside:
            aside.write_bytes(letter_page(letter).encode())
    return word, page


def letter_of(lake: Lake, holder: str) -> Letter:
    """What the tables say of an agency, in one snapshot."""
    return _letter_at(lake, holder)[0]


def _letter_at(lake: Lake, holder: str) -> tuple[Letter, int]:
    """A letter, and the snapshot that it was made from."""
    with reading_on_record(lake) as connection:
        connection.execute("BEGIN")

        def ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
            return _ask(connection, name, {"holder": holder, **values})

        head = ask("letter_head")
        if not head:
            raise NoSuchAgencyError(f"{holder}: no current resource has this holder 没有该单位的现行目录资源")
        examples: dict[str, list[tuple[str, str, str, str]]] = {}
        for rule, *example in ask("letter_examples", most=MOST_EXAMPLES):
            examples.setdefault(rule, []).append((example[0], example[1], example[2], example[3]))
        letter = Letter(
            *head[0],
            scores=tuple(Score(*row) for row in ask("letter_scores")),
            broken=tuple(Broken(*row, examples=tuple(examples.get(row[0], ()))) for row in ask("letter_rules")),
            contradictions=tuple((a, b, c, d, e) for a, b, c, d, e in ask("letter_access")),
            spoken_for=tuple((a, b, c, d) for a, b, c, d in ask("letter_unauthorised")),
        )
        return letter, current_snapshot(connection)


def _ask(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    text = queries.text(name)
    return connection.execute(text, {key: value for key, value in values.items() if f"${key}" in text}).fetchall()


def letter_page(letter: Letter) -> str:
    """The letter as one HTML page that loads nothing."""
    text = (files("warehouse") / "publish" / "page" / "letter.html").read_text("utf-8")
    return (
        Environment(autoescape=True, undefined=StrictUndefined)
        .from_string(text)
        .render(letter=letter, opening=opening_lines(letter), spoken_for=SPOKEN_FOR)
    )


def _document(letter: Letter) -> DocumentObject:
    document = new_document("公共数据目录质量整改通知", _FONT)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("公共数据目录质量整改通知")
    run.bold, run.font.size = True, Pt(18)
    document.add_paragraph(f"{letter.holder_name}（{letter.holder_code}）：")
    for line in opening_lines(letter):
        document.add_paragraph(line)
    _heading(document, "一、各维度得分")
    _chart(document, letter.scores)
    _heading(document, "二、未满足的规则")
    if not letter.broken:
        document.add_paragraph("没有。")
    for number, rule in enumerate(letter.broken, start=1):
        _rule(document, number, rule)
    if letter.contradictions:
        _heading(document, "三、开放与共享的矛盾")
        _table(document, ("资源代码", "资源名称", "问题", "改正", "条款"), letter.contradictions)
    if letter.spoken_for:
        _heading(document, "附：他人以贵单位名义交付、因无权而拒收的记录")
        _table(document, SPOKEN_FOR, letter.spoken_for)
    document.add_paragraph("\n请于　　　　年　　月　　日前改正，并重新交付目录。")
    document.add_paragraph("承办：　　　　　　　　　　签发：　　　　　　　　　　")
    return document


def opening_lines(letter: Letter) -> list[str]:
    """What the letter says first, in both forms."""
    total = letter.total
    score = "未评价" if total is None or total.score_pct is None else f"{total.score_pct}%"
    assessed = "" if total is None or total.assessed_pct is None else f"（评价了全部权重的 {total.assessed_pct}%）"
    city = "" if total is None or total.city_pct is None else f"，全市为 {total.city_pct}%"
    return [
        f"按 GB/T 36344-2018，对贵单位截至 {letter.latest_delivery_date} 交付的 {letter.resource_count} 项目录资源进行了评价，"
        f"得分 {score}{assessed}{city}。",
        f"有 {len(letter.broken)} 条规则存在问题，其中 {letter.below} 条低于阈值；开放与共享的矛盾 {len(letter.contradictions)} 处。"
        "问题、所在位置和改正办法如下。",
    ]


def _heading(document: DocumentObject, text: str) -> None:
    run = document.add_paragraph().add_run(text)
    run.bold, run.font.size = True, Pt(12)


def _chart(document: DocumentObject, scores: Sequence[Score]) -> None:
    """Bars of block characters: a chart that every word processor shows and prints alike."""
    table = document.add_table(rows=0, cols=len(_CHART_WIDTHS))
    table.autofit = False
    for column, width in zip(table.columns, _CHART_WIDTHS, strict=True):
        column.width = width
    for score in scores:
        name, bar, value = cells = table.add_row().cells
        filled = 0 if score.score_pct is None else int(score.score_pct * _BAR_BLOCKS / 100 + Decimal("0.5"))
        city = "" if score.city_pct is None else f"（全市 {score.city_pct}%）"
        name.text = score.dimension
        value.text = "未评价" if score.score_pct is None else f"{score.score_pct}%{city}"
        for blocks, color in ((filled, "1F4E79" if score.is_total else "5B9BD5"), (_BAR_BLOCKS - filled, "E4E4E4")):
            bar.paragraphs[0].add_run("█" * blocks).font.color.rgb = RGBColor.from_string(color)
        for cell, width in zip(cells, _CHART_WIDTHS, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)


def _rule(document: DocumentObject, number: int, rule: Broken) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{number}. {rule.name}").bold = True
    state = "低于阈值" if not rule.is_passed else "已达阈值"
    paragraph.add_run(
        f"　{rule.dimension} {rule.indicator_code}：{rule.met}/{rule.assessed} = {rule.share}，阈值 {rule.threshold_pct}%，{state}"
    )
    document.add_paragraph(f"改正：{rule.mend}　依据：{rule.source}")
    if rule.examples:
        _table(document, ("资源代码", "名称", "文件", "位置"), rule.examples)
    if rule.failing > len(rule.examples):
        document.add_paragraph(f"共 {rule.failing} 处，以上为其中 {len(rule.examples)} 处。")


def _table(document: DocumentObject, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(names), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        cell.text = name
        shade(cell, "DCE6F1")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text or ""
    for cell in (cell for row in table.rows for cell in row.cells):
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_after = Pt(0)
            for run in paragraph.runs:
                run.font.size = Pt(9)

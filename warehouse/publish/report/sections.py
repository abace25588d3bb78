"""What the documents of a report say of it, section by section: state, comparison, structure, movement, progress, quality.

Belongs here: sentences, tables and charts that more than one document has. Does not belong here: where a figure stands (`places.py`),
which sections a document has (`analysis_document.py` and its neighbours), and checks and differences (`findings.py`).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from warehouse.publish.report.blocks import (
    Bar,
    Block,
    Chart,
    Grid,
    Heading,
    Paragraph,
    Quote,
    Sentence,
    listed,
    paragraph,
    sentence,
)
from warehouse.publish.report.edition import STATES, Edition, Report
from warehouse.publish.report.figures import Figure, at, derived, growth, share
from warehouse.publish.report.places import (
    DIMENSIONS,
    Dimension,
    Group,
    combined,
    figure_columns,
    own,
    own_before,
    own_row,
    structure,
)

#: What is compared with the year before, in order; a form may lack some.
HEADLINES = (
    ("closing_count", "资产卡片（张）"),
    ("closing_cost_cny", "原值"),
    ("closing_amortisation_cny", "累计摊销"),
    ("closing_impairment_cny", "减值准备"),
    ("closing_carrying_cny", "账面价值"),
    ("closing_development_cny", "开发支出"),
    ("closing_stock_cny", "存货"),
    ("memo_count", "备查簿资源（项）"),
    ("unassessed_count", "未认定资源（项）"),
)
#: The steps from opening to closing; whether one takes away.
_STEPS = (
    ("adjustment_cost_cny", "期初调整", False),
    ("addition_cost_cny", "本年增加", False),
    ("reduction_cost_cny", "本年减少", True),
)
NO_YEAR_BEFORE = "没有上年末的同类报表，本报告不作年度比较。"


def last_day(edition: Edition) -> Quote:
    """The last day of the period, as documents write it."""
    year, month = map(int, edition.period.split("-"))
    day = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return Quote(f"{day.year}年{day.month}月{day.day}日")


def title_lines(edition: Edition, document: str = "") -> list[Block]:
    """The title, broken where it means something; document: the name of one that goes with the report."""
    year, month = edition.period.split("-")
    parts = [f"{edition.scope.name}{year}年{int(month)}月", f"公共数据资产报告（{edition.kind_name}）", document]
    return [Heading(0, Quote(part)) for part in parts if part]


def version_line(edition: Edition) -> Sentence:
    return sentence("（{version} {state}）", version=Quote(f"第{edition.version}版"), state=STATES[edition.state])


def state(report: Report) -> list[Block | None]:
    """What there is at the end of the period."""
    count, cost, carrying = (own(report, f"closing_{of}") for of in ("count", "cost_cny", "carrying_cny"))
    if count is None or cost is None or carrying is None:
        return [Paragraph((sentence("本版报告没有公共数据资产总体情况的报表。"),))]
    opening = sentence(
        "截至{day}，{entity}登记公共数据资产卡片{count}张，原值{cost}",
        day=last_day(report.edition),
        entity=Quote(report.edition.scope.name),
        count=count,
        cost=cost,
    )
    amounts = listed(
        opening,
        _if_any(report, "累计摊销{of}", "closing_amortisation_cny"),
        _if_any(report, "减值准备{of}", "closing_impairment_cny"),
        sentence("账面价值{carrying}", carrying=carrying),
    )
    beside = listed(
        _if_any(report, "另有数据资源开发支出{of}", "closing_development_cny"),
        _if_any(report, "数据资源存货{of}", "closing_stock_cny"),
    )
    waiting = listed(
        _if_any(report, "暂不具备确认条件而登记于备查簿的资源{of}项", "memo_count"),
        _if_any(report, "目录中尚未认定的信息资源{of}项", "unassessed_count"),
    )
    return [paragraph(amounts, beside, waiting)]


def _if_any(report: Report, template: str, column: str) -> Sentence | None:
    """A clause on a figure of the entity; None where it has none or nothing."""
    figure = own(report, column)
    return sentence(template, of=figure) if figure is not None and figure.value else None


def compared(report: Report) -> list[Block | None]:
    """The head figures beside those of the year before."""
    rows: list[list[Figure | Quote | str]] = []
    for column, label in HEADLINES:
        now, before = own(report, column), own_before(report, column)
        if now is None:
            continue
        row: list[Figure | Quote | str] = [label, now]
        if report.before:
            row += (
                ["未记录"] * 3 if before is None else [before, derived("difference", now, before), _grown(now, before)]
            )
        rows.append(row)
    if not rows:
        return []
    heads = ("项目", "本期末", "上年末", "增减额", "增减幅度") if report.before else ("项目", "本期末")
    widths = (30, 30, 30, 30, 20) if report.before else (30, 40)
    return [change(report), Grid("主要指标", "元", heads, widths, rows)]


def _grown(now: Figure, before: Figure) -> Figure | str:
    grown = growth(now, before)
    return "—" if grown.value is None else grown


def change(report: Report) -> Paragraph | None:
    """In words, what changed since the end of the year before."""
    if not report.before:
        return paragraph(sentence(NO_YEAR_BEFORE))
    changed = listed(
        _changed(report, "closing_carrying_cny", "账面价值"),
        _changed(report, "closing_cost_cny", "原值"),
        _changed(report, "closing_count", "资产卡片"),
    )
    return paragraph(changed and Sentence(("与上年末相比，", *changed.parts)))


def _changed(report: Report, column: str, what: str) -> Sentence | None:
    now, before = own(report, column), own_before(report, column)
    if now is None or before is None or now.value is None or before.value is None:
        return None
    if now.value == before.value:
        return sentence("{what}没有变化", what=what)
    up = now.value > before.value
    size, grown = derived("size of difference", now, before), growth(now, before, size=True)
    said = sentence(
        "{what}{verb}{size}{of}",
        what=what,
        verb="增加" if up else "减少",
        size=size,
        of="" if column.endswith("_cny") else "张",
    )
    if grown.value is None:
        return said
    return Sentence((*said.parts, *sentence("（{rate}{grown}）", rate="增长" if up else "下降", grown=grown).parts))


def moved(report: Report) -> list[Block | None]:
    """From opening to closing: the cost, step by step."""
    opening, closing = own(report, "opening_cost_cny"), own(report, "closing_cost_cny")
    steps = [(label, own(report, column), falls) for column, label, falls in _STEPS]
    shown = [
        (label, figure, falls) for label, figure, falls in steps if figure is not None and figure.value is not None
    ]
    if opening is None or closing is None or not shown:
        return [paragraph(sentence("本版报告没有期初、增加和减少的报表。"))]
    said = listed(
        sentence("年初原值{opening}", opening=opening),
        *(sentence("{label}{figure}", label=label, figure=figure) for label, figure, _ in shown),
        sentence("期末原值{closing}", closing=closing),
    )
    bars = [
        Bar("年初", opening),
        *(Bar(label, figure, is_step=True, falls=falls) for label, figure, falls in shown),
        Bar("期末", closing),
    ]
    return [paragraph(said), Chart("原值变动（万元）", bars, across=False), _movements(report)]


def _movements(report: Report) -> Grid | None:
    """Opening, movements and closing of each amount, as the form has them."""
    amounts = (
        ("count", "数量"),
        ("cost_cny", "原值"),
        ("amortisation_cny", "累计摊销"),
        ("impairment_cny", "减值准备"),
    )
    stages = (
        ("opening", "年初"),
        ("adjustment", "期初调整"),
        ("addition", "本年增加"),
        ("reduction", "本年减少"),
        ("closing", "期末"),
    )
    rows: list[list[Figure | Quote | str]] = []
    for amount, label in amounts:
        figures = [own(report, f"{stage}_{amount}") for stage, _ in stages]
        if any(figures):
            rows.append([label, *(figure or "—" for figure in figures)])
    return (
        Grid("年初、变动和期末", "元", ["项目", *(label for _, label in stages)], (18, 26, 22, 26, 24, 26), rows)
        if rows
        else None
    )


def structured(report: Report, dimension: Dimension, most: int, *, chart: bool = True) -> list[Block | None]:
    """The groups of a dimension, the largest in a table and a chart, the others as one line; nothing if the report has no such form.

    Args:
        most: so many groups are shown.
    """
    groups = structure(report, dimension)
    if groups is None or (dimension.level and len(groups) < 2):
        return []
    whole = combined(groups, "合计")
    shown = groups if len(groups) <= most else [*groups[: most - 1], combined(groups[most - 1 :], "其他")]
    amount = "账面价值" if groups[0].carrying else "原值"
    return [
        paragraph(_largest(dimension, groups, whole, amount)),
        Chart(f"按{dimension.name}的{amount}（万元）", [Bar(of.label, of.amount) for of in shown if of.amount])
        if chart
        else None,
        _groups(dimension, [*shown, whole], whole),
    ]


def largest(report: Report, dimension: Dimension) -> Sentence | None:
    """The largest groups of a dimension in a sentence; None if the report has no such form."""
    groups = structure(report, dimension)
    if groups is None or (dimension.level and len(groups) < 2):
        return None
    return _largest(dimension, groups, combined(groups, "合计"), "账面价值" if groups[0].carrying else "原值")


def _largest(dimension: Dimension, groups: Sequence[Group], whole: Group, amount: str) -> Sentence | None:
    first = groups[0]
    if first.amount is None or whole.amount is None or not whole.amount.value:
        return None
    template = "按{by}分，{amount}最大的是{label}，为{figure}，占{part}"
    second = groups[1] if len(groups) > 1 else None
    parts: dict[str, Figure | Quote | str] = {
        "by": dimension.name,
        "amount": amount,
        "label": first.label,
        "figure": first.amount,
        "part": share(first.amount, whole.amount),
    }
    if second is None or second.amount is None or not second.amount.value:
        return sentence(template + "。", **parts)
    parts |= {"next_label": second.label, "next_figure": second.amount, "next_part": share(second.amount, whole.amount)}
    return sentence(template + "；其次是{next_label}，为{next_figure}，占{next_part}。", **parts)


def _groups(dimension: Dimension, groups: Sequence[Group], whole: Group) -> Grid:
    rows: list[list[Figure | Quote | str]] = []
    for group in groups:
        part = share(group.amount, whole.amount) if group.amount and whole.amount else None
        rows.append([group.label, *(of or "—" for of in (group.count, group.cost, group.carrying, part))])
    heads = (dimension.name, "数量", "原值", "账面价值", "占比")
    return Grid(f"按{dimension.name}", "元", heads, (40, 14, 32, 32, 18), rows)


def all_structures(report: Report, most: int) -> list[tuple[Dimension, list[Block | None]]]:
    """Each dimension that the report's forms have, with what is said of it."""
    found = [(dimension, structured(report, dimension, most)) for dimension in DIMENSIONS]
    return [(dimension, blocks) for dimension, blocks in found if blocks]


def progress(report: Report) -> list[Block | None]:
    """How far registration, booking and agreement with the ledger have come."""
    figures = {
        name: own(report, name)
        for name in (
            "due_count",
            "registered_count",
            "booked_count",
            "agreed_count",
            "registered_pct",
            "booked_pct",
            "agreed_pct",
        )
    }
    known = {name: figure for name, figure in figures.items() if figure is not None}
    said = [
        sentence(template, **known) if all(f"{{{name}}}" not in template or name in known for name in figures) else None
        for template in (
            "期末应登记{due_count}项，已登记{registered_count}项，登记率{registered_pct}。",
            "已入账{booked_count}项，入表率{booked_pct}。",
            "资产账与财务账相符{agreed_count}项，账账相符率{agreed_pct}。",
        )
    ]
    return [paragraph(*said) or paragraph(sentence("本版报告没有登记、入账和账账相符进度的报表。"))]


def own_figures(report: Report, form: str) -> Grid | None:
    """All figures of the entity in a form, one a line; None if it is not there or has none."""
    pages = [page for page in report.pages if page.form == form]
    for page in pages:
        columns = figure_columns(page)
        found = own_row([page], report.edition.scope, columns[0][0]) if columns else None
        if found:
            figures = [(label, at(*found, name)) for name, label in columns]
            recorded: list[list[Figure | Quote | str]] = [
                [Quote(label), of] for label, of in figures if of.value is not None
            ]
            return Grid(page.title, "元", ("项目", "本期末"), (60, 40), recorded) if recorded else None
    return None

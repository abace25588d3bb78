"""A report as tables for machines: a table a form, what its columns mean, and what was told beside the figures.

Belongs here: names, types and meanings of these tables, the same in every format (`data_files.py`). Does not belong here: how a format
is written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from warehouse.publish.form_page import FormPage
from warehouse.publish.report.edition import STATES, Edition, Report

_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
}
#: What stands before the name of a form whose own is that of another table.
_PREFIX = "form_"
#: Between a group of columns and a column.
JOINED = "："


@dataclass(frozen=True)
class DataColumn:
    """A column: its type as DuckDB has it, the form's heading (the table's label where the form does not show it) and its meaning."""

    name: str
    type: str
    group: str
    label: str
    meaning: str
    is_key: bool = False
    is_shown: bool = True

    @property
    def heading(self) -> str:
        return f"{self.group}{JOINED}{self.label}" if self.group else self.label

    @property
    def decimal(self) -> tuple[int, int] | None:
        """Digits and decimals of a DECIMAL."""
        found = _DECIMAL.fullmatch(self.type)
        return (int(found[1]), int(found[2])) if found else None

    @cached_property
    def arrow(self) -> pa.DataType:
        return pa.decimal128(*self.decimal) if self.decimal else _TYPES[self.type]


@dataclass(frozen=True)
class DataTable:
    """A table: rows in the form's order, each once though several sheets show it. source: the lake's table, of a form."""

    name: str
    title: str
    note: str
    columns: Sequence[DataColumn]
    rows: Sequence[Sequence[Any]]
    source: str = ""
    form: str = ""

    @property
    def key(self) -> list[str]:
        return [column.name for column in self.columns if column.is_key]

    def arrow(self) -> pa.Table:
        """The rows, typed; the key's values come as text where the form does not show them."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        arrays = []
        for column, values in zip(self.columns, columns, strict=True):
            is_text = any(isinstance(value, str) for value in values)
            array = pa.array(values, pa.string() if is_text else column.arrow)
            arrays.append(array.cast(column.arrow))
        return pa.Table.from_arrays(arrays, schema=pa.schema([(c.name, c.arrow) for c in self.columns]))


def form_tables(report: Report) -> list[DataTable]:
    """The tables of the forms, then of the forms of the year before (`<form>_before`)."""
    tables = [*_forms(report.pages, ""), *_forms(report.before, "_before")]
    names = [table.name for table in tables]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"表式名称重复 forms would have tables of one name: {', '.join(twice)}")
    return tables


def told_tables(report: Report, forms: Sequence[DataTable]) -> list[DataTable]:
    """What is told beside the figures: what this is, the forms, their columns, which sheet shows which row, checks and notes."""
    return [
        _told(
            "README", "本数据是什么", "报告的期间、范围、版本和追溯方法", {"position": "序号", "item": "项目", "text": "内容"},
            [(number, *line) for number, line in enumerate(described(report.edition), 1)],
        ),
        _told(
            "form", "表目", "有哪些报表，各有多少行",
            {"table_name": "表名", "form": "表式", "title": "标题", "note": "说明", "source_table": "来源表", "row_count": "行数"},
            [(t.name, t.form, t.title, t.note, t.source, len(t.rows)) for t in forms],
        ),
        _told(
            "form_column", "栏目", "每一栏的列名、栏目名称、类型和含义",
            {"table_name": "表名", "position": "序号", "column_name": "列名", "heading": "栏目", "data_type": "类型",
             "is_key": "是否主键", "is_shown": "报表是否列示", "meaning": "含义"},
            [
                (t.name, n, c.name, c.heading, c.type, c.is_key, c.is_shown, c.meaning)
                for t in forms for n, c in enumerate(t.columns, 1)
            ],
        ),
        _told(
            "form_row", "行次", "各工作表依次列出哪些行",
            {"table_name": "表名", "sheet": "工作表", "position": "行次", "row_key": "行的键"},
            [*_rows_shown(report)],
        ),
        _told(
            "form_check", "核对", "表内、表间、年度间核对中不符的",
            {"form": "表式", "code": "编号", "name": "名称", "level": "层级", "entity_code": "单位代码", "entity_name": "单位",
             "left_text": "左方", "right_text": "右方", "difference_text": "差额", "let_pass_by": "准予通过的决定"},
            [
                (c.form, c.code, c.name, c.level, c.entity_code, c.entity_name, c.left, c.right, c.difference,
                 c.let_pass_by)
                for c in report.checks
            ],
        ),
        _told(
            "note", "说明", "随数字一并告知的事项", {"position": "序号", "text": "内容"}, [*enumerate(report.notes, 1)]
        ),
    ]  # fmt: skip


def described(edition: Edition) -> list[tuple[str, str]]:
    """What the data is, in pairs of item and text."""
    return [
        ("报告", edition.title),
        ("期间", edition.period),
        ("编报主体", edition.scope.name),
        ("范围", f"{edition.scope.level} {edition.scope.code}"),
        ("报告类别", f"{edition.kind_name}（{edition.report_kind}）"),
        ("版本", f"第 {edition.version} 版"),
        ("状态", STATES[edition.state]),
        ("数据湖快照", str(edition.snapshot)),
        ("金额", "人民币元，两位小数的十进制数，不是浮点数"),
        ("栏目", "列名、栏目名称、类型和含义见 form_column；报表的行次见 form_row；随报表说明的事项见 note"),
        (
            "追溯",
            "在平台上执行 shuzhang trace，后接引用：来源表（form.source_table）、行的键（form_row.row_key）、--column 列名",
        ),
        ("隐去的键", "形如 #1 的键按本版的出口隐去，同一行在各表中相同，不能据以追溯"),
    ]


def row_key(names: Sequence[str], values: Sequence[str]) -> str:
    """A row's key as `shuzhang trace` takes it."""
    return " ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


def table_name(form: str) -> str:
    """The table of a form: its name in letters, digits and underscores, and no other table's."""
    name = re.sub(r"[^0-9a-z_]", "_", form.lower())
    return f"{_PREFIX}{name}" if name in _TOLD or not name[:1].isalpha() else name


#: Names of what stands beside the tables of the forms.
_TOLD = frozenset({"readme", "form", "form_column", "form_row", "form_check", "note", "cell", "example_query"})
_TOLD_TYPES = {
    "position": "BIGINT",
    "row_count": "BIGINT",
    "is_key": "BOOLEAN",
    "is_shown": "BOOLEAN",
}


def _told(name: str, title: str, note: str, labels: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> DataTable:
    columns = [
        DataColumn(column, _TOLD_TYPES.get(column, "VARCHAR"), "", label, label) for column, label in labels.items()
    ]
    return DataTable(name, title, note, columns, rows)


def _forms(pages: Sequence[FormPage], suffix: str) -> Iterator[DataTable]:
    """A table a form, of the rows that any of its sheets shows."""
    for name in dict.fromkeys(page.form for page in pages):
        sheets = [page for page in pages if page.form == name]
        first = sheets[0]
        columns = _columns(first)
        shown = {column.name for column in first.columns}
        beside = [place for place, key in enumerate(first.table.key) if key not in shown]
        rows: dict[tuple[str, ...], list[Any]] = {}
        for page in sheets:
            for cells, key in zip(page.rows, page.keys, strict=True):
                rows.setdefault(key, [*(key[place] for place in beside), *cells])
        yield DataTable(
            table_name(name) + suffix,
            f"{first.title}（上年末）" if suffix else first.title,
            first.note,
            columns,
            list(rows.values()),
            first.table.qualified,
            name,
        )


def _columns(page: FormPage) -> list[DataColumn]:
    """The key's columns that the form does not show, then those that it shows."""
    known = {column.name: column for column in page.table.columns}
    shown = {column.name for column in page.columns}

    def column(name: str, group: str, label: str, *, is_shown: bool) -> DataColumn:
        of = known[name]
        unit = f" [{of.unit}]" if of.unit else ""
        meaning = f"{of.label}：{of.zh} / {of.en}{unit}"
        return DataColumn(name, of.type, group, label, meaning, name in page.table.key, is_shown)

    beside = [column(name, "", known[name].label, is_shown=False) for name in page.table.key if name not in shown]
    return [*beside, *(column(c.name, c.group, c.label, is_shown=True) for c in page.columns)]


def _rows_shown(report: Report) -> Iterator[tuple[str, str, int, str]]:
    for pages, suffix in ((report.pages, ""), (report.before, "_before")):
        for page in pages:
            for position, key in enumerate(page.keys, 1):
                yield table_name(page.form) + suffix, page.label, position, row_key(page.table.key, key)

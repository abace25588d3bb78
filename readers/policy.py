"""The policy files: the rules as data, read into entries with file, line and raw text: a list is a CSV file, or the TOML files of a folder.

Belongs here: what makes a policy file well-formed, and the shape of each list (`LISTS`). Does not belong
here: what an entry means (the models that join `policy.entry`), what SQL a rule may hold (`predicates.py`) and where
policy is kept (`warehouse/policy.py`).
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from readers.lines import Line, LongCellError, OpenQuoteError, split, without_line_end
from readers.predicates import predicate_fault, rule_tables

STATUSES = ("official", "secondary", "unverified", "proposal")

#: The columns of `policy.entry`.
ENTRY_SCHEMA = pa.schema(
    [pa.field(name, pa.date32() if name == "effective_from" else pa.string()) for name in (
        "list_name", "entry_key", "effective_from", "status", "source", "body",
        "source_file", "source_sha256", "source_pointer", "raw",
    )]
)  # fmt: skip

_encode = msgspec.json.Encoder(order="sorted").encode


class Check(NamedTuple):
    """What the filled cells of a column must be: a test, its words, and the rule that is broken else."""

    holds: Callable[[str], bool]
    zh: str
    en: str
    rule: str = "bad_value"


def _is_pattern(text: str) -> bool:
    # Arrow matches with RE2, as DuckDB does: what is taken here runs there. RE2 has no look-arounds and no
    # back-references.
    try:
        pc.call_function("match_substring_regex", [pa.array([""])], pc.MatchSubstringOptions(text))
    except pa.ArrowInvalid:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _one_of(*values: str) -> Check:
    return Check(lambda text: text in values, f"应为 {'、'.join(values)} 之一", f"must be one of {', '.join(values)}")


_YES_NO = _one_of("yes", "no")
_INTEGER = Check(lambda text: text.isascii() and text.isdigit(), "应为整数", "must be an integer")
_PERCENT = Check(
    lambda text: text.isascii() and text.isdigit() and int(text) <= 100,
    "应为 0 到 100 的整数",
    "must be an integer from 0 to 100",
)
_INDICATOR = Check(
    lambda text: re.fullmatch(r"0[1-6][0-9]{2}", text) is not None,
    "应为四位代码，前两位为维度代码",
    "must be a code of four digits that begins with its dimension's",
)
_NAME = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text) is not None,
    "应由小写字母、数字和下划线组成，以字母开头",
    "must be lower-case letters, digits and underscores, a letter first",
)
_DATE = Check(_is_date, "应为 YYYY-MM-DD", "must be YYYY-MM-DD", "bad_date")
_PATTERN = Check(
    _is_pattern,
    "应为有效的 RE2 正则表达式，不能用环视和反向引用",
    "must be a valid RE2 regular expression, without look-arounds and back-references",
    "bad_pattern",
)
_ACCESS = _one_of("unconditional", "conditional", "none")
#: The columns of every list.
_PROVENANCE = {
    "source": None,
    "status": _one_of(*STATUSES)._replace(rule="bad_status"),
    "effective_from": _DATE,
}


@dataclass(frozen=True)
class ListShape:
    """The shape of a list.

    key: columns whose values joined by `|` are the entry's key. filled: other columns that no row leaves
    empty. optional: columns that must be there, but may be empty. checks: of filled cells, by column.
    references: columns whose values must stand in the same columns of another list, if that list is there.
    pinned: columns that may have one value only in the entries of some keys, since a model stands on it.
    """

    key: tuple[str, ...]
    filled: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    references: tuple[tuple[tuple[str, ...], str], ...] = ()
    pinned: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


#: Every list there is. Columns beyond these are kept in an entry's body.
LISTS: Mapping[str, ListShape] = {
    "delivery_column": ListShape(
        ("kind", "column"),
        ("label_zh", "label_en", "value_type", "is_required", "is_key", "is_strict"),
        ("code_list", "example", "note_zh"),
        {
            "value_type": _one_of("text", "code", "date", "month", "amount", "integer"),
            "is_required": _YES_NO,
            "is_key": _YES_NO,
            "is_strict": _YES_NO,
        },
        ((("code_list",), "code_value"),),
    ),
    "code_value": ListShape(("code_list", "label"), ("code", "name_zh", "name_en")),
    "heading_synonym": ListShape(
        ("kind", "heading"), ("column",), references=((("kind", "column"), "delivery_column"),)
    ),
    "bare_table": ListShape(
        ("kind", "form", "position"),
        ("column", "pattern"),
        checks={"position": _INTEGER, "pattern": _PATTERN},
        references=((("kind", "column"), "delivery_column"),),
    ),
    "source_system": ListShape(("deliverer_code", "source_name"), ("system",)),
    "source_code": ListShape(("system", "code_list", "source_code"), ("code",)),
    "grade_rule": ListShape(
        ("rule_id",),
        ("impact_object", "harm_degree", "is_personal", "is_sensitive"),
        ("pattern", "category"),
        {"pattern": _PATTERN, "is_personal": _YES_NO, "is_sensitive": _YES_NO},
        ((("impact_object", "harm_degree"), "grade_matrix"),),
    ),
    "grade_matrix": ListShape(("impact_object", "harm_degree"), ("grade",), references=((("grade",), "grade_level"),)),
    "grade_level": ListShape(
        ("grade",),
        ("rank", "label_zh", "label_en", "is_candidate"),
        checks={"rank": _INTEGER, "is_candidate": _YES_NO},
    ),
    "access_limit": ListShape(
        ("door", "grade"),
        ("access_limit", "measures_zh", "measures_en"),
        checks={"door": _one_of("open", "share"), "access_limit": _ACCESS},
        references=((("grade",), "grade_level"),),
    ),
    "confidential_term": ListShape(
        ("term_id",),
        ("pattern", "open_limit", "share_limit", "name_zh", "name_en"),
        # 意见第八段: what is to be kept confidential is not opened.
        checks={"pattern": _PATTERN, "open_limit": _one_of("none"), "share_limit": _ACCESS},
    ),
    "access_rule": ListShape(
        ("rule_id",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en", "clause"),
        checks={
            "rule_id": _one_of(
                "confidential_open", "open_above_limit", "share_above_limit", "unshared_without_basis", "could_be_open"
            ),
            "severity": _one_of("warn", "info"),
        },
    ),
    "recognition_criterion": ListShape(
        ("requirement",),
        ("criterion", "evidence_kind", "is_required"),
        ("criterion_zh", "evidence_code"),
        {"is_required": _YES_NO},
    ),
    "cost_treatment": ListShape(("phase",), ("treatment",), checks={"treatment": _one_of("expensed", "capitalised")}),
    # A list of its own: what is held changes everything after it, a rate does not.
    "guard_limit": ListShape(("name",), ("value",), ("unit",)),
    "parameter": ListShape(("name",), ("value",), ("unit",)),
    "ledger_account": ListShape(
        ("accounting_system", "amount_kind", "account_code"),
        ("sign", "amount_name_zh"),
        checks={
            "accounting_system": _one_of("government", "enterprise", "unknown"),
            "amount_kind": _one_of("cost", "amortisation", "net"),
            "sign": _one_of("+", "-"),
        },
    ),
    "reconciliation_kind": ListShape(
        ("kind",),
        ("name_zh", "name_en", "mend_zh", "mend_en"),
        checks={
            "kind": _one_of(
                "matched",
                "amount_diff",
                "card_only",
                "gl_only",
                "in_memo_register_but_booked",
                "duplicated_card",
                "period_shift",
            )
        },
    ),
    "owed_delivery": ListShape(("unit_kind", "kind")),
    "rejection_rule": ListShape(
        ("rule",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en"),
        checks={"severity": _one_of("reject", "warn")},
        # Without these a record would stand twice, or under no key.
        pinned={rule: {"severity": "reject"} for rule in ("not_parsed", "no_identity", "duplicate_identifier")},
    ),
    "quality_rule": ListShape(
        ("rule_code",),
        (
            "table_name",
            "indicator_code",
            "name_zh",
            "name_en",
            "predicate",
            "severity",
            "threshold_pct",
            "needs_zh",
            "needs_en",
            "mend_zh",
            "mend_en",
        ),
        ("needs",),
        {
            "rule_code": _NAME,
            "table_name": _one_of(*rule_tables()),
            "severity": _one_of("block", "warn", "info"),
            "threshold_pct": _PERCENT,
        },
        ((("indicator_code",), "quality_indicator"),),
    ),
    "quality_dimension": ListShape(
        ("dimension_code",),
        ("name_zh", "name_en", "weight"),
        checks={"dimension_code": _one_of("01", "02", "03", "04", "05", "06"), "weight": _INTEGER},
    ),
    "quality_indicator": ListShape(
        ("indicator_code",),
        ("dimension_code", "name_zh", "name_en", "weight"),
        ("why_not_zh", "why_not_en"),
        {"indicator_code": _INDICATOR, "weight": _INTEGER},
        ((("dimension_code",), "quality_dimension"),),
    ),
    "quality_limit": ListShape(("name",), ("value",), checks={"value": _INTEGER}),
    "update_cycle_lag": ListShape(("update_cycle",), ("max_lag_days",), checks={"max_lag_days": _INTEGER}),
    "report_form": ListShape(("form",), ("table", "title_zh"), ("note_zh",)),
    "report_column": ListShape(
        ("form", "column"),
        ("position", "label_zh", "number_format"),
        ("group_zh",),
        {"position": _INTEGER, "number_format": _one_of("text", "note", "count", "money", "percent")},
        ((("form",), "report_form"),),
    ),
}

#: Lists that are TOML files of a folder: list -> folder, and the head of each entry.
FOLDERS: Mapping[str, tuple[str, str]] = {"quality_rule": ("quality", "rule")}
#: Most rules of one table: a row's verdicts are kept as the bits of one integer.
_MOST_RULES = 62


#: What can be wrong: message and mend, each in Chinese and English.
_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "unknown_list": (
        "没有名为“{list}”的清单", "there is no list “{list}”",
        "文件名应为 {known} 之一", "name the file after one of {known}",
    ),
    "bad_encoding": (
        "文件不是 UTF-8 编码", "the file is not in UTF-8", "另存为“CSV UTF-8”", "save it as “CSV UTF-8”"
    ),
    "bad_csv": (
        "引号没有配对", "a quotation mark has no partner",
        "检查该行及以后的引号", "check the quotation marks from this line on",
    ),
    "missing_column": (
        "缺少列“{column}”", "the column “{column}” is missing", "在表头中补上", "add it to the header"
    ),
    "duplicate_column": (
        "列“{column}”重复", "the column “{column}” is repeated", "只保留一个", "keep one of them"
    ),
    "ragged_row": (
        "该行有 {cells} 格，表头有 {columns} 列", "the row has {cells} cells, the header {columns}",
        "补齐或删去多余的格；含逗号的内容加双引号", "add or remove cells; quote a cell that has a comma",
    ),
    "missing_value": (
        "“{column}”为空", "“{column}” is empty", "填写“{column}”", "fill in “{column}”"
    ),
    "bad_status": (
        "状态“{value}”不正确", "the status “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_date": (
        "日期“{value}”不正确", "the date “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_pattern": (
        "正则表达式“{value}”不正确", "the regular expression “{value}” is wrong", "{must_zh}", "it {must_en}"
    ),
    "bad_value": (
        "“{column}”的取值“{value}”不正确", "“{column}” has the wrong value “{value}”",
        "{must_zh}", "it {must_en}",
    ),
    "duplicate_key": (
        "“{key}”自 {date} 起的条目与第 {earlier} 行重复", "“{key}” from {date} is on line {earlier} already",
        "只保留一条，或改用另一个生效日期", "keep one of them, or give another effective_from",
    ),
    "bad_toml": (
        "不是 TOML：{reason}", "it is no TOML: {reason}", "改正该行", "mend the line",
    ),
    "unknown_entry": (
        "“{key}”不在 [[{head}]] 之下", "“{key}” does not stand under [[{head}]]",
        "每个条目以 [[{head}]] 一行开头", "begin each entry with a line [[{head}]]",
    ),
    "moved_list": (
        "{list} 已移到 {folder}/*.toml", "{list} has moved to {folder}/*.toml",
        "把改过的阈值和严重程度抄到该处，再删除本文件", "carry changed thresholds and severities over, then delete this file",
    ),
    "bad_predicate": (
        "“{column}”不是 {table} 一行上的条件：{zh}", "“{column}” is no condition on a row of {table}: {en}",
        "只用该表的列和允许的函数写一个条件", "write one condition of that table's columns and the functions allowed",
    ),
    "too_many_rules": (
        "{table} 的规则超过 {most} 条", "{table} has more than {most} rules", "删去几条", "remove some of them",
    ),
    "no_rule": (
        "指标 {indicator} 没有规则，也没有说明为何不评价", "the indicator {indicator} has no rule and no reason why not",
        "增加规则，或填写 why_not_zh 和 why_not_en", "add a rule, or fill in why_not_zh and why_not_en",
    ),
    "unknown_reference": (
        "{list} 中没有“{value}”", "{list} has no “{value}”",
        "改正该值，或在 {list}.csv 中加上它", "mend the value, or add it to {list}.csv",
    ),
}  # fmt: skip


class Problem(NamedTuple):
    """What is wrong in a policy file, where, and how to mend it. `line`: from 1; 0 for the whole file."""

    file: str
    line: int
    rule: str
    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str

    @classmethod
    def of(cls, file: str, line: int, rule: str, **details: object) -> "Problem":
        """A problem in the words of its rule."""
        return cls(file, line, rule, *(words.format(**details) for words in _WORDS[rule]))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.rule}] {self.message_zh}；{self.mend_zh} / {self.message_en}; {self.mend_en}"


class PolicyError(ValueError):
    """Policy files that cannot be used; `problems` has all that is wrong with them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Entry:
    """An entry of a list. `body`: column to value, without empty ones; `raw`: the line as in the file."""

    list_name: str
    entry_key: str
    effective_from: date
    status: str
    source: str
    body: Mapping[str, str]
    source_file: str
    source_sha256: str
    source_pointer: str
    raw: str

    @property
    def line(self) -> int:
        return int(self.source_pointer.rpartition(":")[2])


@dataclass(frozen=True)
class PolicySet:
    """The entries of a set of policy files, by list, in the order of the file."""

    lists: Mapping[str, tuple[Entry, ...]]

    @classmethod
    def of_files(cls, files: Mapping[str, bytes], *, whole: bool = False) -> "PolicySet":
        """Read policy files, given as name to bytes.

        Args:
            whole: they are all there are, as in a folder: an indicator that no rule measures must say why, and a list that has moved
                must not stand in its old file. Else they may be some of the files of a policy, also of an earlier version.

        Raises:
            PolicyError: with every problem of every file.
        """
        problems: list[Problem] = []
        lists: dict[str, tuple[Entry, ...]] = {}
        for name, data in sorted(files.items()):
            list_name = list_of(name)
            lists[list_name] = (*lists.get(list_name, ()), *_entries(name, data, problems, whole))
        for entries in lists.values():
            problems += _duplicates(entries)
        problems += _dangling(lists)
        problems += _rule_problems(lists, whole)
        if problems:
            raise PolicyError(tuple(sorted(problems)))
        return cls(lists)

    @cached_property
    def entries(self) -> pa.Table:
        """All entries, in the columns of `policy.entry` (ENTRY_SCHEMA)."""
        rows = [entry for entries in self.lists.values() for entry in entries]
        columns = {name: [getattr(entry, name) for entry in rows] for name in ENTRY_SCHEMA.names if name != "body"}
        columns["body"] = [_encode(entry.body).decode() for entry in rows]
        return pa.table({name: columns[name] for name in ENTRY_SCHEMA.names}, schema=ENTRY_SCHEMA)

    def list_hash(self, list_name: str) -> str:
        """SHA-256 of what the entries of a list say, wherever they stand in the file."""
        bodies = sorted(_encode(entry.body) for entry in self.lists.get(list_name, ()))
        return hashlib.sha256(b"\n".join(bodies)).hexdigest()

    def current(self, list_name: str) -> list[Entry]:
        """The entries of a list, of each key the one that took effect last; in the order of the file."""
        latest: dict[str, Entry] = {}
        for entry in self.lists.get(list_name, ()):
            before = latest.get(entry.entry_key)
            if before is None or before.effective_from < entry.effective_from:
                latest[entry.entry_key] = entry
        return list(latest.values())


def policy_files(folder: Path) -> dict[str, Path]:
    """The files of the lists in a policy folder, by name: all `*.csv` in it, and `*.toml` in the folders of `FOLDERS`."""
    found = {file.name: file for file in sorted(folder.glob("*.csv"))}
    for inner, _ in FOLDERS.values():
        found |= {f"{inner}/{file.name}": file for file in sorted((folder / inner).glob("*.toml"))}
    return found


def list_of(name: str) -> str:
    """The list that a policy file holds entries of."""
    folder = name.rpartition("/")[0]
    return next((known for known, (inner, _) in FOLDERS.items() if folder == inner), name.removesuffix(".csv"))


def load(folder: Path) -> PolicySet:
    """Read the policy files of a folder.

    Raises:
        PolicyError: with every problem of every file, each with file, line, rule and mend.
    """
    files = {name: file.read_bytes() for name, file in policy_files(folder).items()}
    return PolicySet.of_files(files, whole=True)


class _Row(NamedTuple):
    """An entry as it stands in a file: `line` where it begins."""

    line: int
    cells: Mapping[str, str]
    raw: str


def _entries(name: str, data: bytes, problems: list[Problem], whole: bool) -> Iterator[Entry]:
    """The good entries of a file; what is wrong with it is added to `problems`."""
    list_name = list_of(name)
    shape = LISTS.get(list_name)
    if shape is None:
        problems.append(Problem.of(name, 0, "unknown_list", list=list_name, known=", ".join(sorted(LISTS))))
        return
    if moved := list_name in FOLDERS and name == f"{list_name}.csv":
        if whole:
            problems.append(Problem.of(name, 0, "moved_list", list=list_name, folder=FOLDERS[list_name][0]))
            return
        shape = ListShape(shape.key)
    in_folder = list_name in FOLDERS and not moved
    rows = _toml_rows(name, data, problems) if in_folder else _csv_rows(name, shape, data, problems)
    sha256 = hashlib.sha256(data).hexdigest()
    for row in rows:
        wrong = list(_row_problems(name, shape, row))
        if list_name == "quality_rule" and not moved and not wrong:
            wrong = list(_predicate_problems(name, row))
        problems += wrong
        if not wrong:
            body = {column: cell for column, cell in row.cells.items() if cell}
            yield Entry(
                list_name=list_name,
                entry_key="|".join(body[column] for column in shape.key),
                effective_from=date.fromisoformat(body["effective_from"]),
                status=body["status"],
                source=body["source"],
                body=body,
                source_file=name,
                source_sha256=sha256,
                source_pointer=f"{name}:{row.line}",
                raw=row.raw,
            )


def _csv_rows(name: str, shape: ListShape, data: bytes, problems: list[Problem]) -> Iterator[_Row]:
    lines = _lines(name, data, problems)
    if lines is None:
        return
    header = [cell.strip() for cell in lines[0].cells] if lines else []
    wrong = list(_header_problems(name, shape, header))
    problems += wrong
    for line in lines[1:] if not wrong else ():
        if len(line.cells) != len(header):
            problems.append(
                Problem.of(name, line.first, "ragged_row", cells=len(line.cells), columns=len(header)),
            )
        else:
            yield _Row(line.first, _cells(header, line), without_line_end(line.text))


def _toml_rows(name: str, data: bytes, problems: list[Problem]) -> Iterator[_Row]:
    """The `[[head]]` entries of a TOML file. Each is read for itself, so that its line is known."""
    head = FOLDERS[list_of(name)][1]
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        problems.append(Problem.of(name, data.count(b"\n", 0, error.start) + 1, "bad_encoding"))
        return
    starts = [match.start() for match in re.finditer(rf"^[ \t]*\[\[[ \t]*{head}[ \t]*\]\]", text, re.MULTILINE)]
    for start, end in pairwise([0, *starts, len(text)]):
        line, block = text.count("\n", 0, start) + 1, text[start:end]
        try:
            read = tomllib.loads(block)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            place = line + (int(at[1]) - 1 if at else block.rstrip().count("\n"))
            problems.append(Problem.of(name, place, "bad_toml", reason=error))
            continue
        entries = read.pop(head, [])
        stray = [*read, *(column for e in entries for column, value in e.items() if isinstance(value, dict | list))]
        problems += [Problem.of(name, line, "unknown_entry", key=key, head=head) for key in stray]
        if not stray:
            # Remarks between entries belong to none of them.
            raw = re.sub(r"(\n[ \t]*(#[^\n]*)?)+$", "", block)
            yield from (_Row(line, {column: str(value).strip() for column, value in e.items()}, raw) for e in entries)


def _lines(name: str, data: bytes, problems: list[Problem]) -> list[Line] | None:
    try:
        return [line for line in split(data.decode("utf-8-sig")) if line.cells]
    except UnicodeDecodeError as error:
        problems.append(Problem.of(name, data.count(b"\n", 0, error.start) + 1, "bad_encoding"))
    except (OpenQuoteError, LongCellError) as error:
        problems.append(Problem.of(name, error.line, "bad_csv"))
    return None


def _cells(header: list[str], line: Line) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(header, line.cells, strict=True)}


def _header_problems(name: str, shape: ListShape, header: list[str]) -> Iterator[Problem]:
    for column in (*shape.key, *shape.filled, *shape.optional, *_PROVENANCE):
        if column not in header:
            yield Problem.of(name, 1, "missing_column", column=column)
    for column in sorted(set(header)):
        if header.count(column) > 1:
            yield Problem.of(name, 1, "duplicate_column", column=column)


def _row_problems(name: str, shape: ListShape, row: _Row) -> Iterator[Problem]:
    cells = row.cells
    for column in (*shape.key, *shape.filled, *_PROVENANCE):
        if not cells.get(column):
            yield Problem.of(name, row.line, "missing_value", column=column)
    for column, check in {**shape.checks, **_PROVENANCE}.items():
        value = cells.get(column)
        if check and value and not check.holds(value):
            words = {"column": column, "value": value, "must_zh": check.zh, "must_en": check.en}
            yield Problem.of(name, row.line, check.rule, **words)
    key = "|".join(cells.get(column, "") for column in shape.key)
    for column, wanted in shape.pinned.get(key, {}).items():
        if cells.get(column) != wanted:
            only = _one_of(wanted)
            words = {"column": column, "value": cells.get(column), "must_zh": only.zh, "must_en": only.en}
            yield Problem.of(name, row.line, only.rule, **words)


def _predicate_problems(name: str, row: _Row) -> Iterator[Problem]:
    for column in ("predicate", "needs"):
        table = row.cells["table_name"]
        text = row.cells.get(column)
        if text and (fault := predicate_fault(text, table)):
            yield Problem.of(name, row.line, "bad_predicate", column=column, table=table, zh=fault.zh, en=fault.en)


def _rule_problems(lists: Mapping[str, tuple[Entry, ...]], whole: bool) -> Iterator[Problem]:
    """Indicators that nothing measures and nothing explains, and tables with more rules than a row's verdicts have room for."""
    rules = PolicySet(lists).current("quality_rule")
    measured = {rule.body.get("indicator_code") for rule in rules}
    for entry in lists.get("quality_indicator", ()):
        # A score's models tell a rule's dimension by its indicator's code.
        if not entry.entry_key.startswith(entry.body["dimension_code"]):
            words = {"column": "indicator_code", "value": entry.entry_key, "must_zh": _INDICATOR.zh}
            yield Problem.of(entry.source_file, entry.line, "bad_value", **words, must_en=_INDICATOR.en)
    for entry in PolicySet(lists).current("quality_indicator") if whole else ():
        explained = entry.body.get("why_not_zh") and entry.body.get("why_not_en")
        if entry.entry_key not in measured and not explained:
            yield Problem.of(entry.source_file, entry.line, "no_rule", indicator=entry.entry_key)
    for table in rule_tables():
        found = [rule for rule in rules if rule.body.get("table_name") == table]
        for rule in found[_MOST_RULES:]:
            yield Problem.of(rule.source_file, rule.line, "too_many_rules", table=table, most=_MOST_RULES)


def _duplicates(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    first: dict[tuple[str, date], Entry] = {}
    for entry in entries:
        earlier = first.setdefault((entry.entry_key, entry.effective_from), entry)
        if earlier is not entry:
            place = earlier.line if earlier.source_file == entry.source_file else earlier.source_pointer
            words = {"key": entry.entry_key, "date": entry.effective_from, "earlier": place}
            yield Problem.of(entry.source_file, entry.line, "duplicate_key", **words)


def _dangling(lists: Mapping[str, tuple[Entry, ...]]) -> Iterator[Problem]:
    """References to entries that are not there, of lists that are."""
    for list_name, entries in lists.items():
        for columns, target in LISTS[list_name].references if list_name in LISTS else ():
            known = {tuple(entry.body.get(column) for column in columns) for entry in lists.get(target, ())}
            for entry in entries if target in lists else ():
                value = [entry.body[column] for column in columns if column in entry.body]
                if len(value) == len(columns) and tuple(value) not in known:
                    words = {"list": target, "value": "|".join(value)}
                    yield Problem.of(entry.source_file, entry.line, "unknown_reference", **words)

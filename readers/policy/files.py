"""The policy files: the rules as data, read into entries with file, line and raw text: a list is a CSV file, the TOML files of a folder,
or its files of SQL.

Belongs here: what makes a policy file well-formed. Does not belong here: the shape of each list (`lists/`), what an entry means (the
models), what SQL a rule may hold (`predicates.py`) and where policy is kept (`warehouse/building/policy_entries.py`).
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec
import pyarrow as pa

from readers.near import near
from readers.policy.lists import FOLDERS, LISTS
from readers.policy.lists.checks import EMPTY, Check, one_of
from readers.policy.lists.quality import INDICATOR
from readers.policy.lists.report import MODEL
from readers.policy.lists.shape import PROVENANCE, ListShape
from readers.policy.models import MODEL_FILES, is_model, model_files, model_row
from readers.policy.predicates import COUNT, SHARED, VERDICT, predicate_fault, rule_tables
from readers.policy.problems import PolicyError, Problem
from readers.policy.rows import Row, csv_rows, toml_rows

#: The columns of `policy.entry`.
ENTRY_SCHEMA = pa.schema(
    [pa.field(name, pa.date32() if name == "effective_from" else pa.string()) for name in (
        "list_name", "entry_key", "effective_from", "status", "source", "body",
        "source_file", "source_sha256", "source_pointer", "raw",
    )]
)  # fmt: skip

_encode = msgspec.json.Encoder(order="sorted").encode


#: Most rules of one table, each version counted: a row's verdicts are kept as the bits of one integer.
_MOST_RULES = 62


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

    @staticmethod
    def of_files(files: Mapping[str, bytes], *, whole: bool = False) -> "PolicySet":
        """Read policy files, given as name to bytes.

        Args:
            whole: they are all there are, as in a folder: an indicator that no rule measures must say why, and a list that has moved
                must not stand in its old file. Else they may be some of the files of a policy, also of an earlier version.

        Raises:
            PolicyError: with every problem of every file.
        """
        return _of_files(tuple(sorted(files.items())), whole)

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

    @cached_property
    def list_hashes(self) -> Mapping[str, str]:
        """The hash of every list there is; a list without entries has one too."""
        return {name: self.list_hash(name) for name in LISTS}

    def on(self, day: date) -> "PolicyOnDay":
        """The policy as it is in force on a day."""
        days = self._days
        return self._on_day.setdefault(bisect_right(days, day), PolicyOnDay(self, day))

    def without(self, forms: frozenset[str]) -> "PolicySet":
        """The policy without some forms of reports, and without what compares others with them: one object for the same forms."""
        if not forms:
            return self
        if forms not in self._without:
            kept = {
                name: tuple(e for e in entries if forms.isdisjoint((e.body.get("form"), e.body.get("other_form"))))
                if name.startswith("report_")
                else entries
                for name, entries in self.lists.items()
            }
            self._without[forms] = PolicySet(kept)
        return self._without[forms]

    @cached_property
    def _without(self) -> dict[frozenset[str], "PolicySet"]:
        return {}

    @cached_property
    def _days(self) -> list[date]:
        return sorted({entry.effective_from for entries in self.lists.values() for entry in entries})

    @cached_property
    def _on_day(self) -> dict[int, "PolicyOnDay"]:
        return {}


@dataclass(frozen=True, eq=False)
class PolicyOnDay:
    """The entries of a policy that are in force on a day: one object for all days between which nothing takes effect.

    Of each key that is the last version that took effect by then; before the first one, the first. Models say the same by `in_force`
    (`warehouse/tables/in_force.py`).
    """

    policy: PolicySet
    day: date

    def of(self, list_name: str) -> list[Entry]:
        """The entries of a list that are in force, one a key, in the order of the file."""
        found: dict[str, Entry] = {}
        for entry in self.policy.lists.get(list_name, ()):
            before = found.setdefault(entry.entry_key, entry)
            if self._precedence(entry) > self._precedence(before):
                found[entry.entry_key] = entry
        return list(found.values())

    def _precedence(self, entry: Entry) -> tuple[bool, int]:
        return entry.effective_from <= self.day, -abs((self.day - entry.effective_from).days)


def policy_files(folder: Path) -> dict[str, Path]:
    """The files of the lists in a policy folder, by name: all `*.csv` in it, `*.toml` in the folders of `FOLDERS`, SQL of forms."""
    found = {file.name: file for file in sorted(folder.glob("*.csv"))}
    for inner in FOLDERS:
        found |= {f"{inner}/{file.name}": file for file in sorted((folder / inner).glob("*.toml"))}
    return found | model_files(folder)


def file_of(list_name: str) -> str:
    """Where entries of a list stand: its file, or the files of a folder."""
    if list_name == MODEL:
        return MODEL_FILES
    return next(
        (f"{folder}/*.toml" for folder, heads in FOLDERS.items() if list_name in heads.values()), f"{list_name}.csv"
    )


def load(folder: Path) -> PolicySet:
    """Read the policy files of a folder.

    Raises:
        PolicyError: with every problem of every file, each with file, line, rule and mend.
    """
    files = {name: file.read_bytes() for name, file in policy_files(folder).items()}
    return PolicySet.of_files(files, whole=True)


# Every stage of a run asks for the policy as it is then, and an audit for that of each commit: mostly it is the same.
@lru_cache(maxsize=4)
def _of_files(files: tuple[tuple[str, bytes], ...], whole: bool) -> PolicySet:
    problems: list[Problem] = []
    lists: dict[str, tuple[Entry, ...]] = {}
    for name, data in files:
        for list_name, entries in ({} if is_model(name) else _entries(name, data, problems, whole)).items():
            lists[list_name] = (*lists.get(list_name, ()), *entries)
    forms = [form.body for form in lists.get("report_form", ())]
    for name, data in files:
        if is_model(name):
            models = _good(name, data, MODEL, ListShape(("form",)), [model_row(name, data, forms)], problems)
            lists[MODEL] = (*lists.get(MODEL, ()), *models)
    for entries in lists.values():
        problems += _duplicates(entries)
    problems += _dangling(lists)
    problems += _twin_labels(lists.get("code_value", ()))
    problems += _missing_entries(lists) if whole else ()
    problems += _rule_problems(lists, whole)
    problems += _check_problems(lists)
    if problems:
        raise PolicyError(tuple(sorted(problems)))
    return PolicySet(lists)


def _entries(name: str, data: bytes, problems: list[Problem], whole: bool) -> dict[str, list[Entry]]:
    """The good entries of a file by list; what is wrong with it is added to `problems`."""
    folder = name.rpartition("/")[0]
    if folder in FOLDERS:
        found = toml_rows(name, data, FOLDERS[folder], problems)
        return {of: list(_good(name, data, of, LISTS[of], rows, problems)) for of, rows in found.items() if rows}
    list_name = name.removesuffix(".csv")
    shape = LISTS.get(list_name)
    if shape is None:
        problems.append(Problem.of(name, 0, "unknown_list", list=list_name, known=", ".join(sorted(LISTS))))
        return {}
    if file_of(list_name) != name:
        if whole:
            problems.append(Problem.of(name, 0, "moved_list", list=list_name, to=file_of(list_name)))
            return {}
        shape = ListShape(shape.key)
    rows = csv_rows(name, shape, data, problems)
    return {list_name: list(_good(name, data, list_name, shape, rows, problems))}


def _good(
    name: str, data: bytes, list_name: str, shape: ListShape, rows: Iterable[Row], problems: list[Problem]
) -> Iterator[Entry]:
    sha256 = hashlib.sha256(data).hexdigest()
    for row in rows:
        wrong = list(_row_problems(name, shape, row))
        if list_name == "quality_rule" and shape is LISTS[list_name] and not wrong:
            wrong = [*_share_problems(name, row), *_predicate_problems(name, row)]
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


def _row_problems(name: str, shape: ListShape, row: Row) -> Iterator[Problem]:
    cells = row.cells
    for column in (*shape.key, *shape.filled, *PROVENANCE):
        if not cells.get(column):
            yield Problem.of(name, row.line, "missing_value", column=column)
    for column, check in {**shape.checks, **PROVENANCE}.items():
        value = cells.get(column)
        if check and value and not check.holds(value):
            yield Problem.of(name, row.line, check.rule, column=column, value=value, **check.must(value))
    key = "|".join(cells.get(column, "") for column in shape.key)
    check = shape.values.get(key)
    for column in ("value", *shape.bounds):
        value = cells.get(column)
        if check and value and not check.holds(value) and shape.checks[column].holds(value):
            yield Problem.of(name, row.line, check.rule, column=column, value=value, **check.must(value))
    if shape.bounds:
        yield from _bound_problems(name, shape, row, check or shape.checks["value"])
    for column, wanted in shape.pinned.get(key, {}).items():
        if cells.get(column) != wanted:
            only = one_of(wanted) if wanted else EMPTY
            words = {"column": column, "value": cells.get(column), "must_zh": only.zh, "must_en": only.en}
            yield Problem.of(name, row.line, only.rule, **words)


def _bound_problems(name: str, shape: ListShape, row: Row, check: Check) -> Iterator[Problem]:
    """Bounds the wrong way round, and a value beyond them; what `check` does not take is told elsewhere."""
    texts = [row.cells.get(column, "") for column in shape.bounds]
    if not all(map(check.holds, texts)):
        return
    low, high = map(Decimal, texts)
    if low > high:
        wrong, value = shape.bounds[0], texts[0]
        must_zh, must_en = f"不应大于 {shape.bounds[1]} {texts[1]}", f"must not be above {shape.bounds[1]} {texts[1]}"
    else:
        wrong, value = "value", row.cells.get("value", "")
        must_zh, must_en = f"应在 {texts[0]} 到 {texts[1]} 之间", f"must be from {texts[0]} to {texts[1]}"
        if not check.holds(value) or low <= Decimal(value) <= high:
            return
    yield Problem.of(name, row.line, "bad_value", column=wrong, value=value, must_zh=must_zh, must_en=must_en)


def _predicate_problems(name: str, row: Row) -> Iterator[Problem]:
    texts = {"predicate": VERDICT, "needs": VERDICT, "share_met": COUNT, "share_of": COUNT}
    for column, gives in texts.items():
        table = row.cells["table_name"]
        text = row.cells.get(column)
        if text and (fault := predicate_fault(text, table, gives)):
            yield Problem.of(name, row.line, "bad_predicate", column=column, table=table, zh=fault.zh, en=fault.en)


def _share_problems(name: str, row: Row) -> Iterator[Problem]:
    """A share of which one part is missing, or that the verdicts on its table have no room for."""
    given = [column for column in ("share_met", "share_of") if row.cells.get(column)]
    for column in {"share_met", "share_of"} - set(given) if given else ():
        yield Problem.of(name, row.line, "missing_value", column=column)
    if given and row.cells.get("table_name") not in SHARED:
        words = {"column": given[0], "value": row.cells[given[0]], "must_zh": "只用于 " + "、".join(SHARED)}
        yield Problem.of(name, row.line, "bad_value", **words, must_en="is for " + ", ".join(SHARED))


def _rule_problems(lists: Mapping[str, tuple[Entry, ...]], whole: bool) -> Iterator[Problem]:
    """Indicators that nothing measures and nothing explains, and tables with more rules than a row's verdicts have room for."""
    rules = lists.get("quality_rule", ())
    measured = {rule.body.get("indicator_code") for rule in rules}
    for entry in lists.get("quality_indicator", ()):
        # A score's models tell a rule's dimension by its indicator's code.
        if not entry.entry_key.startswith(entry.body["dimension_code"]):
            words = {"column": "indicator_code", "value": entry.entry_key, "must_zh": INDICATOR.zh}
            yield Problem.of(entry.source_file, entry.line, "bad_value", **words, must_en=INDICATOR.en)
    for entry in lists.get("quality_indicator", ()) if whole else ():
        explained = entry.body.get("why_not_zh") and entry.body.get("why_not_en")
        if entry.entry_key not in measured and not explained:
            yield Problem.of(entry.source_file, entry.line, "no_rule", indicator=entry.entry_key)
    for table in rule_tables():
        found = [rule for rule in rules if rule.body.get("table_name") == table]
        for rule in found[_MOST_RULES:]:
            yield Problem.of(rule.source_file, rule.line, "too_many_rules", table=table, most=_MOST_RULES)


def _check_problems(lists: Mapping[str, tuple[Entry, ...]]) -> Iterator[Problem]:
    """Checks of forms that reckon with what is no column of the form: their SQL would not run."""
    columns: dict[str, set[str]] = {}
    for entry in lists.get("report_column", ()):
        columns.setdefault(entry.body["form"], set()).add(entry.body["column"])
    for check in lists.get("report_check", ()) if "report_column" in lists else ():
        form = check.body["form"]
        of_right = check.body.get("other_form", form) if check.body["check_kind"] == "between" else form
        for side, of in (("left", form), ("right", of_right)):
            for name in check.body[side].replace("+", " ").replace("-", " ").split():
                if name not in columns.get(of, ()):
                    words = {"list": f"report_column ({of})", "to": file_of("report_column"), "value": name}
                    hint = near(name, sorted(columns.get(of, ())), listed=False)
                    yield Problem.of(check.source_file, check.line, "unknown_reference", **words, near=hint)


def _duplicates(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    first: dict[tuple[str, date], Entry] = {}
    for entry in entries:
        earlier = first.setdefault((entry.entry_key, entry.effective_from), entry)
        if earlier is not entry:
            place = earlier.line if earlier.source_file == entry.source_file else earlier.source_pointer
            words = {"key": entry.entry_key, "date": entry.effective_from, "earlier": place}
            yield Problem.of(entry.source_file, entry.line, "duplicate_key", **words)


def _twin_labels(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    """Labels of a code list that differ in case alone, which catalogues do not tell apart, but do not say the same."""
    said: dict[tuple[str, str], set[tuple[str, date]]] = {}
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = entry.body["code_list"], entry.body["label"].lower()
        earlier = first.setdefault(key, entry)
        if earlier.body["label"] == entry.body["label"]:
            said.setdefault(key, set()).add((entry.body["code"], entry.effective_from))
    for entry in entries:
        key = entry.body["code_list"], entry.body["label"].lower()
        if (entry.body["code"], entry.effective_from) not in said[key]:
            words = {"label": entry.body["label"], "other": first[key].body["label"]}
            yield Problem.of(entry.source_file, entry.line, "twin_label", **words)


def _missing_entries(lists: Mapping[str, tuple[Entry, ...]]) -> Iterator[Problem]:
    """Entries that models cannot do without, of lists that are there."""
    for list_name, entries in lists.items():
        known = {entry.entry_key for entry in entries}
        for key in LISTS[list_name].needed if list_name in LISTS else ():
            if key not in known:
                yield Problem.of(file_of(list_name), 0, "missing_entry", key=key)


def _dangling(lists: Mapping[str, tuple[Entry, ...]]) -> Iterator[Problem]:
    """References to entries that are not there, of lists that are."""
    for list_name, entries in lists.items():
        for names, target in LISTS[list_name].references if list_name in LISTS else ():
            columns = [name.partition("=")[0] for name in names]
            theirs = [name.partition("=")[2] or name for name in names]
            known = {tuple(entry.body.get(column, "") for column in theirs) for entry in lists.get(target, ())}
            for entry in entries if target in lists else ():
                value = [entry.body[column] for column in columns if column in entry.body]
                if len(value) == len(columns) and tuple(value) not in known:
                    text = "|".join(value)
                    hint = near(text, sorted(map("|".join, known)), listed=False)
                    words = {"list": target, "to": file_of(target), "value": text, "near": hint}
                    yield Problem.of(entry.source_file, entry.line, "unknown_reference", **words)

"""One form of a city's own: what the policy says of it, and the table that this makes, or the rule that it breaks.

Belongs here: names, columns, key, layout and checks of such a form, and which tables its SELECT may read. Does not belong here: the rules
of any model (`model_rules.py`), which forms of a policy stand (`own_forms.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from readers.near import near
from readers.policy.files import Entry, PolicySet
from readers.policy.lists.report import COLUMN_DEFINITION, DEFINITION, MODEL
from readers.policy.problems import Problem
from warehouse.tables import cents, in_force
from warehouse.tables.columns import SUFFIXES, column_definitions
from warehouse.tables.definitions import all_tables
from warehouse.tables.model_rules import ModelFault, gives, judge, parsed, reads
from warehouse.tables.table import POLICY_ENTRY, Column, Table

REPORT = "report"
#: What the name of every own form begins with, and that of no shipped table.
OWN = "own_"
_NAME = re.compile(rf"{OWN}[a-z][a-z0-9_]{{0,55}}")
#: A longer text is no form, and would take long to judge.
_MOST_CHARACTERS = 200_000
#: Stages whose tables an own form may read: not the raw records, which have no types, nor the record of what was written.
_READABLE = ("policy", "delivered", "catalog", "quality", "classification", "registry", "valuation", "finance", REPORT)
#: Tables of reference values: nothing that is reported is made of them.
REFERENCE = frozenset(
    f"valuation.{name}"
    for name in (
        *("appraisal", "quality_adjustment", "cost_method", "expert_method", "income_report", "income_method"),
        *("comparable_value", "market_method", "sensitivity", "reference_value"),
    )
)
#: It counts the cards that have a reference value, and has no amount.
_COUNTS_REFERENCES = f"{REPORT}.form_r6"
#: It reads the forms that policy has checks of, so that none of these may read it.
_CHECKS = f"{REPORT}.form_check"
_LAYOUT = ("report_form", "report_sheet", "report_column")
#: What the model of checks asks of a form besides its amounts.
_OF_CHECKS = ("period", "report_kind", "level", "entity_code", "entity_name")


@dataclass(frozen=True)
class Source:
    """What policy says of an own form, each with the line where it stands.

    said: of the form itself. columns: of each column shown its label and definition. sheets: of each its workbook and the columns that it
    goes by. summed: the columns that checks reckon with. model: SQL, or None where there is none.
    """

    form: str
    line: int
    model: str | None
    said: tuple[tuple[str, str], ...] | None
    columns: tuple[tuple[str, int, tuple[tuple[str, str], ...]], ...]
    sheets: tuple[tuple[str, int, tuple[str, ...]], ...]
    summed: tuple[tuple[str, int], ...]
    has_rows: bool

    @property
    def layout_file(self) -> str:
        return f"forms/{self.form}.toml"

    @property
    def model_file(self) -> str:
        return f"forms/{self.form}.sql"


class Refused(ValueError):  # noqa: N818 - it says what came of a form
    """An own form breaks a rule."""

    def __init__(self, source: Source, rule: str, line: int, *, of_model: bool = False, **details: object) -> None:
        self.problem = Problem.of(source.model_file if of_model else source.layout_file, line, rule, **details)
        super().__init__(str(self.problem))


def sources(policy: PolicySet) -> Iterator[Source]:
    """The own forms of a policy, each as its last version says."""
    models = {entry.body["form"]: entry.body.get("sql", "") for entry in policy.lists.get(MODEL, ())}
    forms = {e.body["form"]: e for e in _ordered(policy, "report_form") if e.body["form"].startswith(OWN)}
    for form in sorted({*models, *forms}):
        head = forms.get(form)
        columns = {e.body["column"]: e for e in _ordered(policy, "report_column") if e.body["form"] == form}
        yield Source(
            form,
            head.line if head else 0,
            models.get(form),
            tuple(sorted(head.body.items())) if head else None,
            tuple((name, e.line, tuple(sorted(e.body.items()))) for name, e in columns.items()),
            tuple(
                (e.body["workbook"], e.line, _named(e))
                for e in _ordered(policy, "report_sheet")
                if e.body["form"] == form
            ),
            tuple(_summed(policy, form)),
            any(e.body["form"] == form for e in policy.lists.get("report_row", ())),
        )


def own_table(source: Source) -> Table:
    """The table of an own form.

    Raises:
        Refused: with the first rule that it breaks.
    """
    said = _said(source)
    text = cents.expanded(in_force.expanded(str(source.model)))
    try:
        parsed(text)
        _check_inputs(source, reads(text))
        columns = tuple(_columns(source, gives(text, _readable())))
        names = [column.name for column in columns]
        table = Table(
            stage=REPORT,
            name=source.form,
            label=said["title_zh"],
            grain_zh=said["grain_zh"],
            grain_en=said["grain_en"],
            zh=said["meaning_zh"],
            en=said["meaning_en"],
            key=tuple(said["key_columns"].split(";")),
            columns=columns,
            partition="period" if "period" in names else None,
            model=text,
            layout_lists=_LAYOUT,
        )
        _check_key(source, table)
        _check_layout(source, table)
        _check_sums(source, table)
        judge(table, _readable())
    except ModelFault as fault:
        raise Refused(source, fault.rule, fault.line, of_model=True, **fault.details) from fault
    return table


def _ordered(policy: PolicySet, list_name: str) -> list[Entry]:
    return sorted(policy.lists.get(list_name, ()), key=lambda entry: (entry.effective_from, entry.line))


def _named(sheet: Entry) -> tuple[str, ...]:
    """The columns that a sheet chooses and orders its rows by."""
    terms = ";".join(filter(None, (sheet.body.get("shows"), sheet.body["order_by"])))
    return tuple(re.split("=|<>", term)[0] for term in terms.split(";"))


def _summed(policy: PolicySet, form: str) -> Iterator[tuple[str, int]]:
    """The columns of a form that checks reckon with, of its own checks and of those that compare another one with it."""
    for check in policy.lists.get("report_check", ()):
        body, is_between = check.body, check.body["check_kind"] == "between"
        sides = [body["left"]] if body["form"] == form else []
        sides += [body["right"]] if (body.get("other_form") if is_between else body["form"]) == form else []
        yield from ((name, check.line) for side in sides for name in re.findall(r"[a-z]\w*", side))


def _said(source: Source) -> Mapping[str, str]:
    """What the form says of its table, if names and files are as they must be."""
    if not _NAME.fullmatch(source.form):
        raise Refused(source, "own_name", 0, of_model=source.said is None, name=source.form)
    name = f"{REPORT}.{source.form}"
    if name in all_tables():
        raise Refused(source, "own_taken", source.line, name=name)
    if source.said is None:
        raise Refused(source, "own_no_form", 0, of_model=True, at=source.layout_file)
    if source.model is None:
        raise Refused(source, "own_no_model", source.line, at=source.model_file)
    if "\ufffd" in source.model or len(source.model) > _MOST_CHARACTERS:
        raise Refused(source, "own_encoding", 0, of_model=True, most=_MOST_CHARACTERS)
    said = dict(source.said)
    if said["table"] != name:
        raise Refused(source, "own_table", source.line, value=said["table"], wanted=name)
    if missing := [column for column in DEFINITION if column not in said]:
        raise Refused(source, "own_definition", source.line, columns=", ".join(missing))
    return said


def _columns(source: Source, outputs: Sequence[str]) -> Iterator[Column]:
    """The columns of what the SELECT gives: those that shipped tables have, and those that the form defines."""
    known = _shipped_columns()
    defined = {name: (line, dict(said)) for name, line, said in source.columns}
    for name in outputs:
        line, said = defined.get(name, (source.line, {}))
        given = [part for part in COLUMN_DEFINITION if part in said]
        if name in known:
            of = known[name]
            if given:
                raise Refused(source, "own_column_known", line, column=name, type=of.type, label=of.label)
            yield of
        elif len(given) < len(COLUMN_DEFINITION):
            raise Refused(source, "own_column", line, column=name, near=near(name, sorted(known), listed=False))
        else:
            _check_suffix(source, line, name, said["column_type"])
            yield Column(name, said["column_type"], said["label_zh"], said["meaning_zh"], said["meaning_en"])


def _check_suffix(source: Source, line: int, name: str, of_type: str) -> None:
    words = [(suffix, wanted) for suffix, wanted in SUFFIXES.items() if name.endswith(suffix)]
    words += [("is_", "BOOLEAN")] if name.startswith("is_") else []
    for word, wanted in words:
        if of_type != wanted:
            raise Refused(source, "own_suffix", line, column=name, type=of_type, suffix=word, wanted=wanted)


def _check_inputs(source: Source, names: Sequence[str]) -> None:
    for name in names:
        if name not in _readable():
            lines = str(source.model).splitlines()
            line = next((n for n, text in enumerate(lines, 1) if name in text.replace('"', "")), 0)
            words = {
                "table": name,
                "stages": ", ".join(_READABLE),
                "near": near(name, sorted(_readable()), listed=False),
            }
            raise Refused(source, "own_input", line, of_model=True, **words)


def _check_key(source: Source, table: Table) -> None:
    names = [column.name for column in table.columns]
    if unknown := [name for name in table.key if name not in names]:
        raise Refused(source, "own_key", source.line, column=unknown[0])
    if table.partition and table.partition not in table.key:
        raise Refused(source, "own_key", source.line, column=table.partition)


def _check_layout(source: Source, table: Table) -> None:
    names = [column.name for column in table.columns]
    if all(workbook != source.form for workbook, _, _ in source.sheets):
        raise Refused(source, "own_sheet", source.line, name=source.form)
    shown = [(name, line) for name, line, _ in source.columns]
    shown += [(name, line) for _, line, of_sheet in source.sheets for name in of_sheet]
    for name, line in shown:
        if name not in names:
            raise Refused(source, "own_shown", line, column=name, near=near(name, names, listed=False))


def _check_sums(source: Source, table: Table) -> None:
    """What the checks of the form need: else the model of all checks would not run."""
    if not source.summed:
        return
    types = {column.name: column.type for column in table.columns}
    needed = [(name, "") for name in (*_OF_CHECKS, *(("row_code",) if source.has_rows else ()))]
    needed += [(name, "number") for name, _ in source.summed]
    for name, kind in needed:
        is_there = name in types and (not kind or types[name].startswith(("DECIMAL", "BIGINT", "INTEGER")))
        if not is_there:
            raise Refused(source, "own_check", source.summed[0][1], column=name)


@cache
def _shipped_columns() -> Mapping[str, Column]:
    return {name: Column(name, **fields) for name, fields in column_definitions().items()}


@cache
def _readable() -> Mapping[str, Table]:
    """The tables that an own form may read."""
    barred = {*REFERENCE, _CHECKS, POLICY_ENTRY}
    for table in all_tables().values():  # each after those that it reads
        if barred & set(table.inputs) and table.stage != "policy" and table.qualified != _COUNTS_REFERENCES:
            barred.add(table.qualified)
    return {name: table for name, table in all_tables().items() if table.stage in _READABLE and name not in barred}

"""An entry of policy changes nothing before its day, in any list; from its day on it holds, for what is dated then."""

import csv
import io
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from readers.policy.files import Entry, PolicySet, load
from readers.policy.lists import FOLDERS, LISTS
from tests.homes import ask, contents, lake_of, run_home
from warehouse.asking.policy_diff import policy_diff
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

#: After every delivery of the example city, and after every date in them.
AHEAD = date(2099, 1, 1)
#: Before every delivery, after the first versions of the shipped entries.
BEFORE = date(2025, 1, 2)
#: What may not change in an entry: its key, what the typed tables stand on, and what the rest of the entry must fit.
KEPT = {
    "delivery_column": ("value_type", "code_list", "is_strict", "is_key"),
    "heading_synonym": ("column",),
    "bare_table": ("column",),
    "quality_indicator": ("dimension_code", "why_not_zh", "why_not_en"),
    "rejection_rule": ("severity",),
    "report_check": ("check_kind", "left", "right", "other_form", "levels"),
    "report_form": ("table",),
    "report_row": ("position",),
}


#: The tables of verdicts, by which table of rows they are about; their last two columns are bits.
MEASURES = {
    "quality.resource_measure": "catalog.resource",
    "quality.field_measure": "catalog.resource_field",
    "quality.content_table_measure": "catalog.content_table",
    "quality.content_column_measure": "catalog.content_column",
    "quality.delivery_measure": "landing.delivery_outcome",
}
#: What rules count that judge more than the row, a row a rule and row.
SHARES = "quality.share_measure"


@pytest.fixture(scope="module")
def home(few: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(shutil.copytree(few.root, tmp_path_factory.mktemp("in-force") / "home"))


def changed(policy: PolicySet, name: str, day: date) -> list[Entry]:
    """A version of each entry of a list from a day on, which says what another entry of the list says, or of a named value one near it."""
    entries = policy.lists[name]
    codes = dict.fromkeys((entry.body.get("code_list", ""), entry.body.get("code", "")) for entry in entries)
    versions = []
    for entry, other in zip(entries, (*entries[1:], *entries[:1]), strict=True):
        kept = (*LISTS[name].key, *KEPT.get(name, ()))
        body = {**other.body, **{column: entry.body[column] for column in kept if column in entry.body}}
        body |= LISTS[name].pinned.get(entry.entry_key, {})
        if "value" in entry.body or LISTS[name].bounds:
            body = {**entry.body, "value": _near(entry)}
        if name == "code_value":
            # Labels that differ in case alone keep one code between them.
            mates = [code for of, code in codes if of == entry.body["code_list"]]
            body["code"] = mates[(mates.index(entry.body["code"]) + 1) % len(mates)]
        versions.append({**body, "effective_from": f"{day}", "source": "test", "status": "proposal"})
    return [
        Entry(name, entry.entry_key, day, "proposal", "test", body, entry.source_file, "", entry.source_pointer, "")
        for entry, body in zip(entries, versions, strict=True)
        if entry.effective_from < day
    ]


def _near(entry: Entry) -> str:
    """Another value that the entry may have, one more or one less; its own where there is none."""
    own, check = (
        entry.body.get("value", ""),
        LISTS[entry.list_name].values.get(entry.body[LISTS[entry.list_name].key[0]]),
    )
    try:
        number = Decimal(own)
    except InvalidOperation:
        return own
    steps = map(Decimal, ("1", "-1", "0.1", "-0.1", "0.01", "-0.01", "0.001", "-0.001"))
    near = [format(number + step, "f") for step in steps]
    bounds = [Decimal(entry.body[name]) for name in LISTS[entry.list_name].bounds]
    fits = [text for text in near if not bounds or bounds[0] <= Decimal(text) <= bounds[1]]
    return next((text for text in fits if check is None or check.holds(text)), own)


def write(home: Home, versions: Mapping[str, list[Entry]]) -> None:
    """Add versions to the policy files of a home."""
    for name, entries in versions.items():
        if place := next(
            ((folder, head) for folder, heads in FOLDERS.items() for head, of in heads.items() if of == name), None
        ):
            folder, head = place
            text = "\n".join(_toml(head, entry.body) for entry in entries)
            (home.policy / folder / f"zz_ahead_{head}.toml").write_text(text, "utf-8")
            continue
        file = home.policy / f"{name}.csv"
        text = file.read_text("utf-8-sig")
        header = next(csv.reader([text.splitlines()[0]]))
        rows = io.StringIO()
        writer = csv.DictWriter(rows, header, lineterminator="\n", extrasaction="ignore")
        writer.writerows(dict(entry.body) for entry in entries)
        file.write_text(text.rstrip("\n") + "\n" + rows.getvalue(), "utf-8")


def _toml(head: str, body: Mapping[str, str]) -> str:
    lines = (f"{name} = '''{value}'''" for name, value in body.items())
    return f"[[{head}]]\n" + "\n".join(lines) + "\n"


def test_entries_dated_ahead_change_nothing_in_any_list(home: Home) -> None:
    policy = load(home.policy)
    before, files = contents(home), _reports(home)
    versions = {name: changed(policy, name, AHEAD) for name in LISTS if policy.lists.get(name)}
    assert {name for name, found in versions.items() if found} == {n for n in LISTS if policy.lists.get(n)}
    write(home, versions)
    assert len(load(home.policy).entries) == 2 * len(policy.entries)
    run_home(home)
    after = contents(home)
    assert len(after["policy.entry"]) == 2 * len(before["policy.entry"])
    for name in before:
        if name in MEASURES:
            assert _verdicts(after, name) == _verdicts(before, name), name
        elif name == SHARES:
            assert _shares(after) == _shares(before)
        elif not name.startswith(("policy.", "audit.")):
            assert after[name] == before[name], name
    assert _reports(home) == files


def _verdicts(tables: Mapping[str, list[tuple[Any, ...]]], name: str) -> list[tuple[Any, ...]]:
    """The rows of a table of verdicts with the bits of the rules in force: a version to come has a bit, and nothing asks for it."""
    bits = sum(bit for table, bit in _bits(tables) if table == MEASURES[name])
    return [(*row[:-2], row[-2] & bits, row[-1] & bits) for row in tables[name]]


def _shares(tables: Mapping[str, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """The shares that rules in force counted: those of a version to come have its bit, and nothing asks for them."""
    names = [column.name for column in all_tables()[SHARES].columns]
    table, bit = names.index("table_name"), names.index("rule_bit")
    return [row for row in tables[SHARES] if (row[table], row[bit]) in _bits(tables)]


def _bits(tables: Mapping[str, list[tuple[Any, ...]]]) -> set[tuple[str, int]]:
    """The bits of the rules in force, with the tables that they are about."""
    names = [column.name for column in all_tables()["quality.rule"].columns]
    return {(rule[names.index("table_name")], rule[names.index("rule_bit")]) for rule in tables["quality.rule"]}


def _reports(home: Home) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(home.reports.glob("*/*.xlsx"))}


def _from(policy: PolicySet, name: str, day: date) -> PolicySet:
    return PolicySet({**policy.lists, name: (*policy.lists[name], *changed(policy, name, day))})


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [
        "cost_treatment",
        "grade_level",
        "grade_matrix",
        "access_limit",
        "recognition_criterion",
        "quality_dimension",
        "reconciliation_kind",
    ],
)
def test_the_same_entries_change_tables_once_their_day_has_come(home: Home, name: str) -> None:
    policy = load(home.policy)
    period = ask(home, "SELECT max(period) FROM report.form_r1")[0][0]
    assert policy_diff(lake_of(home), _from(policy, name, BEFORE), period).tables


def test_a_treatment_holds_for_what_is_posted_from_its_day(home: Home) -> None:
    """A rule of 2027 changed the books of June 2026 before; here one of a day in between divides the lines."""
    days = [day for (day,) in ask(home, "SELECT DISTINCT posted_date FROM valuation.cost_line ORDER BY posted_date")]
    middle = days[len(days) // 2]
    file = home.policy / "cost_treatment.csv"
    kept = file.read_text("utf-8")
    file.write_text(f"{kept.rstrip()}\ndevelopment,expensed,,,test,proposal,{middle}\n", "utf-8")
    try:
        run_home(home, stages=("valuation",))
        found = dict(_treatments(home, middle))
        assert found == {"before": {"capitalised"}, "from": {"expensed"}}
    finally:
        file.write_text(kept, "utf-8")
        run_home(home, stages=("valuation",))


def _treatments(home: Home, day: date) -> Iterator[tuple[str, set[str]]]:
    for side, sign in (("before", "<"), ("from", ">=")):
        rows = ask(
            home,
            f"SELECT DISTINCT treatment FROM valuation.cost_line WHERE phase = 'development' AND posted_date {sign} $day",
            day=day,
        )
        yield side, {treatment for (treatment,) in rows}


def test_policy_check_tells_what_is_to_come(home: Home) -> None:
    result = CliRunner().invoke(app, ["policy", "check", "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    told = next(line for line in result.output.splitlines() if line.startswith("cost_treatment:"))
    assert "3 项尚未生效 / to come, from 2099-01-01" in told

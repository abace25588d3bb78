"""Policy in the text of models: where it has a mark, what policy says is put there when the text is loaded.

So a rule of quality is written once, in `policy/quality`, and what runs is plain SQL that is kept, traced and verified.

| mark | becomes |
|---|---|
| `/*+ table NAME */` | the SELECT of a table that rules look at, with its helper columns (`rule_tables/NAME.sql`) |
| `/*+ each NAME: TEXT */` | TEXT once for each rule on the table |
| `/*+ entries LIST: TEXT */` | TEXT once for each version of each entry of a list, `{column}` being its cell as a SQL literal |
| `/*+ checks KIND: TEXT */` | TEXT once for each version of each check of that kind on the forms of reports |

In TEXT of `each`, `{bit}` is the bit that stands for the rule in the verdicts of a row of its table, `{assessed}` the condition under which
a row is assessed, `{met}` that under which it is assessed and meets the rule, both over `t`; `{share}` is a struct of the bit and of how
many rows or values behind the row were assessed and meet the rule, a comma before it, or nothing for a rule without a share. Each version
of a rule has a bit, in the order of effective_from and code, as in `quality.rule`, which says which are in force: one that is to come moves
no other's. `entries` is for patterns: DuckDB compiles one that comes from a row anew for each row that it is matched with, which took 78 of
the 219 seconds of a run over 100,000 resources; one that stands in the text is compiled once. In TEXT of `checks`, `{form}`,
`{check_code}` and `{effective_from}` are literals, `{table}` and `{other}` the tables of the form and of the one that it is compared with,
`{left}` and `{right}` the sums over `t` and, but within a form, `o`, `{levels}` the condition on `t` for the rows that are looked at, and
`{row_code}` that of forms with fixed rows. Does not belong here: what a predicate may be (`readers/policy/predicates.py`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from readers.policy.files import Entry, PolicySet
from readers.policy.lists import FOLDERS, LISTS
from readers.policy.predicates import COUNT, rendered, rule_tables
from warehouse.tables import in_force
from warehouse.tables.quoting import literal

#: Lists whose entries stand in the text of models.
_LISTS_IN_TEXT = ("confidential_term", "detector", "detector_term", "grade_matrix", "grade_rule")
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
_MARK = re.compile(r"/\*\+ (table|each|entries|checks) (\S+?)(?:: (.*?))? \*/", re.DOTALL)


def has_marks(model: str) -> bool:
    """Whether a model's text depends on the rules of policy."""
    return _MARK.search(model) is not None


def expanded(model: str, policy: PolicySet) -> str:
    """The model's text with the rules of a policy."""

    def put(mark: re.Match[str]) -> str:
        kind, name, text = mark.groups()
        if kind == "table":
            return _table(name)
        chosen = _WORDS[kind](policy, name)
        return "".join(f"\n        {text.format(**words)}" for words in chosen)

    return _MARK.sub(put, model)


@cache
def shipped_policy() -> PolicySet:
    """The shipped lists that marks ask for."""
    found = {
        f"{folder}/{file.name}": file
        for folder in FOLDERS
        for file in (files("policy") / folder).iterdir()
        if file.name.endswith(".toml")
    }
    found |= {f"{name}.csv": files("policy") / f"{name}.csv" for name in _LISTS_IN_TEXT}
    return PolicySet.of_files({name: file.read_bytes() for name, file in found.items()})


def rule_titles() -> dict[str, str]:
    """What each shipped rule asks, in Chinese and English, by its code, in the order of the files."""
    rules = shipped_policy().lists["quality_rule"]
    return {rule.entry_key: f"{rule.body['name_zh']} / {rule.body['name_en']}" for rule in rules}


def _rules(policy: PolicySet, table: str) -> Iterator[dict[str, str]]:
    """The words of each version of each rule on a table."""
    rules = [rule for rule in policy.lists.get("quality_rule", ()) if rule.body["table_name"] == table]
    for number, rule in enumerate(sorted(rules, key=lambda rule: (rule.effective_from, rule.entry_key))):
        yield _words(rule, table, number)


def _entries(policy: PolicySet, list_name: str) -> Iterator[dict[str, str]]:
    """The cells of each version of each entry of a list."""
    for entry in sorted(policy.lists.get(list_name, ()), key=lambda entry: (entry.entry_key, entry.effective_from)):
        cells = dict.fromkeys(LISTS[list_name].columns, "NULL") | {
            name: literal(cell) for name, cell in entry.body.items()
        }
        yield cells | {"entry_key": literal(entry.entry_key)}


def _checks(policy: PolicySet, kind: str) -> Iterator[dict[str, str]]:
    """The words of each version of each check of a kind whose form, and the one that it is compared with, have a table."""
    tables = {form.entry_key: form.body["table"] for form in policy.lists.get("report_form", ())}
    checks = [check for check in policy.lists.get("report_check", ()) if check.body["check_kind"] == kind]
    for check in sorted(checks, key=lambda check: (check.entry_key, check.effective_from)):
        body = check.body
        levels = ", ".join(map(literal, body.get("levels", "").split(";")))
        yield {
            "form": literal(body["form"]),
            "check_code": literal(body["check_code"]),
            "effective_from": f"DATE {literal(body['effective_from'])}",
            "table": tables[body["form"]],
            "other": tables.get(body.get("other_form", ""), ""),
            "left": _COLUMN.sub(r"t.\g<0>", body["left"]),
            "right": _COLUMN.sub(r"t.\g<0>" if kind == "within" else r"o.\g<0>", body["right"]),
            "levels": f"t.level IN ({levels})" if "levels" in body else "TRUE",
            "row_code": "t.row_code"
            if any(row.body["form"] == body["form"] for row in policy.lists.get("report_row", ()))
            else "''",
        }


def _words(rule: Entry, table: str, number: int) -> dict[str, str]:
    predicate = rendered(rule.body["predicate"], table, "t")
    needs = rendered(rule.body["needs"], table, "t") if "needs" in rule.body else ""
    return {
        "bit": str(1 << number),
        "assessed": f"({needs})" if needs else "TRUE",
        "met": f"({needs}) AND ({predicate})" if needs else f"({predicate})",
        "share": _share(rule, table, number, needs),
    }


def _share(rule: Entry, table: str, number: int, needs: str) -> str:
    """A struct of the counts behind a row, so that the share is never below nothing nor above the whole; empty for a rule without."""
    if "share_of" not in rule.body:
        return ""
    met, of = (rendered(rule.body[name], table, "t", COUNT) for name in ("share_met", "share_of"))
    whole = f"CASE WHEN {f'({needs})' if needs else 'TRUE'} THEN greatest({of}, 0) ELSE 0 END"
    part = f"greatest(least({met}, {of}), 0)"
    return (
        f", {{'rule_bit': CAST({1 << number} AS BIGINT), 'met': CAST(coalesce({part}, 0) AS BIGINT), "
        f"'assessed': CAST(coalesce({whole}, 0) AS BIGINT)}}"
    )


_WORDS: Mapping[str, Callable[[PolicySet, str], Iterator[dict[str, str]]]] = {
    "each": _rules,
    "entries": _entries,
    "checks": _checks,
}


@cache
def _table(name: str) -> str:
    text = (files("warehouse.tables") / "rule_tables" / f"{rule_tables()[name].name}.sql").read_text("utf-8")
    text = in_force.expanded(text)
    return "\n" + "".join(f"        {line}\n" for line in text.rstrip().splitlines()) + "    "

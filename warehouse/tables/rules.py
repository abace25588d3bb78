"""The rules of quality in the models: where a model's text has a mark, what policy says is put there when the text is loaded.

So a rule is written once, in `policy/quality`, and what runs is plain SQL that is kept, traced and verified like any other model.

| mark | becomes |
|---|---|
| `/*+ table NAME */` | the SELECT of a table that rules look at, with its helper columns (`rule_tables/NAME.sql`) |
| `/*+ each NAME: TEXT */` | TEXT once for each rule on the table; `each NAME 03` takes those of a dimension, `each *` all rules |
| `/*+ limit NAME */` | the number under that name in `policy/quality_limit.csv` |

In TEXT `{code}` is the rule's code, `{bit}` the bit that stands for it in the verdicts of a row of its table, `{assessed}` the condition
under which a row is assessed, `{met}` that under which it is assessed and meets the rule; both over `t`.
Does not belong here: what a predicate may be (`readers/policy/predicates.py`).
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from readers.policy.files import Entry, PolicySet
from readers.policy.lists import FOLDERS
from readers.policy.predicates import rendered, rule_tables

_MARK = re.compile(r"/\*\+ (table|each|limit) (\S+?)(?: (\d\d))?(?:: (.*?))? \*/", re.DOTALL)


class MissingLimitError(ValueError):
    """`policy/quality_limit.csv` lacks a limit that a model needs."""


def has_marks(model: str) -> bool:
    """Whether a model's text depends on the rules of policy."""
    return _MARK.search(model) is not None


def expanded(model: str, policy: PolicySet) -> str:
    """The model's text with the rules that are in force in a policy.

    Raises:
        MissingLimitError: it names the limit.
    """
    rules = list(_rules(policy))

    def put(mark: re.Match[str]) -> str:
        kind, name, dimension, text = mark.groups()
        if kind == "table":
            return _table(name)
        if kind == "limit":
            return _limit(policy, name)
        chosen = [
            words for table, indicator, words in rules if name in ("*", table) and indicator.startswith(dimension or "")
        ]
        return "".join(f"\n        {text.format(**words)}" for words in chosen)

    return _MARK.sub(put, model)


@cache
def shipped_policy() -> PolicySet:
    """The shipped rules and limits, without the lists that no mark asks for."""
    shipped = files("policy")
    folder = FOLDERS["quality_rule"][0]
    found = {f"{folder}/{file.name}": file for file in (shipped / folder).iterdir() if file.name.endswith(".toml")}
    found["quality_limit.csv"] = shipped / "quality_limit.csv"
    return PolicySet.of_files({name: file.read_bytes() for name, file in found.items()})


def rule_codes() -> tuple[str, ...]:
    """The codes of the shipped rules, in the order of the files."""
    return tuple(rule.entry_key for rule in shipped_policy().current("quality_rule"))


def rule_titles() -> dict[str, str]:
    """What each shipped rule asks, in Chinese and English, by its code."""
    rules = shipped_policy().current("quality_rule")
    return {rule.entry_key: f"{rule.body['name_zh']} / {rule.body['name_en']}" for rule in rules}


def _rules(policy: PolicySet) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Table, indicator and words of each rule in force, in the order of their codes."""
    current = sorted(policy.current("quality_rule"), key=lambda rule: rule.entry_key)
    for table in rule_tables():
        for number, rule in enumerate(rule for rule in current if rule.body["table_name"] == table):
            yield table, rule.body["indicator_code"], _words(rule, table, number)


def _words(rule: Entry, table: str, number: int) -> dict[str, str]:
    predicate = rendered(rule.body["predicate"], table, "t")
    needs = rendered(rule.body["needs"], table, "t") if "needs" in rule.body else ""
    return {
        "code": rule.entry_key,
        "bit": str(1 << number),
        "assessed": f"({needs})" if needs else "TRUE",
        "met": f"({needs}) AND ({predicate})" if needs else f"({predicate})",
    }


@cache
def _table(name: str) -> str:
    text = files("warehouse.tables").joinpath("rule_tables", f"{rule_tables()[name].name}.sql").read_text("utf-8")
    return "\n" + "".join(f"        {line}\n" for line in text.rstrip().splitlines()) + "    "


def _limit(policy: PolicySet, name: str) -> str:
    for entry in policy.current("quality_limit"):
        if entry.entry_key == name:
            return str(int(entry.body["value"]))
    raise MissingLimitError(
        f"policy/quality_limit.csv has no entry “{name}”; take it over from the shipped policy 缺少条目，请从随附的政策中补上"
    )

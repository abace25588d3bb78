"""The forms of a city's own: tables of stage report whose SELECT and definition stand in the policy of a home, not in the package.

A form `own_NAME` is `policy/forms/own_NAME.sql`, its SELECT, and `policy/forms/own_NAME.toml`, which has its layout, as for any form, and
what its table is; the table is `report.own_NAME`. What tables a home has follows from its policy and from nothing else: nothing is
registered anywhere. A form that breaks a rule is left out, of the tables and of the policy that is put into the lake, and all else goes on.

Belongs here: which forms stand, and why others do not. Does not belong here: the rules of any model (`model_rules.py`), what makes a
policy file well-formed (`readers/policy`), building.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from readers.policy.files import PolicyError, PolicySet, load
from readers.policy.lists.report import MODEL
from readers.policy.models import is_model
from readers.policy.problems import Problem
from warehouse.tables.definitions import all_tables
from warehouse.tables.own_source import OWN, REPORT, Refused, Source, own_table, sources
from warehouse.tables.table import Table, Tables


@dataclass(frozen=True)
class Standing:
    """What stands of a policy: it without the forms that break a rule, the tables that there are by it, and what is wrong with the others.

    tables: the shipped ones and those of the own forms that stand, with the models that they have under the shipped rules.
    """

    policy: PolicySet
    tables: Tables
    refused: tuple[Problem, ...]


def standing(policy: PolicySet) -> Standing:
    """What stands of a policy."""
    if not _has_own(policy):
        return Standing(policy, all_tables(), ())
    found, refused, gone = [], [], set()
    for source in sources(policy):
        judged = _judged(source)
        if isinstance(judged, Table):
            found.append(judged)
        else:
            refused.append(judged)
            gone.add(source.form)
    tables = _with_own(tuple(found))
    # Another layout of a table that is not there goes with it.
    gone |= {form for form, table in _tables_shown(policy) if _is_own(table) and table not in tables}
    return Standing(policy.without(frozenset(gone)), tables, tuple(sorted(refused)))


def home_standing(folder: Path) -> Standing:
    """What stands of the policy in a folder.

    Raises:
        PolicyError: a policy file is wrong.
    """
    return standing(load(folder))


def home_policy(folder: Path) -> PolicySet:
    """What stands of the policy in a folder, without the forms that break a rule: what is put into the lake and published by.

    Raises:
        PolicyError: a policy file is wrong.
    """
    return home_standing(folder).policy


def home_tables(folder: Path) -> Tables:
    """The tables of a home by the folder of its policy; of a policy that cannot be read, those of the package."""
    stands = _readable_standing(folder)
    return stands.tables if stands else all_tables()


def refused_forms(folder: Path) -> tuple[Problem, ...]:
    """Why own forms of a home do not stand; nothing is said of a policy that cannot be read."""
    stands = _readable_standing(folder)
    return stands.refused if stands else ()


def _readable_standing(folder: Path) -> Standing | None:
    # Most homes have no form of their own, and need not read their policy to know their tables.
    if not any(file.name.startswith(OWN) or is_model(file.name) for file in (folder / "forms").glob("*")):
        return None
    try:
        return home_standing(folder)
    except PolicyError:
        return None  # whoever needs the policy is told what is wrong with it


def own_tables(tables: Tables) -> list[Table]:
    """The tables of a city's own forms among some."""
    return [table for table in tables.of_stage(REPORT) if _is_own(table.qualified)]


def own_in_lake(names: Iterable[str]) -> list[str]:
    """The names among some, `stage.table`, that are those of own forms, whether or not they are there still."""
    return [name for name in names if _is_own(name)]


def _is_own(qualified: str) -> bool:
    return qualified.startswith(f"{REPORT}.{OWN}")


def _has_own(policy: PolicySet) -> bool:
    return bool(policy.lists.get(MODEL)) or any(
        form.startswith(OWN) or _is_own(table) for form, table in _tables_shown(policy)
    )


def _tables_shown(policy: PolicySet) -> Iterator[tuple[str, str]]:
    return ((form.body["form"], form.body["table"]) for form in policy.lists.get("report_form", ()))


# A run asks at each stage, and so does every command: judging one form takes some 50 ms.
@lru_cache(maxsize=128)
def _judged(source: Source) -> Table | Problem:
    try:
        return own_table(source)
    except Refused as error:
        return error.problem


@lru_cache(maxsize=16)
def _with_own(own: tuple[Table, ...]) -> Tables:
    """The shipped tables and these: one object for the same, so that what is derived of it is derived once."""
    shipped: Mapping[str, Table] = all_tables()
    return Tables({**shipped, **{table.qualified: table for table in own}}) if own else all_tables()

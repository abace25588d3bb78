"""Whose report is asked for: the scope by its level and code, the kinds of report that there are, and which units count in an entity.

Does not belong here: what a report of them shows (`collect.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from readers.near import near
from warehouse import queries
from warehouse.building.build import parameters
from warehouse.publish.report.edition import GOVERNMENT, Scope

CITY, DISTRICT, UNIT = LEVELS = ("city", "district", "unit")


class ScopeError(ValueError):
    """No such scope, or no such kind of report. The message names what there is."""


@dataclass(frozen=True)
class Entity:
    """An entity of a level: its name, and the units that count in it at the end of the period."""

    name: str
    units: frozenset[str]


#: Entities by level and code.
Entities = Mapping[tuple[str, str], Entity]


def entities(connection: duckdb.DuckDBPyConnection, period: str) -> Entities:
    """The entities of all levels at the end of a period."""
    text = queries.text("report_entities")
    rows = connection.execute(text, parameters(text, period)).fetchall()
    return {(level, code): Entity(name, frozenset(units)) for level, code, name, units in rows}


def counted(connection: duckdb.DuckDBPyConnection, period: str, report_kind: str) -> Entities:
    """The entities of all levels that a report of a kind shows, each with those of its units that are of this kind."""
    values = {"period": period, "report_kind": report_kind}
    rows = connection.execute(queries.text("report_counted"), values).fetchall()
    return {(level, code): Entity(name, frozenset(units)) for level, code, name, units in rows}


def scope_of(given: str, known: Entities) -> Scope:
    """The scope of a text: `city`, `district:CODE` or `unit:CODE`.

    Raises:
        ScopeError: it is none.
    """
    level, _, code = given.partition(":")
    if level == CITY and not code:
        code = CITY
    if level not in LEVELS or not code:
        raise ScopeError(
            f"{given}: 范围应写作 city、district:代码 或 unit:代码 / city, district:CODE or unit:CODE is wanted"
        )
    if (level, code) not in known:
        codes = [entity for of, entity in known if of == level]
        raise ScopeError(
            f"{given}: 该期间没有这个对象 / no such entity in this period{near(code, codes, listed=level != UNIT)}"
        )
    return Scope(level, code, known[level, code].name)


def kind_of(connection: duckdb.DuckDBPyConnection, given: str | None, scope: Scope, period: str) -> tuple[str, str]:
    """The kind of report and its name; by default that of the unit, else that of administrative and public units, or the first that has
    units where there are none of these.

    Raises:
        ScopeError: the policy has no such kind, or the unit's report is of another one.
    """
    text = queries.text("report_kinds")
    rows = connection.execute(text, parameters(text, period)).fetchall()
    names = {kind: name for kind, name, _ in rows}
    own = next((kind for kind, _, units in rows if scope.level == UNIT and scope.code in (units or ())), None)
    filled = [kind for kind, _, units in rows if units]
    kind = given or own or (GOVERNMENT if GOVERNMENT in filled or not filled else filled[0])
    if kind not in names:
        raise ScopeError(f"--kind {kind}: 没有这种报告 / no such kind of report{near(kind, names)}")
    if own not in (None, kind):
        raise ScopeError(f"{scope.code}: 该单位列入 {own} / the report of this unit is of kind {own}")
    return kind, names[kind]

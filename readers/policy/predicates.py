"""Predicates of the rules of quality: one row in, true or false out, and nothing else.

Belongs here: what a predicate may be made of (columns of its table, a whitelist of functions), whether DuckDB takes it, and its text
as it stands in a model. Does not belong here: the shape of a rule's entry (`lists/quality.py`), running a rule (the models of stage
quality).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_DIALECT = "duckdb"

#: What a text over a row may give: whether it meets the rule, or how many rows or values behind it do.
VERDICT = ("BOOLEAN",)
COUNT = ("BIGINT", "INTEGER")
#: Tables whose rows stand for rows or values, so that a rule may count these (`quality.share_measure`).
SHARED = ("catalog.content_table", "catalog.content_column")

#: What a predicate may be made of: names of sqlglot's node types. None of them fails on a value or asks for another row.
_PART_GROUPS = (
    "Column Identifier Literal Boolean Null Paren DataType DataTypeParam",
    "And Or Not Is EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Between In Like ILike Case If Coalesce Nullif",
    "Add Sub Mul IntDiv Mod Neg Abs Greatest Least",
    "Concat ConcatWs DPipe Contains StartsWith EndsWith Left Right Length Lower Upper Trim Replace Reverse",
    "RegexpLike RegexpFullMatch RegexpExtract RegexpReplace SplitPart StrPosition Substring Translate",
    "TryCast Cast Day Month Quarter Year DateDiff",
)
_PARTS = frozenset(name for group in _PART_GROUPS for name in group.split())
_NAMED_FUNCTIONS = frozenset({"strip_accents", "nfc_normalize", "prefix", "suffix"})


class PredicateError(ValueError):
    """A text is no predicate over its table; why, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class RuleTable:
    """A table that rules look at: what one of its rows is called, and the types of the columns that a predicate may use."""

    name: str
    subject_kind: str
    columns: Mapping[str, str]
    helpers: Mapping[str, str]

    @property
    def types(self) -> Mapping[str, str]:
        return {**self.columns, **self.helpers}


@cache
def rule_tables() -> Mapping[str, RuleTable]:
    """The tables that rules may look at, by name."""
    described = tomllib.loads(files("readers.policy").joinpath("rule_tables.toml").read_text("utf-8"))
    return {name: RuleTable(name, **fields) for name, fields in described.items()}


def predicate_fault(text: str, table_name: str, gives: Sequence[str] = VERDICT) -> PredicateError | None:
    """Why a text is no predicate over a row of the table, or no count of what stands behind it (`COUNT`); None if it is one."""
    try:
        rendered(text, table_name, "t", gives)
    except PredicateError as error:
        return error
    return None


@cache
def rendered(text: str, table_name: str, alias: str, gives: Sequence[str] = VERDICT) -> str:
    """The predicate, or the count, as DuckDB SQL, each column under the alias.

    Raises:
        PredicateError: it is none.
    """
    table = rule_tables()[table_name]
    tree = _parsed(text)
    for node in tree.walk():
        _check(node, table)
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(alias))
        column.set("this", exp.to_identifier(column.name.lower()))
    sql = tree.sql(dialect=_DIALECT)
    _bind(sql, table, alias, tuple(gives))
    return sql


def _parsed(text: str) -> exp.Expr:
    try:
        trees = sqlglot.parse(f"SELECT {text}", dialect=_DIALECT)
    except SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise PredicateError(f"不是 SQL 表达式（{reason}）", f"it is no SQL expression ({reason})") from error
    select = trees[0] if len(trees) == 1 else None
    given = {name for name, value in select.args.items() if value} if isinstance(select, exp.Select) else set()
    if not isinstance(select, exp.Select) or given != {"expressions"} or len(select.expressions) != 1:
        raise PredicateError("只能是一个表达式", "it must be one expression and nothing else")
    if any(node.comments for node in select.walk()):
        raise PredicateError("不能含注释", "it must not have comments")
    tree = select.expressions[0]
    tree.pop()
    return tree


def _check(node: exp.Expr, table: RuleTable) -> None:
    kind = type(node).__name__
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in _NAMED_FUNCTIONS:
            raise PredicateError(f"不允许函数 {node.name}", f"the function {node.name} is not allowed")
    elif isinstance(node, exp.Column):
        if node.table or node.name.lower() not in table.types:
            named = node.sql(dialect=_DIALECT)
            known = ", ".join(table.types)
            raise PredicateError(
                f"{table.name} 没有列“{named}”，可用的列：{known}",
                f"{table.name} has no column “{named}”; it has {known}",
            )
    elif kind not in _PARTS:
        named = node.sql(dialect=_DIALECT)
        raise PredicateError(f"不允许“{named}”", f"“{named}” is not allowed")
    elif isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast) and not isinstance(node.this, exp.Literal):
        # It would stop the run at the first value that cannot be cast.
        raise PredicateError("请用 TRY_CAST 代替 CAST", "use TRY_CAST in place of CAST")
    elif isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
        raise PredicateError("IN 只能接取值", "IN must be followed by values")


def _bind(sql: str, table: RuleTable, alias: str, gives: tuple[str, ...]) -> None:
    """Let DuckDB plan and run the predicate over no row: it knows types, and what a function takes."""
    columns = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in table.types.items())
    try:
        found = (
            _engine()
            .cursor()
            .execute(f"DESCRIBE SELECT {sql} AS verdict FROM (SELECT {columns}) AS {alias}")  # noqa: S608 - checked above
            .fetchall()
        )
        _engine().cursor().execute(f"SELECT {sql} FROM (SELECT {columns}) AS {alias}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PredicateError(f"DuckDB 不接受（{reason}）", f"DuckDB does not take it ({reason})") from error
    if found[0][1] in gives:
        return
    if gives == COUNT:
        raise PredicateError(
            f"结果应为个数（整数），而不是 {found[0][1]}", f"it must give a count, an integer, not {found[0][1]}"
        )
    raise PredicateError(f"结果应为真或假，而不是 {found[0][1]}", f"it must give true or false, not {found[0][1]}")


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "enable_external_access": False})

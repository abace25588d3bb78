"""The rules that every model keeps, asked of its text and of empty tables: shipped ones by tests, a city's own when they are loaded.

Belongs here: whether provenance knows each construct, which parameters it has, whether DuckDB gives the columns and types that are
defined, whether a float feeds money, whether each row would be compared with each. Does not belong here: which tables a city's own form
may read and how its names are made (`own_forms.py`), what holds of rows (`building/build.py`), how SQL looks (`tests/sql_style.py`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from warehouse.provenance.columns import column_lineage
from warehouse.provenance.constructs import check
from warehouse.provenance.rewrite import rewrite
from warehouse.provenance.tree import DIALECT, UnsupportedConstruct, inputs, parse, qualified
from warehouse.tables.table import Table

#: The parameters of a model of a month, as of some month.
SAMPLE: Mapping[str, str | date] = {
    "period": "2026-06",
    "period_end": date(2026, 6, 30),
    "year_start": date(2026, 1, 1),
}
_PARAMETER = re.compile(r"\$(\w+)")
_FLOATS = ("DOUBLE", "FLOAT")
#: Arithmetic, aggregates, casts and choices: where an amount may become a float.
_ARITHMETIC = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Neg),
    *(exp.AggFunc, exp.Cast, exp.Case, exp.Coalesce),
)


class ModelFault(ValueError):  # noqa: N818 - it names the fault, which is no error of ours
    """A text breaks a rule of models. `rule` and `details`: as `readers.policy.problems` words it; `line` of the text, 0 if of none."""

    def __init__(self, rule: str, line: int = 0, **details: object) -> None:
        super().__init__(f"{rule} {details}")
        self.rule = rule
        self.line = line
        self.details = details


def judge(table: Table, tables: Mapping[str, Table]) -> None:
    """Hold a table's model against the rules.

    Args:
        tables: those that it may read, by qualified name.

    Raises:
        ModelFault: with the first rule that it breaks.
    """
    model = str(table.model)
    tree = parsed(model)
    _check_parameters(tree, table)
    relations = {name: of.relation for name, of in tables.items()}
    with _told():
        rewrite(model, relations)
        column_lineage(model, relations)
    with closing(_locked({name: tables[name] for name in table.inputs})) as connection:
        try:
            _check_columns(connection, table)
            if any(column.name.endswith("_cny") for column in table.columns):
                for expression in floats(connection, model):
                    raise ModelFault("model_float", expression=expression)
            for condition in compared_with_each(connection, model):
                raise ModelFault("model_join", condition=condition)
        except duckdb.Error as error:
            raise ModelFault("model_sql", _line_of(error, above=1), reason=first_line(error)) from error


def parsed(model: str) -> exp.Query:
    """The tree of a model.

    Raises:
        ModelFault: it is not one SELECT and nothing else.
    """
    try:
        # First, since it counts lines right: sqlglot (30.30.0) counts some twice.
        is_one = len(duckdb.extract_statements(model)) == 1
        tree = parse(model)
        # It stands in the text of another one, where a statement cannot end.
        is_one &= all(token.token_type != TokenType.SEMICOLON for token in sqlglot.tokenize(model, dialect=DIALECT))
    except UnsupportedConstruct as error:
        raise ModelFault("model_statement") from error
    except (SqlglotError, duckdb.Error, RecursionError) as error:
        raise ModelFault("model_sql", _line_of(error), reason=first_line(error)) from error
    if not is_one:
        raise ModelFault("model_statement")
    return tree


def reads(model: str) -> tuple[str, ...]:
    """The tables that a model reads.

    Raises:
        ModelFault: it reads what is no table, or has what cannot be traced.
    """
    with _told():
        check(parse(model))
        return inputs(model)


def gives(model: str, tables: Mapping[str, Table]) -> list[str]:
    """The names of the columns that a model gives, in their order.

    Raises:
        ModelFault: it reads a column that is not there.
    """
    with _told():
        return qualified(parse(model), {name: of.relation for name, of in tables.items()}).named_selects


def floats(connection: duckdb.DuckDBPyConnection, model: str) -> Iterator[str]:
    """The expressions below the projections of a model that DuckDB types as a float; the connection has its tables."""
    for select, expressions in _arithmetic(model):
        probe = select.copy()
        probe.set("expressions", [exp.alias_(one.copy(), f"probe_{n}") for n, one in enumerate(expressions)])
        for clause in ("qualify", "group", "order", "distinct"):
            probe.set(clause, None)
        root = select.root()
        with_clause = root.args.get("with_") or root.args.get("with")
        if with_clause is not None and (select.find_ancestor(exp.Select) is not None or probe is not root):
            probe.set("with_", with_clause.copy())
        sql = probe.sql(dialect=DIALECT)
        found = connection.execute(f"DESCRIBE {sql}", sample(sql)).fetchall()
        for expression, (_, of_type, *_) in zip(expressions, found, strict=True):
            if of_type in _FLOATS:
                yield expression.sql(dialect=DIALECT)


def compared_with_each(connection: duckdb.DuckDBPyConnection, model: str) -> Iterator[str]:
    """The conditions of outer joins of a model that are more than comparisons of one side with the other.

    Such a join has no key in DuckDB (1.5.5), whatever else stands in it: the cost would go with the square of the rows. A list of policy
    on its right does not grow with them.
    """
    plan = connection.execute(f"EXPLAIN (FORMAT json) {model}", sample(model)).fetchall()[0][1]
    for join in _nodes(json.loads(plan), "BLOCKWISE_NL_JOIN"):
        of = join["extra_info"]
        right = [scan["extra_info"].get("Table", "") for scan in _nodes(join["children"][1:], "SEQ_SCAN", "CTE_SCAN")]
        is_policy = bool(right) and all('."policy".' in name for name in right)
        if of["Join Type"] != "INNER" and of["Condition"] != "true" and not is_policy:
            yield str(of["Condition"])


def sample(model: str) -> dict[str, str | date]:
    """Values for the parameters that a model has."""
    return {name: SAMPLE[name] for name in set(_PARAMETER.findall(model)) & SAMPLE.keys()}


def first_line(error: BaseException) -> str:
    """What an error of a parser or of DuckDB says, without where it points."""
    return str(error).partition("\n")[0].strip() or type(error).__name__


@contextmanager
def _told() -> Iterator[None]:
    """What provenance says of a text, as the rule that it breaks."""
    try:
        yield
    except UnsupportedConstruct as error:
        raise ModelFault("model_construct", construct=error.construct, where=error.where) from error
    except (SqlglotError, ValueError, RecursionError) as error:
        raise ModelFault("model_sql", reason=first_line(error)) from error


def _check_parameters(tree: exp.Query, table: Table) -> None:
    used = {node.name for node in tree.find_all(exp.Placeholder, exp.Parameter)}
    for name in sorted(used - SAMPLE.keys()):
        raise ModelFault("model_parameter", name=f"${name}" if name else "?")
    if used and table.partition is None:
        raise ModelFault("model_no_period", name=f"${min(used)}")


def _check_columns(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    described = connection.execute(f"DESCRIBE FROM (\n{table.model}\n)", sample(str(table.model))).fetchall()
    found = [(name, of_type) for name, of_type, *_ in described]
    wanted = [(column.name, column.type) for column in table.columns]
    for (name, of_type), (_, wanted_type) in zip(found, wanted, strict=False):
        if of_type != wanted_type:
            raise ModelFault("model_type", column=name, type=of_type, wanted=wanted_type)
    if found != wanted:
        names = ", ".join(name for name, _ in found)
        raise ModelFault("model_columns", found=names, wanted=", ".join(name for name, _ in wanted))


def _locked(tables: Mapping[str, Table]) -> duckdb.DuckDBPyConnection:
    """A database of these tables, empty, that opens nothing else: neither files nor the network, and no variable of this program."""
    connection = duckdb.connect(config={"threads": 1})
    for table in tables.values():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
        connection.execute(table.ddl())
    for setting in ("autoload_known_extensions", "python_enable_replacements", "enable_external_access"):
        connection.execute(f"SET {setting} = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _line_of(error: BaseException, above: int = 0) -> int:
    """The line of a model that an error of DuckDB names; 0 if none. above: lines that stood before the model."""
    at = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    return max(int(at[1]) - above, 1) if at else 0


def _nodes(nodes: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """The operators of these names in a plan."""
    found: list[dict[str, Any]] = []
    for node in nodes:
        found += [node] if node["name"].strip() in names else []
        found += _nodes(node["children"], *names)
    return found


def _arithmetic(model: str) -> list[tuple[exp.Select, list[exp.Expr]]]:
    """Every arithmetic, aggregate, cast and CASE expression below the projections, by its SELECT; aggregates apart from what is none."""
    found: list[tuple[exp.Select, list[exp.Expr]]] = []
    for select in sqlglot.parse_one(model, read=DIALECT).find_all(exp.Select):
        nodes = [
            node
            for projection in select.expressions
            for node in projection.find_all(*_ARITHMETIC)
            if node.find_ancestor(exp.Select) is select and node.find_ancestor(exp.Window) is None
        ]
        for is_aggregate in (True, False):
            alike = [node for node in nodes if (node.find(exp.AggFunc) is not None) == is_aggregate]
            if alike:
                found.append((select, alike))
    return found

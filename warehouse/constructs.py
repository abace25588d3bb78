"""The SQL that a model may use: a whitelist, since only what is understood can be traced.

Belongs here: which clauses, expressions, functions and aggregates pass, and how an aggregate uses its rows.
A construct is let in by adding it here, once `provenance.py` and its tests know what it means. Does not
belong here: rewriting.
"""

from enum import Enum

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.sqltree import DIALECT, UnsupportedConstruct, from_items, is_anti, joins, location

#: Names that begin so are ours: columns and relations that rewriting adds.
RESERVED = "__"


class Use(Enum):
    """Which rows of a group take part in an aggregate's value."""

    EVERY = "every row"
    NON_NULL = "rows whose argument is not NULL"
    EXTREMUM = "rows whose argument equals the value: all ties"
    ARGUMENT = "rows whose second argument is the extremum, of those whose first is not NULL: all ties"


_AGGREGATES: dict[type[exp.Expr], Use] = {
    exp.ArgMax: Use.ARGUMENT,
    exp.ArgMin: Use.ARGUMENT,
    exp.ArrayAgg: Use.EVERY,  # DuckDB's lists keep NULLs
    exp.Avg: Use.NON_NULL,
    exp.Count: Use.NON_NULL,  # count(*) and count() are told apart in `aggregate_use`
    exp.GroupConcat: Use.NON_NULL,
    exp.LogicalAnd: Use.EXTREMUM,
    exp.LogicalOr: Use.EXTREMUM,
    exp.Max: Use.EXTREMUM,
    exp.Min: Use.EXTREMUM,
    exp.Sum: Use.NON_NULL,
}
#: Aggregates that sqlglot knows by name only.
_NAMED_AGGREGATES = {"json_group_array": Use.EVERY}

_CLAUSES = {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "qualify"}
_SIDES = {"", "LEFT", "RIGHT", "FULL"}
_KINDS = {"", "INNER", "CROSS", "OUTER", "ANTI"}

#: What an expression may be made of: names of sqlglot's node types.
_EXPRESSION_GROUPS = (
    # values and names
    "Alias Array Boolean Bracket Column DataType DataTypeParam Dot Identifier Interval IntervalSpan",
    "Literal Null Paren Placeholder PropertyEQ Slice Struct Tuple Var",
    # operators
    "Add And Any Between BitwiseAnd BitwiseOr Case Cast DPipe Div EQ Escape GT GTE Glob ILike If In",
    "IntDiv Is LT LTE Like Mod Mul NEQ Neg Not NullSafeEQ NullSafeNEQ Or RegexpLike SimilarTo Sub TryCast",
    # numbers and choice
    "Abs Ceil Coalesce Floor Greatest Least Nullif Round Sign",
    # text
    "Ascii Chr Concat ConcatWs Contains EndsWith Format Hex Left Length Lower MD5 Pad RegexpExtract",
    "RegexpExtractAll RegexpFullMatch RegexpReplace Repeat Replace Reverse Right SHA SHA2 Split SplitPart",
    "StartsWith StrPosition Substring Translate Trim Unicode Upper",
    # dates
    "DateAdd DateDiff DateFromParts DateTrunc Day DayOfWeek DayOfWeekIso Extract LastDay Month Quarter",
    "StrToTime TimeToStr TimestampTrunc ToDays Week Year",
    # JSON and lists
    "ArrayConcat ArrayContains ArrayDistinct ArrayMax ArrayMin ArrayOverlaps ArraySize ArraySort",
    "ArrayToString Flatten FromJson GenerateSeries JSONArray JSONExtract JSONExtractScalar JSONKeyValue",
    "JSONKeys JSONObject JSONPath JSONPathKey JSONPathRoot JSONPathSubscript JSONPathWildcard JSONType",
    "ParseJSON StructExtract",
)
_EXPRESSIONS = frozenset(name for group in _EXPRESSION_GROUPS for name in group.split())
#: Scalar functions that sqlglot knows by name only.
_NAMED_FUNCTION_GROUPS = (
    "date_part date_sub len list_aggregate list_length list_position list_sum nfc_normalize prefix printf",
    "json_array_length json_contains json_exists json_merge_patch json_transform json_valid json_value",
    "to_json regexp_split_to_array row strip_accents strlen suffix to_base to_months to_years",
    "try_strptime",
)
_NAMED_FUNCTIONS = frozenset(name for group in _NAMED_FUNCTION_GROUPS for name in group.split())
#: Nodes that stand only around or inside an aggregate's argument.
_AGGREGATE_PARTS = (exp.Filter, exp.Where, exp.Order, exp.Ordered, exp.Distinct)

#: Tokens after which an operand may begin with `a -> b` and still mean to DuckDB what it means to sqlglot.
_OPERAND_STARTS = {
    *(TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.COMMA, TokenType.COLON),
    *(TokenType.SELECT, TokenType.DISTINCT, TokenType.ON, TokenType.WHERE, TokenType.QUALIFY),
    *(TokenType.CASE, TokenType.WHEN, TokenType.THEN, TokenType.ELSE),
    *(TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.PARTITION_BY),
}
_OPERAND_LINKS = {TokenType.DOT, TokenType.ARROW, TokenType.DARROW, TokenType.DCOLON}
_OPENING = {TokenType.R_PAREN: TokenType.L_PAREN, TokenType.R_BRACKET: TokenType.L_BRACKET}


def check(tree: exp.Query) -> None:
    """Let a parsed model pass, or refuse it.

    Raises:
        UnsupportedConstruct: it names the first construct that is not in the whitelist.
    """
    clause = tree.args.get("with_")
    if clause is not None:
        if clause.args.get("recursive"):
            raise UnsupportedConstruct("WITH RECURSIVE", location(tree))
        for cte in clause.expressions:
            if cte.args["alias"].columns:
                raise UnsupportedConstruct("column names of a CTE in its head", location(cte))
            _check_query(cte.this)
    _check_query(tree)
    for name in tree.find_all(exp.Identifier):
        if name.name.startswith(RESERVED):
            raise UnsupportedConstruct(f"reserved name {name.name}", location(name))


def check_arrows(sql: str) -> None:
    """Refuse `a = b ->> 'c'` without parentheses.

    DuckDB 1.5.5 reads it as `(a = b) ->> 'c'`, and `x AND b ->> 'c' = 'd'` as `(x AND b) ->> ...`; sqlglot
    reads what was meant. Some of these fail, others give NULL without a word (seen: `'1' < b ->> '$.n'`).

    Raises:
        UnsupportedConstruct: an operand with an arrow is not the first of its expression, and stands bare.
    """
    tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    for at, token in enumerate(tokens):
        if token.token_type in (TokenType.ARROW, TokenType.DARROW):
            start = _operand_start(tokens, at)
            if start > 0 and not _starts_operand(tokens[start - 1]):
                text = " ".join(t.text for t in tokens[max(0, start - 2) : at + 2])
                raise UnsupportedConstruct(f"{token.text} right of an operator, without parentheses", f"“{text}”")


def aggregate_use(node: exp.Expr) -> Use | None:
    """How an aggregate uses its rows; None for what is no aggregate."""
    if isinstance(node, exp.Anonymous):
        return _NAMED_AGGREGATES.get(node.name.lower())
    if isinstance(node, exp.Count) and (node.this is None or isinstance(node.this, exp.Star)):
        return Use.EVERY
    return _AGGREGATES.get(type(node))


def aggregates(root: exp.Expr) -> list[exp.Expr]:
    """The aggregates of an expression or clause."""
    return [node for node in root.walk() if aggregate_use(node)]


def is_grouped(select: exp.Select) -> bool:
    """Whether a SELECT makes groups of its rows; without GROUP BY it makes one."""
    return bool(select.args.get("group")) or any(aggregates(projection) for projection in select.expressions)


# --- the walk ---------------------------------------------------------------------------------------------


def _check_query(query: exp.Expr) -> None:
    if isinstance(query, exp.Select):
        _check_select(query)
    elif type(query) is exp.Union:
        extra = _given(query) - {"this", "expression", "with_"}
        if extra:
            raise UnsupportedConstruct(f"UNION with {', '.join(sorted(extra))}; only UNION ALL", location(query))
        if "with_" in _given(query) and query.parent is not None:
            raise UnsupportedConstruct("WITH inside a query", location(query))
        _check_query(query.left)
        _check_query(query.right)
    else:
        raise UnsupportedConstruct(_describe(query), location(query))


def _check_select(select: exp.Select) -> None:
    extra = _given(select) - _CLAUSES
    if extra:
        raise UnsupportedConstruct(", ".join(sorted(name.strip("_").upper() for name in extra)), location(select))
    if "with_" in _given(select) and select.parent is not None:
        raise UnsupportedConstruct("WITH inside a query", location(select))
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        raise UnsupportedConstruct("DISTINCT ON", location(select))
    for item in from_items(select):
        _check_source(item)
    for join in joins(select):
        _check_join(join)
    for projection in select.expressions:
        star = projection.this if isinstance(projection, exp.Column) else projection
        if not isinstance(star, exp.Star):
            _check_expression(projection)
        elif _given(star):
            raise UnsupportedConstruct("* with EXCLUDE, REPLACE or RENAME", location(star))
    where, group, qualify = (select.args.get(clause) for clause in ("where", "group", "qualify"))
    if where is not None:
        _check_expression(where.this)
    if group is not None:
        if _given(group) != {"expressions"}:
            raise UnsupportedConstruct("GROUP BY ALL, ROLLUP, CUBE or GROUPING SETS", location(group))
        for expression in group.expressions:
            _check_expression(expression)
    if qualify is not None:
        _check_qualify(qualify)


def _check_source(item: exp.Expr) -> None:
    if isinstance(item, exp.Table):
        ok = _given(item) <= {"this", "db", "alias"} and isinstance(item.this, exp.Identifier)
        if not ok:
            raise UnsupportedConstruct("a table function, sample, pivot or version of a table in FROM", location(item))
    elif isinstance(item, exp.Subquery) and isinstance(item.this, exp.Query) and item.alias:
        _check_query(item.this)
    elif isinstance(item, exp.Unnest):
        for expression in item.expressions:
            _check_expression(expression)
        if not item.alias or len(item.expressions) != 1:
            raise UnsupportedConstruct("UNNEST without an alias, or of several lists", location(item))
    elif isinstance(item, exp.Values):
        for expression in item.expressions:
            _check_expression(expression)
    else:
        raise UnsupportedConstruct(f"{_describe(item)} in FROM", location(item))
    alias = item.args.get("alias")
    if alias is not None and alias.columns and isinstance(item, exp.Table | exp.Subquery):
        raise UnsupportedConstruct("column names in the alias of a table or subquery", location(item))


def _check_join(join: exp.Join) -> None:
    known = join.side in _SIDES and join.kind in _KINDS and _given(join) <= {"this", "side", "kind", "on", "using"}
    if not known or (is_anti(join) and join.side):
        name = " ".join(word for word in (join.method, join.side, join.kind, "JOIN") if word)
        raise UnsupportedConstruct(name, location(join))
    if is_anti(join) and not isinstance(join.this, exp.Table | exp.Subquery):
        raise UnsupportedConstruct("ANTI JOIN of anything but a table or subquery", location(join))
    if join.args.get("on") is not None:
        _check_expression(join.args["on"])


def _check_expression(root: exp.Expr) -> None:
    for node in root.walk():
        use = aggregate_use(node)
        if use is not None:
            _check_aggregate(node, use)
        elif isinstance(node, exp.Anonymous):
            if node.name.lower() not in _NAMED_FUNCTIONS:
                raise UnsupportedConstruct(f"function {node.name}", location(root))
        elif isinstance(node, (exp.Star, *_AGGREGATE_PARTS)):
            around = isinstance(node, exp.Filter) and aggregate_use(node.this)
            inside = node.parent is not None and (
                aggregate_use(node.parent) or isinstance(node.parent, _AGGREGATE_PARTS)
            )
            if not around and not inside:
                raise UnsupportedConstruct(_describe(node), location(root))
        elif type(node).__name__ not in _EXPRESSIONS or (isinstance(node, exp.In) and not node.expressions):
            raise UnsupportedConstruct(_describe(node), location(root))


def _check_aggregate(node: exp.Expr, use: Use) -> None:
    distinct = node.find(exp.Distinct)
    extremes = isinstance(node, exp.Max | exp.Min | exp.ArgMax | exp.ArgMin)
    if (extremes and (node.expressions or node.args.get("count"))) or (
        distinct is not None and len(distinct.expressions) != 1
    ):
        raise UnsupportedConstruct(f"{_describe(node)} of this form", location(node))
    if use is Use.ARGUMENT and distinct is not None:
        raise UnsupportedConstruct(f"{_describe(node)} of DISTINCT", location(node))


def _check_qualify(qualify: exp.Qualify) -> None:
    """`row_number() OVER (...) = 1` passes: a row stays or goes whole."""
    condition = qualify.this
    window = condition.this if isinstance(condition, exp.EQ) else None
    is_first = (
        isinstance(window, exp.Window)
        and isinstance(window.this, exp.RowNumber)
        and _given(window) <= {"this", "partition_by", "order", "over"}
        and isinstance(condition.expression, exp.Literal)
        and condition.expression.name == "1"
    )
    if not is_first or window is None:
        raise UnsupportedConstruct("QUALIFY other than row_number() OVER (...) = 1", location(qualify))
    order = window.args.get("order")
    ordered = [part.this for part in order.expressions] if order else []
    for part in (*(window.args.get("partition_by") or ()), *ordered):
        _check_expression(part)


def _given(node: exp.Expr) -> set[str]:
    """Names of the arguments that a node was written with."""
    return {name for name, value in node.args.items() if value not in (None, False, [], "")}


def _describe(node: exp.Expr) -> str:
    if isinstance(node, exp.Window):
        return f"window function {node.this.sql(dialect=DIALECT)} OVER"
    special = {"exists": "EXISTS", "in": "IN (subquery)", "select": "subquery", "subquery": "subquery"}
    if node.key in special:
        return special[node.key]
    return f"function {node.sql(dialect=DIALECT)}" if isinstance(node, exp.Func) else node.key.upper()


def _operand_start(tokens: list[Token], arrow: int) -> int:
    """Where the operand left of an arrow begins: a name, call, subscript, cast, or another arrow's."""
    at = arrow - 1
    while at >= 0:
        opening = _OPENING.get(tokens[at].token_type)
        if opening is not None:
            at = _matching(tokens, at, opening)
            before = tokens[at - 1] if at > 0 else None
            called = before is not None and before.text.isidentifier() and not _starts_operand(before)
            if opening is TokenType.L_BRACKET or called:
                at -= 1
                continue
        if at >= 2 and tokens[at - 1].token_type in _OPERAND_LINKS:
            at -= 2
            continue
        return at
    return 0


def _starts_operand(token: Token) -> bool:
    return token.token_type in _OPERAND_STARTS


def _matching(tokens: list[Token], at: int, opening: TokenType) -> int:
    closing, depth = tokens[at].token_type, 0
    while True:
        kind = tokens[at].token_type
        depth += (kind == closing) - (kind == opening)
        if depth == 0:
            return at
        at -= 1

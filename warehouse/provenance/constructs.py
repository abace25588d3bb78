"""The SQL that a model may use: a whitelist, since only what is understood can be traced.

Belongs here: which clauses, expressions, functions and aggregates pass, and how an aggregate uses its rows.
A construct is let in by adding it here, once `rewrite.py` and its tests know what it means. Does not
belong here: rewriting.
"""

from enum import Enum

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.provenance.tree import (
    DIALECT,
    UnsupportedConstruct,
    cte_name,
    expression_queries,
    from_items,
    is_anti,
    joins,
    location,
    own_nodes,
    query_of,
)

#: Names that begin so are ours: columns and relations that rewriting adds.
RESERVED = "__"


class Use(Enum):
    """Which rows of a group take part in an aggregate's value."""

    EVERY = "every row"
    NON_NULL = "rows whose argument is not NULL"
    EXTREMUM = "rows whose argument equals the value: all ties"
    ARGUMENT = "rows whose second argument is the extremum, of those whose first is not NULL: all ties"


class Reach(Enum):
    """Which other rows of its partition the value of a window function depends on."""

    FRAME = "an aggregate: rows of the frame, as the aggregate uses them"
    BEFORE = "rows before the row"
    BEFORE_PEERS = "rows before the row and its peers"
    PARTITION = "every row"
    OFFSET = "rows up to the one at the offset, if there is one"
    FRAME_END = "the first or last row of the frame"


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

_CLAUSES = {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify"}
_SIDES = {"", "LEFT", "RIGHT", "FULL"}
_KINDS = {"", "INNER", "CROSS", "OUTER", "ANTI"}

#: What an expression may be made of: names of sqlglot's node types.
_EXPRESSION_GROUPS = (
    # values and names
    "Alias Array Boolean Bracket Column DataType DataTypeParam Dot Identifier Interval IntervalSpan",
    "Literal Null Paren Placeholder PropertyEQ Slice Struct Tuple Var",
    # operators
    "Add And Any Between BitwiseAnd BitwiseLeftShift BitwiseOr Case Cast DPipe Div EQ Escape Exists GT GTE Glob ILike If In",
    "IntDiv Is LT LTE Like Mod Mul NEQ Neg Not NullSafeEQ NullSafeNEQ Or RegexpLike SimilarTo Sub TryCast",
    # numbers and choice
    "Abs Ceil Coalesce Floor Greatest Least Nullif Round Sign",
    # text
    "Ascii Chr Concat ConcatWs Contains EndsWith Format Hex Left Length Levenshtein Lower MD5 Pad RegexpExtract",
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
#: Window functions by what their value depends on (`Reach`), besides the aggregates.
_WINDOW_FUNCTIONS: dict[type[exp.Expr], Reach] = {
    exp.RowNumber: Reach.BEFORE,
    exp.Rank: Reach.BEFORE_PEERS,
    exp.DenseRank: Reach.BEFORE_PEERS,
    exp.PercentRank: Reach.PARTITION,
    exp.CumeDist: Reach.PARTITION,
    exp.Ntile: Reach.PARTITION,
    exp.Lag: Reach.OFFSET,
    exp.Lead: Reach.OFFSET,
    exp.FirstValue: Reach.FRAME_END,
    exp.LastValue: Reach.FRAME_END,
}
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
#: Nodes that stand only around or inside a window.
_WINDOW_PARTS = (exp.WindowSpec, exp.IgnoreNulls, exp.RespectNulls)

#: Tokens after which an operand may begin with `a -> b` and still mean to DuckDB what it means to sqlglot.
_OPERAND_STARTS = {
    *(TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.COMMA, TokenType.COLON),
    *(TokenType.SELECT, TokenType.DISTINCT, TokenType.ON, TokenType.WHERE, TokenType.HAVING, TokenType.QUALIFY),
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
        for cte in clause.expressions:
            if cte.args["alias"].columns:
                raise UnsupportedConstruct("column names of a CTE in its head", location(cte))
            if clause.args.get("recursive"):
                _check_of_recursive_clause(cte)
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
    """The aggregates of an expression or clause that make groups: not those over a window, nor of its subqueries."""
    return [node for node in own_nodes(root, exp.Expr) if aggregate_use(node) and window_of(node) is None]


def is_grouped(select: exp.Select) -> bool:
    """Whether a SELECT makes groups of its rows; without GROUP BY it makes one."""
    clauses = (*select.expressions, *(c for name in ("having", "qualify") if (c := select.args.get(name))))
    return bool(select.args.get("group")) or any(map(aggregates, clauses))


def windows(root: exp.Expr) -> list[exp.Window]:
    """The window functions of an expression or clause; not those of its subqueries."""
    return list(own_nodes(root, exp.Window))


def window_of(function: exp.Expr) -> exp.Window | None:
    """The window that a function is over: `sum(x) FILTER (...) OVER (...)` of `sum(x)`; None if it is over none."""
    around = function.parent
    while isinstance(around, exp.Filter | exp.IgnoreNulls | exp.RespectNulls) and around.this is function:
        function, around = around, around.parent
    return around if isinstance(around, exp.Window) and around.this is function else None


def function_of(window: exp.Window) -> exp.Expr:
    """The function of a window, without FILTER and IGNORE NULLS."""
    function = window.this
    while isinstance(function, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        function = function.this
    return function


def window_reach(window: exp.Window) -> Reach | None:
    """What the value of a window function depends on; None for functions that are not understood."""
    function = function_of(window)
    return Reach.FRAME if aggregate_use(function) else _WINDOW_FUNCTIONS.get(type(function))


def is_recursive(cte: exp.CTE) -> bool:
    """Whether a CTE reads itself."""
    return any(cte_name(table) == cte.alias for table in cte.this.find_all(exp.Table))


def is_first_row(qualify: exp.Expr | None) -> bool:
    """Whether a QUALIFY is `row_number() OVER (...) = 1` alone."""
    return isinstance(qualify, exp.Qualify) and isinstance(qualify.this, exp.EQ) and keeps_leading(qualify.this)


def keeps_leading(condition: exp.Expr) -> bool:
    """Whether a condition keeps the rows that lead their partition: `rank() OVER (...) <= 3`, `<= a column`, `... = 1`.

    Such a row stays when others go, so those that it beats or that are beside it do not matter to it; a bound from a
    column is the row's own.
    """
    if not isinstance(condition, exp.EQ | exp.NullSafeEQ | exp.LT | exp.LTE):
        return False
    window, bound = condition.this, condition.expression
    ranking = isinstance(window, exp.Window) and isinstance(window.this, exp.RowNumber | exp.Rank | exp.DenseRank)
    at_most = isinstance(condition, exp.LT | exp.LTE)
    least = isinstance(bound, exp.Literal) and bound.is_int and (at_most or bound.name == "1")
    return ranking and (least or (at_most and isinstance(bound, exp.Column)))


# --- the walk ---------------------------------------------------------------------------------------------


def _check_query(query: exp.Expr) -> None:
    if isinstance(query, exp.Select):
        _check_select(query)
    elif isinstance(query, exp.SetOperation):
        extra = _given(query) - {"this", "expression", "with_", "distinct"}
        if extra:
            raise UnsupportedConstruct(f"{_describe(query)} with {', '.join(sorted(extra))}", location(query))
        if not isinstance(query, exp.Union) and not query.args.get("distinct"):
            raise UnsupportedConstruct(f"{_describe(query)} ALL", location(query))
        if "with_" in _given(query) and query.parent is not None:
            raise UnsupportedConstruct("WITH inside a query", location(query))
        for side in (query.this, query.expression):
            _check_query(side.this if isinstance(side, exp.Subquery) and _given(side) == {"this"} else side)
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
            _check_expression(projection, queries=True, over=True)
        elif _given(star):
            raise UnsupportedConstruct("* with EXCLUDE, REPLACE or RENAME", location(star))
    where, group, having, qualify = (select.args.get(clause) for clause in ("where", "group", "having", "qualify"))
    if where is not None:
        _check_expression(where.this, queries=True)
    if group is not None:
        if _given(group) != {"expressions"}:
            raise UnsupportedConstruct("GROUP BY ALL, ROLLUP, CUBE or GROUPING SETS", location(group))
        for expression in group.expressions:
            _check_expression(expression)
    if having is not None:
        _check_expression(having.this, queries=True)
    if qualify is not None:
        _check_expression(qualify.this, queries=True, over=True)
    for query in expression_queries(select):
        _check_query(query.this if isinstance(query, exp.Subquery) else query)


def _check_of_recursive_clause(cte: exp.CTE) -> None:
    if is_recursive(cte):
        _check_recursion(cte)
    elif isinstance(cte.this, exp.SetOperation):
        # DuckDB (1.5.5) gives such a CTE the types of its first side: 2.56 after a whole number becomes 3.
        raise UnsupportedConstruct(
            "UNION at the top of a CTE of WITH RECURSIVE that does not read itself", location(cte.this)
        )


def _check_recursion(cte: exp.CTE) -> None:
    """Linear recursion passes: `base UNION ALL SELECT ... FROM itself ...`, without merging rows on the way."""
    query = cte.this
    step = query.expression if isinstance(query, exp.Union) and not query.args.get("distinct") else None
    reads = [table for table in query.find_all(exp.Table) if cte_name(table) == cte.alias]
    direct = isinstance(step, exp.Select) and [item for item in from_items(step) if cte_name(item) == cte.alias]
    if not isinstance(step, exp.Select) or not direct or len(reads) != 1:
        raise UnsupportedConstruct(
            "WITH RECURSIVE other than base UNION ALL SELECT ... FROM itself, once", location(query)
        )
    merges = step.args.get("distinct") or step.args.get("qualify") or is_grouped(step) or any(windows(step))
    excluded = any(is_anti(join) and join.this is direct[0] for join in joins(step))
    if merges or excluded:
        raise UnsupportedConstruct(
            "WITH RECURSIVE that groups, ranks or excludes what it reads of itself", location(query)
        )


def _check_source(item: exp.Expr) -> None:
    if isinstance(item, exp.Table):
        ok = _given(item) <= {"this", "db", "alias"} and isinstance(item.this, exp.Identifier)
        if not ok:
            raise UnsupportedConstruct("a table function, sample, pivot or version of a table in FROM", location(item))
    elif isinstance(item, exp.Subquery) and isinstance(item.this, exp.Query) and item.alias:
        _check_query(item.this)
    elif isinstance(item, exp.Lateral) and (query := query_of(item)) is not None and item.alias:
        _check_query(query)
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
    if alias is not None and alias.columns and isinstance(item, exp.Table | exp.Subquery | exp.Lateral):
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


def _check_expression(root: exp.Expr, *, queries: bool = False, over: bool = False) -> None:
    """Check an expression, without the queries inside it. Where `queries` or windows (`over`) may not be, they are refused."""
    for node in root.walk(prune=lambda node: isinstance(node, exp.Query)):
        use = aggregate_use(node)
        if use is not None:
            _check_aggregate(node, use)
        elif isinstance(node, exp.Query):
            place = node.parent if isinstance(node.parent, exp.Exists | exp.In) else node
            known = place is not node or (isinstance(node, exp.Subquery) and not isinstance(node.parent, exp.Any))
            if isinstance(place, exp.In) and isinstance(place.this, exp.Tuple):
                raise UnsupportedConstruct("IN of several columns", location(root))
            if not queries or not known or _is_inside_function(place, root):
                raise UnsupportedConstruct(f"{_describe(place)} here", location(root))
        elif isinstance(node, exp.Window):
            if not over:
                raise UnsupportedConstruct(_describe(node), location(root))
            _check_window(node)
        elif isinstance(node, exp.Anonymous):
            if node.name.lower() not in _NAMED_FUNCTIONS:
                raise UnsupportedConstruct(f"function {node.name}", location(root))
        elif isinstance(node, (exp.Star, *_AGGREGATE_PARTS, *_WINDOW_PARTS)):
            if not _has_place(node):
                raise UnsupportedConstruct(_describe(node), location(root))
        elif type(node) in _WINDOW_FUNCTIONS and window_of(node) is not None:
            continue
        elif type(node).__name__ not in _EXPRESSIONS:
            raise UnsupportedConstruct(_describe(node), location(root))


def _has_place(part: exp.Expr) -> bool:
    """Whether a part of aggregates or windows stands where it belongs."""
    if isinstance(part, exp.Filter) and aggregate_use(part.this):
        return True
    if isinstance(part, exp.IgnoreNulls | exp.RespectNulls):
        return isinstance(part.parent, exp.Window)
    inside = part.parent
    return inside is not None and (
        bool(aggregate_use(inside)) or isinstance(inside, (*_AGGREGATE_PARTS, exp.Window, exp.WindowSpec))
    )


def _is_inside_function(node: exp.Expr, root: exp.Expr) -> bool:
    """Whether a subquery stands in an aggregate or window of an expression."""
    while node is not root and node.parent is not None:
        node = node.parent
        if aggregate_use(node) or isinstance(node, exp.Window | exp.Filter):
            return True
    return False


def _check_window(window: exp.Window) -> None:
    function, reach = function_of(window), window_reach(window)
    spec, nulls = window.args.get("spec"), isinstance(window.this, exp.IgnoreNulls)
    if reach is None:
        raise UnsupportedConstruct(_describe(window), location(window))
    if window.alias or window.args.get("first") is not None or function.find(exp.Order):
        raise UnsupportedConstruct(f"{_describe(window)} of this form", location(window))
    if reach not in (Reach.FRAME, Reach.FRAME_END) and (spec is not None or nulls):
        raise UnsupportedConstruct(f"{_describe(window)} with a frame or IGNORE NULLS", location(window))
    offset = function.args.get("offset")
    if reach is Reach.OFFSET and offset is not None and not (isinstance(offset, exp.Literal) and offset.is_int):
        raise UnsupportedConstruct(f"{_describe(window)} with an offset that is no whole number", location(window))
    if reach is Reach.FRAME_END and spec is not None and spec.args.get("exclude"):
        raise UnsupportedConstruct(f"{_describe(window)} with EXCLUDE", location(window))


def _check_aggregate(node: exp.Expr, use: Use) -> None:
    distinct = node.find(exp.Distinct)
    extremes = isinstance(node, exp.Max | exp.Min | exp.ArgMax | exp.ArgMin)
    if (extremes and (node.expressions or node.args.get("count"))) or (
        distinct is not None and len(distinct.expressions) != 1
    ):
        raise UnsupportedConstruct(f"{_describe(node)} of this form", location(node))
    if use is Use.ARGUMENT and distinct is not None:
        raise UnsupportedConstruct(f"{_describe(node)} of DISTINCT", location(node))


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

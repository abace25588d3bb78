"""Windows: beside a row's own keys those of the rows that the values of its windows depend on."""

from sqlglot import exp

from warehouse.provenance.constructs import Reach, function_of, keeps_leading, window_reach, windows
from warehouse.provenance.merging import rows_below
from warehouse.provenance.participation import participation_of
from warehouse.provenance.pieces import (
    EXTREME,
    ROW,
    ROWS,
    Keys,
    Source,
    as_list,
    column_of,
    concatenated,
    identifier,
    is_not_null,
    struct_of,
)


def merge_windows(select: exp.Select, keys: list[Keys]) -> tuple[exp.Select, list[Keys]]:
    """Each row's own keys and, over the same windows, those of the rows that its windows' values depend on.

    SELECT k, sum(v) OVER (PARTITION BY k) FROM t  becomes, leaving aside rows without a key,
    SELECT k, sum(v) OVER (PARTITION BY k), [source] || list(source) FILTER (WHERE v IS NOT NULL) OVER (PARTITION BY k)
    FROM (SELECT k, v, source FROM t)
    """
    _, sources = rows_below(select, keys)
    over = list({window.sql(): window for window in wide(select)}.values())
    gathered = []
    for source in sources:
        own = as_list(column_of(source.column, ROWS), is_list=source.is_list)
        reached = [_reached(window, source) for window in over]
        gathered.append(Keys(concatenated([own, *reached]), source.table, is_list=True))
    return select, gathered


def wide(select: exp.Select) -> list[exp.Window]:
    """The windows whose values make a row, or decide whether it stays by more than that it leads its partition."""
    found = [window for projection in select.expressions for window in windows(projection)]
    qualify = select.args.get("qualify")
    if qualify is not None:
        found += [window for window in windows(qualify) if not _only_leads(window)]
    return found


def _only_leads(window: exp.Window) -> bool:
    condition = window.parent
    if condition is None or not keeps_leading(condition):
        return False
    while isinstance(condition.parent, exp.And | exp.Or | exp.Paren | exp.Coalesce):
        condition = condition.parent
    return isinstance(condition.parent, exp.Qualify)


def _reached(window: exp.Window, source: Source) -> exp.Expr:
    """The keys of a source of the rows that the value of a window depends on, as a list for each row."""
    reach, function = window_reach(window), function_of(window)
    spec = window.args.get("spec")
    if reach is Reach.BEFORE:
        return _window_list(source, window, _frame("UNBOUNDED", "CURRENT ROW"))
    if reach is Reach.BEFORE_PEERS:
        # Peers do not matter to a rank: without ORDER BY all are peers.
        return _window_list(source, window, _frame("UNBOUNDED", "CURRENT ROW", kind="RANGE", exclude="TIES"))
    if reach is Reach.PARTITION:
        return _window_list(source, window, _frame("UNBOUNDED", "UNBOUNDED"))
    if reach is Reach.OFFSET:
        offset = function.args.get("offset") or exp.Literal.number(1)
        lag = isinstance(function, exp.Lag)
        frame = _frame(offset, "CURRENT ROW") if lag else _frame("CURRENT ROW", offset)
        there = _over(window, type(function)(this=exp.true(), offset=offset.copy()), None)
        return exp.case().when(is_not_null(there), _window_list(source, window, frame))
    if spec is not None and _counts_places(spec):
        # The frame is so many places long: whoever stands in it or on the way to it moves others by going.
        return _window_list(source, window, _hull(spec))
    if reach is Reach.FRAME_END:
        return _frame_end(window, source)
    participation = participation_of([function])
    if participation is None:
        return _window_list(source, window, spec)
    if participation.conditions:
        return _window_list(source, window, spec, *participation.conditions)
    ((value, extreme),) = participation.extremes
    boxed = struct_of({source.column: column_of(source.column, ROWS), EXTREME: value})
    listed = exp.Filter(
        this=exp.ArrayAgg(this=boxed), expression=exp.Where(this=is_not_null(column_of(source.column, ROWS)))
    )
    tied = exp.Comprehension(
        this=column_of(source.column, ROW),
        expression=identifier(ROW),
        iterator=_over(window, listed, spec),
        condition=exp.EQ(this=column_of(EXTREME, ROW), expression=_over(window, extreme(this=value.copy()), spec)),
    )
    keys = exp.Array(expressions=[tied])
    return exp.Flatten(this=keys) if source.is_list else keys


def _frame_end(window: exp.Window, source: Source) -> exp.Expr:
    """The keys of the row that first_value or last_value takes, in a box: NULL is a key too for IGNORE NULLS."""
    function, ignores = function_of(window), isinstance(window.this, exp.IgnoreNulls)
    box: exp.Expr = struct_of({source.column: column_of(source.column, ROWS)})
    if ignores:
        box = exp.case().when(is_not_null(function.this.copy()), box)
    taken: exp.Expr = type(function)(this=box)
    if ignores:
        taken = exp.IgnoreNulls(this=taken)
    over = _over(window, taken, window.args.get("spec"))
    key = exp.Anonymous(this="struct_extract", expressions=[over, exp.Literal.string(source.column)])
    return key if source.is_list else exp.Array(expressions=[key])


def _window_list(source: Source, window: exp.Window, spec: exp.Expr | None, *conditions: exp.Expr) -> exp.Expr:
    """The keys of a source over a window, of the rows that meet the conditions."""
    key = column_of(source.column, ROWS)
    passes = exp.and_(*(condition.copy() for condition in conditions), is_not_null(key))
    listed = exp.Filter(this=exp.ArrayAgg(this=key.copy()), expression=exp.Where(this=passes))
    value = _over(window, listed, spec)
    return exp.Flatten(this=value) if source.is_list else value


def _over(window: exp.Window, function: exp.Expr, spec: exp.Expr | None) -> exp.Window:
    """Another function over the partition and order of a window."""
    over = window.copy()
    over.set("this", function)
    over.set("spec", spec.copy() if spec is not None else None)
    return over


def _frame(
    start: exp.Expr | str, end: exp.Expr | str, kind: str = "ROWS", exclude: str | None = None
) -> exp.WindowSpec:
    """A frame from `start` places before a row to `end` places after it."""
    return exp.WindowSpec(
        kind=kind,
        start=start,
        start_side=None if start == "CURRENT ROW" else "PRECEDING",
        end=end,
        end_side=None if end == "CURRENT ROW" else "FOLLOWING",
        exclude=exclude,
    )


def _counts_places(spec: exp.WindowSpec) -> bool:
    """Whether a frame ends so many rows or groups of peers away."""
    bounds = [spec.args.get(name) for name in ("start", "end")]
    return spec.args.get("kind") != "RANGE" and any(isinstance(bound, exp.Expr) for bound in bounds)


def _hull(spec: exp.WindowSpec) -> exp.WindowSpec:
    """The frame, and what lies between it and the row."""
    start = spec.args["start"] if spec.args.get("start_side") == "PRECEDING" else "CURRENT ROW"
    end = spec.args["end"] if spec.args.get("end_side") == "FOLLOWING" else "CURRENT ROW"
    return _frame(start, end, kind=spec.args["kind"])

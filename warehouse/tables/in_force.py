"""What it means that an entry of policy is in force, said once: `in_force(alias, day)` in a model.

Of the typed table of a list (`policy.<list>`) it keeps, of each entry, the version that holds on a day: `effective_from <= day <
effective_to`, where an open `effective_to` is NULL; before the first version of an entry, its first holds; on a day that is NULL, one that
is the only version. The text that is run, kept and traced has the condition in its place, as two comparisons of one side of a join with
the other: with an OR over both, a LEFT JOIN of DuckDB 1.5.5 compares each row with each. Does not belong here: which day a row is about
(the models).
"""

from collections.abc import Callable
from itertools import pairwise

import sqlglot
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.provenance.tree import DIALECT

_NAME = "in_force"


def expanded(sql: str) -> str:
    """The text of a model with the condition in place of each `in_force(alias, day)`.

    Raises:
        ValueError: such a call has other arguments than an alias and a day.
    """
    return calls(sql, _NAME, 2, _condition)


def calls(sql: str, name: str, count: int, text: Callable[..., str]) -> str:
    """SQL with `text(*arguments)` in place of each call of a name; in the arguments too.

    Raises:
        ValueError: a call has not `count` arguments.
    """
    if name not in sql:
        return sql  # as nearly every model is: every command waits for the tokens of all
    found = sqlglot.tokenize(sql, dialect=DIALECT)
    parts: list[str] = []
    at = 0
    for number, token in enumerate(found[:-1]):
        if token.start >= at and token.text == name and found[number + 1].token_type is TokenType.L_PAREN:
            marks = _marks(found, number)
            if len(marks) != count + 1:
                raise ValueError(f"{name} takes {count} arguments: {sql[token.start :][:80]}")
            arguments = (calls(sql[a.end + 1 : b.start].strip(), name, count, text) for a, b in pairwise(marks))
            parts += [sql[at : token.start], text(*arguments)]
            at = marks[-1].end + 1
    return "".join(parts) + sql[at:]


def _marks(found: list[Token], number: int) -> list[Token]:
    """The opening bracket, the commas and the closing bracket of the call whose name is the token of that number."""
    depth, marks = 0, [found[number + 1]]
    for token in found[number + 1 :]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0 or (depth == 1 and token.token_type is TokenType.COMMA):
            marks.append(token)
        if depth == 0:
            break
    return marks


def _condition(alias: str, day: str) -> str:
    begun = f"CASE WHEN {alias}.is_first_version THEN DATE '-infinity' ELSE {alias}.effective_from END"
    last = f"coalesce({alias}.effective_to - 1, DATE 'infinity')"
    return f"{begun} <= coalesce({day}, DATE '-infinity') AND coalesce({day}, DATE 'infinity') <= {last}"

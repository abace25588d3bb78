"""What it means that an entry of policy is in force, said once: `in_force(alias, day)` in a model.

Of the typed table of a list (`policy.<list>`) it keeps, of each entry, the version that holds on a day: `effective_from <= day <
effective_to`, where an open `effective_to` is NULL; before the first version of an entry, its first holds. The text that is run, kept and
traced has the condition in its place. Does not belong here: which day a row is about (the models).
"""

import sqlglot
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.provenance.tree import DIALECT

_NAME = "in_force"


def expanded(sql: str) -> str:
    """The text of a model with the condition in place of each `in_force(alias, day)`.

    Raises:
        ValueError: such a call has other arguments than an alias and a day.
    """
    found = sqlglot.tokenize(sql, dialect=DIALECT)
    parts: list[str] = []
    at = 0
    for number, token in enumerate(found[:-1]):
        if token.text == _NAME and found[number + 1].token_type is TokenType.L_PAREN:
            comma, close = _arguments(sql, found, number)
            alias = sql[found[number + 1].end + 1 : comma.start].strip()
            day = sql[comma.end + 1 : close.start].strip()
            parts += [sql[at : token.start], _condition(alias, day)]
            at = close.end + 1
    return "".join(parts) + sql[at:]


def _arguments(sql: str, found: list[Token], number: int) -> tuple[Token, Token]:
    """The comma and the closing bracket of the call whose name is the token of that number."""
    depth, commas = 0, []
    for token in found[number + 1 :]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 1 and token.token_type is TokenType.COMMA:
            commas.append(token)
        if depth == 0:
            if len(commas) == 1:
                return commas[0], token
            break
    raise ValueError(f"{_NAME} takes an alias and a day: {sql[found[number].start :][:80]}")


def _condition(alias: str, day: str) -> str:
    begun = f"({alias}.is_first_version OR {alias}.effective_from <= {day})"
    return f"{begun} AND ({alias}.effective_to IS NULL OR {day} < {alias}.effective_to)"

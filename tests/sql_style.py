"""Whether SQL reads as a person writes it: `python -m tests.sql_style [PLACE ...]` prints what does not, as file:line: rule: what.

Belongs here: how models and queries stand on the page. Does not belong here: which SQL may be used (`warehouse/provenance/constructs.py`).
Nothing is rewritten: formatters were tried on these files, and each spoils them (sqlglot breaks every bracket and renames functions,
sqlfluff indents QUALIFY and AND anew and knows no `FROM (mark)`), while what makes a model hard to read can be told in a few rules.
"""

import argparse
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import duckdb
import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.tables import rules

ROOT = Path(__file__).parents[1]
#: Characters of the widest line; a Chinese character is one.
WIDTH = 120
#: Spaces of a step of indentation.
STEP = 4
RULES = {
    "parses": "sqlglot reads it as DuckDB's SQL",
    "one_statement": "a file is one statement, without a semicolon",
    "line_length": f"a line has at most {WIDTH} characters",
    "blanks": "no line ends in blanks, none has a tab; no two blank lines together; the file ends with one line break",
    "keyword_case": "keywords are upper case",
    "indentation": f"lines are indented by steps of {STEP}: what is in brackets stands deeper than the line that opens them, the bracket "
    "that closes them where that line stands, the clauses of a SELECT under one another, a comment where what it is about stands",
}
#: Keywords that DuckDB would take as names too.
_MORE_KEYWORDS = {"OVER", "PARTITION", "FILTER", "EXISTS", "BETWEEN", "RECURSIVE"}
_CLAUSES = {
    "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT",
    "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "ANTI", "SEMI", "ASOF", "POSITIONAL",
}  # fmt: skip
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}


class Finding(NamedTuple):
    """A line that breaks a rule; lines count from 1."""

    line: int
    rule: str
    what: str


@cache
def _keywords() -> tuple[frozenset[str], frozenset[str]]:
    """Words that are never names, and those of them that may be the name of a function."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT upper(keyword_name), keyword_category FROM duckdb_keywords()").fetchall()
    functions = frozenset(word for word, category in rows if category == "type_function")
    return functions | {word for word, category in rows if category == "reserved"} | _MORE_KEYWORDS, functions


@dataclass(frozen=True)
class _Text:
    """A text, its lines, and its tokens by line."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def tokens(self) -> list[Token]:
        return sqlglot.tokenize(self.text, "duckdb")

    @cached_property
    def _breaks(self) -> list[int]:
        return [at for at, character in enumerate(self.text) if character == "\n"]

    def line_of(self, at: int) -> int:
        return bisect_left(self._breaks, at) + 1

    def word(self, token: Token) -> str:
        """A token as it is written, with its quotes."""
        return self.text[token.start : token.end + 1]

    def indent_of(self, line: int) -> int:
        content = self.lines[line - 1]
        return len(content) - len(content.lstrip(" "))


def findings(text: str) -> list[Finding]:
    """What is wrong with a text, by line."""
    found = [*_line_findings(text.split("\n")), *_parse_findings(text)]
    try:
        read = _Text(text)
        found += [*_keyword_findings(read), *_indentation_findings(read)]
    except SqlglotError as error:
        found.append(Finding(1, "parses", _first_line(error)))
    return sorted(set(found))


def _line_findings(lines: Sequence[str]) -> Iterator[Finding]:
    for number, line in enumerate(lines, start=1):
        if len(line) > WIDTH:
            yield Finding(number, "line_length", f"{len(line)} characters, at most {WIDTH}")
        if line != line.rstrip():
            yield Finding(number, "blanks", "blanks at the end of the line")
        if "\t" in line:
            yield Finding(number, "blanks", "a tab")
        if 1 < number < len(lines) and not line.strip() and not lines[number - 2].strip():
            yield Finding(number, "blanks", "a second blank line")
    if lines[-1]:
        yield Finding(len(lines), "blanks", "no line break at the end of the file")
    elif len(lines) > 1 and not lines[-2].strip():
        yield Finding(len(lines) - 1, "blanks", "a blank line at the end of the file")
    if not lines[0].strip():
        yield Finding(1, "blanks", "a blank line at the start of the file")


def _parse_findings(text: str) -> Iterator[Finding]:
    """A mark is read as what it becomes under the shipped policy."""
    try:
        statements = sqlglot.parse(rules.expanded(text, rules.shipped_policy()), dialect="duckdb")
    except SqlglotError as error:
        line = re.search(r"Line (\d+)", str(error))
        yield Finding(int(line[1]) if line else 1, "parses", _first_line(error))
        return
    if len(statements) != 1 or statements[0] is None:
        yield Finding(1, "one_statement", f"{len([s for s in statements if s])} statements")
    elif text.rstrip().endswith(";"):
        yield Finding(text.rstrip().count("\n") + 1, "one_statement", "a semicolon")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _keyword_findings(read: _Text) -> Iterator[Finding]:
    keywords, functions = _keywords()
    for before, token, after in _with_neighbours(read.tokens):
        word = read.word(token)
        if word == word.upper() or word.upper() not in keywords:
            continue
        is_name = before is not None and (before.token_type == TokenType.DOT or before.text.upper() == "AS")
        is_call = word.upper() in functions and after is not None and after.token_type == TokenType.L_PAREN
        if not is_name and not is_call:
            yield Finding(read.line_of(token.start), "keyword_case", f"{word}, not {word.upper()}")


def _with_neighbours(tokens: Sequence[Token]) -> Iterator[tuple[Token | None, Token, Token | None]]:
    return zip([None, *tokens], tokens, [*tokens[1:], None], strict=False)


@dataclass
class _Bracket:
    """A bracket that is open: the indent of the line that it stands on, and where the clauses in it stand."""

    indent: int
    clauses: int | None = None


def _indentation_findings(read: _Text) -> Iterator[Finding]:
    open_ = [_Bracket(-STEP)]
    indents: dict[int, int] = {}
    last_line, indent = 0, -STEP
    for _, token, after in _with_neighbours(read.tokens):
        line = read.line_of(token.start)
        if line > last_line:
            previous, indent = indent, read.indent_of(line)
            indents[line] = indent
            if what := _misplaced(indent, previous, read, token, after, open_[-1]):
                yield Finding(line, "indentation", what)
        last_line = read.line_of(token.end)
        if token.token_type in _OPENING:
            open_.append(_Bracket(read.indent_of(line)))
        elif token.token_type in _CLOSING and len(open_) > 1:
            open_.pop()
    yield from _comment_findings(read, indents)


def _misplaced(
    indent: int, previous: int, read: _Text, token: Token, after: Token | None, inner: _Bracket
) -> str | None:
    """What is wrong with the indent of a line that begins with a token, in the innermost bracket; None if nothing is."""
    if indent % STEP:
        return f"{indent} spaces are no steps of {STEP}"
    if token.token_type in _CLOSING:
        return None if indent == inner.indent else f"the bracket stands at {indent}, what opens it at {inner.indent}"
    if indent <= inner.indent:
        return f"at {indent}, no deeper than the line that opens the bracket"
    if indent > previous + STEP:
        return f"at {indent}, {(indent - previous) // STEP} steps deeper than the line before"
    word = read.word(token)
    is_call = word in {"LEFT", "RIGHT"} and after is not None and after.token_type == TokenType.L_PAREN
    if word in _CLAUSES and not is_call:
        if inner.clauses is None:
            inner.clauses = indent
        elif indent != inner.clauses:
            return f"{word} at {indent}, the clauses before it at {inner.clauses}"
    return None


def _comment_findings(read: _Text, indents: dict[int, int]) -> Iterator[Finding]:
    following: int | None = None
    for number in range(len(read.lines), 0, -1):
        if number in indents:
            following = indents[number]
        elif read.lines[number - 1].lstrip().startswith("--") and following is not None:
            indent = read.indent_of(number)
            if indent != following:
                yield Finding(number, "indentation", f"a comment at {indent}, what follows it at {following}")


def sql_files(places: Iterable[Path]) -> Iterator[Path]:
    """The SQL files among and under some places, in order of name."""
    for place in places:
        yield from sorted(place.rglob("*.sql")) if place.is_dir() else (place,)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings; 1 if there is one."""
    words = "\n".join(f"  {rule}: {text}" for rule, text in RULES.items())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\nRules:\n{words}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="*", type=Path, default=[ROOT / "warehouse"])
    count = 0
    for file in sql_files(parser.parse_args(arguments).places):
        name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        for line, rule, what in findings(file.read_text("utf-8")):
            count += 1
            print(f"{name}:{line}: {rule}: {what}")
    print(f"{count} findings" if count else "SQL reads well", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())

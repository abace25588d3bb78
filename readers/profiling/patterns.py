"""Patterns of policy in the dialect of Polars.

Policy is written for RE2, as DuckDB has it. Polars has the patterns of Rust: \\d, \\s, \\w and \\b speak of all Unicode (٣ is a digit, the
full-width space a space), and inside a class `[`, `&&`, `~~` and `--` are signs. Does not belong here: what is looked for.
"""

import re

_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_IN_CLASS = re.compile(r"\\.|\[:\^?\w+:\]|--|[\[&~]", re.DOTALL)
#: What RE2 means by each, in the words of Rust, where a class may stand in a class.
_MEANT = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\s": r"[\t\n\f\r ]",
    r"\S": r"[^\t\n\f\r ]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\b": r"(?-u:\b)",
    r"\B": r"(?-u:\B)",
    "[": r"\[",
    "&": r"\&",
    "~": r"\~",
    "--": r"-\-",
}


def of_re2(pattern: str) -> str:
    """A pattern that finds in Polars what `pattern` finds in DuckDB.

    What RE2 alone knows (\\Q, a brace that counts nothing) Polars refuses with a ComputeError.
    """

    def meant(part: re.Match[str]) -> str:
        text = part[0]
        if text.startswith("["):
            return "[" + _IN_CLASS.sub(lambda inner: _MEANT.get(inner[0], inner[0]), text[1:])
        return _MEANT.get(text, text)

    return _ESCAPE_OR_CLASS.sub(meant, pattern)

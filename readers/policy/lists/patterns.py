"""Cells that are regular expressions: of RE2, and such that profiling (Polars) takes them alike.

Does not belong here: patterns that are the check of a cell (`checks.py`, or beside the shape of the list).
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

from readers.policy.lists.checks import Check

#: All but what RE2 alone knows, which profiling (Polars) would not run: a quotation, a byte, an octal number, a brace that counts nothing.
_UNDERSTOOD = re.compile(
    r"(?:\\[pPx]\{[^}]*\}|\\[^QEC0-7]|\[\^?\]?(?:\\[^QEC0-7]|\[:\^?\w+:\]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^\\{\[])*",
    re.DOTALL,
)


#: The empty text as a column; of two offsets, since `pa.array` would look for pandas, at half a second.
_EMPTY = pa.StringArray.from_buffers(1, pa.py_buffer(bytes(8)), pa.py_buffer(b""))


def _is_pattern(text: str) -> bool:
    # Arrow matches with RE2, as DuckDB does: what is taken here runs there. RE2 has no look-arounds and no back-references.
    if not _UNDERSTOOD.fullmatch(text):
        return False
    try:
        pc.call_function("match_substring_regex", [pa.nulls(1, pa.string())], pc.MatchSubstringOptions(text))
    except pa.ArrowInvalid:
        return False
    return True


def _matches_nothing(pattern: str) -> bool:
    """Whether a pattern matches the empty text, and so any."""
    return pc.call_function("match_substring_regex", [_EMPTY], pc.MatchSubstringOptions(pattern))[0].as_py()


PATTERN = Check(
    _is_pattern,
    "应为有效的 RE2 正则表达式，不能用环视、反向引用、\\Q…\\E、八进制转义和不计次数的花括号",
    "must be a valid RE2 regular expression, without look-arounds, back-references, \\Q...\\E, octal escapes and braces that count nothing",
    "bad_pattern",
)
#: A pattern that the empty text matches would know every name there is, and open what nobody knows.
NAME_PATTERN = Check(
    lambda text: _is_pattern(text) and not _matches_nothing(text),
    f"{PATTERN.zh}，且不能连空名称也匹配",
    f"{PATTERN.en}; it must not match an empty name",
    "bad_pattern",
)

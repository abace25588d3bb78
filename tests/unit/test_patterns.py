"""Patterns of policy find in Polars what they find where RE2 reads them."""

from datetime import date

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import load
from readers.profiling.patterns import of_re2

#: What the two dialects read differently, or nearly so.
CONSTRUCTS = (
    r"\d+", r"^\D+$", r"[\d,]+", r"[^\d]", r"^\s$", r"^\S+$", r"\w+@\w+", r"^[^\W]$", r"\bab\b", r"\Ba", r"\\d", r"\[\d\]",
    r"[\]d]", r"[[]", r"[^[]", r"[]x]", r"[^]x]", r"[a&&b]", r"[&~]", r"[a~~b]", r"a~~b", r"^[+--]$", r"[a-]", r"[[:alpha:]]",
    r"[[:digit:]x]+", r"[\p{Han}\d]+", r"\pL+", r"(?i)k", r"a|", r"(\d)\d?$",
)  # fmt: skip
SHIPPED = sorted(
    {
        entry.body[column]
        for policy in [load(POLICY)]
        for name, columns in (
            ("detector", ("value_pattern", "name_pattern", "not_name_pattern")),
            ("grade_rule", ("pattern",)),
        )
        for entry in policy.on(date.max).of(name)
        for column in columns
        if entry.body.get(column)
    }
)
CHARACTERS = "09aAbkx_@.,-+&~[]{}\\ \t\n\v字省·日٣３ａＡéſ\u212a\u3000\u00a0\x1c"


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.text(st.sampled_from(CHARACTERS), max_size=8), min_size=1, max_size=20))
@pytest.mark.parametrize("pattern", [*CONSTRUCTS, *SHIPPED])
def test_a_pattern_finds_in_polars_what_re2_finds(pattern: str, texts: list[str]) -> None:
    options = pc.MatchSubstringOptions(pattern)
    by_re2 = pc.call_function("match_substring_regex", [pa.array(texts, pa.string())], options)
    assert pl.Series(texts).str.contains(of_re2(pattern)).to_list() == by_re2.to_pylist()


@pytest.mark.parametrize("pattern", [r"\Qa.b\E", "x{"])
def test_what_re2_alone_knows_is_refused(pattern: str) -> None:
    with pytest.raises(pl.exceptions.ComputeError):
        pl.Series(["a"]).str.contains(of_re2(pattern))

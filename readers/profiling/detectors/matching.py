"""Which values a detector knows, all values of all columns at once.

Belongs here: normal forms of values, patterns, terms, numbers inside of text. Does not belong here: what a share of known values means
(`judge.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import polars as pl

from readers.profiling.detectors.checksums import CHECKSUMS
from readers.profiling.detectors.definitions import Detector
from readers.profiling.patterns import of_re2

_GAPS = of_re2(r"[\s\-]+")
#: A number or an address in text, of which any other character is no part, Chinese among them.
_RUN = r"[0-9A-Za-z@._+\-]+"
#: Text with no run so long has nothing to look for in it.
_LONG_RUN = r"[0-9A-Za-z@._+\-]{7,}"


def texts_of(values: pl.DataFrame) -> pl.DataFrame:
    """Values (column_no, value, n) and numbers and addresses inside of them, in the two forms that patterns are written for.

    Beside what is given: `position` of the value; `is_whole`, whether it is all of it, as the first are; `upper`, in upper case and common
    width, and `compact`, that without spaces and hyphens; the lengths of both in characters.
    """
    text = pl.col("text")
    whole = values.with_row_index("position").with_columns(text=pl.col("value"), is_whole=True)
    # What stands between Chinese characters, spaces and the like, where there are any.
    inside = (
        whole.filter(text.str.contains("[^!-~]") & text.str.contains(_LONG_RUN))
        .with_columns(text.str.extract_all(_RUN), is_whole=False)
        .explode("text", empty_as_null=False)
        .with_columns(text.str.strip_chars("._-+"))
    )
    upper = pl.concat([whole, inside]).with_columns(upper=text.str.replace_many(_folded()))
    forms = upper.with_columns(compact=pl.col("upper").str.replace_all(_GAPS, ""))
    return forms.with_columns(pl.col("upper", "compact").str.len_chars().name.suffix("_length"))


@cache
def _folded() -> dict[str, str]:
    """Upper case of each letter, and of each wide character the common one in upper case; one for one, so that lengths stay."""
    # Not str.to_uppercase, which makes two letters of ß and of the ligature ﬁ: ASCII where there was none.
    letters = {letter: letter.upper() for letter in map(chr, range(0x11000)) if len(letter.upper()) == 1}
    wide = {chr(code): chr(code - 0xFEE0).upper() for code in range(0xFF01, 0xFF5F)}
    return {letter: upper for letter, upper in (letters | wide).items() if letter != upper}


def known(
    texts: pl.DataFrame,
    detectors: Sequence[Detector],
    looked_at: Mapping[str, Sequence[int]],
    named: Mapping[str, Sequence[int]],
) -> pl.DataFrame:
    """The values that each detector knows: `detector` beside what was given of the value, and whether it is known as a whole.

    Args:
        texts: as `texts_of` gives them.
        looked_at: of each detector that looks at any column, the columns whose texts it looks at.
        named: of each detector, the columns whose name speaks for it.
    """
    judged = texts.select(
        _is_known(detector, looked_at[name], named.get(name, ())).alias(name)
        for detector in detectors
        if (name := detector.detector_id) in looked_at and detector.value_pattern
    )
    rows = pl.DataFrame(
        {"detector": judged.columns, "row": [is_known.arg_true() for is_known in judged]},
        {"detector": pl.String, "row": pl.List(pl.UInt32)},
    ).explode("row", empty_as_null=False)
    found = texts.select("position", "column_no", "value", "n", "is_whole")[rows["row"]].with_columns(rows["detector"])
    # A value counts once, however much of it is known.
    of_whole, key = found.filter("is_whole"), ["detector", "position"]
    of_inside = found.filter(~pl.col("is_whole")).unique(key).join(of_whole, key, "anti")
    return pl.concat([of_whole, of_inside])


def _is_known(detector: Detector, looked_at: Sequence[int], named: Sequence[int]) -> pl.Expr:
    """Whether a detector knows a text, or null; step by step, as nothing is looked for in what is null."""
    form = "compact" if detector.is_compact else "upper"
    is_candidate = (
        pl.col(f"{form}_length").is_between(detector.min_length, detector.max_length)
        & pl.col("column_no").is_in(looked_at)
        & (pl.col("is_whole") | detector.in_text)
    )
    text = pl.when(is_candidate).then(form)
    if detector.terms:
        said = _has_term(text, detector)
        if detector.term_use == "prefix_or_name":
            said |= pl.col("column_no").is_in(named)
        text = pl.when(said).then(text)
    is_known = text.str.contains(f"^(?:{of_re2(detector.value_pattern)})$")
    if detector.check:
        is_known = pl.when(is_known).then(text).map_batches(_checked(detector.check), pl.Boolean)
    return is_known


def _has_term(text: pl.Expr, detector: Detector) -> pl.Expr:
    terms = pl.Series(detector.terms)
    if detector.term_use == "equal":
        return text.is_in(terms.implode())
    if detector.term_use == "contain":
        return text.str.contains_any(terms.implode())
    return pl.any_horizontal(text.str.head(length).is_in(terms.implode()) for length in terms.str.len_chars().unique())


def _checked(check: str) -> Callable[[pl.Series], pl.Series]:
    """What passes a checksum, of texts that are not null."""

    def passed(texts: pl.Series) -> pl.Series:
        found = texts.is_not_null().to_numpy()
        if found.any():
            found[found] = CHECKSUMS[check](texts.drop_nulls())
        return pl.Series(found)

    return passed


def speaks_for(headings: pl.Expr, detector: Detector) -> pl.Expr:
    """Which names of columns speak for a detector."""
    return _has_pattern(headings, detector.name_pattern) & ~speaks_against(headings, detector)


def speaks_against(headings: pl.Expr, detector: Detector) -> pl.Expr:
    """Which names of columns speak against a detector."""
    return _has_pattern(headings, detector.not_name_pattern)


def _has_pattern(headings: pl.Expr, pattern: str) -> pl.Expr:
    return headings.str.contains(f"(?i){of_re2(pattern)}") if pattern else headings.is_null()

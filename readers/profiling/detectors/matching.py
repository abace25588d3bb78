"""Which values a detector knows, all values of all columns at once.

Belongs here: normal forms of values, patterns, terms, numbers inside of text. Does not belong here: what a share of known values means
(`judge.py`).
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import polars as pl

from readers.profiling.detectors.checksums import CHECKSUMS
from readers.profiling.detectors.definitions import Detector
from readers.profiling.patterns import of_re2

#: What of a value a text is: all of it, all but the marks around it, or what stands in it.
WHOLE, PEELED, INSIDE = (pl.lit(part, pl.UInt8) for part in range(3))
_GAPS = of_re2(r"[\s\-]+")
#: What may stand in a text, each beside any other characters: an address or a number with its own marks; what is between two marks; a
#: plate; a telephone number with its area code; digits in groups; digits between letters, as a prefix has them.
_INSIDE = (
    r"[0-9A-Z@._+\-]+",
    r"[0-9A-Z]+",
    r"\p{Han}[A-Z][0-9A-Z]{5,6}",
    r"[0-9()+\-]+",
    r"\(0[0-9]{2,3}\)[ \-]?[0-9]{7,8}",
    r"\+?[0-9]+(?:[ \-]+[0-9]+)+X?",
    r"[0-9]+X?",
)
#: What has fewer characters, gaps apart, is not looked for inside of text.
_LEAST = 7
_LONG_RUN = rf"[0-9A-Z@._+·\-]{{{_LEAST},}}|[0-9](?:[ ()\-]*[0-9]){{{_LEAST - 1},}}"
#: What a URL, JSON or a script writes for a mark: its digits and letters are no part of a number beside them.
_ESCAPE = r"%[0-9A-F]{2}|\\U[0-9A-F]{4}|\\X[0-9A-F]{2}|\\[NTRBF]"
_WRITTEN_AT = {"%40": "@", "%2E": ".", "%2D": "-", "%2B": "+", "%5F": "_"}
#: A text to look inside of: with a mark, or with letters beside so many digits that these may be a number of their own.
_COMPOSED = r"[^0-9A-Z]|[A-Z][0-9]{11}|[0-9]{11}(?:[A-WYZ]|X.)"
#: A mobile number in groups between dots, which are no gaps: an IP address has them, and a version.
_DOTTED = r"(^|[^0-9.·])(1[3-9][0-9])[.·]([0-9]{4})[.·]([0-9]{4})($|[^0-9.·])"
#: Marks around a value, of which none is part of it: `'1234`, `1234;`, `="1234"`.
_AROUND = r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$"


def texts_of(values: pl.DataFrame) -> pl.DataFrame:
    """Values (column_no, value, n) and numbers and addresses inside of them, in the two forms that patterns are written for.

    Beside what is given: `position` of the value; `part`: WHOLE, as the first are, PEELED or INSIDE; `upper`, in upper case and common
    width, and `compact`, that without spaces and hyphens; the lengths of both in characters.
    """
    upper = pl.col("upper")
    whole = values.with_row_index("position").with_columns(
        upper=pl.col("value").str.replace_many(_folded()), part=WHOLE
    )
    composed = whole.filter(upper.str.contains(_COMPOSED))
    peeled = composed.filter(upper.str.contains(_AROUND)).with_columns(upper.str.replace_all(_AROUND, ""), part=PEELED)
    inside = (
        composed.filter(upper.str.contains(_LONG_RUN))
        .with_columns(pl.when(upper.str.contains(_ESCAPE)).then(_unescaped(upper)).otherwise(upper))
        .with_columns(upper.str.replace_all(_DOTTED, "$1$2-$3-$4$5"))
        .with_columns(pl.concat_list(map(upper.str.extract_all, _INSIDE)).list.unique(), part=INSIDE)
        .explode("upper", empty_as_null=False)
        .with_columns(upper.str.strip_chars("._-").str.strip_chars_end("+"))
        .filter(upper.str.len_chars() >= _LEAST)
    )
    forms = pl.concat([whole, peeled, inside]).with_columns(compact=upper.str.replace_all(_GAPS, ""))
    return forms.with_columns(pl.col("upper", "compact").str.len_chars().name.suffix("_length"))


def _unescaped(text: pl.Expr) -> pl.Expr:
    """A text, and beside it the same without escapes: `5%13812345678` is none."""
    return pl.concat_str(text, pl.lit(" "), text.str.replace_many(_WRITTEN_AT).str.replace_all(_ESCAPE, " "))


@cache
def _folded() -> dict[str, str]:
    """Upper case of each letter; of each digit, wide character, blank and hyphen the common one; nothing of what nobody sees."""
    # Not str.to_uppercase, which makes two letters of ß and of the ligature ﬁ: ASCII where there was none.
    letters = {letter: letter.upper() for letter in map(chr, range(0x11000)) if len(letter.upper()) == 1}
    wide = {chr(code): chr(code - 0xFEE0).upper() for code in range(0xFF01, 0xFF5F)}
    digits = {digit: str(unicodedata.digit(digit)) for digit in map(chr, range(0x80, 0x1FC00)) if digit.isdigit()}
    blanks = dict.fromkeys("\t\n\r\u00a0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
    hyphens = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    marks = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), *range(0xFE00, 0xFE10)]
    unseen = dict.fromkeys(["\u00ad", "\ufeff", *map(chr, marks)], "")
    # The last character of an identity number that is no X, and looks like one.
    last = dict.fromkeys("×✕ХхΧχ", "X")
    found = letters | wide | digits | blanks | hyphens | unseen | last
    return {letter: upper for letter, upper in found.items() if letter != upper}


def known(
    texts: pl.DataFrame,
    detectors: Sequence[Detector],
    looked_at: Mapping[str, Sequence[int]],
    named: Mapping[str, Sequence[int]],
) -> pl.DataFrame:
    """What each detector knows, a row a value (column_no, n, detector): the `text` that it knows, and `is_whole`, whether that is the
    value, with the marks around it.

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
    # Whole values are the first of the texts.
    is_first = pl.col("row") < texts.select((pl.col("part") == WHOLE).sum()).item()
    whole, rest = rows.filter(is_first), rows.filter(~is_first)
    found = texts.select("column_no", "n", text="value")[whole["row"]].with_columns(whole["detector"], is_whole=True)
    if rest.is_empty():
        return found
    # A value counts once, however much of it is known.
    key = ["detector", "position"]
    parts = texts.select("position", "column_no", "n", "value", "part", "upper")[rest["row"]].with_columns(
        rest["detector"]
    )
    once = (
        parts.sort("part", "upper")
        .unique(key, keep="first")
        .join(whole.with_columns(position=texts["position"][whole["row"]]).join(parts, key, "semi"), key, "anti")
        .with_columns(is_whole=pl.col("part") == PEELED)
    )
    text = pl.when("is_whole").then("value").otherwise("upper")
    return pl.concat([found, once.with_columns(text=text).select(found.columns)])


def _is_known(detector: Detector, looked_at: Sequence[int], named: Sequence[int]) -> pl.Expr:
    """Whether a detector knows a text, or null; step by step, as nothing is looked for in what is null."""
    form = "compact" if detector.is_compact else "upper"
    is_candidate = pl.col(f"{form}_length").is_between(detector.min_length, detector.max_length)
    is_candidate &= pl.col("column_no").is_in(looked_at)
    if not detector.in_text and detector.withhold_pct is None:
        is_candidate &= pl.col("part") < INSIDE
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

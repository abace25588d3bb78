"""Which values a detector knows, all values of all columns at once.

Belongs here: normal forms of values, patterns, terms, numbers inside of text. Does not belong here: what a share of known values means
(`judge.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from readers.profiling.detectors.checksums import CHECKSUMS
from readers.profiling.detectors.definitions import Detector

_WIDE = [chr(code) for code in range(0xFF01, 0xFF5F)]
_GAPS = r"[\s\-]+"
#: What separates numbers and addresses in text, Chinese characters among it.
_SEPARATORS = r"[^0-9A-Za-z@._+\-]+"
#: Text with no run so long has nothing to look for in it.
_LONG_RUN = r"[0-9A-Za-z@._+\-]{7,}"


@dataclass(frozen=True)
class Texts:
    """Texts in the two forms that patterns are written for: upper case in common width, and that without spaces and hyphens."""

    upper: pa.Array

    @classmethod
    def of(cls, values: pa.Array) -> "Texts":
        narrow = values
        if pc.call_function("match_substring_regex", [values], pc.MatchSubstringOptions("[！-～]")).true_count:
            for wide in _WIDE:
                narrow = pc.call_function(
                    "replace_substring", [narrow], pc.ReplaceSubstringOptions(wide, chr(ord(wide) - 0xFEE0))
                )
        return cls(pc.call_function("utf8_upper", [narrow]))

    @cached_property
    def compact(self) -> pa.Array:
        return pc.call_function("replace_substring_regex", [self.upper], pc.ReplaceSubstringOptions(_GAPS, ""))

    @cached_property
    def _lengths(self) -> dict[bool, np.ndarray]:
        return {}

    def lengths(self, *, is_compact: bool) -> np.ndarray:
        if is_compact not in self._lengths:
            texts = self.compact if is_compact else self.upper
            self._lengths[is_compact] = pc.call_function("utf8_length", [texts]).to_numpy(zero_copy_only=False)
        return self._lengths[is_compact]

    def known(self, detector: Detector, among: np.ndarray, named: np.ndarray) -> np.ndarray:
        """The positions of the texts that a detector knows.

        Args:
            among: which texts are looked at.
            named: for which of them the column's name speaks.
        """
        lengths = self.lengths(is_compact=detector.is_compact)
        chosen = np.flatnonzero(among & (lengths >= detector.min_length) & (lengths <= detector.max_length))
        if not len(chosen) or not detector.value_pattern:
            return chosen[:0]
        texts = (self.compact if detector.is_compact else self.upper).take(pa.array(chosen))
        pattern = pc.MatchSubstringOptions(f"^(?:{detector.value_pattern})$")
        kept = pc.call_function("match_substring_regex", [texts], pattern).to_numpy(zero_copy_only=False)
        if detector.terms:
            said = _has_term(texts, detector)
            kept &= said | named[chosen] if detector.term_use == "prefix_or_name" else said
        chosen, texts = chosen[kept], texts.filter(pa.array(kept))
        return chosen[CHECKSUMS[detector.check](texts)] if detector.check and len(chosen) else chosen


@dataclass(frozen=True)
class Tokens:
    """Numbers and addresses inside of texts, each with the position of its text."""

    texts: Texts
    parents: np.ndarray

    @classmethod
    def of(cls, values: pa.Array) -> "Tokens":
        """What stands between Chinese characters, spaces and the like in texts that have any of these."""
        mixed = pc.call_function("match_substring_regex", [values], pc.MatchSubstringOptions(r"[^!-~]"))
        long = pc.call_function("match_substring_regex", [values], pc.MatchSubstringOptions(_LONG_RUN))
        chosen = np.flatnonzero((mixed.to_numpy(zero_copy_only=False)) & (long.to_numpy(zero_copy_only=False)))
        split = pc.call_function(
            "split_pattern_regex", [values.take(pa.array(chosen))], pc.SplitPatternOptions(_SEPARATORS)
        )
        parents = pc.call_function("list_parent_indices", [split]).to_numpy(zero_copy_only=False)
        tokens = pc.call_function("utf8_trim", [pc.call_function("list_flatten", [split])], pc.TrimOptions("._-+"))
        return cls(Texts.of(tokens), chosen[parents] if len(parents) else chosen[:0])

    def known(self, detector: Detector, among: np.ndarray, named: np.ndarray) -> np.ndarray:
        """The positions of the texts that have something in them which a detector knows."""
        if not len(self.parents):
            return self.parents
        return np.unique(self.parents[self.texts.known(detector, among[self.parents], named[self.parents])])


def names_match(headings: pa.Array, detector: Detector) -> np.ndarray:
    """Which names of columns speak for a detector."""
    return _matches(headings, detector.name_pattern) & ~_matches(headings, detector.not_name_pattern)


def vetoed(headings: pa.Array, detector: Detector) -> np.ndarray:
    """Which names of columns speak against a detector."""
    return _matches(headings, detector.not_name_pattern)


def _matches(headings: pa.Array, pattern: str) -> np.ndarray:
    if not pattern:
        return np.zeros(len(headings), bool)
    options = pc.MatchSubstringOptions(pattern, ignore_case=True)
    return pc.call_function("match_substring_regex", [headings], options).to_numpy(zero_copy_only=False)


def _has_term(texts: pa.Array, detector: Detector) -> np.ndarray:
    if detector.term_use == "equal":
        return _is_in(texts, detector.terms)
    if detector.term_use == "contain":
        pattern = "|".join(detector.terms)
        return pc.call_function("match_substring_regex", [texts], pc.MatchSubstringOptions(pattern)).to_numpy(
            zero_copy_only=False
        )
    found = np.zeros(len(texts), bool)
    for length in sorted({len(term) for term in detector.terms}):
        starts = pc.call_function("utf8_slice_codeunits", [texts], pc.SliceOptions(0, length))
        found |= _is_in(starts, [term for term in detector.terms if len(term) == length])
    return found


def _is_in(texts: pa.Array, terms: Sequence[str]) -> np.ndarray:
    options = pc.SetLookupOptions(pa.array(terms, texts.type))
    return pc.call_function("is_in", [texts], options=options).to_numpy(zero_copy_only=False)

"""Which texts may stand in an edition: none that holds a number of a person, a name that may not stand, or words that close a resource.

Names are compared without case, width, blanks and marks: `名录 (绝密)` is 名录（绝密）. Belongs here: what is in a text. Does not belong
here: where texts stand, and what becomes of them (`door.py`); numbers of persons themselves (`readers/profiling/detectors`).
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from readers.policy.files import PolicyOnDay
from readers.profiling.detectors.judge import Detectors
from readers.profiling.patterns import of_re2

#: A shorter name is a word of the language: it is looked for as a whole cell, not inside of texts.
_LEAST_NAME = 4
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Texts:
    """What no text of an edition may hold.

    names: as they are written. closing: the words that close, each as a pattern, and one of what takes it back.
    """

    policy: PolicyOnDay
    names: Collection[str]
    closing: Collection[tuple[str, str]]

    def bad(self, texts: Collection[str], *, whole: bool) -> frozenset[str]:
        """The texts that may not stand.

        Args:
            whole: each is what an asset is called, of which a part may well be called as another asset is.
        """
        if not texts:
            return frozenset()
        ordered = sorted(texts)
        known = self._detectors.known_in(ordered)
        bad = {text for text, is_known in zip(ordered, known, strict=True) if is_known}
        if self._folded:
            bare = [folded(text) for text in ordered]
            bad |= {text for text, name in zip(ordered, bare, strict=True) if name in self._folded}
            if not whole and self._long:
                said = pl.Series(bare, dtype=pl.String).str.contains_any(self._long)
                bad |= {text for text, is_said in zip(ordered, said, strict=True) if is_said}
        series = pl.Series(ordered, dtype=pl.String)
        for pattern, but in self.closing:
            looked_at = series.str.replace_all(of_re2(but), "") if but else series
            said = looked_at.str.contains(of_re2(pattern))
            bad |= {text for text, is_said in zip(ordered, said, strict=True) if is_said}
        return frozenset(bad)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(bare for name in self.names if (bare := folded(name)))

    @cached_property
    def _long(self) -> list[str]:
        return sorted(name for name in self._folded if len(name) >= _LEAST_NAME)

    @cached_property
    def _detectors(self) -> Detectors:
        """Those of persons: one value is enough, wherever it stands."""
        personal = {entry.entry_key for entry in self.policy.of("detector") if entry.body["is_personal"] == "yes"}
        found = Detectors.of(self.policy).definitions
        return Detectors(tuple(d for d in found if d.detector_id in personal and d.withhold_pct == 0))


def folded(text: str) -> str:
    """A text without what two people write differently of the same name: case, width, blanks, marks, and what nobody sees."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())

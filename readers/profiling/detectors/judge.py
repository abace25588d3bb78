"""What the detectors say of columns: from the values they know and the columns' names to a verdict with its evidence.

Belongs here: rates, verdicts, confidence. Does not belong here: which values are given (the caller may sample), grades (the models).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from readers.policy.files import PolicyOnDay
from readers.profiling.detectors.definitions import Detector, detectors
from readers.profiling.detectors.masking import keyed_hash, masked
from readers.profiling.detectors.matching import Texts, Tokens, names_match, vetoed

#: A row of evidence. Rows count values by the rows of the table that have them; hit_rate and confidence are from 0 to 1.
EVIDENCE_SCHEMA = pa.schema(
    [
        pa.field("column_no", pa.int64(), nullable=False),
        pa.field("detector", pa.string(), nullable=False),
        pa.field("judged_values", pa.int64(), nullable=False),
        pa.field("matched_values", pa.int64(), nullable=False),
        pa.field("judged_rows", pa.int64(), nullable=False),
        pa.field("matched_rows", pa.int64(), nullable=False),
        pa.field("hit_rate", pa.float64(), nullable=False),
        pa.field("evidence", pa.string(), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("masked_example", pa.string()),
        pa.field("example_hash", pa.string()),
    ]
)
_RANKS = {"none": 0, "review": 1, "confirmed": 2}


@dataclass(frozen=True)
class Detectors:
    """The detectors of a policy."""

    definitions: tuple[Detector, ...]

    @classmethod
    def of(cls, policy: PolicyOnDay) -> "Detectors":
        return cls(detectors(policy))

    def detect(self, columns: pa.Table, values: pa.Table, key: bytes) -> pa.Table:
        """The evidence in columns, a row (EVIDENCE_SCHEMA) for each column and detector that has any.

        Args:
            columns: column_no, heading; every column.
            values: column_no, value, n: the distinct values of each column, none empty, and how many rows have them.
            key: of the keyed hash of the example.
        """
        judged = _Judged(columns, values)
        # Arrow and numpy let other threads run while they look through an array.
        with ThreadPoolExecutor() as threads:
            rows = threads.map(lambda detector: list(judged.rows(detector, key)), self.definitions)
            found = [row for of_detector in rows for row in of_detector]
        found.sort(key=lambda row: (row["column_no"], row["detector"]))
        return pa.Table.from_pylist(found, EVIDENCE_SCHEMA)

    def name_verdicts(self, names: pa.Array) -> pa.DictionaryArray:
        """For each name of a column the detectors that it speaks for, joined by `;`, "" for none; each distinct name is looked at once."""
        encoded = pc.call_function("dictionary_encode", [names])
        distinct = encoded.dictionary
        found: list[list[str]] = [[] for _ in range(len(distinct))]
        for detector in self.definitions:
            for position in np.flatnonzero(names_match(distinct, detector)):
                found[int(position)].append(detector.detector_id)
        return pa.DictionaryArray.from_arrays(encoded.indices, pa.array([";".join(ids) for ids in found], pa.string()))


class _Judged:
    """Columns and their values, as arrays."""

    def __init__(self, columns: pa.Table, values: pa.Table) -> None:
        self.numbers = columns["column_no"].to_numpy()
        self.headings = columns["heading"].combine_chunks()
        self.values = values["value"].combine_chunks()
        order = np.argsort(self.numbers)
        #: The position of each value's column.
        self.column = order[np.searchsorted(self.numbers, values["column_no"].to_numpy(), sorter=order)]
        self.weights = values["n"].to_numpy()
        self.texts = Texts.of(self.values)
        self.tokens = Tokens.of(self.values)
        self.value_counts = self._counted(np.arange(len(self.values)))
        self.row_counts = self._weighed(np.arange(len(self.values)))

    def rows(self, detector: Detector, key: bytes) -> Iterator[dict[str, Any]]:
        """The evidence for a detector, column by column."""
        named = names_match(self.headings, detector)
        looked_at = named if detector.form_verdict == "none" else ~vetoed(self.headings, detector)
        among, spoken_for = looked_at[self.column], named[self.column]
        whole = self.texts.known(detector, among, spoken_for)
        inside = self.tokens.known(detector, among, spoken_for) if detector.in_text else whole[:0]
        inside = np.setdiff1d(inside, whole) if len(inside) else inside
        of_whole, of_inside = self._weighed(whole), self._weighed(inside)
        every = np.concatenate([whole, inside])
        matched = self._counted(every)
        for position in np.flatnonzero((matched > 0) | named):
            total = max(int(self.row_counts[position]), 1)
            rate, rate_inside = of_whole[position] / total, of_inside[position] / total
            by_value = _value_verdict(detector, rate, rate_inside, is_named=bool(named[position]))
            by_name = detector.name_verdict if named[position] else "none"
            verdict = max(by_value, by_name, key=_RANKS.__getitem__)
            if verdict == "none":
                continue
            example = self._example(every, int(position))
            doubt = (1 - detector.value_weight_pct / 100 * (rate + rate_inside)) * (
                1 - detector.name_weight_pct / 100 * bool(named[position])
            )
            yield {
                "column_no": int(self.numbers[position]),
                "detector": detector.detector_id,
                "judged_values": int(self.value_counts[position]),
                "matched_values": int(matched[position]),
                "judged_rows": int(self.row_counts[position]),
                "matched_rows": int(of_whole[position] + of_inside[position]),
                "hit_rate": round(float(rate + rate_inside), 4),
                "evidence": "name" if by_value == "none" else "both" if named[position] else "value",
                "verdict": verdict,
                "confidence": round(float(1 - doubt), 3),
                "masked_example": masked(example) if example else None,
                "example_hash": keyed_hash(example, key) if example else None,
            }

    def _counted(self, positions: np.ndarray) -> np.ndarray:
        return np.bincount(self.column[positions], minlength=len(self.numbers))

    def _weighed(self, positions: np.ndarray) -> np.ndarray:
        weights = self.weights[positions]
        return np.bincount(self.column[positions], weights=weights, minlength=len(self.numbers)).astype(np.int64)

    def _example(self, positions: np.ndarray, column: int) -> str | None:
        """The first known value of a column in the order of text."""
        own = positions[self.column[positions] == column]
        return pc.call_function("min", [self.values.take(pa.array(own))]).as_py() if len(own) else None


def _value_verdict(detector: Detector, rate: float, rate_inside: float, *, is_named: bool) -> str:
    """What the values of a column amount to: a share of them is known as a whole, another has something known inside."""
    alone = "confirmed" if is_named else detector.form_verdict
    if alone == "none":
        return "none"
    if rate * 100 >= detector.min_confirmed_pct:
        return alone
    if rate * 100 >= detector.min_review_pct:
        return "review"
    # One number with its check digit in free text is enough to look at.
    least = 0 if detector.check else detector.min_review_pct
    return "review" if rate_inside > 0 and (rate + rate_inside) * 100 >= least else "none"

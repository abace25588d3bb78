"""What the detectors say of columns: from the values they know and the columns' names to a verdict with its evidence.

Belongs here: rates, verdicts, confidence. Does not belong here: which values are given (the caller may sample), grades (the models).
"""

from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from readers.policy.files import PolicyOnDay
from readers.profiling.detectors.definitions import Detector, detectors
from readers.profiling.detectors.masking import keyed_hash, masked
from readers.profiling.detectors.matching import known, speaks_against, speaks_for, texts_of

#: A row of evidence. Rows count values by the rows of the table that have them; hit_rate and confidence are from 0 to 1; masked_example and
#: example_hash are null where no value is known.
EVIDENCE_SCHEMA = pl.Schema(
    {
        "column_no": pl.Int64,
        "detector": pl.String,
        "judged_values": pl.Int64,
        "matched_values": pl.Int64,
        "judged_rows": pl.Int64,
        "matched_rows": pl.Int64,
        "hit_rate": pl.Float64,
        "evidence": pl.String,
        "verdict": pl.String,
        "confidence": pl.Float64,
        "masked_example": pl.String,
        "example_hash": pl.String,
    }
)
_RANKS = {"none": 0, "review": 1, "confirmed": 2}


@dataclass(frozen=True)
class Detectors:
    """The detectors of a policy."""

    definitions: tuple[Detector, ...]

    @classmethod
    def of(cls, policy: PolicyOnDay) -> "Detectors":
        return cls(detectors(policy))

    def detect(self, columns: pa.Table | pl.DataFrame, values: pa.Table, key: bytes) -> pa.Table:
        """The evidence in columns, a row (EVIDENCE_SCHEMA) for each column and detector that has any.

        Args:
            columns: column_no, heading; every column.
            values: column_no, value, n: the distinct values of each column, none empty, and how many rows have them.
            key: of the keyed hash of the example.
        """
        if not self.definitions:
            return EVIDENCE_SCHEMA.to_frame().to_arrow()
        headed, given = pl.DataFrame(columns), pl.DataFrame(values)
        names = self._names(headed)
        named, looked_at = (_columns(names.filter(which)) for which in ("is_named", "is_looked_at"))
        matched = (
            known(texts_of(given), self.definitions, looked_at, named)
            .group_by("detector", "column_no")
            .agg(
                matched_values=pl.len(),
                rows_whole=pl.col("n").filter("is_whole").sum(),
                rows_inside=pl.col("n").filter(~pl.col("is_whole")).sum(),
                example=pl.col("value").min(),
            )
        )
        counted = given.group_by("column_no").agg(judged_values=pl.len(), judged_rows=pl.col("n").sum())
        judged = (
            names.join(matched, ["detector", "column_no"], "left")
            .filter(pl.col("is_named") | pl.col("matched_values").is_not_null())
            .join(counted, "column_no", "left")
            .with_columns(pl.col("^(judged|matched|rows)_.*$").fill_null(0))
            .sort("column_no", "detector")
        )
        by_id = {detector.detector_id: detector for detector in self.definitions}
        found = (_evidence(by_id[column["detector"]], column, key) for column in judged.iter_rows(named=True))
        return pl.DataFrame([evidence for evidence in found if evidence], EVIDENCE_SCHEMA).to_arrow()

    def _names(self, headed: pl.DataFrame) -> pl.DataFrame:
        """What the name of each column says to each detector: column_no, detector, is_named, is_looked_at."""
        heading = pl.col("heading")

        def said(detector: Detector) -> pl.Expr:
            is_named = speaks_for(heading, detector)
            is_looked_at = is_named if detector.form_verdict == "none" else ~speaks_against(heading, detector)
            return pl.struct(is_named=is_named, is_looked_at=is_looked_at).alias(detector.detector_id)

        names = headed.select("column_no", *map(said, self.definitions))
        return names.unpivot(index="column_no", variable_name="detector", value_name="said").unnest("said")

    def name_verdicts(self, names: pa.Array) -> pa.DictionaryArray:
        """For each name of a column the detectors that it speaks for, joined by `;`, "" for none; each distinct name is looked at once."""
        encoded = pc.call_function("dictionary_encode", [names])
        heading = pl.col("heading")
        said = (pl.when(speaks_for(heading, d)).then(pl.lit(d.detector_id)) for d in self.definitions)
        joined = pl.DataFrame({"heading": encoded.dictionary}).select(
            pl.concat_str(said, separator=";", ignore_nulls=True)
        )
        return pa.DictionaryArray.from_arrays(encoded.indices, joined.to_series().to_arrow())


def _columns(names: pl.DataFrame) -> dict[str, list[int]]:
    """The columns of each detector that has any."""
    return dict(names.group_by("detector").agg("column_no").iter_rows())


def _evidence(detector: Detector, column: dict[str, Any], key: bytes) -> dict[str, Any] | None:
    """The evidence in a column; None where it amounts to nothing."""
    named, total, example = column["is_named"], max(column["judged_rows"], 1), column["example"]
    rate, rate_inside = column["rows_whole"] / total, column["rows_inside"] / total
    by_value = _value_verdict(detector, rate, rate_inside, is_named=named)
    by_name = detector.name_verdict if named else "none"
    verdict = max(by_value, by_name, key=_RANKS.__getitem__)
    if verdict == "none":
        return None
    doubt = (1 - detector.value_weight_pct / 100 * (rate + rate_inside)) * (1 - detector.name_weight_pct / 100 * named)
    return {
        "column_no": column["column_no"],
        "detector": detector.detector_id,
        "judged_values": column["judged_values"],
        "matched_values": column["matched_values"],
        "judged_rows": column["judged_rows"],
        "matched_rows": column["rows_whole"] + column["rows_inside"],
        "hit_rate": round(rate + rate_inside, 4),
        "evidence": "name" if by_value == "none" else "both" if named else "value",
        "verdict": verdict,
        "confidence": round(1 - doubt, 3),
        "masked_example": masked(example) if example else None,
        "example_hash": keyed_hash(example, key) if example else None,
    }


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

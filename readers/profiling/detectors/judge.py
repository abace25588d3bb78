"""What the detectors say of columns: from the values they know and the columns' names to a verdict with its evidence.

Belongs here: rates, verdicts, confidence. Does not belong here: which values are given (the caller may sample), grades (the models).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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
_MAY_HOLD = re.compile(r"@|\d\D{0,2}\d\D{0,2}\d|[A-Z]")
#: Marks around a value are no part of what is hashed: a number hashes alike with any of them.
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_RANKS = {"none": 0, "review": 1, "confirmed": 2}


class Judgement(NamedTuple):
    """What detectors say of columns: a row of evidence (EVIDENCE_SCHEMA) for each column and detector that has any, and the numbers of
    the columns of which no value may be shown, for what their names or any of their values look like."""

    evidence: pa.Table
    withheld: frozenset[int]


@dataclass(frozen=True)
class Detectors:
    """The detectors of a policy."""

    definitions: tuple[Detector, ...]

    @classmethod
    def of(cls, policy: PolicyOnDay) -> "Detectors":
        return cls(detectors(policy))

    def judge(self, columns: pa.Table | pl.DataFrame, values: pa.Table, key: bytes | None) -> Judgement:
        """What is found in columns.

        Args:
            columns: column_no, heading; every column.
            values: column_no, value, n: the distinct values of each column, none empty, and how many rows have them.
            key: of the keyed hash of the example; without one there is none.
        """
        if not self.definitions:
            return Judgement(EVIDENCE_SCHEMA.to_frame().to_arrow(), frozenset())
        headed, given = pl.DataFrame(columns), pl.DataFrame(values)
        names, texts = self._names(headed), texts_of(given)
        counted = given.group_by("column_no").agg(judged_values=pl.len(), judged_rows=pl.col("n").sum())
        judged = self._judged(texts, names, counted, "is_looked_at")
        found = (_evidence(detector, column, key) for detector, column in judged)
        evidence = pl.DataFrame([evidence for evidence in found if evidence], EVIDENCE_SCHEMA)
        withheld = {column["column_no"] for detector, column in judged if _withholds(detector, column)}
        # Of the columns that seem harmless, what the others know as well, whose names do not speak for them.
        open_columns = pl.col("column_no").is_in(withheld.union(evidence["column_no"])).not_()
        rest = self._judged(texts.filter(open_columns), names.filter(open_columns), counted, ~pl.col("is_looked_at"))
        withheld |= {column["column_no"] for detector, column in rest if _withholds(detector, column)}
        return Judgement(evidence.to_arrow(), frozenset(withheld))

    def known_in(self, texts: Sequence[str]) -> list[bool]:
        """Of each text, whether something stands in it of which one value is enough to withhold a column."""
        few = {detector.detector_id: [0] for detector in self.definitions if detector.withhold_pct == 0}
        # Headings and titles seldom have digits, and the detectors take milliseconds for any number of texts.
        may_hold = (text for text in texts if _MAY_HOLD.search(unicodedata.normalize("NFKC", text)))
        found = dict.fromkeys(may_hold, False)
        if found:
            given = pl.DataFrame({"column_no": 0, "value": [*found], "n": range(len(found))})
            positions = known(texts_of(given), self.definitions, few, {})["n"]
            found |= dict.fromkeys([[*found][position] for position in positions], True)
        return [found.get(text, False) for text in texts]

    def _judged(
        self, texts: pl.DataFrame, names: pl.DataFrame, counted: pl.DataFrame, which: str | pl.Expr
    ) -> list[tuple[Detector, dict[str, Any]]]:
        """What the detectors know in the columns `which` of `names` each, in order.

        Of each that knows something or that the name speaks for: the numbers of values and rows, and an example, of whole values and of
        what stands inside.
        """
        chosen = names.filter(which)
        named, looked_at = _columns(names.filter("is_named")), _columns(chosen)
        matched = (
            known(texts, self.definitions, looked_at, named)
            .group_by("detector", "column_no", "is_whole")
            .agg(values=pl.len(), rows=pl.col("n").sum(), example=pl.col("text").min())
            .with_columns(part=pl.when("is_whole").then(pl.lit("whole")).otherwise(pl.lit("inside")))
            .pivot(
                "part",
                on_columns=["whole", "inside"],
                index=["detector", "column_no"],
                values=["values", "rows", "example"],
            )
        )
        judged = (
            chosen.join(matched, ["detector", "column_no"], "left")
            .filter(pl.col("is_named") | pl.any_horizontal(pl.col("rows_whole", "rows_inside").is_not_null()))
            .join(counted, "column_no", "left")
            .with_columns(pl.col("^(judged|values|rows)_.*$").fill_null(0))
            .sort("column_no", "detector")
        )
        by_id = {detector.detector_id: detector for detector in self.definitions}
        return [(by_id[column["detector"]], column) for column in judged.iter_rows(named=True)]

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


def _withholds(detector: Detector, column: Mapping[str, Any]) -> bool:
    """Whether no value of a column may be shown, for its name or for the share of its rows with something of the detector's form."""
    if column["is_named"] and not detector.is_harmless:
        return True
    known_rows = column["rows_whole"] + column["rows_inside"]
    return detector.withhold_pct is not None and known_rows * 100 >= max(
        detector.withhold_pct * column["judged_rows"], 1
    )


def _evidence(detector: Detector, column: Mapping[str, Any], key: bytes | None) -> dict[str, Any] | None:
    """The evidence in a column; None where it amounts to nothing."""
    named, total = column["is_named"], max(column["judged_rows"], 1)
    parts = ("whole", "inside") if detector.in_text else ("whole",)
    values, rows = (sum(column[f"{what}_{part}"] for part in parts) for what in ("values", "rows"))
    examples = (column[f"example_{part}"] for part in parts)
    example = min((_AROUND.sub("", text) for text in examples if text), default=None)
    rate = column["rows_whole"] / total
    rate_inside = rows / total - rate
    if detector.check and detector.in_text and (rate + rate_inside) * 100 >= detector.min_confirmed_pct:
        # A check digit proves a number whatever stands around it, if most rows have one.
        rate, rate_inside = rate + rate_inside, 0.0
    by_value = _value_verdict(detector, rate, rate_inside, is_named=named)
    by_name = detector.name_verdict if named else "none"
    verdict = max(by_value, by_name, key=_RANKS.__getitem__)
    if verdict == "none":
        return None
    doubt = (1 - detector.value_weight_pct / 100 * rows / total) * (1 - detector.name_weight_pct / 100 * named)
    return {
        "column_no": column["column_no"],
        "detector": detector.detector_id,
        "judged_values": column["judged_values"],
        "matched_values": values,
        "judged_rows": column["judged_rows"],
        "matched_rows": rows,
        "hit_rate": round(rows / total, 4),
        "evidence": "name" if by_value == "none" else "both" if named else "value",
        "verdict": verdict,
        "confidence": round(1 - doubt, 3),
        "masked_example": masked(example) if example else None,
        "example_hash": keyed_hash(example, key) if example and key is not None else None,
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

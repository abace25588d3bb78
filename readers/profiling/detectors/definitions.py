"""What policy says of each detector.

Belongs here: `policy/detector.csv` and `detector_term.csv` as objects. Does not belong here: looking for anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from readers.policy.files import Entry, PolicyOnDay


@dataclass(frozen=True)
class Detector:
    """A detector: the form of its values, the names of its columns, and what either amounts to.

    check: a checksum that values must pass. is_compact: spaces and hyphens in a value do not count. terms, term_use: words that a value
    must equal, begin with (`prefix`; `prefix_or_name`: unless the column's name speaks for it) or contain. form_verdict, name_verdict:
    what values, or the name, amount to alone. in_text: numbers inside of longer text count. Rates and weights are per cent. withhold_pct:
    of a column with that share of values of this form no value is shown, whatever its name; 0: with any, None: its form says nothing of it.
    is_harmless: what it knows harms nobody.
    """

    detector_id: str
    check: str
    value_pattern: str
    is_compact: bool
    min_length: int
    max_length: int
    terms: tuple[str, ...]
    term_use: str
    name_pattern: str
    not_name_pattern: str
    form_verdict: str
    name_verdict: str
    in_text: bool
    min_confirmed_pct: int
    min_review_pct: int
    value_weight_pct: int
    name_weight_pct: int
    withhold_pct: int | None
    is_harmless: bool


def detectors(policy: PolicyOnDay) -> tuple[Detector, ...]:
    """The detectors in force, in the order of the file."""
    terms: dict[str, list[str]] = {}
    for entry in policy.of("detector_term"):
        terms.setdefault(entry.body["term_list"], []).append(entry.body["term"])
    return tuple(_detector(entry, terms) for entry in policy.of("detector"))


def _detector(entry: Entry, terms: Mapping[str, list[str]]) -> Detector:
    body = entry.body
    return Detector(
        entry.entry_key,
        body.get("check", ""),
        body.get("value_pattern", ""),
        body["is_compact"] == "yes",
        int(body["min_length"]),
        int(body["max_length"]),
        tuple(terms.get(body.get("terms", ""), ())),
        body.get("term_use", ""),
        body["name_pattern"],
        body.get("not_name_pattern", ""),
        body["form_verdict"],
        body["name_verdict"],
        body["in_text"] == "yes",
        *(int(body[name]) for name in ("min_confirmed_pct", "min_review_pct", "value_weight_pct", "name_weight_pct")),
        withhold_pct=int(body["withhold_pct"]) if body.get("withhold_pct") else None,
        is_harmless=body["harm_degree"] == "none",
    )

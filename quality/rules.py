"""The rules of quality and what they come to over the whole lake.

Belongs here: reading `quality.measure` by rule. Does not belong here: predicates, texts and thresholds (`policy/quality`), counting
(`warehouse/sql/quality`), the verdict (`gate.py`).
"""

from dataclasses import dataclass

from warehouse import queries
from warehouse.store.lake import Lake
from warehouse.tables.rules import rule_titles

#: The rules that are shipped; officers may add others to a home, and take some away.
RULES = tuple(rule_titles())
#: As many times that the measures were written are told.
_TREND_RUNS = 5


@dataclass(frozen=True)
class RuleMeasure:
    """A rule over all its subjects: `numerator` of `denominator` satisfy it; `threshold_pct` per cent must.

    `failing` and `not_assessed` count subjects (holders, deliveries), of which `worst` names three with their figures.
    """

    rule_code: str
    name_zh: str
    name_en: str
    indicator_code: str
    dimension: str
    severity: str
    threshold_pct: int
    numerator: int
    denominator: int
    subjects: int
    failing: int
    not_assessed: int
    not_assessed_reason: str
    worst: list[str]
    mend: str

    @property
    def is_assessed(self) -> bool:
        return self.denominator > 0

    @property
    def share_pct(self) -> float | None:
        """X = A / B in per cent, cut off after two places so that it never looks better than it is; None if B is 0."""
        return self.numerator * 10_000 // self.denominator / 100 if self.denominator else None

    @property
    def is_reached(self) -> bool:
        """Whether the threshold is reached; of a rule that was not assessed nothing is asked."""
        return self.numerator * 100 >= self.threshold_pct * self.denominator


def rule_measures(lake: Lake) -> list[RuleMeasure]:
    """Every rule that was measured, in the order of its indicator."""
    with lake.reading() as connection:
        return [RuleMeasure(*row) for row in connection.execute(queries.text("quality_rules")).fetchall()]


def rule_trends(lake: Lake) -> dict[str, str]:
    """What each rule came to when the measures were written last, oldest first, as `97.2 → 98 %`; `-` where nothing was assessed."""
    with lake.reading() as connection:
        written = connection.execute(
            "SELECT snapshot_id FROM audit.materialization WHERE table_name = 'quality.measure' ORDER BY snapshot_id DESC LIMIT $most",
            {"most": _TREND_RUNS},
        ).fetchall()
        shares: dict[str, list[str]] = {}
        for number, (snapshot,) in enumerate(reversed(written)):
            query = queries.text("measure_at").format(snapshot=int(snapshot))
            for code, numerator, denominator in connection.execute(query).fetchall():
                share = f"{numerator * 10_000 // denominator / 100:g}" if denominator else "-"
                told = shares.setdefault(code, [])
                told += ["-"] * (number - len(told))
                told.append(share)
    return {code: " → ".join(values) + " %" for code, values in shares.items()}


def gate_is_closed(lake: Lake) -> bool:
    """Whether a rule that blocks is below its threshold, so that nothing may be registered or reported."""
    return any(rule.severity == "block" and not rule.is_reached for rule in rule_measures(lake))

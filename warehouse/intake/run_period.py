"""Whether a home can be run for a period: a month of another century is a slip of the pen, and its report would sort last for ever.

Belongs here: the bounds of policy against the dates of the deliveries. Does not belong here: how a period is written
(`tables/periods.py`), the default one (`pipelines/plan.py`).
"""

from datetime import date

from readers.policy.files import PolicySet
from warehouse.intake.deliveries import Delivery
from warehouse.tables.periods import PeriodError, checked

_BOUNDS = "plausible_bound"


def demand_plausible(period: str, policy: PolicySet, deliveries: list[Delivery]) -> None:
    """Refuse a period that lies beyond what policy calls plausible of dates; of an empty home the later bound is not asked.

    Raises:
        PeriodError: it is no period, or implausible; the message names the bound.
    """
    year = int(checked(period)[:4])
    bounds = {entry.entry_key: int(entry.body["value"]) for entry in policy.on(date.max).of(_BOUNDS)}
    if year < (first := bounds["plausible_year_first"]):
        raise PeriodError(
            f"{period}: 早于 {first} 年，请核对年份 / it is before the year {first}: check the year "
            f"(policy/{_BOUNDS}.csv, plausible_year_first)"
        )
    last = max((delivery.delivery_date for delivery in deliveries), default=None)
    if last is not None and year > last.year + (ahead := bounds["plausible_years_ahead"]):
        raise PeriodError(
            f"{period}: 晚于最近一次交付（{last}）{ahead} 年以上，请核对年份 / it is more than {ahead} years beyond the latest delivery "
            f"({last}): check the year (policy/{_BOUNDS}.csv, plausible_years_ahead)"
        )

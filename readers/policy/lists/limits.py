"""The lists of limits that a city sets: of the guard, the intake, dates and lives, and the parameters of cards and books."""

from collections.abc import Mapping

from readers.policy.lists.checks import INTEGER, NUMBER, decimal, whole
from readers.policy.lists.shape import NAMES, ListShape

SHAPES: Mapping[str, ListShape] = {
    # A list of its own: what is held changes everything after it, a rate does not.
    "guard_limit": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": NUMBER},
        values={
            "guard_deletion_share": decimal(4, 1),
            "guard_recode_share": decimal(4, 1),
            "guard_recode_count": whole(1, 1_000_000),
        },
        more=NAMES,
        needed=("guard_deletion_share",),
    ),
    "intake_limit": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": INTEGER},
        more=NAMES,
        needed=(
            "reading_memory_mb",
            "file_mb",
            "reading_seconds",
            "reading_seconds_per_mb",
            "cell_characters",
            "clock_back_seconds",
            "delivery_days_ahead",
            "delivery_years_back",
        ),
    ),
    "parameter": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": NUMBER},
        values={
            "default_life_months": whole(1, 1200),
            "memo_review_months": whole(1, 1200),
            "count_mend_days": whole(1, 3660),
            "reconciliation_tolerance_cny": decimal(2, 10**14),
            "transfer_tolerance_days": whole(0, 3660),
        },
        more=NAMES,
        # A default life is the city's to set: no standard has one.
        needed=("reconciliation_tolerance_cny",),
    ),
    "plausible_bound": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": NUMBER},
        values={
            **dict.fromkeys(("plausible_year_first", "possible_year_first"), whole(1000, 9999)),
            **dict.fromkeys(("plausible_years_ahead", "possible_years_ahead"), whole(0, 7000)),
            **dict.fromkeys(("plausible_life_months", "possible_life_months"), whole(1, 99999)),
        },
        more=NAMES,
        needed=(
            *("plausible_year_first", "possible_year_first", "plausible_years_ahead", "possible_years_ahead"),
            *("plausible_life_months", "possible_life_months"),
        ),
    ),
}

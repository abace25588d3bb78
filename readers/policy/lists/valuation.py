"""The lists of reference values: parameters, methods, and why there is no value."""

from collections.abc import Mapping

from readers.policy.lists.checks import NAME, NUMBER, PLACE, decimal, one_of, whole
from readers.policy.lists.shape import NAMES, ListShape

#: What `valuation_parameter` holds: scores, bounds of factors and of rates, coefficients, and how far each is moved to see what follows.
_SCORES = ("quality_gate_score_pct", "quality_assessed_min_pct", "quality_expected_score_pct")
_FACTORS = (
    "quality_factor",
    *(f"market_{name}_factor" for name in ("quality", "supply", "date", "capacity", "other")),
)
_RATES = ("discount_rate", "risk_free_rate", "risk_premium", "share_rate")
_COEFFICIENTS = tuple(
    f"expert_{name}"
    for name in ("return_rate", "monopoly", "realisation_risk", "weight_open", "weight_public", "weight_shared")
)
_STEPS = tuple(
    f"step_{name}"
    for name in (
        *("cost", "expert_return_rate", "expert_circulation", "expert_monopoly", "expert_realisation_risk"),
        *("income", "deduction", "discount_rate"),
        *("market_quality", "market_supply", "market_date", "market_capacity", "market_other"),
    )
)

SHAPES: Mapping[str, ListShape] = {
    "valuation_parameter": ListShape(
        ("name",),
        ("lower_bound", "upper_bound", "unit", *NAMES),
        ("value",),
        dict.fromkeys(("value", "lower_bound", "upper_bound"), NUMBER),
        values={
            **dict.fromkeys(_SCORES, decimal(6, 100)),
            **dict.fromkeys((*_FACTORS, *_RATES, *_STEPS, "method_spread_limit"), decimal(6, 10)),
            **dict.fromkeys(_COEFFICIENTS, decimal(6, 1)),
            # Beyond it the sum of discounted income would not fit what a model reckons with.
            "forecast_years": whole(1, 100),
            "appraisal_validity_months": whole(1, 1200),
            "step_quality_score": decimal(6, 100),
        },
        bounds=("lower_bound", "upper_bound"),
        needed=(
            *(*_SCORES, *_FACTORS, *_RATES, *_COEFFICIENTS, *_STEPS),
            *("forecast_years", "appraisal_validity_months", "method_spread_limit", "step_quality_score"),
        ),
    ),
    "valuation_method": ListShape(
        ("method",),
        ("position", *NAMES, "formula", "needs_zh", "needs_en"),
        checks={
            "method": one_of("cost", "expert", "direct", "share", "excess", "incremental", "market", "appraisal"),
            "position": PLACE,
        },
    ),
    "valuation_reason": ListShape(
        ("reason",), ("message_zh", "message_en", "mend_zh", "mend_en"), checks={"reason": NAME}
    ),
}

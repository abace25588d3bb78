"""The lists of the controls on cards, costs and reference values: what each finds and does, its limits and its words."""

from collections.abc import Mapping

from readers.policy.lists.checks import NUMBER, decimal, one_of, whole
from readers.policy.lists.shape import NAMES, ListShape

#: The rules against inflation (domain.md 6): those on the book value, and those on reference values.
BOOK_CONTROLS = (
    *("appraisal_as_cost", "cost_allocated_twice", "cost_of_two_holders", "cost_repeated"),
    *("content_on_two_cards", "near_duplicate", "parent_cost_again"),
    *("research_redeclared", "expense_redeclared", "research_words"),
)
REFERENCE_CONTROLS = (
    *("factor_out_of_bounds", "factor_without_evidence", "method_spread", "forecast_above_receipts", "circular_sales"),
    *("quality_below_gate", "content_stale", "appraiser_not_independent", "appraisal_expired", "value_jump"),
)
CONTROLS = BOOK_CONTROLS + REFERENCE_CONTROLS
CONTROL_LIMITS = (
    *("same_cost_min_cny", "same_cost_days", "same_content_min_rows", "near_duplicate_min_fields"),
    *("circular_sales_length", "circular_sales_months", "forecast_receipts_max_pct", "forecast_receipts_min_months"),
    "value_jump_max_pct",
)

SHAPES: Mapping[str, ListShape] = {
    "control_finding_kind": ListShape(
        ("kind",),
        ("message_zh", "message_en", "mend_zh", "mend_en"),
        checks={
            "kind": one_of(
                *("cost_after_disposal", "reversal_beyond_cost", "life_missing", "impairment_of_government"),
                *("event_after_end", "event_not_allowed", "event_amount", "event_without_card", "cost_not_conserved"),
                *("condition_failed", "condition_expired", "condition_missing", "release_without_effect"),
                *("cost_not_shared", "record_missing", "content_missing", "content_outdated"),
                *("unassessed_resources", "code_change_unclear", "former_code_stands"),
                *("gathered_beside_own", "nominal_amount_differs", "acquisition_differs"),
                *("development_test_failed", "development_test_unknown", "succession_not_recognised"),
                *("succession_two_holders", "succession_former_unknown", "succession_after_end"),
                *("succession_amount_missing", "succession_has_cost", "succession_amount_differs"),
                *("succession_basis_differs", "succession_count_differs", "succession_leaves_stock"),
                *("count_differs", "count_contradicts", "count_without_card", "count_missing"),
                *("taken_beyond_cost", "event_without_cost", "shared_cost_left", "resource_unknown"),
                *("transfer_unmatched", "transfer_date_differs", "transfer_amount_differs"),
                *("criterion_unknown", "criterion_not_decided", "decision_unsuited", "control_unknown"),
                *("contract_unknown", "acquisition_unknown", "check_unknown"),
                *("double_count_unknown", "double_count_own", "double_count_left_out"),
                *CONTROLS,
                where="policy/control_finding_kind.csv",
            ),
            "protects": one_of("book", "reference"),
            "effect": one_of("hold", "block", "review"),
        },
        # A kind without an effect is no control: what it names is told, and the models say what counts.
        more=("protects", "effect", *NAMES),
        # A cost is held, a reference value is blocked.
        pinned={
            **{kind: {"protects": "book"} for kind in BOOK_CONTROLS},
            **{kind: {"protects": "reference"} for kind in REFERENCE_CONTROLS},
        },
    ),
    "control_limit": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": NUMBER},
        values={
            "same_cost_min_cny": decimal(2, 10**14),
            "same_cost_days": whole(0, 366),
            **dict.fromkeys(("same_content_min_rows", "near_duplicate_min_fields"), whole(1, 10**9)),
            "circular_sales_length": whole(2, 7),
            **dict.fromkeys(("forecast_receipts_min_months", "circular_sales_months"), whole(1, 1200)),
            **dict.fromkeys(("forecast_receipts_max_pct", "value_jump_max_pct"), whole(0, 100_000)),
        },
        more=NAMES,
        needed=CONTROL_LIMITS,
    ),
    "control_term": ListShape(("role", "term"), checks={"role": one_of("appraisal", "research")}, more=NAMES),
}

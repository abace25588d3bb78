"""The lists of the register: how a resource was acquired, whether it becomes a card, and which of its costs are capitalised."""

from collections.abc import Mapping

from readers.kinds import KINDS
from readers.policy.lists.checks import NAME, PLACE, YES_NO, decimal, one_of
from readers.policy.lists.shape import NAMES, ListShape

SHAPES: Mapping[str, ListShape] = {
    "acquisition": ListShape(
        ("acquisition",),
        ("asset_group",),
        ("nominal_cny",),
        {
            "asset_group": one_of("purchased", "self_developed", "other"),
            "nominal_cny": decimal(2, 10**6)._replace(type="DECIMAL(20,2)"),
        },
        more=NAMES,
    ),
    "acquisition_rule": ListShape(
        ("phase",),
        ("acquisition",),
        checks={"phase": one_of("research", "development", "operation")},
        more=NAMES,
    ),
    "development_test": ListShape(
        ("accounting_system", "development_test"),
        ("when_unknown",),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "when_unknown": one_of("review", "expense"),
        },
        more=NAMES,
    ),
    "recognition_criterion": ListShape(
        ("requirement",),
        ("criterion", "requirement_set", "evidence_kind", "is_required"),
        ("criterion_zh", "evidence_code"),
        {
            "is_required": YES_NO,
            "requirement_set": one_of("scope", "recognition", "management"),
            "evidence_kind": one_of("authorisations", "evidence", "reviews", "costs", "quality"),
        },
        more=NAMES,
    ),
    "card_field": ListShape(
        ("field",),
        ("block", "position", "label_zh", "label_en", "is_optional"),
        ("note_zh", "note_en", "kind", "column", "code"),
        {
            "field": NAME,
            "block": one_of("basic", "rights", "use", "management"),
            "position": PLACE,
            "kind": one_of(*KINDS, where="policy/authority.csv"),
            "is_optional": YES_NO,
        },
    ),
    "cost_treatment": ListShape(
        ("phase",),
        ("treatment",),
        checks={
            "phase": one_of("research", "development", "operation"),
            "treatment": one_of("expensed", "capitalised"),
        },
        more=NAMES,
    ),
    "cost_driver": ListShape(
        ("driver",),
        ("driver_kind",),
        checks={"driver_kind": one_of("field_count", "resource_count", "direct_cost")},
        more=NAMES,
    ),
}

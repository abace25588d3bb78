"""The lists of quality: rules, the indicators and dimensions that they measure, and limits."""

import re
from collections.abc import Mapping

from readers.policy.lists.checks import INTEGER, NAME, PERCENT, Check, one_of, whole
from readers.policy.lists.shape import NAMES, ListShape
from readers.policy.predicates import rule_tables

INDICATOR = Check(
    lambda text: re.fullmatch(r"0[1-6][0-9]{2}", text) is not None,
    "应为四位代码，前两位为维度代码",
    "must be a code of four digits that begins with its dimension's",
)

SHAPES: Mapping[str, ListShape] = {
    "quality_rule": ListShape(
        ("rule_code",),
        (
            "table_name",
            "indicator_code",
            "name_zh",
            "name_en",
            "predicate",
            "severity",
            "threshold_pct",
            "needs_zh",
            "needs_en",
            "mend_zh",
            "mend_en",
        ),
        ("needs",),
        {
            "rule_code": NAME,
            "table_name": one_of(*rule_tables()),
            "severity": one_of("block", "warn", "info"),
            "threshold_pct": PERCENT,
        },
        ((("indicator_code",), "quality_indicator"),),
        more=("share_met", "share_of"),
    ),
    "quality_dimension": ListShape(
        ("dimension_code",),
        ("name_zh", "name_en", "weight"),
        checks={"dimension_code": one_of("01", "02", "03", "04", "05", "06"), "weight": whole(0, 10_000)},
    ),
    "quality_indicator": ListShape(
        ("indicator_code",),
        ("dimension_code", "name_zh", "name_en", "weight"),
        ("why_not_zh", "why_not_en"),
        {"indicator_code": INDICATOR, "weight": whole(0, 10_000)},
        ((("dimension_code",), "quality_dimension"),),
    ),
    "quality_limit": ListShape(("name",), ("value",), checks={"value": INTEGER}, more=NAMES, needed=("findings_kept",)),
}

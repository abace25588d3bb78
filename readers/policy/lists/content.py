"""The lists by which content is profiled and judged: constraints, references, placeholders, links, types, and how old it may be."""

import re
from collections.abc import Mapping

from readers.policy.lists.checks import INTEGER, NAME, PERCENT, PLACE, Check, one_of, whole
from readers.policy.lists.patterns import PATTERN
from readers.policy.lists.shape import NAMES, ListShape

_TERM = r"(EQ|IQ|LT|GT|LTE|GTE)\(t[12]\.[^,()]+,(t[12]\.[^,()]+|\"[^\"]*\")\)"
_CONSTRAINT = Check(
    lambda text: re.fullmatch(rf"t1(&t2(?=.*EQ\(t[12]\.([^,()]+),t[12]\.\2\)))?(&{_TERM})+", text) is not None,
    "应为否定约束，如 t1&t2&EQ(t1.甲,t2.甲)&IQ(t1.乙,t2.乙)；比较两行的须有一列相等",
    "must be a denial constraint such as t1&t2&EQ(t1.a,t2.a)&IQ(t1.b,t2.b); of two rows one column must be equal",
    "bad_constraint",
)
_CYCLE = Check(
    lambda text: (
        re.fullmatch(
            r"R[0-9]*/P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?", text
        )
        is not None
    ),
    "应为 ISO 8601 的重复周期，如 R/P1W",
    "must be a repeating interval of ISO 8601 such as R/P1W",
)

SHAPES: Mapping[str, ListShape] = {
    "content_constraint": ListShape(
        ("constraint_id",),
        ("applies_to", "constraint", "name_zh", "name_en"),
        checks={"constraint_id": NAME, "constraint": _CONSTRAINT},
    ),
    "content_reference": ListShape(
        ("reference_id",),
        ("applies_to", "column", "refers_to", "refers_column", "name_zh", "name_en"),
        checks={"reference_id": NAME},
    ),
    "content_limit": ListShape(
        ("name",),
        ("value",),
        checks={"value": INTEGER},
        # RE2 counts up to 1,000.
        values={
            "type_share_pct": PERCENT,
            "shown_digits": whole(1, 100),
            "shown_rows": whole(1, 1_000_000),
            "shown_distinct": whole(0, 100_000),
        },
        more=NAMES,
        needed=(
            "detector_values",
            "shown_distinct",
            "shown_rows",
            "shown_digits",
            "type_share_pct",
            "reference_values",
        ),
    ),
    "placeholder_value": ListShape(("value",), more=NAMES),
    "content_link": ListShape(
        ("method",),
        ("confidence_pct", "name_zh", "name_en"),
        checks={"method": one_of("manifest", "code", "name", "stem"), "confidence_pct": PERCENT},
    ),
    "declared_type": ListShape(
        ("position",),
        ("pattern", "value_type"),
        checks={
            "position": PLACE,
            "pattern": PATTERN,
            "value_type": one_of("text", "date", "integer", "decimal", "boolean"),
        },
    ),
    "update_cycle_lag": ListShape(
        ("update_cycle",),
        ("max_lag_days",),
        # Added to a date by a rule of quality.
        checks={"max_lag_days": whole(0, 36_500, "INTEGER"), "iso8601": _CYCLE},
        more=("iso8601", *NAMES),
    ),
}

"""The lists of stage classification: grades and what gives them, categories, doors, and what may be open or shared."""

from collections.abc import Mapping

from readers.policy.lists.checks import INTEGER, NAME, PERCENT, PLACE, YES_NO, one_of
from readers.policy.lists.patterns import NAME_PATTERN, PATTERN
from readers.policy.lists.shape import NAMES, ListShape

#: Grades that stand until there is one: of a name that no rule knows, and of a resource without fields. No person decides on them.
PROVISIONAL_GRADES = ("ungraded", "as_declared")
_ACCESS = one_of("unconditional", "conditional", "none")

SHAPES: Mapping[str, ListShape] = {
    "grade_rule": ListShape(
        ("rule_id",),
        ("pattern", "impact_object", "harm_degree", "is_personal", "is_sensitive"),
        ("category",),
        {"pattern": NAME_PATTERN, "not_pattern": PATTERN, "is_personal": YES_NO, "is_sensitive": YES_NO},
        ((("impact_object", "harm_degree"), "grade_matrix"),),
        more=("not_pattern",),
    ),
    "detector": ListShape(
        ("detector_id",),
        (
            "name_zh",
            "name_en",
            "is_compact",
            "min_length",
            "max_length",
            "name_pattern",
            "form_verdict",
            "name_verdict",
            "in_text",
            "min_confirmed_pct",
            "min_review_pct",
            "value_weight_pct",
            "name_weight_pct",
            "impact_object",
            "harm_degree",
            "category",
            "is_personal",
            "is_sensitive",
        ),
        ("check", "value_pattern", "terms", "term_use", "not_name_pattern", "withhold_pct"),
        {
            "detector_id": NAME,
            "check": one_of("resident_id", "resident_id_15", "credit_code", "organisation_code", "vin", "luhn"),
            "value_pattern": PATTERN,
            "name_pattern": PATTERN,
            "not_name_pattern": PATTERN,
            "term_use": one_of("prefix", "prefix_or_name", "equal", "contain"),
            "form_verdict": one_of("confirmed", "review", "none"),
            "name_verdict": one_of("confirmed", "review", "none"),
            **dict.fromkeys(("is_compact", "in_text", "is_personal", "is_sensitive"), YES_NO),
            **dict.fromkeys(("min_length", "max_length"), INTEGER),
            **dict.fromkeys(
                ("min_confirmed_pct", "min_review_pct", "value_weight_pct", "name_weight_pct", "withhold_pct"), PERCENT
            ),
        },
        ((("impact_object", "harm_degree"), "grade_matrix"), (("terms=term_list",), "detector_term")),
    ),
    "detector_term": ListShape(("term_list", "term")),
    "grade_matrix": ListShape(
        ("impact_object", "harm_degree"), ("grade",), references=((("grade",), "grade_level"),), more=NAMES
    ),
    "grade_level": ListShape(
        ("grade",),
        ("rank", "label_zh", "label_en", "is_candidate"),
        checks={"rank": PLACE, "is_candidate": YES_NO},
        more=("zhejiang_level",),
        needed=PROVISIONAL_GRADES,
    ),
    "grade_aggregation": ListShape(
        ("rule_id",),
        ("kind", "threshold", "impact_object", "harm_degree", "name_zh", "name_en", "clause"),
        ("category",),
        {
            "rule_id": NAME,
            "kind": one_of("personal_kinds", "personal_rows", "personal_with_category"),
            "threshold": INTEGER,
        },
        ((("impact_object", "harm_degree"), "grade_matrix"),),
    ),
    "column_grade": ListShape(
        ("table", "column"), ("grade", "why_zh", "why_en"), references=((("grade",), "grade_level"),)
    ),
    "door_limit": ListShape(
        ("door",),
        ("grade", "name_zh", "name_en"),
        checks={
            "door": one_of(
                "workbook",
                "database",
                "lake",
                "open",
                "open_asset",
                "internal",
                "internal_asset",
                "audit",
                "audit_asset",
            )
        },
        references=((("grade",), "grade_level"),),
    ),
    "category_rule": ListShape(
        ("rule_id",),
        ("dimension", "category", "name_en", "looks_in", "pattern", "confidence_pct"),
        checks={
            "rule_id": NAME,
            "dimension": one_of("data_management", "business_use", "security", "data_object"),
            "looks_in": one_of("title", "abstract", "theme", "class", "format", "update_cycle", "fields", "grade"),
            "pattern": PATTERN,
            "confidence_pct": PERCENT,
        },
    ),
    "grade_finding_rule": ListShape(
        ("rule_id",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en", "clause"),
        checks={
            "rule_id": one_of(
                "rule_above_decision",
                "candidate_unconfirmed",
                "decision_expired",
                "decision_to_come",
                "decision_without_subject",
                "decision_without_grade",
                "unlisted_personal",
                "name_decision_below_rule",
            ),
            "severity": one_of("warn", "info"),
        },
    ),
    "access_limit": ListShape(
        ("door", "grade"),
        ("access_limit", "measures_zh", "measures_en"),
        checks={"door": one_of("open", "share"), "access_limit": _ACCESS},
        references=((("grade",), "grade_level"),),
        # 意见第八段: what nobody knows is not opened.
        pinned={"open|ungraded": {"access_limit": "none"}},
    ),
    "confidential_term": ListShape(
        ("term_id",),
        ("pattern", "open_limit", "share_limit", "name_zh", "name_en"),
        # 意见第八段: what is to be kept confidential is not opened.
        checks={
            "pattern": PATTERN,
            "not_pattern": PATTERN,
            "open_limit": one_of("none"),
            "share_limit": _ACCESS,
        },
        more=("not_pattern",),
    ),
    "access_rule": ListShape(
        ("rule_id",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en", "clause"),
        checks={
            "rule_id": one_of(
                *("confidential_open", "open_above_limit", "share_above_limit", "unshared_without_basis"),
                *("could_be_open", "before_grading"),
            ),
            "severity": one_of("warn", "info"),
        },
    ),
}

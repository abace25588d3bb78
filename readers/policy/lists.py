"""The policy lists: the shape of each, and what its cells must be.

Belongs here: which lists there are (`LISTS`). Does not belong here: reading them (`files.py`), what an entry means (the models that join
`policy.entry`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc

from readers.kinds import KINDS
from readers.policy.delivery_columns import fixed_cells, required_columns
from readers.policy.journal_lines import ENTRY_KINDS, journal_lines
from readers.policy.predicates import rule_tables

#: Grades that stand until there is one: of a name that no rule knows, and of a resource without fields. No person decides on them.
PROVISIONAL_GRADES = ("ungraded", "as_declared")
STATUSES = ("official", "secondary", "unverified", "proposal")


class Check(NamedTuple):
    """What the filled cells of a column must be: a test, its words, the rule that is broken else, and the column's type in DuckDB."""

    holds: Callable[[str], bool]
    zh: str
    en: str
    rule: str = "bad_value"
    type: str = "VARCHAR"


#: All but what RE2 alone knows, which profiling (Polars) would not run: a quotation, a byte, an octal number, a brace that counts nothing.
_UNDERSTOOD = re.compile(
    r"(?:\\[pPx]\{[^}]*\}|\\[^QEC0-7]|\[\^?\]?(?:\\[^QEC0-7]|\[:\^?\w+:\]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^\\{\[])*",
    re.DOTALL,
)


def _is_pattern(text: str) -> bool:
    # Arrow matches with RE2, as DuckDB does: what is taken here runs there. RE2 has no look-arounds and no
    # back-references. `pa.array` would look for pandas, at half a second.
    if not _UNDERSTOOD.fullmatch(text):
        return False
    try:
        pc.call_function("match_substring_regex", [pa.nulls(1, pa.string())], pc.MatchSubstringOptions(text))
    except pa.ArrowInvalid:
        return False
    return True


def _matches_nothing(pattern: str) -> bool:
    """Whether a pattern matches the empty text, and so any."""
    empty = pa.array([""], pa.string())
    return pc.call_function("match_substring_regex", [empty], pc.MatchSubstringOptions(pattern))[0].as_py()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def one_of(*values: str) -> Check:
    return Check(lambda text: text in values, f"应为 {'、'.join(values)} 之一", f"must be one of {', '.join(values)}")


_YES_NO = one_of("yes", "no")._replace(type="BOOLEAN")
_INTEGER = Check(
    lambda text: text.isascii() and text.isdigit() and len(text) <= 18, "应为整数", "must be an integer", type="BIGINT"
)
_PLACE = Check(
    lambda text: text.isascii() and text.isdigit() and len(text) <= 9, "应为整数", "must be an integer", type="INTEGER"
)


def _whole(least: int, most: int, type_: str = "BIGINT") -> Check:
    """An integer within bounds, beyond which what a model reckons with it would fail or make no sense."""
    return Check(
        lambda text: text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most,
        f"应为 {least} 到 {most} 的整数",
        f"must be an integer from {least} to {most}",
        type=type_,
    )


def _decimal(decimals: int, most: int) -> Check:
    """A number from 0 on of at most so many decimals, as a model casts it."""
    fraction = rf"(\.[0-9]{{1,{decimals}}})?"
    return Check(
        lambda text: re.fullmatch(rf"[0-9]{{1,14}}{fraction}", text) is not None and Decimal(text) <= most,
        f"应为 0 到 {most} 的数字，最多 {decimals} 位小数",
        f"must be a number from 0 to {most} of at most {decimals} decimals",
    )


_NUMBER = Check(
    lambda text: re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,6})?", text) is not None,
    "应为数字，最多六位小数",
    "must be a number of at most six decimals",
    type="DECIMAL(20,6)",
)
_PERCENT = Check(
    lambda text: text.isascii() and text.isdigit() and int(text) <= 100,
    "应为 0 到 100 的整数",
    "must be an integer from 0 to 100",
    type="INTEGER",
)
INDICATOR = Check(
    lambda text: re.fullmatch(r"0[1-6][0-9]{2}", text) is not None,
    "应为四位代码，前两位为维度代码",
    "must be a code of four digits that begins with its dimension's",
)
_NAME = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text) is not None,
    "应由小写字母、数字和下划线组成，以字母开头",
    "must be lower-case letters, digits and underscores, a letter first",
)
#: Who may deliver a kind whoever the city's authorities are (`landing.unauthorised` says what each means).
SPEAKERS = ("holder", "superior", "operator", "first_deliverer", "anyone")
_AUTHORITY = Check(
    lambda text: _NAME.holds(text) and text not in SPEAKERS,
    f"应由小写字母、数字和下划线组成，以字母开头，且不是 {'、'.join(SPEAKERS)}",
    f"must be lower-case letters, digits and underscores, a letter first, and none of {', '.join(SPEAKERS)}",
)
_DATE = Check(_is_date, "应为 YYYY-MM-DD", "must be YYYY-MM-DD", "bad_date", "DATE")
_ZONE = Check(
    lambda text: text in available_timezones(),
    "应为 IANA 时区名，如 Asia/Shanghai",
    "must be the IANA name of a time zone, such as Asia/Shanghai",
)
_PATTERN = Check(
    _is_pattern,
    "应为有效的 RE2 正则表达式，不能用环视、反向引用、\\Q…\\E、八进制转义和不计次数的花括号",
    "must be a valid RE2 regular expression, without look-arounds, back-references, \\Q...\\E, octal escapes and braces that count nothing",
    "bad_pattern",
)
#: A pattern that the empty text matches would know every name there is, and open what nobody knows.
_NAME_PATTERN = Check(
    lambda text: _is_pattern(text) and not _matches_nothing(text),
    f"{_PATTERN.zh}，且不能连空名称也匹配",
    f"{_PATTERN.en}; it must not match an empty name",
    "bad_pattern",
)
_TERM = r"(EQ|IQ|LT|GT|LTE|GTE)\(t[12]\.[^,()]+,(t[12]\.[^,()]+|\"[^\"]*\")\)"
_CONSTRAINT = Check(
    lambda text: re.fullmatch(rf"t1(&t2(?=.*EQ\(t[12]\.([^,()]+),t[12]\.\2\)))?(&{_TERM})+", text) is not None,
    "应为否定约束，如 t1&t2&EQ(t1.甲,t2.甲)&IQ(t1.乙,t2.乙)；比较两行的须有一列相等",
    "must be a denial constraint such as t1&t2&EQ(t1.a,t2.a)&IQ(t1.b,t2.b); of two rows one column must be equal",
    "bad_constraint",
)
_TERM_OF_ROWS = r"[a-z][a-z0-9_]*(=|<>)[^;=<>]+"
_ROWS_SHOWN = Check(
    lambda text: re.fullmatch(rf"{_TERM_OF_ROWS}(;{_TERM_OF_ROWS})*", text) is not None,
    "应为 列=值 或 列<>值，多个以分号隔开",
    "must be column=value or column<>value, several with semicolons between",
)
_ROWS_ORDER = Check(
    lambda text: re.fullmatch(r"[a-z][a-z0-9_]*(=[^;=<>]+)?(;[a-z][a-z0-9_]*(=[^;=<>]+)?)*", text) is not None,
    "应为列名，或 列=值（该值在前），多个以分号隔开",
    "must be columns, or column=value (that value first), with semicolons between",
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
_ACCESS = one_of("unconditional", "conditional", "none")
_NAMES = ("name_zh", "name_en")
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
#: The columns of every list.
PROVENANCE = {
    "source": None,
    "status": one_of(*STATUSES)._replace(rule="bad_status"),
    "effective_from": _DATE,
}


@dataclass(frozen=True)
class ListShape:
    """The shape of a list.

    key: columns whose values joined by `|` are the entry's key. filled: other columns that no row leaves
    empty. optional: columns that must be there, but may be empty. more: columns that a file may leave out.
    checks: of filled cells, by column.
    references: columns whose values must stand in the same columns of another list, if that list is there; `terms=term_list` is a column
    whose values stand in one of another name.
    values: of lists of named values, what the `value` of each must be, and its bounds where it has any; of others the column's own
    check holds.
    bounds: the columns between which a filled `value` must lie, the first not above the second.
    pinned: columns that may have one value only in the entries of some keys, since a model stands on it.
    needed: keys of entries that the models cannot do without.
    """

    key: tuple[str, ...]
    filled: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    references: tuple[tuple[tuple[str, ...], str], ...] = ()
    values: Mapping[str, Check] = field(default_factory=dict)
    bounds: tuple[str, ...] = ()
    pinned: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the list's own, without those that every list has: name to type in DuckDB."""
        checks: Mapping[str, Check] = self.checks
        names = (*self.key, *self.filled, *self.optional, *self.more)
        return {name: checks[name].type if name in checks else "VARCHAR" for name in names}


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


#: Every list there is. Columns beyond these are kept in an entry's body.
LISTS: Mapping[str, ListShape] = {
    "delivery_column": ListShape(
        ("kind", "column"),
        ("label_zh", "label_en", "value_type", "is_required", "is_key", "is_strict"),
        ("code_list", "example", "note_zh"),
        {
            "value_type": one_of("text", "code", "date", "month", "amount", "decimal", "integer"),
            "is_required": _YES_NO,
            "is_key": _YES_NO,
            "is_strict": _YES_NO,
        },
        ((("code_list",), "code_value"),),
        pinned=fixed_cells(),
        needed=required_columns(),
    ),
    "code_value": ListShape(("code_list", "label"), ("code", "name_zh", "name_en")),
    "heading_synonym": ListShape(
        ("kind", "heading"), ("column",), references=((("kind", "column"), "delivery_column"),)
    ),
    "column_part": ListShape(
        ("kind", "heading"),
        ("column", "sign"),
        checks={"sign": one_of("+", "-")},
        references=((("kind", "column"), "delivery_column"),),
    ),
    "bare_table": ListShape(
        ("kind", "form", "position"),
        ("column", "pattern"),
        checks={"position": _PLACE, "pattern": _PATTERN},
        references=((("kind", "column"), "delivery_column"),),
    ),
    "authority": ListShape(
        ("kind", "subject", "who"),
        ("is_allowed",),
        checks={"kind": one_of(*KINDS), "who": _NAME, "is_allowed": _YES_NO},
        more=_NAMES,
    ),
    "authority_unit": ListShape(("authority",), ("unit_code",), checks={"authority": _AUTHORITY}, more=_NAMES),
    "table_word": ListShape(
        ("role", "word"), checks={"role": one_of("total", "note", "signature", "example", "example_row", "required")}
    ),
    "money_unit": ListShape(("unit",), optional=("factor",), checks={"factor": _NUMBER}),
    "holder_heading": ListShape(("heading",)),
    "reading_setting": ListShape(
        ("name",), ("value",), checks={"name": one_of("city_time_zone"), "value": _ZONE}, more=_NAMES
    ),
    "source_system": ListShape(("deliverer_code", "source_name"), ("system",)),
    "source_code": ListShape(("system", "code_list", "source_code"), ("code",)),
    "grade_rule": ListShape(
        ("rule_id",),
        ("pattern", "impact_object", "harm_degree", "is_personal", "is_sensitive"),
        ("category",),
        {"pattern": _NAME_PATTERN, "not_pattern": _PATTERN, "is_personal": _YES_NO, "is_sensitive": _YES_NO},
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
            "detector_id": _NAME,
            "check": one_of("resident_id", "resident_id_15", "credit_code", "organisation_code", "vin", "luhn"),
            "value_pattern": _PATTERN,
            "name_pattern": _PATTERN,
            "not_name_pattern": _PATTERN,
            "term_use": one_of("prefix", "prefix_or_name", "equal", "contain"),
            "form_verdict": one_of("confirmed", "review", "none"),
            "name_verdict": one_of("confirmed", "review", "none"),
            **dict.fromkeys(("is_compact", "in_text", "is_personal", "is_sensitive"), _YES_NO),
            **dict.fromkeys(("min_length", "max_length"), _INTEGER),
            **dict.fromkeys(
                ("min_confirmed_pct", "min_review_pct", "value_weight_pct", "name_weight_pct", "withhold_pct"), _PERCENT
            ),
        },
        ((("impact_object", "harm_degree"), "grade_matrix"), (("terms=term_list",), "detector_term")),
    ),
    "detector_term": ListShape(("term_list", "term")),
    "grade_matrix": ListShape(
        ("impact_object", "harm_degree"), ("grade",), references=((("grade",), "grade_level"),), more=_NAMES
    ),
    "grade_level": ListShape(
        ("grade",),
        ("rank", "label_zh", "label_en", "is_candidate"),
        checks={"rank": _PLACE, "is_candidate": _YES_NO},
        more=("zhejiang_level",),
        needed=PROVISIONAL_GRADES,
    ),
    "grade_aggregation": ListShape(
        ("rule_id",),
        ("kind", "threshold", "impact_object", "harm_degree", "name_zh", "name_en", "clause"),
        ("category",),
        {
            "rule_id": _NAME,
            "kind": one_of("personal_kinds", "personal_rows", "personal_with_category"),
            "threshold": _INTEGER,
        },
        ((("impact_object", "harm_degree"), "grade_matrix"),),
    ),
    "column_grade": ListShape(
        ("table", "column"), ("grade", "why_zh", "why_en"), references=((("grade",), "grade_level"),)
    ),
    "door_limit": ListShape(
        ("door",),
        ("grade", "name_zh", "name_en"),
        checks={"door": one_of("workbook", "database", "lake")},
        references=((("grade",), "grade_level"),),
    ),
    "category_rule": ListShape(
        ("rule_id",),
        ("dimension", "category", "name_en", "looks_in", "pattern", "confidence_pct"),
        checks={
            "rule_id": _NAME,
            "dimension": one_of("data_management", "business_use", "security", "data_object"),
            "looks_in": one_of("title", "abstract", "theme", "class", "format", "update_cycle", "fields", "grade"),
            "pattern": _PATTERN,
            "confidence_pct": _PERCENT,
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
            "pattern": _PATTERN,
            "not_pattern": _PATTERN,
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
    "acquisition": ListShape(
        ("acquisition",),
        ("asset_group",),
        ("nominal_cny",),
        {
            "asset_group": one_of("purchased", "self_developed", "other"),
            "nominal_cny": _decimal(2, 10**6)._replace(type="DECIMAL(20,2)"),
        },
        more=_NAMES,
    ),
    "acquisition_rule": ListShape(
        ("phase",),
        ("acquisition",),
        checks={"phase": one_of("research", "development", "operation")},
        more=_NAMES,
    ),
    "development_test": ListShape(
        ("accounting_system", "development_test"),
        ("when_unknown",),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "when_unknown": one_of("review", "expense"),
        },
        more=_NAMES,
    ),
    "recognition_criterion": ListShape(
        ("requirement",),
        ("criterion", "requirement_set", "evidence_kind", "is_required"),
        ("criterion_zh", "evidence_code"),
        {
            "is_required": _YES_NO,
            "requirement_set": one_of("scope", "recognition", "management"),
            "evidence_kind": one_of("authorisations", "evidence", "reviews", "costs", "quality"),
        },
        more=_NAMES,
    ),
    "card_field": ListShape(
        ("field",),
        ("block", "position", "label_zh", "label_en", "is_optional"),
        ("note_zh", "note_en", "kind", "column", "code"),
        {
            "field": _NAME,
            "block": one_of("basic", "rights", "use", "management"),
            "position": _PLACE,
            "kind": one_of(*KINDS),
            "is_optional": _YES_NO,
        },
    ),
    "cost_treatment": ListShape(
        ("phase",),
        ("treatment",),
        checks={
            "phase": one_of("research", "development", "operation"),
            "treatment": one_of("expensed", "capitalised"),
        },
        more=_NAMES,
    ),
    "cost_driver": ListShape(
        ("driver",),
        ("driver_kind",),
        checks={"driver_kind": one_of("field_count", "resource_count", "direct_cost")},
        more=_NAMES,
    ),
    # A list of its own: what is held changes everything after it, a rate does not.
    "guard_limit": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": _NUMBER},
        values={
            "guard_deletion_share": _decimal(4, 1),
            "guard_recode_share": _decimal(4, 1),
            "guard_recode_count": _whole(1, 1_000_000),
        },
        more=_NAMES,
        needed=("guard_deletion_share",),
    ),
    "intake_limit": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": _INTEGER},
        more=_NAMES,
        needed=(
            "reading_memory_mb",
            "file_mb",
            "reading_seconds",
            "reading_seconds_per_mb",
            "cell_characters",
            "clock_back_seconds",
            "delivery_days_ahead",
        ),
    ),
    "parameter": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": _NUMBER},
        values={
            "default_life_months": _whole(1, 1200),
            "memo_review_months": _whole(1, 1200),
            "count_mend_days": _whole(1, 3660),
            "reconciliation_tolerance_cny": _decimal(2, 10**14),
            "transfer_tolerance_days": _whole(0, 3660),
        },
        more=_NAMES,
        # A default life is the city's to set: no standard has one.
        needed=("reconciliation_tolerance_cny",),
    ),
    "plausible_bound": ListShape(
        ("name",),
        ("value",),
        ("unit",),
        {"value": _NUMBER},
        values={
            **dict.fromkeys(("plausible_year_first", "possible_year_first"), _whole(1000, 9999)),
            **dict.fromkeys(("plausible_years_ahead", "possible_years_ahead"), _whole(0, 7000)),
            **dict.fromkeys(("plausible_life_months", "possible_life_months"), _whole(1, 99999)),
        },
        more=_NAMES,
        needed=(
            *("plausible_year_first", "possible_year_first", "plausible_years_ahead", "possible_years_ahead"),
            *("plausible_life_months", "possible_life_months"),
        ),
    ),
    "ledger_account": ListShape(
        ("accounting_system", "amount_kind", "account_code"),
        ("sign", "amount_name_zh"),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "amount_kind": one_of("cost", "amortisation", "net", "impairment", "development", "stock"),
            "sign": one_of("+", "-"),
        },
        more=("account_name_zh",),
    ),
    "journal_account": ListShape(
        ("accounting_system", "entry_kind", "side", "amount_kind"),
        ("account_code", "account_name_zh", "summary_zh"),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "entry_kind": one_of(*ENTRY_KINDS),
            "side": one_of("debit", "credit"),
            "amount_kind": one_of("cost", "amortisation", "impairment", "net", "development", "stock", "expense"),
        },
        needed=tuple(journal_lines()),
    ),
    "reconciliation_kind": ListShape(
        ("kind",),
        ("name_zh", "name_en", "mend_zh", "mend_en"),
        checks={
            "kind": one_of(
                "matched",
                "amount_diff",
                "card_only",
                "gl_only",
                "in_memo_register_but_booked",
                "duplicated_card",
                "period_shift",
            )
        },
    ),
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
                *("nominal_amount_differs", "acquisition_differs"),
                *("development_test_failed", "development_test_unknown", "split_unclear", "split_cost_differs"),
                *("count_differs", "count_contradicts", "count_without_card", "count_missing"),
                *("taken_beyond_cost", "event_without_cost", "shared_cost_left", "resource_unknown"),
                *("transfer_unmatched", "transfer_date_differs", "transfer_amount_differs"),
                *CONTROLS,
            ),
            "protects": one_of("book", "reference"),
            "effect": one_of("hold", "block", "review"),
        },
        # A kind without an effect is no control: what it names is told, and the models say what counts.
        more=("protects", "effect", *_NAMES),
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
        {"value": _NUMBER},
        values={
            "same_cost_min_cny": _decimal(2, 10**14),
            "same_cost_days": _whole(0, 366),
            **dict.fromkeys(("same_content_min_rows", "near_duplicate_min_fields"), _whole(1, 10**9)),
            "circular_sales_length": _whole(2, 7),
            **dict.fromkeys(("forecast_receipts_min_months", "circular_sales_months"), _whole(1, 1200)),
            **dict.fromkeys(("forecast_receipts_max_pct", "value_jump_max_pct"), _whole(0, 100_000)),
        },
        more=_NAMES,
        needed=CONTROL_LIMITS,
    ),
    "control_term": ListShape(("role", "term"), checks={"role": one_of("appraisal", "research")}, more=_NAMES),
    "event_rule": ListShape(
        ("event_kind", "card_state", "accounting_system"),
        ("effect",),
        checks={
            "card_state": one_of("in_development", "in_use"),
            "accounting_system": one_of("any", "government", "enterprise", "unknown"),
            "effect": one_of("leave", "impair", "enter"),
        },
        more=_NAMES,
    ),
    "late_booking": ListShape(
        ("accounting_system",),
        ("booked_as",),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "booked_as": one_of("opening_adjustment", "current_period"),
        },
        more=_NAMES,
    ),
    "valuation_parameter": ListShape(
        ("name",),
        ("lower_bound", "upper_bound", "unit", *_NAMES),
        ("value",),
        dict.fromkeys(("value", "lower_bound", "upper_bound"), _NUMBER),
        values={
            **dict.fromkeys(_SCORES, _decimal(6, 100)),
            **dict.fromkeys((*_FACTORS, *_RATES, *_STEPS, "method_spread_limit"), _decimal(6, 10)),
            **dict.fromkeys(_COEFFICIENTS, _decimal(6, 1)),
            # Beyond it the sum of discounted income would not fit what a model reckons with.
            "forecast_years": _whole(1, 100),
            "appraisal_validity_months": _whole(1, 1200),
            "step_quality_score": _decimal(6, 100),
        },
        bounds=("lower_bound", "upper_bound"),
        needed=(
            *(*_SCORES, *_FACTORS, *_RATES, *_COEFFICIENTS, *_STEPS),
            *("forecast_years", "appraisal_validity_months", "method_spread_limit", "step_quality_score"),
        ),
    ),
    "valuation_method": ListShape(
        ("method",),
        ("position", *_NAMES, "formula", "needs_zh", "needs_en"),
        checks={
            "method": one_of("cost", "expert", "direct", "share", "excess", "incremental", "market", "appraisal"),
            "position": _PLACE,
        },
    ),
    "valuation_reason": ListShape(
        ("reason",), ("message_zh", "message_en", "mend_zh", "mend_en"), checks={"reason": _NAME}
    ),
    "owed_delivery": ListShape(("unit_kind", "kind"), checks={"kind": one_of(*KINDS)}, more=_NAMES),
    "rejection_rule": ListShape(
        ("rule",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en"),
        checks={"severity": one_of("reject", "warn")},
        # Without these a record would stand twice, or under no key.
        pinned={rule: {"severity": "reject"} for rule in ("not_parsed", "no_identity", "duplicate_identifier")},
    ),
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
            "rule_code": _NAME,
            "table_name": one_of(*rule_tables()),
            "severity": one_of("block", "warn", "info"),
            "threshold_pct": _PERCENT,
        },
        ((("indicator_code",), "quality_indicator"),),
        more=("share_met", "share_of"),
    ),
    "quality_dimension": ListShape(
        ("dimension_code",),
        ("name_zh", "name_en", "weight"),
        checks={"dimension_code": one_of("01", "02", "03", "04", "05", "06"), "weight": _whole(0, 10_000)},
    ),
    "quality_indicator": ListShape(
        ("indicator_code",),
        ("dimension_code", "name_zh", "name_en", "weight"),
        ("why_not_zh", "why_not_en"),
        {"indicator_code": INDICATOR, "weight": _whole(0, 10_000)},
        ((("dimension_code",), "quality_dimension"),),
    ),
    "quality_limit": ListShape(
        ("name",), ("value",), checks={"value": _INTEGER}, more=_NAMES, needed=("findings_kept",)
    ),
    "content_constraint": ListShape(
        ("constraint_id",),
        ("applies_to", "constraint", "name_zh", "name_en"),
        checks={"constraint_id": _NAME, "constraint": _CONSTRAINT},
    ),
    "content_reference": ListShape(
        ("reference_id",),
        ("applies_to", "column", "refers_to", "refers_column", "name_zh", "name_en"),
        checks={"reference_id": _NAME},
    ),
    "content_limit": ListShape(
        ("name",),
        ("value",),
        checks={"value": _INTEGER},
        # RE2 counts up to 1,000.
        values={
            "type_share_pct": _PERCENT,
            "shown_digits": _whole(1, 100),
            "shown_rows": _whole(1, 1_000_000),
            "shown_distinct": _whole(0, 100_000),
        },
        more=_NAMES,
        needed=(
            "detector_values",
            "shown_distinct",
            "shown_rows",
            "shown_digits",
            "type_share_pct",
            "reference_values",
        ),
    ),
    "placeholder_value": ListShape(("value",), more=_NAMES),
    "content_link": ListShape(
        ("method",),
        ("confidence_pct", "name_zh", "name_en"),
        checks={"method": one_of("manifest", "code", "name", "stem"), "confidence_pct": _PERCENT},
    ),
    "declared_type": ListShape(
        ("position",),
        ("pattern", "value_type"),
        checks={
            "position": _PLACE,
            "pattern": _PATTERN,
            "value_type": one_of("text", "date", "integer", "decimal", "boolean"),
        },
    ),
    "update_cycle_lag": ListShape(
        ("update_cycle",),
        ("max_lag_days",),
        # Added to a date by a rule of quality.
        checks={"max_lag_days": _whole(0, 36_500, "INTEGER"), "iso8601": _CYCLE},
        more=("iso8601", *_NAMES),
    ),
    "report_sheet": ListShape(
        ("workbook", "position"),
        ("form", "sheet_zh", "order_by"),
        ("shows",),
        {"position": _PLACE, "shows": _ROWS_SHOWN, "order_by": _ROWS_ORDER},
        ((("form",), "report_form"),),
    ),
    "report_form": ListShape(("form",), ("table", "title_zh"), ("note_zh",)),
    "report_column": ListShape(
        ("form", "column"),
        ("position", "label_zh", "number_format"),
        ("group_zh",),
        {"position": _PLACE, "number_format": one_of("text", "note", "count", "money", "percent")},
        ((("form",), "report_form"),),
    ),
}

#: Lists that are TOML files of a folder: list -> folder, and the head of each entry.
FOLDERS: Mapping[str, tuple[str, str]] = {"quality_rule": ("quality", "rule")}

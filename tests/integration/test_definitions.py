"""What Dagster is told: every asset, its group, owner, kinds, partitions, inputs, schema and lineage; jobs, schedules, sensors, checks."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.partitions import last_year_end
from pipelines.schedules import SCHEDULES
from pipelines.sensors import SENSORS
from quality.rule_checks import ADDED_RULES, GATE_OPEN
from quality.rules import RULES
from readers.policy.lists import LISTS
from warehouse.publish.dictionary import dictionary_text
from warehouse.publish.lineage_table import lineage_table
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

DEFINITIONS = build_definitions()
GRAPH = DEFINITIONS.resolve_asset_graph()
STAGES = {key.path[0] for key in GRAPH.get_all_asset_keys()}
TABLES = [table for table in all_tables().values() if table.stage != "audit"]

#: stage/table -> the assets that it is made from; what changes here is a change of the pipeline's shape.
SHAPE = {
    **{f"policy/{name}": ["policy/entry"] for name in LISTS},
    "policy/entry": [],
    "landing/record": ["policy/entry"],
    "landing/delivery": ["policy/entry"],
    "landing/delivery_file": ["policy/entry"],
    "delivered/horizon": ["landing/delivery"],
    "landing/violation": [
        "landing/delivery",
        "landing/record",
        "policy/code_value",
        "policy/delivery_column",
        "policy/plausible_bound",
        "policy/rejection_rule",
    ],
    "quality/indicator": [
        "delivered/horizon",
        "policy/quality_dimension",
        "policy/quality_indicator",
        "policy/quality_rule",
    ],
    "classification/rule_grade": [
        "delivered/horizon",
        "policy/detector",
        "policy/grade_level",
        "policy/grade_matrix",
        "policy/grade_rule",
    ],
    "landing/speaker": [
        "landing/delivery",
        "landing/record",
        "landing/violation",
        "policy/authority",
        "policy/authority_unit",
    ],
    "landing/unauthorised": [
        "landing/delivery",
        "landing/record",
        "landing/speaker",
        "policy/authority",
        "policy/authority_unit",
        "policy/code_value",
        "policy/delivery_column",
        "policy/rejection_rule",
    ],
    "landing/contested_line": [
        "landing/delivery",
        "landing/record",
        "landing/unauthorised",
        "landing/violation",
        "policy/rejection_rule",
    ],
    "landing/rejected_record": [
        "landing/contested_line",
        "landing/record",
        "landing/unauthorised",
        "landing/violation",
    ],
    "quality/rule": ["delivered/horizon", "policy/quality_rule", "quality/indicator"],
    "landing/record_change": ["landing/delivery", "landing/record", "landing/rejected_record"],
    "landing/current_record": [
        "landing/delivery",
        "landing/record",
        "landing/record_change",
        "landing/rejected_record",
    ],
    "landing/delivery_guard": [
        "landing/delivery",
        "landing/record",
        "landing/record_change",
        "landing/rejected_record",
        "policy/code_value",
        "policy/guard_limit",
    ],
    "landing/delivery_outcome": [
        "landing/contested_line",
        "landing/delivery",
        "landing/delivery_file",
        "landing/record_change",
        "landing/rejected_record",
        "landing/unauthorised",
        "landing/violation",
    ],
    "delivered/organisation": ["landing/current_record", "landing/record", "policy/code_value"],
    "delivered/authorisation": ["landing/current_record", "landing/record"],
    "delivered/evidence": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/review": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/cost": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/event": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/ledger": ["delivered/code_change", "landing/current_record", "landing/record"],
    "delivered/closing": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/contract": ["landing/current_record", "landing/record", "policy/code_value"],
    "delivered/receipt": ["landing/current_record", "landing/record", "policy/code_value"],
    "delivered/comparable": ["delivered/code_change", "landing/current_record", "landing/record"],
    "delivered/forecast": ["delivered/code_change", "landing/current_record", "landing/record", "policy/code_value"],
    "delivered/decision": ["landing/current_record", "landing/record", "policy/code_value"],
    "delivered/correction": ["landing/current_record", "landing/record", "policy/code_value"],
    "catalog/listed_field": ["landing/current_record", "landing/record"],
    "quality/delivery_measure": ["landing/delivery_outcome"],
    "catalog/organisation": ["delivered/organisation"],
    "finance/ledger_balance": ["delivered/ledger"],
    "catalog/gathered_resource": [
        "catalog/organisation",
        "landing/current_record",
        "landing/delivery",
        "landing/record",
    ],
    "catalog/resource": [
        "catalog/gathered_resource",
        "catalog/listed_field",
        "catalog/organisation",
        "landing/current_record",
        "landing/delivery",
        "landing/record",
        "policy/code_value",
        "policy/source_code",
        "policy/source_system",
    ],
    "catalog/content_table": ["catalog/resource", "landing/current_record", "landing/record", "policy/content_link"],
    "catalog/distribution": ["catalog/resource", "landing/delivery", "landing/record", "policy/code_value"],
    "catalog/resource_field": ["catalog/listed_field", "catalog/resource", "landing/record"],
    "catalog/roll_up": ["catalog/organisation", "catalog/resource", "delivered/ledger"],
    "quality/resource_measure": [
        "catalog/organisation",
        "catalog/resource",
        "delivered/horizon",
        "landing/delivery",
        "landing/record",
        "policy/update_cycle_lag",
    ],
    "registry/recognition_decision": [
        "catalog/resource",
        "delivered/authorisation",
        "delivered/code_change",
        "delivered/decision",
        "delivered/evidence",
        "delivered/horizon",
        "delivered/review",
        "policy/code_value",
        "policy/recognition_criterion",
        "quality/measure",
        "registry/treated_cost",
    ],
    "valuation/cost_line": [
        "valuation/control_release",
        "valuation/cost_control",
        "valuation/cost_share",
        "valuation/line_release",
        "valuation/reversal",
        "valuation/voucher_line",
    ],
    "catalog/content_constraint": ["catalog/content_table", "landing/record"],
    "catalog/content_column": [
        "catalog/content_table",
        "catalog/resource_field",
        "landing/current_record",
        "landing/record",
        "policy/content_limit",
        "policy/declared_type",
    ],
    "quality/field_measure": ["catalog/resource_field"],
    "classification/grade_decision": [
        "catalog/resource",
        "catalog/resource_field",
        "delivered/code_change",
        "delivered/decision",
        "delivered/horizon",
        "policy/code_value",
        "policy/grade_level",
    ],
    "registry/memo_register": [
        "catalog/resource",
        "quality/measure",
        "registry/asset_card",
        "registry/resource_standing",
    ],
    "catalog/content_evidence": [
        "catalog/content_column",
        "catalog/content_table",
        "landing/record",
        "policy/detector",
    ],
    "catalog/content_reference": [
        "catalog/content_column",
        "catalog/content_table",
        "catalog/resource",
        "delivered/horizon",
        "landing/record",
        "policy/content_limit",
        "policy/content_reference",
    ],
    "quality/content_column_measure": [
        "catalog/content_column",
        "catalog/content_evidence",
        "catalog/resource_field",
        "landing/record",
        "landing/record_change",
    ],
    "classification/field_grade": [
        "catalog/content_evidence",
        "catalog/resource_field",
        "classification/grade_decision",
        "classification/name_match",
        "classification/rule_grade",
        "delivered/horizon",
        "policy/grade_level",
    ],
    "classification/name_match": ["catalog/resource", "catalog/resource_field", "classification/rule_grade"],
    "classification/confidential_word": [
        "catalog/resource",
        "catalog/resource_field",
        "delivered/horizon",
        "policy/confidential_term",
    ],
    "classification/ungraded_name": ["catalog/resource", "classification/field_grade"],
    "quality/content_table_measure": [
        "catalog/content_column",
        "catalog/content_constraint",
        "catalog/content_reference",
        "catalog/content_table",
        "catalog/resource",
        "catalog/resource_field",
        "delivered/horizon",
        "landing/record",
        "landing/record_change",
        "policy/update_cycle_lag",
    ],
    "classification/aggregation_grade": [
        "catalog/content_table",
        "classification/field_grade",
        "delivered/horizon",
        "policy/grade_aggregation",
        "policy/grade_level",
        "policy/grade_matrix",
    ],
    "quality/finding": [
        "catalog/content_column",
        "catalog/content_table",
        "catalog/resource",
        "delivered/horizon",
        "policy/quality_limit",
        "quality/content_column_measure",
        "quality/content_table_measure",
        "quality/delivery_measure",
        "quality/field_measure",
        "quality/resource_measure",
        "quality/rule",
    ],
    "quality/measure": [
        "quality/content_column_measure",
        "quality/content_table_measure",
        "quality/delivery_measure",
        "quality/field_measure",
        "quality/resource_measure",
        "quality/rule",
        "quality/share_measure",
    ],
    "quality/resource_score": [
        "quality/content_column_measure",
        "quality/content_table_measure",
        "quality/field_measure",
        "quality/indicator",
        "quality/resource_measure",
        "quality/rule",
        "quality/share_measure",
    ],
    "quality/share_measure": [
        "catalog/content_column",
        "catalog/content_constraint",
        "catalog/content_evidence",
        "catalog/content_reference",
        "catalog/content_table",
        "catalog/resource",
        "catalog/resource_field",
        "delivered/horizon",
        "landing/record",
        "landing/record_change",
        "policy/update_cycle_lag",
    ],
    "classification/resource_grade": [
        "catalog/content_evidence",
        "catalog/resource",
        "classification/aggregation_grade",
        "classification/field_grade",
        "classification/grade_decision",
        "classification/name_match",
        "classification/rule_grade",
        "delivered/horizon",
        "policy/grade_level",
    ],
    "quality/score": [
        "catalog/roll_up",
        "delivered/horizon",
        "quality/indicator",
        "quality/resource_measure",
        "quality/resource_score",
    ],
    "classification/grade_finding": [
        "catalog/content_evidence",
        "catalog/resource",
        "classification/field_grade",
        "classification/grade_decision",
        "classification/resource_grade",
        "classification/rule_grade",
        "delivered/horizon",
        "policy/grade_finding_rule",
        "policy/grade_level",
    ],
    "classification/resource_access": [
        "catalog/resource",
        "classification/confidential_word",
        "classification/resource_grade",
        "delivered/horizon",
        "policy/access_limit",
        "policy/confidential_term",
    ],
    "classification/resource_category": [
        "catalog/resource",
        "catalog/resource_field",
        "classification/resource_grade",
        "delivered/horizon",
        "policy/category_rule",
    ],
    "registry/asset_card": [
        "catalog/resource",
        "classification/resource_grade",
        "delivered/code_change",
        "quality/measure",
        "registry/card_event",
        "registry/resource_cost",
        "registry/resource_standing",
        "registry/succession",
    ],
    "classification/access_finding": [
        "catalog/resource",
        "classification/resource_access",
        "delivered/horizon",
        "policy/access_rule",
        "policy/code_value",
        "policy/confidential_term",
    ],
    "classification/field_access": [
        "catalog/resource_field",
        "classification/confidential_word",
        "classification/field_grade",
        "classification/resource_access",
        "delivered/horizon",
        "policy/access_limit",
        "policy/confidential_term",
    ],
    "delivered/cost_life": ["landing/current_record", "landing/delivery", "landing/record", "landing/record_change"],
    "delivered/code_change": ["landing/current_record", "landing/record", "policy/code_value"],
    "delivered/cost_version": [
        "delivered/code_change",
        "delivered/cost",
        "landing/delivery",
        "landing/record",
        "landing/record_change",
        "policy/code_value",
    ],
    "delivered/review_version": ["landing/delivery", "landing/record", "landing/record_change"],
    "registry/treated_cost": [
        "catalog/organisation",
        "delivered/cost",
        "policy/acquisition",
        "policy/acquisition_rule",
        "policy/cost_treatment",
        "policy/development_test",
        "quality/measure",
        "registry/development_test",
    ],
    "registry/resource_cost": ["quality/measure", "registry/treated_cost"],
    "valuation/acquisition_balance": ["policy/acquisition", "registry/asset_card", "valuation/snapshot"],
    "registry/development_test": ["delivered/evidence", "policy/development_test", "quality/measure"],
    "registry/card_contract": [
        "catalog/organisation",
        "delivered/code_change",
        "delivered/contract",
        "delivered/receipt",
        "quality/measure",
        "registry/asset_card",
    ],
    "registry/resource_parent": [
        "catalog/resource",
        "delivered/evidence",
        "landing/delivery",
        "landing/record",
        "landing/record_change",
        "quality/measure",
    ],
    "registry/resource_standing": ["catalog/resource", "quality/measure", "registry/recognition_decision"],
    "registry/card_finding": [
        "delivered/horizon",
        "policy/control_finding_kind",
        "quality/measure",
        "registry/asset_card",
        "registry/recognition_decision",
    ],
    "valuation/control_finding": [
        "delivered/decision",
        "delivered/event",
        "delivered/horizon",
        "policy/control_finding_kind",
        "registry/asset_card",
        "registry/card_event",
        "registry/resource_standing",
        "registry/succession",
        "valuation/amortisation_term",
        "valuation/control_release",
        "valuation/cost_control",
        "valuation/cost_line",
        "valuation/cost_share",
        "valuation/line_release",
        "valuation/movement",
        "valuation/report_control",
        "valuation/transfer_pair",
        "valuation/voucher_line",
    ],
    "valuation/movement": [
        "registry/asset_card",
        "registry/succession",
        "registry/succession_part",
        "valuation/cost_line",
        "valuation/pool_event",
        "valuation/reversal",
        "valuation/taken_pool",
    ],
    "valuation/card_book": ["catalog/organisation", "policy/book", "registry/asset_card"],
    "valuation/card_life": [
        "delivered/cost_life",
        "valuation/card_book",
        "valuation/movement",
        "valuation/voucher_line",
    ],
    "valuation/amortisation_term": [
        "delivered/cost_life",
        "policy/parameter",
        "valuation/card_book",
        "valuation/card_life",
        "valuation/movement",
        "valuation/taken_pool",
        "valuation/voucher_line",
    ],
    "valuation/balance": [
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/card_book",
        "valuation/movement",
        "valuation/taken_pool",
    ],
    "valuation/book_balance": ["valuation/balance", "valuation/snapshot"],
    "registry/card_event": [
        "catalog/organisation",
        "delivered/code_change",
        "delivered/event",
        "policy/event_rule",
        "policy/succession_rule",
        "quality/measure",
        "registry/resource_cost",
        "registry/resource_standing",
        "registry/treated_cost",
    ],
    "registry/transfer": [
        "catalog/resource",
        "quality/measure",
        "registry/asset_card",
        "registry/memo_register",
        "registry/recognition_decision",
        "registry/resource_standing",
    ],
    "registry/card_field": [
        "catalog/content_table",
        "catalog/organisation",
        "catalog/resource",
        "classification/resource_access",
        "classification/resource_category",
        "classification/resource_grade",
        "delivered/authorisation",
        "delivered/code_change",
        "delivered/horizon",
        "delivered/review",
        "policy/acquisition",
        "policy/card_field",
        "policy/ledger_account",
        "quality/measure",
        "quality/resource_score",
        "registry/asset_card",
        "registry/card_contract",
        "registry/resource_parent",
        "registry/treated_cost",
    ],
    "registry/registration_item": [
        "catalog/content_table",
        "catalog/resource",
        "classification/resource_grade",
        "delivered/authorisation",
        "delivered/review",
        "quality/measure",
    ],
    "registry/register_finding": [
        "catalog/gathered_resource",
        "catalog/organisation",
        "catalog/resource",
        "delivered/code_change",
        "delivered/comparable",
        "delivered/contract",
        "delivered/decision",
        "delivered/forecast",
        "delivered/horizon",
        "delivered/receipt",
        "delivered/review",
        "policy/acquisition",
        "policy/control_finding_kind",
        "policy/development_test",
        "quality/measure",
        "registry/asset_card",
        "registry/succession",
        "registry/treated_cost",
        "registry/unassessed",
        "registry/unclear_decision",
    ],
    "registry/unassessed": ["catalog/resource", "quality/measure", "registry/resource_standing"],
    "registry/reality_finding": [
        "catalog/content_table",
        "catalog/resource",
        "delivered/event",
        "delivered/evidence",
        "delivered/horizon",
        "delivered/ledger",
        "policy/control_finding_kind",
        "policy/update_cycle_lag",
        "quality/measure",
        "registry/asset_card",
        "registry/treated_cost",
    ],
    "registry/count_finding": [
        "delivered/horizon",
        "delivered/review",
        "policy/control_finding_kind",
        "policy/parameter",
        "quality/measure",
        "registry/asset_card",
    ],
    "registry/unclear_decision": [
        "delivered/decision",
        "policy/code_value",
        "policy/control_finding_kind",
        "policy/recognition_criterion",
        "policy/report_check",
        "quality/measure",
        "registry/double_count",
    ],
    "registry/double_count": ["delivered/decision", "quality/measure", "registry/asset_card"],
    "valuation/taken_balance": ["valuation/amortisation_term", "valuation/taken_pool"],
    "registry/succession_part": [
        "delivered/event",
        "policy/succession_rule",
        "quality/measure",
        "registry/card_event",
        "registry/treated_cost",
    ],
    "valuation/pool_event": [
        "registry/asset_card",
        "registry/card_event",
        "registry/succession",
        "registry/succession_part",
        "valuation/cost_line",
        "valuation/taken_pool",
    ],
    "registry/succession": [
        "catalog/resource",
        "delivered/code_change",
        "delivered/event",
        "policy/succession_rule",
        "quality/measure",
        "registry/card_event",
        "registry/resource_cost",
        "registry/resource_standing",
        "registry/succession_part",
        "registry/treated_cost",
    ],
    "valuation/taken_pool": ["registry/asset_card", "registry/succession", "registry/succession_part"],
    "registry/count_item": ["catalog/resource", "delivered/review", "quality/measure", "registry/asset_card"],
    "valuation/closed_period": ["delivered/closing"],
    "valuation/opening": [
        "catalog/organisation",
        "delivered/closing",
        "policy/late_booking",
        "registry/asset_card",
        "valuation/balance",
        "valuation/closed_period",
    ],
    "valuation/snapshot": [
        "delivered/closing",
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/balance",
        "valuation/closed_period",
        "valuation/opening",
        "valuation/taken_pool",
    ],
    "valuation/control_release": ["delivered/decision"],
    "valuation/income_method": ["delivered/forecast", "policy/valuation_parameter", "valuation/income_report"],
    "valuation/cost_control": [
        "catalog/resource",
        "delivered/cost_version",
        "delivered/review",
        "delivered/review_version",
        "policy/control_finding_kind",
        "policy/control_limit",
        "policy/control_term",
        "policy/cost_treatment",
        "valuation/resource_ancestor",
        "valuation/resource_twin",
        "valuation/voucher_line",
    ],
    "valuation/sales_circle": ["delivered/contract", "delivered/horizon", "policy/control_limit"],
    "valuation/resource_ancestor": ["registry/resource_parent"],
    "valuation/market_method": ["valuation/comparable_value"],
    "valuation/comparable_value": [
        "delivered/comparable",
        "policy/valuation_parameter",
        "registry/asset_card",
        "valuation/report_block",
        "valuation/snapshot",
    ],
    "valuation/cost_share": ["catalog/resource", "policy/cost_driver", "valuation/reversal", "valuation/voucher_line"],
    "valuation/income_report": [
        "delivered/forecast",
        "policy/valuation_parameter",
        "registry/asset_card",
        "valuation/report_block",
        "valuation/snapshot",
    ],
    "valuation/voucher_line": ["catalog/resource", "delivered/cost", "delivered/cost_version", "registry/treated_cost"],
    "valuation/value_report": ["delivered/comparable", "delivered/forecast", "delivered/review"],
    "valuation/report_control": [
        "catalog/content_table",
        "catalog/organisation",
        "catalog/resource",
        "delivered/comparable",
        "delivered/contract",
        "delivered/forecast",
        "delivered/horizon",
        "delivered/receipt",
        "landing/speaker",
        "policy/control_finding_kind",
        "policy/control_limit",
        "policy/update_cycle_lag",
        "policy/valuation_parameter",
        "quality/resource_score",
        "valuation/cost_line",
        "valuation/sales_circle",
        "valuation/value_report",
    ],
    "valuation/reference_value": [
        "policy/valuation_method",
        "policy/valuation_reason",
        "valuation/appraisal",
        "valuation/cost_method",
        "valuation/expert_method",
        "valuation/income_method",
        "valuation/market_method",
        "valuation/quality_adjustment",
        "valuation/sensitivity",
        "valuation/snapshot",
    ],
    "valuation/resource_twin": [
        "catalog/content_column",
        "catalog/content_table",
        "catalog/resource",
        "catalog/resource_field",
        "landing/delivery",
        "landing/record",
        "policy/control_limit",
        "valuation/voucher_line",
    ],
    "valuation/report_block": ["valuation/control_release", "valuation/report_control"],
    "valuation/quality_adjustment": [
        "policy/valuation_parameter",
        "quality/resource_score",
        "registry/asset_card",
        "valuation/appraisal",
        "valuation/snapshot",
    ],
    "valuation/expert_method": [
        "classification/field_access",
        "policy/valuation_parameter",
        "registry/asset_card",
        "valuation/cost_method",
        "valuation/quality_adjustment",
    ],
    "valuation/derecognition": [
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/movement",
        "valuation/snapshot",
        "valuation/taken_balance",
    ],
    "valuation/reckoned_movement": [
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/cost_line",
        "valuation/derecognition",
        "valuation/movement",
        "valuation/snapshot",
        "valuation/taken_balance",
    ],
    "valuation/closed_movement": ["delivered/closing", "valuation/balance", "valuation/closed_period"],
    "valuation/closed_difference": [
        "valuation/closed_movement",
        "valuation/closed_period",
        "valuation/reckoned_movement",
    ],
    "valuation/late_movement": [
        "valuation/closed_difference",
        "valuation/closed_period",
        "valuation/opening",
        "valuation/reckoned_movement",
        "valuation/snapshot",
    ],
    "valuation/month_movement": [
        "valuation/closed_difference",
        "valuation/closed_movement",
        "valuation/late_movement",
        "valuation/opening",
        "valuation/reckoned_movement",
    ],
    "valuation/cost_method": ["valuation/quality_adjustment", "valuation/snapshot"],
    "valuation/appraisal": [
        "delivered/review",
        "policy/valuation_parameter",
        "registry/asset_card",
        "valuation/report_block",
        "valuation/snapshot",
    ],
    "valuation/method_spread": [
        "policy/control_finding_kind",
        "policy/valuation_parameter",
        "valuation/control_release",
        "valuation/reference_value",
    ],
    "valuation/sensitivity": [
        "policy/valuation_parameter",
        "valuation/comparable_value",
        "valuation/cost_method",
        "valuation/expert_method",
        "valuation/income_method",
        "valuation/market_method",
        "valuation/quality_adjustment",
    ],
    "valuation/line_release": [
        "delivered/cost_version",
        "delivered/decision",
        "valuation/control_release",
        "valuation/cost_control",
        "valuation/voucher_line",
    ],
    "valuation/reversal": ["valuation/cost_control", "valuation/voucher_line"],
    "valuation/transfer_pair": [
        "delivered/event",
        "policy/parameter",
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/voucher_line",
    ],
    "report/form_r1": [
        "catalog/resource",
        "delivered/ledger",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/memo_register",
        "registry/resource_standing",
        "report/correction",
        "report/elimination",
        "report/placement",
        "valuation/snapshot",
    ],
    "report/asset_list": [
        "catalog/resource",
        "catalog/roll_up",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/asset_card",
        "valuation/snapshot",
    ],
    "report/memo_item": [
        "catalog/roll_up",
        "policy/parameter",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/memo_register",
        "registry/recognition_decision",
    ],
    "report/elimination": [
        "policy/parameter",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/double_count",
        "report/placement",
        "valuation/snapshot",
        "valuation/transfer_pair",
    ],
    "report/correction": [
        "delivered/correction",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "report/placement",
    ],
    "report/form_check": [
        "delivered/decision",
        "policy/parameter",
        "policy/report_check",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "report/form_r1",
        "report/form_r5",
        "report/form_r7",
        "report/form_r8",
        "report/form_r9",
    ],
    "report/form_r2": [
        "classification/resource_category",
        "policy/acquisition",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/asset_card",
        "report/placement",
        "valuation/snapshot",
    ],
    "report/form_r3": [
        "policy/report_column",
        "policy/report_form",
        "policy/report_row",
        "policy/report_sheet",
    ],
    "report/form_r4": [
        "policy/report_column",
        "policy/report_form",
        "policy/report_row",
        "policy/report_sheet",
    ],
    "report/form_r5": [
        "finance/reconciliation",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "report/placement",
    ],
    "report/form_r6": [
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "quality/resource_score",
        "registry/asset_card",
        "registry/card_finding",
        "registry/recognition_decision",
        "report/placement",
        "valuation/reference_value",
        "valuation/snapshot",
    ],
    "report/form_r7": [
        "policy/report_column",
        "policy/report_form",
        "policy/report_row",
        "policy/report_sheet",
        "report/placement",
        "valuation/month_movement",
        "valuation/snapshot",
    ],
    "report/form_r8": [
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/memo_register",
        "report/placement",
    ],
    "report/form_r9": [
        "catalog/resource",
        "delivered/ledger",
        "finance/reconciliation",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/memo_register",
        "registry/resource_standing",
        "report/placement",
        "valuation/snapshot",
    ],
    "report/placement": [
        "catalog/organisation",
        "catalog/roll_up",
        "policy/report_kind",
    ],
    "report/table_a": [
        "policy/acquisition",
        "policy/report_column",
        "policy/report_form",
        "policy/report_row",
        "policy/report_sheet",
        "registry/asset_card",
        "report/placement",
        "valuation/acquisition_balance",
        "valuation/month_movement",
    ],
    "report/table_b": [
        "policy/acquisition",
        "policy/report_column",
        "policy/report_form",
        "policy/report_row",
        "policy/report_sheet",
        "registry/asset_card",
        "report/placement",
        "valuation/acquisition_balance",
        "valuation/month_movement",
    ],
    "finance/reconciliation": [
        "catalog/organisation",
        "finance/ledger_balance",
        "policy/ledger_account",
        "policy/parameter",
        "policy/reconciliation_kind",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/asset_card",
        "registry/memo_register",
        "valuation/balance",
        "valuation/snapshot",
    ],
    "finance/unit_rate": [
        "catalog/roll_up",
        "finance/reconciliation",
        "policy/report_column",
        "policy/report_form",
        "policy/report_sheet",
        "registry/memo_register",
        "valuation/snapshot",
    ],
    "finance/journal_entry": [
        "catalog/organisation",
        "policy/journal_account",
        "registry/asset_card",
        "valuation/month_movement",
        "valuation/snapshot",
    ],
    "finance/difference": [
        "catalog/organisation",
        "delivered/ledger",
        "finance/reconciliation",
        "policy/ledger_account",
        "policy/parameter",
        "registry/asset_card",
        "valuation/amortisation_term",
        "valuation/balance",
        "valuation/month_movement",
        "valuation/movement",
        "valuation/opening",
        "valuation/snapshot",
    ],
}


def test_the_shape_of_the_pipeline() -> None:
    found = {
        key.to_user_string(): sorted(parent.to_user_string() for parent in GRAPH.get(key).parent_keys)
        for key in GRAPH.get_all_asset_keys()
    }
    assert found == SHAPE


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.qualified)
def test_every_asset_is_described_from_its_definition(table) -> None:
    node = GRAPH.get(dg.AssetKey([table.stage, table.name]))
    assert node.group_name == table.stage
    assert node.owners == ["team:data-team"]
    # Dagster's search sees kinds, and no description.
    assert {"duckdb", table.label} <= node.kinds
    assert table.label in (node.description or "")
    assert table.en in (node.description or "")
    assert (node.partitions_def is not None) == (table.partition is not None)
    schema = node.metadata["dagster/column_schema"]
    assert [(column.name, column.type) for column in schema.columns] == [(c.name, c.type) for c in table.columns]
    assert all(c.label in (column.description or "") for c, column in zip(table.columns, schema.columns, strict=True))
    if table.model:
        lineage = node.metadata["dagster/column_lineage"].deps_by_column
        assert set(lineage) == {column.name for column in table.columns}
        assert node.metadata["lineage"].value == lineage_table(all_tables(), table)
        parents = {dep.asset_key for deps in lineage.values() for dep in deps}
        assert parents <= set(node.parent_keys)


def test_the_closing_cost_of_r1_comes_from_the_snapshot() -> None:
    node = GRAPH.get(dg.AssetKey(["report", "form_r1"]))
    deps = node.metadata["dagster/column_lineage"].deps_by_column["closing_cost_cny"]
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in deps] == [
        ("valuation/snapshot", "closing_cost_cny")
    ]


#: job -> its stages and its partitions.
JOBS = {
    "ingest": ({"policy", "landing", "delivered", "catalog"}, "deliverer"),
    "month_end": (
        {
            "policy",
            "landing",
            "delivered",
            "catalog",
            "quality",
            "classification",
            "registry",
            "valuation",
            "finance",
            "report",
        },
        "period",
    ),
    "year_end": (STAGES, "period"),
    "everything": (STAGES, "period"),
}


def test_the_jobs() -> None:
    found = {}
    assert {job.name for job in DEFINITIONS.jobs or ()} == {*JOBS, "harvest"}
    for job in DEFINITIONS.jobs or ():
        if job.name == "harvest":
            continue
        definition = DEFINITIONS.resolve_job_def(job.name)
        stages = {key.path[0] for key in definition.asset_layer.executable_asset_keys}
        partitions = definition.partitions_def
        assert isinstance(partitions, dg.DynamicPartitionsDefinition)
        found[job.name] = (stages, partitions.name)
    assert found == JOBS
    assert DEFINITIONS.executor is dg.in_process_executor


def test_the_schedules() -> None:
    found = {s.name: (s.job_name, s.cron_schedule, s.execution_timezone, s.default_status) for s in SCHEDULES}
    stopped = dg.DefaultScheduleStatus.STOPPED
    assert found == {
        "month_end": ("month_end", "0 3 1 * *", "Asia/Shanghai", stopped),
        "year_end": ("year_end", "0 4 15 1 *", "Asia/Shanghai", stopped),
    }


@pytest.mark.parametrize(
    ("schedule", "scheduled", "period"),
    [
        ("month_end", "2026-07-01T03:00+08:00", "2026-06"),
        ("month_end", "2027-01-01T03:00+08:00", "2026-12"),
        # In UTC it is still the month before.
        ("month_end", "2026-02-28T19:00+00:00", "2026-02"),
        ("year_end", "2027-01-15T04:00+08:00", "2026-12"),
    ],
)
def test_a_schedule_closes_the_period_that_had_ended(
    schedule: str, scheduled: str, period: str, tmp_path: Path
) -> None:
    definition = next(s for s in SCHEDULES if s.name == schedule)
    with open_instance(Home(tmp_path)) as instance:
        at = datetime.fromisoformat(scheduled).astimezone(ZoneInfo("Asia/Shanghai"))
        context = dg.build_schedule_context(
            instance, scheduled_execution_time=at, repository_def=DEFINITIONS.get_repository_def()
        )
        requests = definition.evaluate_tick(context).run_requests or ()
        assert [(request.run_key, request.partition_key) for request in requests] == [(period, period)]
        assert instance.get_dynamic_partitions("period") == [period]


def test_the_sensors() -> None:
    found = {sensor.name: [target.job_name for target in sensor.targets] for sensor in SENSORS}
    assert found == {"inbox": ["ingest"], "dead_runs": [], "run_failed": [], "run_recovered": []}
    assert {sensor.default_status for sensor in SENSORS} == {dg.DefaultSensorStatus.RUNNING}


@pytest.mark.parametrize(
    ("period", "expected"), [("2026-06", "2025-12"), ("2025-12", "2025-12"), ("2026-01", "2025-12")]
)
def test_the_last_year_end(period: str, expected: str) -> None:
    assert last_year_end(period) == expected


def test_the_checks() -> None:
    checks = [GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys]
    assert {(check.key.name, check.asset_key.to_user_string(), check.blocking) for check in checks} == {
        ("record_equation", "landing/current_record", True),
        ("nothing_held", "landing/delivery_guard", False),
        ("reconciled", "finance/reconciliation", False),
        ("doors_kept", "classification/resource_grade", True),
        ("access_agrees", "classification/access_finding", False),
        ("grades_settled", "classification/grade_finding", False),
        ("costs_controlled", "valuation/control_finding", False),
        ("conditions_met", "registry/card_finding", False),
        ("journals_balance", "finance/journal_entry", False),
        ("reality_agrees", "registry/reality_finding", False),
        *((rule, "quality/measure", False) for rule in (*RULES, ADDED_RULES)),
        (GATE_OPEN, "quality/measure", True),
    }


def test_every_asset_links_to_its_place_in_the_dictionary() -> None:
    headings = [line[4:] for line in dictionary_text(all_tables()).splitlines() if line.startswith("### ")]
    for table in TABLES:
        link = GRAPH.get(dg.AssetKey([table.stage, table.name])).metadata["dictionary"].value
        assert link == f"docs/data-dictionary.md#{table.stage}{table.name}-{table.label.lower().replace(' ', '-')}"
        assert f"{table.qualified} {table.label}" in headings

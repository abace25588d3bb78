"""Stage classification: grades by rules, matrices and decisions; opening and sharing; what of both needs a person.

Two checks warn: what contradicts is for people to settle, and the narrowest holds meanwhile. The check of doors blocks all that is
published after it: the grades of the platform's own columns follow from models and policy alone.
"""

import dagster as dg

from assets_defs.stage import asset_key, stage_assets
from quality.checks import ACCESS_AGREES, DOORS_KEPT, GRADES_SETTLED, access_agrees, doors_kept, grades_settled
from warehouse.tables.definitions import all_tables

_TABLES = all_tables()

classification_stage = stage_assets(
    "classification",
    checks={
        DOORS_KEPT: (
            dg.AssetCheckSpec(
                DOORS_KEPT,
                asset=asset_key(_TABLES["classification.resource_grade"]),
                description="各出口的表不超过其上限 / no table carries more than its door allows",
                blocking=True,
            ),
            doors_kept,
        ),
        ACCESS_AGREES: (
            dg.AssetCheckSpec(
                ACCESS_AGREES,
                asset=asset_key(_TABLES["classification.access_finding"]),
                description="声明的开放、共享在允许之内 / opening and sharing are declared within what is allowed",
            ),
            access_agrees,
        ),
        GRADES_SETTLED: (
            dg.AssetCheckSpec(
                GRADES_SETTLED,
                asset=asset_key(_TABLES["classification.grade_finding"]),
                description="没有待人处理的级别 / no grade waits for a person",
            ),
            grades_settled,
        ),
    },
)

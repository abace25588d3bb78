"""Stage classification: grades by rules, matrices and decisions; opening and sharing; what of both needs a person.

The checks warn: what contradicts is for people to settle, and the narrowest holds meanwhile.
"""

import dagster as dg

from assets_defs.stage import asset_key, stage_assets
from quality.checks import ACCESS_AGREES, GRADES_SETTLED, access_agrees, grades_settled
from warehouse.registry import registry

_TABLES = registry()

classification_stage = stage_assets(
    "classification",
    checks={
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

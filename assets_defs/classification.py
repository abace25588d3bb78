"""Stage classification: grades by rules, matrices and decisions; opening and sharing; what of both needs a person.

Two checks warn: what contradicts is for people to settle, and the narrowest holds meanwhile. The check of doors blocks all that is
published after it: the grades of the platform's own columns follow from models and policy alone.
"""

import dagster as dg

from assets_defs.stage import asset_key, findings_checks, stage_assets
from quality.checks import DOORS_KEPT, doors_kept
from warehouse.tables.definitions import all_tables

classification_stage = stage_assets(
    "classification",
    checks={
        DOORS_KEPT: (
            dg.AssetCheckSpec(
                DOORS_KEPT,
                asset=asset_key(all_tables()["classification.resource_grade"]),
                description="各出口的表不超过其上限 / no table carries more than its door allows",
                blocking=True,
            ),
            doors_kept,
        ),
        **findings_checks("classification"),
    },
)

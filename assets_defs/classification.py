"""Stage classification: grades of fields and resources by name rules and the matrices of policy."""

from assets_defs.stage import stage_assets

classification_stage = stage_assets("classification")

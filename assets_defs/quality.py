"""Stage quality: measures of what must hold; one rule so far, the record equation."""

from assets_defs.stage import stage_assets

quality_stage = stage_assets("quality")

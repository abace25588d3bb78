"""Stage delivered: the records that stand, typed, one table a kind of delivery."""

from assets_defs.stage import stage_assets

delivered_stage = stage_assets("delivered")

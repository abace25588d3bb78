"""Stage valuation: cost lines and movements, and the book value of each card at the end of a period."""

from assets_defs.stage import stage_assets

valuation_stage = stage_assets("valuation")
valuation_by_period_stage = stage_assets("valuation", by_period=True)

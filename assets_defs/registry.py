"""Stage registry: recognition, asset cards and the memo register."""

from assets_defs.stage import stage_assets

registry_stage = stage_assets("registry")

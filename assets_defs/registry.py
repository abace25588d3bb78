"""Stage registry: recognition, asset cards and the memo register, behind the gate of quality."""

from assets_defs.quality import GATE
from assets_defs.stage import stage_assets

registry_stage = stage_assets("registry", gate=GATE)

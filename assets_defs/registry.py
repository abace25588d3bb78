"""Stage registry: recognition, asset cards and the memo register, behind the gate of quality.

The checks on the conditions of management and use and on what is there warn: neither ends a card or changes an amount.
"""

from assets_defs.quality import GATE
from assets_defs.stage import findings_checks, stage_assets

registry_stage = stage_assets("registry", gate=GATE, checks=findings_checks("registry"))

"""Stage catalog: organisations, resources, fields and distributions that stand in the catalogue."""

from assets_defs.stage import stage_assets

catalog_stage = stage_assets("catalog")

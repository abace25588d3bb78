"""Catalogues in the formats of portals: DCAT-US, DCAT-AP, CKAN, and their schemas and shapes. Does not belong here: tables."""

"""Delivered bytes in, record batches with source pointers out: one module a format.

Belongs here: recognising a format, splitting it into records, mapping headings to canonical columns. Does not
belong here: what a value means or whether it is acceptable (models in `warehouse/sql`), and any Dagster.
"""

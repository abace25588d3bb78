"""Bytes in, batches of records with pointers out: one module a format. Knows no store and no Dagster.

Here: what all share (`shapes`, `kinds`, `problems`, `values`, `lines`, `json_records`), telling formats apart (`magic`) and handing a file
to its reader (`records`). `tables/`: tables of any kind. `catalogues/`: the formats of catalogues. `policy/`: policy files. `profiling/`:
what a delivered table contains, Arrow in and Arrow out.
"""

"""Where it is kept: how tables are defined, stored, built, traced, asked and published.

A wing a question; none imports one that stands below it in this list (`tests/unit/test_structure.py`):

- `provenance/`: SQL to SQL, knows no lake.
- `tables/`: what every table and column is, from `sql/`.
- `store/`: the home, the lake, the lock and the files.
- `building/`: what is stale, and building it.
- `intake/`: deliveries, from a folder to `landing`.
- `trace/`: from a row to the bytes, and back.
- `harvest/`: fetching sources.
- `asking/`: reading, without changing anything.
- `publish/`: one module a format.

`sql/<stage>/<table>.{sql,toml}` are the models, `queries/` the named questions. Does not belong here: Dagster, save `resource.py`.
"""

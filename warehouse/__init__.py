"""Where everything is kept: the home, the lake, the table registry and provenance.

Belongs here: the store and what describes it, the models (`sql/`), tracing and publishing. No Dagster, save `resource.py`.
Does not belong here: reading delivered formats (`readers`), starting work (`pipelines`).
"""

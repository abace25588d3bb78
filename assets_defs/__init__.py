"""What is produced: one module a stage, in the order in which data flows.

Belongs here: Dagster asset definitions of a stage. Does not belong here: SQL (`warehouse/sql`), jobs and schedules (`pipelines`).
"""

"""What must hold: rules, checks, detectors and grading.

Belongs here: what judges data. Does not belong here: what produces it. No Dagster, save `checks.py`.
"""

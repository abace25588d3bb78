"""What must hold: rules, checks and the gate.

Belongs here: what judges data. Does not belong here: what produces it. No Dagster, save `checks.py` and
`rule_checks.py`.
"""

"""Building tables from tables: what is stale, one transaction a stage, the policy as tables. Does not belong here: deliveries."""

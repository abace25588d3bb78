"""The state-asset report of a period: one set of tables, written in the formats that its readers need, a module a format."""

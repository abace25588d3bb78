"""What a delivered table contains: profile, constraints, detectors. Pure functions over columns. Does not belong here: reading files."""

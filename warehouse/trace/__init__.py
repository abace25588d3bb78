"""Where a row and a column come from, and the proof of it. Does not belong here: rewriting queries (`provenance`)."""

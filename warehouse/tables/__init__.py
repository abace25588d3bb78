"""What every table and column of the lake is called, means, and is typed and keyed by. Does not belong here: executing anything."""

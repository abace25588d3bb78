"""Which rows and columns a query's rows and columns come from: SQL to SQL. Knows tables as names, columns and keys, and no lake."""

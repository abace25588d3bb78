"""Questions to a home that change nothing: a query, the status, the past, what other policy would do."""

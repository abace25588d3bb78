"""Tables as files: CSV, workbooks, tables in JSON, and where their headers are. Does not belong here: catalogues in other forms."""

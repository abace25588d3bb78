"""Tables into what people open: workbooks, templates, receipts, database files.

Belongs here: writing files from tables that are there. Does not belong here: computing any figure.
"""

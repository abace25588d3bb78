"""Deliveries: received, read, landed, held. Does not belong here: reading one format (`readers`), fetching (`harvest`)."""

"""The example city 示例市: invented deliveries of every kind, made by code, the same bytes every time.

Belongs here: what `shuzhang example DIR` writes. Does not belong here: reading or judging deliveries. All
units and figures are invented; nothing here is taken from a real city.
"""

from example_city.city import AUTHORITIES, CitySummary, write_city

__all__ = ["AUTHORITIES", "CitySummary", "write_city"]

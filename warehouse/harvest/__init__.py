"""Harvest: what others publish under a URL comes in as a delivery, like any that is handed over.

`sources.py` reads the list of sources, `network.py` decides which addresses are connected to, `fetch.py` gets one answer into a
file, `ckan.py` gets the pages of a catalogue, `state.py` remembers what a source gave last, `run.py` does it for all of them.
Does not belong here: when it happens (`pipelines/harvest.py`), reading what came (a run of `ingest` does).
"""

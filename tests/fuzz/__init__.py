"""Fuzzing the readers: damaged files of every format, each of which must give records or a known refusal.

`make fuzz` runs it; one case again: `python -m tests.fuzz --read FILE --kind KIND`.
"""

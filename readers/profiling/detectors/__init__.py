"""Detectors of personal and identifying data in the values and names of columns (domain facts: GB/T 35273, GB 11643, GB 32100 and others).

What a detector looks for is policy (`policy/detector.csv`, `detector_term.csv`); here is how. `judge.py` is the door; `definitions.py`
reads the policy, `matching.py` says which values a detector knows, `checksums.py` proves check digits, `masking.py` hides values.
"""

from readers.profiling.detectors.judge import Detectors

__all__ = ["Detectors"]

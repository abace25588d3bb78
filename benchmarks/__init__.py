"""What is measured, and the measured floor beside it, in one run: `python -m benchmarks.NAME --size small|medium|large [--json]`.

Belongs here: inputs of a size, the work, its floor and its peers. Does not belong here: assertions; machines are noisy.
"""

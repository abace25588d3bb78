"""Repeatable choices: every draw is a function of its own name, so that a new draw never moves another.

Belongs here: the arithmetic of drawing. Does not belong here: what is drawn. No state, no clock, no `random`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(below: int, *name: object) -> int:
    """An integer from 0 to `below` - 1 that depends on the name alone."""
    digest = hashlib.sha256("|".join(str(part) for part in name).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def choose(options: Sequence[T], *name: object) -> T:
    """One of the options."""
    return options[draw(len(options), *name)]


def shuffled(items: Iterable[T], *name: object) -> list[T]:
    """The items in an order that depends on the name and on each item's text."""
    return sorted(items, key=lambda item: (draw(1 << 62, *name, item), str(item)))

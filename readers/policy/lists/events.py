"""The lists of what an event does to a card, and how what comes late is booked."""

from collections.abc import Mapping

from readers.policy.lists.checks import one_of
from readers.policy.lists.shape import NAMES, ListShape

SHAPES: Mapping[str, ListShape] = {
    "event_rule": ListShape(
        ("event_kind", "card_state", "accounting_system"),
        ("effect",),
        checks={
            "card_state": one_of("in_development", "in_use"),
            "accounting_system": one_of("any", "government", "enterprise", "unknown"),
            "effect": one_of("leave", "impair", "enter"),
        },
        more=NAMES,
    ),
    "late_booking": ListShape(
        ("accounting_system",),
        ("booked_as",),
        checks={
            "accounting_system": one_of("government", "enterprise", "unknown"),
            "booked_as": one_of("opening_adjustment", "current_period"),
        },
        more=NAMES,
    ),
}

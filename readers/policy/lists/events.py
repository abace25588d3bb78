"""The lists of what an event does to a card, what a split or merge asks for, how what comes late is booked, and in which books."""

from collections.abc import Mapping

from readers.policy.lists.checks import NAME, YES_NO, one_of, whole
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
    "succession_rule": ListShape(
        ("event_kind",),
        ("former_count", "amount_rule", "must_agree"),
        checks={
            "event_kind": one_of("split", "merge"),
            "former_count": whole(1, 1000),
            "amount_rule": one_of("stated", "may_be_empty"),
            "must_agree": one_of("value_basis", "nothing"),
        },
        more=NAMES,
        needed=("split", "merge"),
    ),
    "book": ListShape(
        ("book_code", "accounting_system"),
        ("is_impaired",),
        ("life_floor_months", "indefinite_life_months"),
        checks={
            "book_code": NAME,
            "accounting_system": one_of("any", "government", "enterprise", "unknown"),
            "is_impaired": YES_NO,
            "life_floor_months": whole(1, 1200, "INTEGER"),
            "indefinite_life_months": whole(1, 1200, "INTEGER"),
        },
        # The book of reports follows what was delivered, and nothing else.
        pinned={"accounting|any": {"is_impaired": "yes", "life_floor_months": "", "indefinite_life_months": ""}},
        more=NAMES,
        needed=("accounting|any",),
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

"""The lists of which deliveries are owed, and what of them is rejected."""

from collections.abc import Mapping

from readers.kinds import KINDS
from readers.policy.lists.checks import one_of
from readers.policy.lists.shape import NAMES, ListShape

SHAPES: Mapping[str, ListShape] = {
    "owed_delivery": ListShape(
        ("unit_kind", "kind"), checks={"kind": one_of(*KINDS, where="policy/authority.csv")}, more=NAMES
    ),
    "rejection_rule": ListShape(
        ("rule",),
        ("severity", "message_zh", "message_en", "mend_zh", "mend_en"),
        checks={"severity": one_of("reject", "warn")},
        # Without these a record would stand twice, or under no key.
        pinned={rule: {"severity": "reject"} for rule in ("not_parsed", "no_identity", "duplicate_identifier")},
    ),
}

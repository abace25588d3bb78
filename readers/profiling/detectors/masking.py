"""Values that may not be shown: masked forms for people, keyed hashes to compare them.

Does not belong here: which values are hidden.
"""

import hashlib
import hmac

_HIDDEN = "***"


def masked(value: str) -> str:
    """A few characters of a value, never all of them: the first of short ones, first three and last two of longer ones."""
    name, at, domain = value.partition("@")
    if at and name and domain:
        return f"{name[0]}{_HIDDEN}@{domain}"
    if len(value) < 8:
        return value[:1] + _HIDDEN if len(value) > 1 else _HIDDEN
    return value[:3] + _HIDDEN + value[-2:]


def keyed_hash(value: str, key: bytes) -> str:
    """SHA-256 of the value under a key: equal values have equal hashes, and nobody without the key can try values."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

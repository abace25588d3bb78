"""What somebody may have meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str], *, listed: bool = True, cutoff: float = 0.5) -> str:
    """The end of a message that says a name is unknown: the known ones that are near, else all of them if they are to be `listed`.

    Args:
        cutoff: how much of two names must be alike, from 0 to 1.
    """
    # Names are compared without regard to case, and given as they are.
    names = {one.casefold(): one for one in known}
    if found := get_close_matches(name.casefold(), names, n=3, cutoff=cutoff):
        return f"; did you mean 您是否要找: {', '.join(names[one] for one in found)}?"
    return f"; there are 现有: {', '.join(names.values())}" if listed and names else ""

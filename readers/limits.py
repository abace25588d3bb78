"""What the reading of a delivered file may cost, and how long a cell may be: entries of policy/intake_limit.csv.

Does not belong here: ending a reader that exceeds them (`readers/apart.py`), the other limits of the intake (`warehouse/intake`).
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A process that reads files is given its limits: see `readers/shapes.py`.
    from readers.policy.files import PolicySet

INTAKE_LIMITS = "intake_limit"
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class ReadingLimits:
    """Limits of one file: memory that its reader may take up in bytes, size in bytes, seconds, and more of them for each MB; and
    characters of a cell."""

    memory_bytes: int
    file_bytes: int
    seconds: float
    seconds_per_mb: float
    cell_characters: int

    @classmethod
    def of(cls, policy: "PolicySet") -> "ReadingLimits":
        """The last that the policy says: they are about the machine that reads, not about the day of a delivery."""
        limits = intake_limits(policy)
        return cls(
            limits["reading_memory_mb"] * _MEGABYTE,
            limits["file_mb"] * _MEGABYTE,
            limits["reading_seconds"],
            limits["reading_seconds_per_mb"],
            limits["cell_characters"],
        )

    def seconds_for(self, size_bytes: int) -> float:
        return self.seconds + self.seconds_per_mb * size_bytes / _MEGABYTE


def intake_limits(policy: "PolicySet") -> dict[str, int]:
    """Each limit by its name, as it was set last."""
    return {entry.entry_key: int(entry.body["value"]) for entry in policy.on(date.max).of(INTAKE_LIMITS)}

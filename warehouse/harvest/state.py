"""What a source gave last, one JSON file a source in `<home>/harvest`: enough to ask for it only if it changed.

It is a memory, not a record: without it the source is fetched whole, and the intake knows the same bytes. Does not belong here:
what was delivered (`warehouse/intake/deliveries.py`).
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from warehouse.harvest.sources import FILE, read_sources
from warehouse.store.disk import write_whole
from warehouse.store.home import Home

RECEIVED, UNCHANGED, FAILED = "received", "unchanged", "failed"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The last harvest, and the last that brought something.

    answered_by: SHA-256 of the address that gave `etag` and `last_modified`, which are sent back to it alone; an address may
    hold a key, so it is not kept itself. content: file names and SHA-256 of what was received as `delivery_id`.
    """

    url: str
    harvested_at: datetime
    outcome: str
    reason: str | None = None
    answered_by: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content: tuple[tuple[str, str], ...] = ()
    delivery_id: str | None = None
    changed_at: datetime | None = None


def state_file(home: Home, name: str) -> Path:
    """Where the state of a source lies."""
    return home.harvest / f"{name}.json"


def read_state(home: Home, name: str) -> State | None:
    """The state of a source; None before its first harvest, or where the file is damaged."""
    file = state_file(home, name)
    try:
        return msgspec.json.decode(file.read_bytes(), type=State)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def write_state(home: Home, name: str, state: State) -> None:
    """Keep the state of a source."""
    write_whole(state_file(home, name), msgspec.json.format(msgspec.json.encode(state), indent=1), "harvest")


def overview(home: Home) -> list[dict[str, Any]]:
    """Every source of the home's list with its last harvest, and what is wrong with the list.

    `outcome` and what follows it are None before the first harvest.
    """
    sources = read_sources(home)
    found = []
    for name in sorted({*sources.good, *sources.problems}):
        source, state = sources.good.get(name), read_state(home, name)
        wrong = "\n".join(map(str, sources.problems.get(name, ())))
        found.append(
            {
                "source": name or FILE,
                "url": source and source.url,
                "schedule": source and source.schedule,
                "outcome": state and state.outcome,
                "harvested_at": state and state.harvested_at.isoformat(),
                "changed_at": state.changed_at.isoformat() if state and state.changed_at else None,
                "delivery_id": state and state.delivery_id,
                "reason": wrong or (state and state.reason),
            }
        )
    return found

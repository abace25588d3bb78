"""Harvesting: every source that is asked for, one after the other; what is new goes into the intake like any delivery.

A source that fails keeps no other from being harvested. Does not belong here: when it happens (`pipelines/harvest.py`).
"""

import dataclasses
import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import httpcore
from msgspec.structs import replace

from readers.near import near
from warehouse.harvest.ckan import fetch_pages
from warehouse.harvest.fetch import Answer, Conditions, Fetcher
from warehouse.harvest.network import CheckedNetwork, Deadline, Resolve, resolve
from warehouse.harvest.problems import HarvestError
from warehouse.harvest.sources import CKAN_TYPE, FILE, Source, read_sources
from warehouse.harvest.state import FAILED, RECEIVED, UNCHANGED, State, read_state, write_state
from warehouse.intake.deliveries import DeliveryError, Intake, Manifest
from warehouse.store.disk import full_disk_named
from warehouse.store.home import Home

TIME_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Harvested:
    """What became of a source: `received` with a new delivery, `unchanged`, or `failed` with the reason in Chinese and English."""

    source: str
    outcome: str
    deliverer_code: str | None = None
    delivery_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class World:
    """What a harvest touches outside of the home: names, addresses, secrets, waiting."""

    resolve: Resolve = resolve
    backend: httpcore.NetworkBackend | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    sleep: Callable[[float], None] = time.sleep


def harvest(
    home: Home, names: Collection[str] = (), *, now: datetime, again: bool = False, world: World | None = None
) -> Iterator[Harvested]:
    """Harvest sources of the home's list, all if none is named; each result as soon as it is known.

    Args:
        now: when this happens, with its time zone.
        again: fetch whole what the source says did not change.

    Raises:
        ValueError: a name stands for no source.
    """
    sources = read_sources(home)
    unknown = sorted(set(names) - set(sources.names))
    if unknown and "" not in sources.problems:
        raise ValueError(
            f"{', '.join(unknown)}: no such source in {home.policy / FILE} 没有这个来源{near(unknown[0], sources.names)}"
        )
    return _harvest(home, names, now, again, world or World())


def _harvest(home: Home, names: Collection[str], now: datetime, again: bool, world: World) -> Iterator[Harvested]:
    sources = read_sources(home)
    for name, problems in sorted(sources.problems.items()):
        if not name or not names or name in names:
            yield Harvested(name or FILE, FAILED, reason="\n".join(map(str, problems)))
    for name, source in sources.good.items():
        if not names or name in names:
            yield _one(home, source, now, again, world)


def _one(home: Home, source: Source, now: datetime, again: bool, world: World) -> Harvested:
    try:
        with _alone(home, source) as folder:
            state = _attempt(home, source, now, again, world, folder)
    except (HarvestError, OSError) as error:
        return Harvested(source.name, FAILED, source.deliverer, reason=_reason(source, error))
    delivery_id = None if state.outcome == FAILED else state.delivery_id
    return Harvested(source.name, state.outcome, source.deliverer, delivery_id, state.reason)


@contextmanager
def _alone(home: Home, source: Source) -> Iterator[Path]:
    """A folder for what comes, which no other harvest of the source uses and which is gone afterwards."""
    home.harvest.mkdir(exist_ok=True)
    with (home.harvest / f"{source.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HarvestError("busy") from None
        folder = home.harvest / f".part-{source.name}"
        # A process that was killed left its own.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _attempt(home: Home, source: Source, now: datetime, again: bool, world: World, folder: Path) -> State:
    """Harvest a source and remember how it went."""
    before = read_state(home, source.name)
    try:
        with full_disk_named(home.root):
            state = _fetch(home, source, before, now, again, world, folder)
    except (HarvestError, DeliveryError, OSError) as error:
        last = before or State(url=source.url, harvested_at=now, outcome=FAILED)
        state = replace(last, harvested_at=now, outcome=FAILED, reason=_reason(source, error))
        with suppress(OSError):
            write_state(home, source.name, state)
    else:
        write_state(home, source.name, state)
    return state


def _fetch(
    home: Home, source: Source, before: State | None, now: datetime, again: bool, world: World, folder: Path
) -> State:
    """Fetch a source and receive what is new.

    Raises:
        HarvestError, DeliveryError, OSError: nothing was received.
    """
    intake = Intake(home)
    group = [d for d in intake.deliveries() if d.group == source.group]
    last = next((d for d in group if before and before.url == source.url and d.delivery_id == before.delivery_id), None)
    # Another mode or holder makes another delivery of the same bytes.
    known = before if last is not None and (last.mode, last.holder_code) == (source.mode, source.holder) else None
    deadline = Deadline(source.timeout)
    network = CheckedNetwork(deadline, allow_private=source.allow_private, resolve=world.resolve, inner=world.backend)
    with httpcore.ConnectionPool(network_backend=network) as pool:
        fetcher = Fetcher(source, pool, deadline, _secrets(source, world.environ), world.sleep)
        files = _files(fetcher, source, None if again else known, folder)
    if not files and known is not None:
        return replace(known, harvested_at=now, outcome=UNCHANGED, reason=None)
    answers = [answer for _, _, answer in files]
    state = State(
        url=source.url,
        harvested_at=now,
        outcome=UNCHANGED,
        answered_by=answers[0].answered_by,
        # Of a catalogue in pages no page speaks for the others.
        etag=answers[0].etag if source.type != CKAN_TYPE else None,
        last_modified=answers[0].last_modified if source.type != CKAN_TYPE else None,
        content=tuple((name, answer.sha256) for name, _, answer in files),
    )
    if known is not None and known.content == state.content:
        return replace(state, delivery_id=known.delivery_id, changed_at=known.changed_at)
    withdrawn = intake.withdrawals()
    standing = [d.delivery_date for d in group if d.delivery_id not in withdrawn]
    modified_at = answers[0].modified_at if source.type != CKAN_TYPE else None
    manifest = Manifest(
        source.deliverer,
        source.kind,
        delivery_date(now, modified_at, max(standing, default=None)),
        None,
        source.source_name,
        source.mode,
        source.holder,
        tuple((name, file) for name, file, _ in files),
    )
    receipt = intake.receive(dataclasses.replace(manifest.delivery(intake), recorded_at=now), sequence_given=False)
    if receipt.repeats is not None:
        return replace(state, delivery_id=receipt.repeats)
    return replace(state, outcome=RECEIVED, delivery_id=receipt.delivery.delivery_id, changed_at=now)


def _files(fetcher: Fetcher, source: Source, known: State | None, folder: Path) -> list[tuple[str, Path, Answer]]:
    """Name, place and answer of each file that came; none where the source says that nothing changed."""
    if source.type == CKAN_TYPE:
        return fetch_pages(fetcher, folder)
    conditions = Conditions(known.answered_by, known.etag, known.last_modified) if known and known.answered_by else None
    name = file_name(source.url)
    answer = fetcher.get(source.url, folder / "answer", max_bytes=source.max_bytes, conditions=conditions)
    return [] if answer.is_unchanged else [(name, folder / "answer", answer)]


def file_name(url: str) -> str:
    """The name under which the file of an address is delivered; the same for the same address, wherever it redirects to."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return re.sub(r"[^\w.-]", "_", name).lstrip(".")[-100:] or "data"


def delivery_date(now: datetime, modified_at: datetime | None, latest: date | None) -> date:
    """The date of a delivery: the day of Last-Modified, else of the harvest; days of Asia/Shanghai.

    A Last-Modified in the future is wrong, and one before the latest delivery would put what the source shows now behind what it
    showed earlier: then the day of the harvest counts.
    """
    if modified_at is not None and modified_at <= now:
        day = modified_at.astimezone(TIME_ZONE).date()
        if latest is None or day >= latest:
            return day
    return now.astimezone(TIME_ZONE).date()


def _secrets(source: Source, environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for header, variable in source.header_env.items():
        value = environ.get(variable, "").strip()
        if not value or not value.isascii() or not value.isprintable():
            raise HarvestError("missing_variable", variable=variable)
        found[header] = value
    return found


def _reason(source: Source, error: Exception) -> str:
    if isinstance(error, DeliveryError):
        error = HarvestError("refused_delivery", detail=error)
    elif isinstance(error, OSError):
        error = HarvestError("disk", detail=error)
    return f"{source.name} {source.url} {error}"

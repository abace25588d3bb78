"""The intake: deliveries as they were received, and their withdrawals, as immutable files in the home.

Belongs here: manifests, delivery identifiers, what is a no-op, the bytes kept. Does not belong here: reading the files'
content, which a run does (`ingest.py`).
"""

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from readers.kinds import CATALOG, CONTENT, KINDS
from readers.limits import intake_limits
from readers.near import near
from readers.policy.files import load
from warehouse.intake.received import received_note
from warehouse.store.chain import Chain
from warehouse.store.clock import ClockError, not_before, tolerance_of
from warehouse.store.disk import write_whole
from warehouse.store.home import Home

MODES = ("full", "incremental")
#: Who delivers what the operator of a home decides (`guard.py`).
OPERATOR = "shuzhang"
MANIFEST = "manifest.toml"
#: How files of the intake end that say of a time that the clock was ahead.
CLOCK_ENDING = ".clock.json"
#: A file of so many bytes is compared with the delivered ones of its size before it is hashed.
_COMPARED_FROM_BYTES = 16 << 20


class DeliveryError(Exception):
    """A delivery cannot be received as it was asked; the message names the file, the rule and the mend."""


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery: its name, the hash under which its bytes are kept, and its size in bytes.

    resource_code: of the resource whose content it is, where the manifest says so.
    """

    name: str
    sha256: str
    size_bytes: int
    resource_code: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A set of files from one deliverer, of one kind, for one date."""

    deliverer_code: str
    source_name: str
    kind: str
    delivery_date: date
    sequence: int
    mode: str
    holder_code: str | None
    files: tuple[DeliveredFile, ...]
    recorded_at: datetime

    @property
    def group(self) -> tuple[str, str, str]:
        """What deliveries are compared within: deliverer, source and kind."""
        return self.deliverer_code, self.source_name, self.kind

    @property
    def order(self) -> tuple[date, int]:
        """Deliveries of a group are ordered by date and sequence, not by arrival."""
        return self.delivery_date, self.sequence

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two deliveries the same: the files' names and bytes, and how they are to be taken."""
        return tuple((f.name, f.sha256, f.resource_code) for f in self.files), self.mode, self.holder_code

    @cached_property
    def delivery_id(self) -> str:
        """Date, sequence and kind for people, and a hash of everything but the time of receipt."""
        digest = hashlib.sha256(self.facts()).hexdigest()[:10]
        return f"{self.delivery_date:%Y%m%d}-{self.sequence:02d}-{self.kind}-{digest}"

    def facts(self) -> bytes:
        """The manifest's facts in canonical form, without the time of receipt; kept as bytes, so that a trace ends there."""
        facts: dict[str, Any] = asdict(self) | {"delivery_date": self.delivery_date.isoformat()}
        del facts["recorded_at"]
        for file in facts["files"]:
            if file["resource_code"] is None:
                del file["resource_code"]
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Withdrawal:
    """A delivery taken back, with the reason."""

    delivery_id: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True)
class Receipt:
    """What `receive` did: the delivery, and the earlier one that it repeats, if it does."""

    delivery: Delivery
    repeats: str | None


@dataclass
class Known:
    """The deliveries on record by group, and which of them are withdrawn: read once by who receives many."""

    groups: dict[tuple[str, str, str], list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    withdrawn: frozenset[str] = frozenset()

    @property
    def deliverers(self) -> set[str]:
        return {deliverer for deliverer, _, _ in self.groups}

    @property
    def last_receipt(self) -> datetime | None:
        return max((d.recorded_at for group in self.groups.values() for d in group), default=None)

    def add(self, delivery: Delivery) -> None:
        self.groups[delivery.group].append(delivery)


class Intake:
    """The deliveries of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def deliveries(self) -> list[Delivery]:
        """All deliveries, in their order."""
        right = self._put_right()
        found = [
            _parse_delivery(_load(file), right.get(file.name))
            for file in sorted(self.home.intake.glob("*.delivery.json"))
        ]
        return sorted(found, key=lambda d: (d.order, d.delivery_id))

    def known(self) -> Known:
        """What is on record now."""
        known = Known(withdrawn=frozenset(self.withdrawals()))
        for delivery in self.deliveries():
            known.add(delivery)
        return known

    def withdrawals(self) -> dict[str, Withdrawal]:
        """Withdrawals by delivery."""
        found, right = {}, self._put_right()
        for file in sorted(self.home.intake.glob("*.withdrawal.json")):
            fields = _load(file)
            recorded_at = right.get(file.name) or datetime.fromisoformat(fields["recorded_at"])
            found[fields["delivery_id"]] = Withdrawal(fields["delivery_id"], fields["reason"], recorded_at)
        return found

    def _put_right(self) -> dict[str, datetime]:
        """By file of the intake: when at the latest it was received, where the clock was ahead when it was (`clock_ahead.py`)."""
        found: dict[str, datetime] = {}
        for file in sorted(self.home.intake.glob(f"*{CLOCK_ENDING}")):
            fields = _load(file)
            found |= dict.fromkeys(fields["received"], datetime.fromisoformat(fields["recorded_at"]))
        return found

    def receive(self, delivery: Delivery, *, sequence_given: bool, known: Known | None = None) -> Receipt:
        """Put a delivery on record, unless it repeats the latest one of its group or is on record already.

        A, B, A is a real reversal: only the latest delivery that was not withdrawn makes the same bytes a no-op.

        Args:
            known: what is on record, read before; it grows by what is received.

        Raises:
            DeliveryError: the date and sequence are taken by other content, the date is too far ahead, the deliverer's code is none,
            or the clock is behind what is on record.
        """
        _check_code(delivery.deliverer_code)
        known = known or self.known()
        group = known.groups.get(delivery.group, [])
        standing = [d for d in group if d.delivery_id not in known.withdrawn]
        if standing and (latest := max(standing, key=lambda d: d.order)).content == delivery.content:
            return Receipt(delivery, latest.delivery_id)
        same_day = [d for d in group if d.delivery_date == delivery.delivery_date]
        if not sequence_given and same_day:
            delivery = replace(delivery, sequence=max(d.sequence for d in same_day) + 1)
        for other in same_day:
            if other.sequence == delivery.sequence:
                if other.content == delivery.content and other.delivery_id not in known.withdrawn:
                    return Receipt(delivery, other.delivery_id)
                raise DeliveryError(
                    f"{delivery.deliverer_code} {delivery.kind} {delivery.delivery_date} sequence {delivery.sequence} is taken by "
                    f"{other.delivery_id}; give another --sequence 该日期的序号已被占用，请另给 --sequence"
                )
        delivery = replace(delivery, recorded_at=self._moment(delivery.recorded_at, known.last_receipt))
        self._check_date(delivery)
        self.home.keep(delivery.facts())
        fields = json.loads(delivery.facts()) | {"recorded_at": delivery.recorded_at.isoformat()}
        text = json.dumps(fields, ensure_ascii=False, indent=1)
        self.put(f"{delivery.delivery_id}.delivery.json", text)
        known.add(delivery)
        return Receipt(delivery, None)

    def must_have(self, delivery_id: str) -> None:
        """That a delivery is on record.

        Raises:
            DeliveryError: it is not; the message names what is near.
        """
        known = [d.delivery_id for d in self.deliveries()]
        if delivery_id not in known:
            raise DeliveryError(
                f"{delivery_id}: no such delivery; see `shuzhang status --deliveries` 没有这次交付"
                f"{near(delivery_id, known, listed=False)}"
            )

    def _moment(self, now: datetime, last: datetime | None) -> datetime:
        """The time of a receipt, which is never before the last one's."""
        try:
            Chain(self.home).demand_clock()
            return not_before(now, last, lambda: tolerance_of(self.home))
        except ClockError as error:
            raise DeliveryError(str(error)) from error

    def _check_date(self, delivery: Delivery) -> None:
        # The days of a zone are at most one apart from those of the city, which is why no zone is asked for.
        received = delivery.recorded_at.astimezone().date()
        back = received.year - delivery.delivery_date.year
        if back > (most := self._limit("delivery_years_back")):
            raise DeliveryError(
                f"{delivery.deliverer_code} {delivery.kind} {delivery.delivery_date}: 交付日期早于接收日 {back} 年，至多 {most} 年；"
                f"请改正日期 / the date is {back} years before the receipt, {most} at most (policy/intake_limit.csv, "
                "delivery_years_back); mend the date"
            )
        ahead = delivery.delivery_date - received
        if ahead.days > 0 and ahead.days > (limit := self._limit("delivery_days_ahead")):
            raise DeliveryError(
                f"{delivery.deliverer_code} {delivery.kind} {delivery.delivery_date}: 交付日期晚于接收日 {ahead.days} 天，至多 {limit} 天；"
                f"请改正日期 / the date is {ahead.days} days ahead of the receipt, {limit} at most (policy/intake_limit.csv, "
                "delivery_days_ahead); mend the date"
            )

    def _limit(self, name: str) -> int:
        return intake_limits(load(self.home.policy))[name]

    def withdraw(self, delivery_id: str, reason: str) -> None:
        """Take a delivery back; it stays on record, and the next run leaves its records out.

        Raises:
            DeliveryError: there is no such delivery, it is withdrawn already, or the clock is behind what is on record.
        """
        self.must_have(delivery_id)
        if delivery_id in self.withdrawals():
            raise DeliveryError(f"{delivery_id}: withdrawn already 该交付已撤回")
        moment = self._moment(datetime.now(UTC), self.known().last_receipt)
        fields = {"delivery_id": delivery_id, "reason": reason, "recorded_at": moment.isoformat()}
        text = json.dumps(fields, ensure_ascii=False, indent=1)
        self.put(f"{delivery_id}.withdrawal.json", text)

    def put(self, name: str, text: str) -> None:
        """Put a file into the intake, and its event into the chain."""
        file = self.home.intake / name
        write_whole(file, text.encode(), "intake")
        Chain(self.home).append([received_note(file)])

    def keep_files(
        self,
        files: Iterable[tuple[str, Path]],
        *,
        resource_codes: Mapping[str, str] | None = None,
        follow_links: bool = True,
    ) -> tuple[DeliveredFile, ...]:
        """Keep the bytes of files, given as (name, path), in the order of their names; resource_codes are by name."""
        kept = []
        for name, path in sorted(files):
            like = self._of_size(path.stat(follow_symlinks=follow_links).st_size)
            hashed = self.home.keep_file(path, follow_links=follow_links, like=like)
            kept.append(DeliveredFile(name, *hashed, (resource_codes or {}).get(name)))
        return tuple(kept)

    def _of_size(self, size: int) -> set[str]:
        """The hashes of delivered files of a size; of small ones none, whose own hash is reckoned as soon."""
        if size < _COMPARED_FROM_BYTES:
            return set()
        return {file.sha256 for d in self.deliveries() for file in d.files if file.size_bytes == size}


@dataclass(frozen=True)
class Manifest:
    """What `manifest.toml` or the command line says of a delivery, and the paths of its files by name.

    resource_codes: of content, the resource that a file belongs to, by the file's name.
    """

    deliverer_code: str
    kind: str
    delivery_date: date
    sequence: int | None
    source_name: str
    mode: str
    holder_code: str | None
    files: tuple[tuple[str, Path], ...]
    resource_codes: Mapping[str, str] = field(default_factory=dict)

    def delivery(self, intake: Intake, *, follow_links: bool = True) -> Delivery:
        """The delivery, with its files' bytes kept.

        Raises:
            DeliveryError: it has no file.
        """
        if not self.files:
            raise DeliveryError(
                f"{self.deliverer_code} {self.kind} {self.delivery_date}: 没有文件；请给出文件，或有文件的文件夹 / there is no file; give "
                "files, or a folder that has some"
            )
        return Delivery(
            self.deliverer_code,
            self.source_name,
            self.kind,
            self.delivery_date,
            self.sequence or 1,
            self.mode,
            self.holder_code,
            intake.keep_files(self.files, resource_codes=self.resource_codes, follow_links=follow_links),
            datetime.now(UTC),
        )


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's `manifest.toml`: from, kind, date, files; optional sequence, source, holder, mode, and for content
    resource, a code for all files or a table of codes by file.

    Raises:
        DeliveryError: naming the file, the entry and the mend. Files outside of the folder are refused.
    """
    file = folder / MANIFEST
    try:
        fields = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeliveryError(f"{file}: not valid TOML in UTF-8 ({error}) 不是有效的 TOML，请按模板改正") from error
    known = {"from", "kind", "date", "files", "sequence", "source", "holder", "mode", "resource"}
    problems = [f"unknown entry {name!r} 未知条目" for name in sorted(set(fields) - known)]
    problems += [f"missing entry {name!r} 缺少条目" for name in ("from", "kind", "date", "files") if name not in fields]
    if fields.get("kind", CATALOG) not in KINDS:
        problems.append(f"kind {fields['kind']!r} is none of {', '.join(KINDS)} 交付类别不存在")
    if fields.get("mode", "full") not in MODES:
        problems.append(f"mode {fields['mode']!r} is none of {', '.join(MODES)} 交付方式不存在")
    day = _day(fields.get("date"))
    if "date" in fields and day is None:
        problems.append(f"date {fields['date']!r} is not YYYY-MM-DD 日期应为 YYYY-MM-DD")
    names = fields.get("files", [])
    if not isinstance(names, list) or not names:
        problems.append("files is not a list of names 应为文件名列表")
        names = []
    sequence = fields.get("sequence")
    if sequence is not None and (type(sequence) is not int or sequence < 1):
        problems.append(f"sequence {sequence!r} is not a number from 1 on 序号应为从 1 起的整数")
    paths = [(str(name), folder / str(name)) for name in names]
    root = folder.resolve()
    for name, path in paths:
        if not path.resolve().is_relative_to(root):
            problems.append(f"file {name!r} lies outside of the folder 文件不在交付文件夹内")
        elif not path.is_file():
            problems.append(f"file {name!r} is not there 文件不存在")
    resource = fields.get("resource", {})
    if resource and fields.get("kind") != CONTENT:
        problems.append(f"resource is for kind {CONTENT!r} alone 只有数据内容才写 resource")
    elif not isinstance(resource, str) and not _are_texts(resource):
        problems.append("resource is neither a code nor a table of codes by file 应为资源代码，或按文件写的代码表")
    elif isinstance(resource, dict) and (unknown := sorted(set(resource) - {str(name) for name in names})):
        problems.append(f"resource names {unknown[0]!r}, which is none of files 其中的文件不在 files 中")
    if problems or day is None:
        raise DeliveryError(f"{file}: " + "; ".join(problems))
    codes = dict.fromkeys(map(str, names), resource) if isinstance(resource, str) else dict(resource)
    return Manifest(
        str(fields["from"]),
        fields["kind"],
        day,
        sequence,
        str(fields.get("source", default_source(codes.values()))),
        fields.get("mode", "full"),
        fields.get("holder"),
        tuple(paths),
        codes,
    )


def default_source(resource_codes: Iterable[str]) -> str:
    """The source of a delivery that names none: content of one resource has the resource's own, so that it replaces only itself."""
    codes = set(resource_codes)
    return codes.pop() if len(codes) == 1 else "default"


def find_manifests(path: Path) -> list[Path]:
    """The folder itself if it has a manifest, else its folders that have one, in order of name."""
    if (path / MANIFEST).is_file():
        return [path]
    return sorted(child for child in path.iterdir() if (child / MANIFEST).is_file()) if path.is_dir() else []


def _check_code(code: str) -> None:
    # Codes name partitions in Dagster, which takes neither control characters nor three dots.
    if not code.strip() or len(code) > 100 or not code.isprintable() or "..." in code:
        raise DeliveryError(
            f"from {code!r} is not a deliverer's code: 1 to 100 printable characters without '...' 交付单位代码无效"
        )


def _are_texts(table: object) -> bool:
    return isinstance(table, dict) and all(isinstance(value, str) for value in table.values())


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _load(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text("utf-8"))


def _parse_delivery(fields: dict[str, Any], recorded_at: datetime | None) -> Delivery:
    return Delivery(
        **fields
        | {
            "delivery_date": date.fromisoformat(fields["delivery_date"]),
            "recorded_at": recorded_at or datetime.fromisoformat(fields["recorded_at"]),
            "files": tuple(DeliveredFile(**file) for file in fields["files"]),
        }
    )

"""What was received, in the chain of events: told when it comes in, compared whenever a run begins.

Belongs here: the events of deliveries and withdrawals, what of them is no longer there. Does not belong here: the chain itself
(`store/chain.py`), receiving (`deliveries.py`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from warehouse.store.chain import CLOCK, DELIVERY, POLICY, READING, WITHDRAWAL, Chain, Note
from warehouse.store.chain_faults import demand_whole
from warehouse.store.disk import file_sha256
from warehouse.store.home import Home

_NAMED = 5
_HASH_LENGTH = 64
_POLICY = "policy/"
#: How files of the intake end, deliveries' apart, and the kinds of events that they have.
_ENDINGS = {".withdrawal.json": WITHDRAWAL, ".clock.json": CLOCK}
_KINDS = (DELIVERY, *_ENDINGS.values())


class VanishedError(Exception):
    """Something that was received is gone or changed. The message names it and what a person must do."""


def received_note(file: Path, *, late: bool = False) -> Note:
    """The event of a file of the intake.

    Args:
        late: it was found there without its event: of a version that had no chain, or of a process that died between the two.
    """
    data = file.read_bytes()
    fields = json.loads(data)
    kind = next((kind for ending, kind in _ENDINGS.items() if file.name.endswith(ending)), DELIVERY)
    body: dict[str, object] = {"file": file.name, "sha256": hashlib.sha256(data).hexdigest()}
    if kind == DELIVERY:
        body |= {name: fields[name] for name in ("deliverer_code", "kind", "delivery_date", "sequence")}
        body["files"] = [[f["name"], f["sha256"], f["size_bytes"]] for f in fields["files"]]
    elif kind == CLOCK:
        body |= {name: fields[name] for name in ("reason", "by", "from_event", "to_event", "latest")}
    else:
        body["reason"] = fields["reason"]
    return Note(kind, file.name.partition(".")[0], body | ({"late": True} if late else {}))


def read_counts(chain: Chain) -> dict[str, int]:
    """How many records the reader counted in each delivery, when it was read last."""
    return {event.subject: int(event.body["records"]) for event in chain.events() if event.kind == READING}


def catch_up(home: Home) -> int:
    """Give files of the intake that have no event theirs; returns how many there were.

    Raises:
        ChainError: the chain was changed, cut, or lost its head; nothing is added to such a one.
    """
    chain = Chain(home)
    demand_whole(chain)
    told = {event.body["file"] for event in chain.events() if event.kind in _KINDS}
    late = [file for file in _files(home) if file.name not in told]
    if late:
        chain.append(received_note(file, late=True) for file in late)
    return len(late)


def vanished(home: Home, *, but_withdrawn: bool = False) -> list[str]:
    """What was received once, by the chain, and is not there as it was: files of the intake, kept bytes, versions of policy files.

    Kept bytes are looked for with their size; `shuzhang verify --bytes` reads them.

    Args:
        but_withdrawn: leave out the bytes of deliveries that were withdrawn, which nothing reads any more.
    """
    found = []
    events = list(Chain(home).events())
    unread = {event.subject for event in events if event.kind == WITHDRAWAL} if but_withdrawn else set()
    for event in events:
        if event.kind in _KINDS:
            found += _lost(home.intake / event.body["file"], event.body["sha256"], f"{event.kind} {event.subject}")
            for name, sha256, size in event.body.get("files", ()) if event.subject not in unread else ():
                blob = home.blob(sha256)
                if not blob.is_file() or blob.stat().st_size != size:
                    found.append(f"{event.subject} {name}: {blob}")
        elif event.kind == POLICY:
            files: Mapping[str, str] = event.body["files"]
            found += [
                f"{_POLICY}{name}: {home.blob(sha)}" for name, sha in files.items() if not home.blob(sha).is_file()
            ]
    return list(dict.fromkeys(found))


def demand_received(home: Home) -> None:
    """Refuse to go on where something that was received is gone or changed; what was withdrawn may do without its bytes.

    Raises:
        VanishedError: it names the first few.
    """
    if lost := vanished(home, but_withdrawn=True):
        raise VanishedError(told(lost))


def damaged(home: Home) -> Iterator[str]:
    """What of the kept bytes no longer has the hash that it is kept under: every byte is read once."""
    for file in sorted(home.blobs.glob("??/*")):
        if len(file.name) == _HASH_LENGTH and file_sha256(file) != file.name:
            yield f"{file}: 保存的字节已被改动，请从备份恢复 / kept bytes are changed; restore them from a backup"
    for lost in vanished(home):
        yield f"{lost}: 缺失或被改动，请从备份恢复 / missing or changed; restore it from a backup"


def told(lost: list[str]) -> str:
    """What a person is told of what is gone."""
    # No delivery can be withdrawn for want of a policy file; what the home has now may be that very version.
    of_policy = [one for one in lost if one.startswith(_POLICY)]
    if of_policy == lost:
        without = "没有备份的，policy/ 中的文件若未改动，复制到所列位置"
        without_en = "where there is none, copy the file in policy/ to that place if it is still the same"
    else:
        without, without_en = (
            "没有备份的，可撤回缺少字节的交付",
            "where there is none, a delivery that lacks its bytes can be withdrawn",
        )
    named = "; ".join(lost[:_NAMED]) + (" …" if len(lost) > _NAMED else "")
    return (
        f"{len(lost)} 个已接收的文件缺失或被改动，请从备份恢复后再运行；{without} / {len(lost)} files that were "
        f"received are missing or changed; restore them from a backup, then run again; {without_en}: {named}"
    )


def _lost(file: Path, sha256: str, what: str) -> list[str]:
    if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
        return []
    return [f"{what}: {file}"]


def _files(home: Home) -> list[Path]:
    """Deliveries before withdrawals, as they must have come."""
    endings = (".delivery.json", *_ENDINGS)
    return [file for ending in endings for file in sorted(home.intake.glob(f"*{ending}"))]

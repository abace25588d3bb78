"""What is wrong within a chain of events: between its lines, and between them and the heads on record.

Looked for whenever a run begins and by `shuzhang status` and `audit verify`; a thousand events take some milliseconds. Does not belong
here: what stands beside the chain (`trace/audit.py`), appending (`chain.py`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from warehouse.store.chain import LOST_HEAD, NOTHING_BEFORE, Chain, ChainError, Event, Head, is_head_lost, parse

_NAMED = 3


def followed(lines: Iterable[bytes]) -> Iterator[tuple[str, Event | None]]:
    """Each line as an event, with what is wrong between it and the one before."""
    previous, before = NOTHING_BEFORE, 0
    for place, line in enumerate(lines, 1):
        try:
            event = parse(line)
        except ValueError:
            yield f"第 {place} 行 line {place}: 不是事件 / is no event", None
            previous = hashlib.sha256(line).hexdigest()
            continue
        fault = ""
        if event.number != before + 1:
            moved = event.number <= before
            what = "重复或调换 / repeated or moved" if moved else "之前有缺失 / some before it are missing"
            fault = f"第 {place} 行 line {place}: 事件序号 {event.number}，应为 {before + 1}，{what}"
        elif event.previous != previous:
            fault = f"第 {event.number} 条 event {event.number}: 与前一条的哈希不符，前一条被改动 / the one before it was changed"
        previous, before = event.sha256, event.number
        yield fault, event


def headed(lines: Sequence[bytes], heads: Iterable[tuple[str, Head]]) -> Iterator[str]:
    """What is wrong between the lines and heads on record, each with the name of where it stands."""
    for name, head in heads:
        if head.number > len(lines):
            yield (
                f"{name}: 链首为第 {head.number} 条，链只有 {len(lines)} 条，尾部被截去 / names event {head.number}; the chain was cut "
                f"to {len(lines)}"
            )
        elif head.number and hashlib.sha256(lines[head.number - 1]).hexdigest() != head.sha256:
            yield (
                f"{name}: 第 {head.number} 条与记录的链首不符，它或之前的事件被改写 / event {head.number} is not the one on record; it or "
                "one before was rewritten"
            )


def chain_faults(chain: Chain) -> list[str]:
    """What is wrong within the chain of a home and with the head that the home has.

    Raises:
        ChainError: the file of the head names none.
    """
    # First: what is added meanwhile, the file has by then.
    head, lines = chain.head(), chain.lines()
    links = [*followed(lines)]
    faults = [fault for fault, _ in links if fault]
    events = [event for _, event in links if event]
    # Asked again: the first head may have been written meanwhile.
    if is_head_lost(head, events) and is_head_lost(chain.head(), events):
        faults.append(f"head.json: {LOST_HEAD}")
    return [*faults, *headed(lines, [("head.json", head)])]


def told(chain: Chain, faults: Sequence[str]) -> str:
    """What a person is told of such faults."""
    named = "; ".join(faults[:_NAMED]) + (" …" if len(faults) > _NAMED else "")
    return (
        f"{chain.file}: {named}。请用 shuzhang audit verify 查明，并从备份恢复 {chain.folder} / see `shuzhang audit verify`, then restore "
        f"{chain.folder} from a backup"
    )


def demand_whole(chain: Chain) -> None:
    """Refuse to go on with a chain that was changed, cut or lost its head.

    Raises:
        ChainError: it names the first few faults.
    """
    if faults := chain_faults(chain):
        raise ChainError(told(chain, faults))

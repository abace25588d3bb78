"""Auditing the record itself: the chain of events followed from its first line, and held against what stands beside it.

Belongs here: what was changed, removed, reordered or cut in the chain; the lake's copy, its commits and models, and what was received,
held against it. Does not belong here: appending (`store/chain.py`), proving rows (`proof.py`, `row_set.py`). What this cannot prove stands
in docs/auditors.md.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from readers.policy.files import PolicySet
from readers.policy.lists.report import MODEL
from warehouse.building.commit_record import TOLD
from warehouse.building.policy_entries import policy_at
from warehouse.intake.received import vanished
from warehouse.store.chain import (
    CLOCK,
    COMMIT,
    LAKE,
    NOTHING_BEFORE,
    PERIOD_REMOVED,
    POLICY,
    Anchored,
    AnchorError,
    Chain,
    Event,
    anchored,
)
from warehouse.store.chain_faults import chain_faults, followed, headed
from warehouse.store.home import DamagedBlobError
from warehouse.store.lake import Lake, lake_id
from warehouse.store.on_record import (
    Commits,
    commits_to,
    lost_chain,
    lost_files,
    lost_snapshots,
    names_events,
    not_on_record,
    told_lost,
)
from warehouse.store.published import altered
from warehouse.store.run_events import without_end
from warehouse.tables.own_forms import own_tables, standing

#: What is added at once to an empty chain has one head, that of the last: more events do not come together there.
_FIRST_EVENTS = 3


@dataclass(frozen=True)
class Audit:
    """What an audit of the record found. `events`: how many the chain has; `faults` and `notes` have a line each."""

    events: int
    head: str
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def audit(lake: Lake, anchor: Path | None = None) -> Audit:
    """Audit the record of a home.

    Args:
        anchor: the file outside of the home that has the chain's heads, if there is one.
    """
    lines = lake.chain.lines()
    events = [event for _, event in followed(lines) if event]
    faults, outside = chain_faults(lake.chain), _anchored(lake.chain, anchor)
    faults += _outside(lines, str(anchor), outside)
    legible = len(events) == len(lines)
    notes = _begun_late(str(anchor), outside)
    notes += [
        f"第 {e.number} 条 event {e.number}: 快照 {e.body['from_snapshot']} 及以前写入的内容早于事件链，不能由它证明 / what stood up to "
        f"snapshot {e.body['from_snapshot']} is older than the chain, which cannot prove it"
        for e in events
        if e.kind == LAKE and e.body["from_snapshot"] > 0
    ]
    notes += [
        f"第 {e.number} 条 event {e.number}: {e.subject} 是后来补记的 / was put on record late"
        for e in events
        if e.body.get("late")
    ]
    notes += [
        f"第 {e.number} 条 event {e.number}: 期间 {e.subject} 已撤回 / period taken back: {e.body['reason']} ({e.body['by']})"
        for e in events
        if e.kind == PERIOD_REMOVED
    ]
    notes += [
        f"第 {e.number} 条 event {e.number}: 自有报表的表已删除 / tables of own forms were dropped: {', '.join(e.body['dropped'])}"
        for e in events
        if e.kind == POLICY and e.body.get("dropped")
    ]
    notes += [
        f"第 {e.number} 条 event {e.number}: 第 {e.body['from_event']} 至 {e.body['to_event']} 条的时间尚未到，当时系统时钟走快 / events "
        f"{e.body['from_event']} to {e.body['to_event']} have times that had not come, the clock was ahead: {e.body['reason']} "
        f"({e.body['by']})"
        for e in events
        if e.kind == CLOCK
    ]
    notes += [
        f"第 {e.number} 条 event {e.number}: 运行 {e.subject} 没有结束的记录，已被终止或仍在进行 / the run has no end: it was killed, or "
        "is going on"
        for e in without_end(events)
    ]
    faults += altered(lake.home, events) if legible else ()
    if lake.exists:
        with lake.reading() as connection:
            commits = commits_to(lake_id(connection), events)
            if commits is not None:
                faults += _copy(connection, events)
                faults += _commits(connection, commits)
                faults += lost_snapshots(connection, commits)
                notes += _undone(commits, lake_id(connection), events)
            elif names_events(connection):
                faults.append(lost_chain(lake))
            else:
                notes.append("事件链中还没有这个湖的提交 / of this lake the chain has none of its commits yet")
            changed = not_on_record(lake, connection) if legible and commits is not None else {}
            faults += [
                f"{name}: 快照 {', '.join(map(str, s))} 不在记录中，或已不在湖中；用 shuzhang run 恢复 / snapshots that are not on record, "
                f"or gone from the lake; `shuzhang run` restores it"
                for name, s in changed.items()
            ]
            faults += [told_lost({name: files}) for name, files in lost_files(lake, connection).items()]
            faults += _models(lake, connection, notes)
    faults += [
        f"{lost}: 缺失或被改动，请从备份恢复 / missing or changed; restore it from a backup"
        for lost in (vanished(lake.home) if legible else ())
    ]
    head = hashlib.sha256(lines[-1]).hexdigest() if lines else NOTHING_BEFORE
    return Audit(len(lines), f"{len(lines)} {head}", tuple(faults), tuple(notes))


def _anchored(chain: Chain, anchor: Path | None) -> Anchored | AnchorError | None:
    """What the anchor's file has, or why it cannot be read; None where there is no anchor."""
    try:
        return anchored(chain, anchor) if anchor is not None else None
    except AnchorError as error:
        return error


def _outside(lines: list[bytes], name: str, outside: Anchored | AnchorError | None) -> Iterator[str]:
    if isinstance(outside, AnchorError):
        yield f"{outside}"
    elif outside is not None:
        for number in outside.illegible:
            yield (
                f"{name}:{number}: 该行不是链首，写到一半或被改动，它所指的事件无从核对 / the line is no head: it was torn or changed, and "
                "the events that it named cannot be compared"
            )
        if not outside.heads:
            yield f"{name}: 没有这条链的链首 / has no head of this chain"
        yield from headed(lines, [(name, head) for head in outside.heads])


def _begun_late(name: str, outside: Anchored | AnchorError | None) -> list[str]:
    """That an anchor begins after the chain: it was set later, or what it had is gone."""
    if not isinstance(outside, Anchored) or not outside.heads or outside.heads[0].number <= _FIRST_EVENTS:
        return []
    first = outside.heads[0].number
    return [
        f"{name}: 从第 {first} 条开始：此前没有设置，或已丢失 / it begins at event {first}: it was set later than the chain, or what it "
        "had before is gone"
    ]


def _copy(connection: duckdb.DuckDBPyConnection, events: list[Event]) -> Iterator[str]:
    """Where the lake's copy says another thing than the chain."""
    rows = connection.execute(
        "SELECT event_number, event_sha256, event_body FROM audit.event ORDER BY event_number"
    ).fetchall()
    chain = {event.number: event for event in events}
    for number, sha256, body in rows:
        event = chain.get(number)
        if event is None or event.sha256 != sha256 or json.loads(body) != event.body:
            yield f"audit.event {number}: 与事件链不符 / is not what the chain says"
    last = max((number for number, *_ in rows), default=0)
    missing = sorted({event.number for event in events if event.number <= last} - {number for number, *_ in rows})
    for number in missing:
        yield f"audit.event {number}: 缺失 / missing"


def _undone(commits: Commits, lake: str, events: list[Event]) -> Iterator[str]:
    """The commits that the lake lost when it was set back to an earlier state, and that later ones took the place of."""
    undone = [
        event
        for event in events
        if event.kind == COMMIT
        and event.body["lake"] == lake
        and event.body["snapshot"] > commits.begun
        and commits.by_snapshot.get(event.body["snapshot"]) != event
    ]
    if undone:
        yield (
            f"第 {undone[0].number} 至 {undone[-1].number} 条 events {undone[0].number} to {undone[-1].number}: "
            f"其中 {len(undone)} 次提交后来不在湖中，湖曾被退回到较早的状态 / {len(undone)} commits among them were gone from the lake "
            f"later: it was set back to an earlier state"
        )


def _commits(connection: duckdb.DuckDBPyConnection, commits: Commits) -> Iterator[str]:
    """Where `audit.materialization` says another thing than the events of the lake's commits."""
    told: dict[tuple[str, str, int], Mapping[str, Any]] = {
        (table["table_name"], table["partition_key"], snapshot): table
        for snapshot, event in commits.by_snapshot.items()
        for table in event.body.get("tables", ())
    }
    columns = ", ".join(TOLD)
    cursor = connection.execute(
        f"SELECT snapshot_id, {columns} FROM audit.materialization WHERE snapshot_id > $first", {"first": commits.begun}
    )
    here = {(row[1], row[2], row[0]): dict(zip(TOLD, row[1:], strict=True)) for row in cursor.fetchall()}
    for key in sorted({*told, *here}):
        name = f"audit.materialization {key[0]} {key[1]}".rstrip()
        if key not in here or key not in told:
            which = "记录缺失 / is missing" if key in told else "事件链中没有 / is not in the chain"
            yield f"{name} 快照 snapshot {key[2]}: {which}"
        elif wrong := [column for column in TOLD if here[key][column] != told[key][column]]:
            yield f"{name} 快照 snapshot {key[2]}: {', '.join(wrong)} 与事件链不符 / is not what the chain says"


def _models(lake: Lake, connection: duckdb.DuckDBPyConnection, notes: list[str]) -> Iterator[str]:
    """Where the last commit of a table was made by another model than this version's, under the policy that the lake had then.

    Args:
        notes: gets a line for each table whose model is the city's own, as the policy had it then.
    """
    rows = connection.execute(
        # A period that was taken back was written by no model.
        "SELECT table_name, sql_sha256, snapshot_id FROM audit.materialization WHERE sql_sha256 <> '' "
        "QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY snapshot_id DESC) = 1"
    ).fetchall()
    policies: dict[int, PolicySet] = {}
    own = {table.qualified for table in own_tables(lake.tables)}
    for name, sql_sha256, snapshot in sorted(rows):
        table = lake.tables.get(name)
        if table is None or not table.model:
            continue
        try:
            if (table.template or name in own) and snapshot not in policies:
                policies[snapshot] = policy_at(connection, lake.home, snapshot)
        except DamagedBlobError as error:
            yield str(error)
            continue
        if name in own:
            yield from _own_model(name, sql_sha256, policies[snapshot], notes)
            continue
        model = table.under(policies[snapshot]).model if table.template else table.model
        if hashlib.sha256(str(model).encode()).hexdigest() != sql_sha256:
            yield (
                f"{name}: 模型不是本版本随附的，由别的版本生成或被改动；用 shuzhang run 重新生成 / its model is not the one shipped with "
                "this version; `shuzhang run` builds it anew"
            )


def _own_model(name: str, sql_sha256: str, policy: PolicySet, notes: list[str]) -> Iterator[str]:
    """What made a table of the city's own form: the file of the policy that the lake had then, which a note names, or else a fault."""
    table = standing(policy).tables.get(name)
    if table is None or hashlib.sha256(str(table.model).encode()).hexdigest() != sql_sha256:
        yield (
            f"{name}: 本市自有报表的模型不是当时政策中的那一份；用 shuzhang run 重新生成 / the model of the city's own form is not the "
            "one that policy had then; `shuzhang run` builds it anew"
        )
        return
    of_form = [*policy.lists[MODEL], *policy.lists["report_form"]]
    files = {e.source_file: e.source_sha256 for e in of_form if e.body["form"] == table.name}
    told = ", ".join(f"policy/{file} {sha256}" for file, sha256 in files.items())
    notes.append(f"{name}: 本市自有的模型，不是随附的 / its model is the city's own, none that is shipped: {told}")

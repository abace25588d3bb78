"""Publishing a report: collected once, written in every format aside, and put in its place whole, as a version on record.

Belongs here: what is refused, and what is written when. Does not belong here: what is in a report (`collect.py`), which formats
there are (`writers.py`), which version comes next (`versions.py`), why a figure differs from the version before (`causes.py`).
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from readers.policy.files import PolicySet
from warehouse.building.build import stale_now
from warehouse.building.staleness import materializations
from warehouse.intake.ingest import pending
from warehouse.intake.landed import judged_day
from warehouse.publish.report import leaflet, restatement
from warehouse.publish.report.cells import CellChange, Cells, cells, differences, write_cells
from warehouse.publish.report.collect import collect
from warehouse.publish.report.edition import AUDIT, DRAFT, OPEN, PUBLISHED, REVIEWED, Check, Edition, Report
from warehouse.publish.report.scope import CITY, UNIT, entities, kind_of, scope_of
from warehouse.publish.report.versions import (
    CELLS_FILE,
    Version,
    Versions,
    kept_cells,
    report_folder,
    said,
    version_folder,
    versions,
)
from warehouse.publish.report.writers import WRITERS, Source, Writer, write_formats
from warehouse.store.chain import Chain
from warehouse.store.folders import SUMS, give_back, replace_folder, seal, turns, written
from warehouse.store.home import Home
from warehouse.store.lake import Lake, lake_id
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import note_copy, publish_edition
from warehouse.tables.own_forms import home_policy, own_tables
from warehouse.trace.column_grade import WORKBOOK, keep_door


class UnpublishableError(ValueError):
    """The report may not be published as it is. The message names what is in the way, and the mend."""


@dataclass(frozen=True)
class Published:
    """What publishing came to. is_new: a version was written; else `version` is the one that stands, with the same figures.

    folder: of the version, in the home. changes: to the version that it restates. pending: deliveries that no run took in yet.
    is_copy_on_record: whether the chain of events says of the copy; None where there is none.
    """

    edition: Edition
    folder: Path
    is_new: bool
    changes: Sequence[CellChange]
    notes: Sequence[str]
    pending: int
    is_copy_on_record: bool | None


class _Made(NamedTuple):
    """What is about to become a version."""

    report: Report
    figures: Cells
    lake: str
    by: str
    reason: str


def publish(
    lake: Lake,
    period: str,
    scope: str = "city",
    report_kind: str | None = None,
    state: str = DRAFT,
    out: Path | None = None,
    *,
    by: str = "",
    reason: str = "",
    writers: Sequence[Writer] | None = None,
) -> Published:
    """Publish the report of a period as the version that comes next, in every format.

    Args:
        scope: `city`, `district:CODE` or `unit:CODE`.
        out: a folder that gets a copy that stands alone; one that is there must be empty, or have an earlier copy.
        by: who reviewed or publishes it.
        writers: of the formats; by default all.

    Raises:
        UnpublishableError: tables are stale, a check of the unit failed, or the figures are not those that were reviewed.
        ScopeError: no such scope or kind of report.
        DoorError: a table carries more than the policy lets workbooks carry.
        NotOnRecordError: a table, or the version before, is not as it was put on record.
    """
    home, policy = lake.home, home_policy(lake.home.policy)
    keep_door(lake.tables, policy.on(judged_day(lake)), WORKBOOK, but=_beside(lake, policy))
    if out is not None:
        _demand_free(out)
    with lake.reading() as connection:
        _refuse_stale(lake, connection, period)
        whose = scope_of(scope, entities(connection, period))
        kind, _ = kind_of(connection, report_kind, whose, period)
    waiting = len(pending(lake, policy).deliveries)
    with turns(report_folder(home, period, whose, kind)):
        history = versions(home, lake.chain.events(), period, whose, kind)
        with reading_on_record(lake) as connection:
            report = collect(lake, connection, period, whose, kind, version=history.next_number, state=state)
            _refuse_failed(report)
            made = _Made(report, cells(report.pages), lake_id(connection), by, reason)
            edition, before = made.report.edition, history.published
            changes = differences(kept_cells(home, before), made.figures) if before else []
            if before and not changes and not before.is_withdrawn:
                edition, is_new = before.edition, False
            else:
                _demand_reviewed(home, history, made)
                _write(
                    Source(lake, connection, policy.on(judged_day(lake))),
                    made,
                    before,
                    changes,
                    [
                        one
                        for one in (WRITERS if writers is None else writers)
                        if whose.level == CITY or not one.is_of_city
                    ],
                )
                is_new = True
        folder = version_folder(home, edition)
        copied = _copy(home, folder, out, edition) if out is not None else None
    return Published(edition, folder, is_new, changes, made.report.notes, waiting, copied)


def _refuse_stale(lake: Lake, connection: duckdb.DuckDBPyConnection, period: str) -> None:
    policy = home_policy(lake.home.policy)
    last = materializations(connection, period)
    beside = _beside(lake, policy)
    stale = [
        table
        for table in stale_now(lake.tables.under(policy), last, policy.list_hashes)
        if table.layout_lists and table.qualified not in beside
    ]
    if stale:
        raise UnpublishableError(
            f"{', '.join(table.qualified for table in stale)}: 已过期或尚未生成，不予发布；请先运行 shuzhang run --period {period} / "
            f"stale, or never built, so not published; run `shuzhang run --period {period}` first"
        )


def _beside(lake: Lake, policy: PolicySet) -> set[str]:
    """The tables of own forms that are no part of the report."""
    shown = {form.body["table"] for form in policy.lists["report_form"] if "report_order" in form.body}
    return {table.qualified for table in own_tables(lake.tables)} - shown


def _refuse_failed(report: Report) -> None:
    """Refuse the report of a unit of which a check failed, and nobody let it pass; those above it say so in their notes."""
    scope = report.edition.scope
    own = [
        check
        for check in report.checks
        if not check.let_pass_by and scope.level == check.level == UNIT and check.entity_code == scope.code
    ]
    if own:
        raise UnpublishableError(
            "\n".join(map(_told_check, own))
            + "\n校验未通过，本单位报告不予发布；请更正，或由决定放行 / a check failed, so the report of this unit is not published: mend "
            "it, or have a decision let it pass"
        )


def _told_check(check: Check) -> str:
    """What a reader is told of a check that failed: the entity and the amount."""
    return f"{check.entity_name}（{check.entity_code}）未通过校验“{check.name}”：{check.left}，{check.right}，差额 {check.difference}"


def _demand_reviewed(home: Home, history: Versions, made: _Made) -> None:
    """A review holds for the figures that were reviewed."""
    draft = history.open
    if draft is None or draft.edition.state != REVIEWED or made.report.edition.state != PUBLISHED:
        return
    if changed := differences(kept_cells(home, draft), made.figures):
        raise UnpublishableError(
            f"审核后有 {len(changed)} 个数字变动，请先以 --state reviewed 重新审核 / {len(changed)} figures changed since the review; "
            "have it reviewed again with --state reviewed"
        )


def _write(
    source: Source, made: _Made, before: Version | None, changes: Sequence[CellChange], writers: Sequence[Writer]
) -> None:
    lake, edition = source.lake, made.report.edition
    target = version_folder(lake.home, edition)
    with written(target) as aside:
        passed = write_formats(source, made.report, aside, writers)
        (aside / AUDIT).mkdir(exist_ok=True)
        write_cells(made.figures, aside / CELLS_FILE)
        told = [(writer.place, writer.what) for writer in writers]
        told.append(
            (CELLS_FILE, "全部数字的精确文本，供下一版比较 / the exact text of all figures, for the next version")
        )
        if before is not None:
            restatement.write_restatement(
                restatement.restated(lake, before, made.lake, edition, changes), aside / AUDIT
            )
            told.append(
                (
                    f"{AUDIT}/{restatement.FILE_NAME}",
                    f"对第 {before.edition.version} 版的更正表 / restatement of that version",
                )
            )
        leaflet.write_leaflet(passed[OPEN], aside, told, made.by, before.edition.version if before else None)
        seal(aside, read_only=edition.state == PUBLISHED)
        body = said(
            edition,
            lake=made.lake,
            by=made.by,
            reason=made.reason,
            restates=before.edition.version if before else None,
            changed=len(changes),
        )
        publish_edition(lake.home, aside, target, body)


def _demand_free(out: Path) -> None:
    """Refuse a folder that has what is no earlier copy: it would be lost."""
    if not out.exists():
        if not out.absolute().parent.is_dir():
            raise UnpublishableError(f"{out.parent}: 文件夹不存在 / no such folder")
        return
    here = {file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()} if out.is_dir() else {"?"}
    if here - _summed(out):
        raise UnpublishableError(
            f"{out}: 已有别的文件，请另选一个空文件夹 / has other files; choose an empty folder, or a new one"
        )


def _summed(folder: Path) -> set[str]:
    """The files of a copy, by its sums."""
    sums = folder / SUMS
    lines: Iterable[str] = sums.read_text("utf-8").splitlines() if sums.is_file() else ()
    return {SUMS, *(line.partition("  ")[2] for line in lines)}


def _copy(home: Home, folder: Path, out: Path, edition: Edition) -> bool:
    """Copy a version as it is on record; whether the chain of events says so.

    Raises:
        UnpublishableError: a file of the version was changed.
    """
    history = versions(home, Chain(home).events(), edition.period, edition.scope, edition.report_kind)
    version = next(one for one in history.all if one.edition.version == edition.version)
    target = out.absolute()
    give_back(target)
    with written(target) as aside:
        shutil.copytree(folder, aside, dirs_exist_ok=True)
        sums = seal(aside, read_only=False)
        if sums != version.event.body["sha256"]:
            raise UnpublishableError(
                f"{folder}: 与事件链第 {version.event.number} 条不符，不予复制；请从备份恢复 / is not what was published, so not copied; "
                f"restore it from a backup (event {version.event.number})"
            )
        replace_folder(aside, target)
    return note_copy(home, target, sums, edition.snapshot, edition.period)

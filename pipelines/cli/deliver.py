"""`shuzhang deliver`, `withdraw`: files taken in with what is said of them, and deliveries taken back.

Belongs here: the commands, and the manifest that options make. Does not belong here: keeping a delivery (`warehouse/intake/deliveries.py`),
reading it on trial (`deliver_dry.py`), what a withdrawal may delete (`warehouse/intake/guard.py`).
"""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.deliver_dry import show_dry_run
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from readers.kinds import CONTENT, KINDS
from readers.near import near
from readers.policy.files import load
from readers.policy.problems import PolicyError
from warehouse.intake.deliveries import (
    MODES,
    Delivery,
    DeliveryError,
    Intake,
    Manifest,
    default_source,
    find_manifests,
    read_manifest,
)
from warehouse.intake.guard import refusal
from warehouse.intake.guard import withdraw as withdraw_delivery
from warehouse.intake.units import deliverer_warnings
from warehouse.store.lake import Lake


def deliver(
    paths: Annotated[
        list[Path],
        typer.Argument(exists=True, help="文件，或带 manifest.toml 的文件夹 / files, or folders with a manifest.toml"),
    ],
    deliverer: Annotated[str | None, typer.Option("--from", help="交付单位代码 / who delivers")] = None,
    kind: Annotated[str | None, typer.Option(help=f"交付类别 / kind: {', '.join(KINDS)}")] = None,
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="交付日期，默认今天 / default today"),
    ] = None,
    sequence: Annotated[int | None, typer.Option(min=1, help="当日序号 / order within the date")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="来源系统，默认 default；数据内容为其资源代码 / source system, default of content: its resource"
        ),
    ] = None,
    holder: Annotated[
        str | None, typer.Option(help="记录未写持有单位时采用 / holder where the record names none")
    ] = None,
    mode: Annotated[str, typer.Option(help=f"{' | '.join(MODES)}")] = "full",
    dry: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="试读：显示如何理解、将拒收什么，不登记 / show how it is understood, keep nothing"
        ),
    ] = False,
    resource: Annotated[
        str | None, typer.Option(help="数据内容所属的信息资源代码 / code of the resource that the content belongs to")
    ] = None,
    home: HomeOption = None,
) -> None:
    """接收交付：保存原始字节，登记交付清单 / receive deliveries: keep the bytes, put the manifest on record."""
    from pipelines.instance import show_deliverers  # Dagster, see `run.py`

    intake = Intake(opened(home))
    known = intake.known()
    folders = [folder for path in paths for folder in find_manifests(path)]
    if folders and (deliverer or kind or resource):
        raise MisuseError(
            "a folder with a manifest.toml says --from, --kind and --resource itself "
            "带清单的文件夹无须 --from、--kind 和 --resource"
        )
    if folders:
        manifests, problems = console.collect(folders, read_manifest, DeliveryError)
    else:
        when = day.date() if day else _today(known.last_receipt)
        manifests, problems = [_manifest(paths, deliverer, kind, when, sequence, source, holder, mode, resource)], []
    if dry:
        for manifest in manifests:
            show_dry_run(intake.home, manifest)
        for problem in problems:
            console.warn(problem)
        raise typer.Exit(1 if problems else 0)
    taken: list[Delivery] = []
    for manifest in sorted(manifests, key=lambda m: (m.delivery_date, m.sequence or 1)):
        try:
            receipt = intake.receive(
                manifest.delivery(intake), sequence_given=manifest.sequence is not None, known=known
            )
        except DeliveryError as error:
            problems.append(str(error))
            continue
        console.say_received(receipt)
        taken.append(receipt.delivery)
        if receipt.repeats is not None and (told := refusal(Lake(intake.home), receipt.repeats)):
            problems.append(told)
    show_deliverers(intake.home)
    with suppress(PolicyError):  # a wrong policy file keeps nobody from delivering
        for line in deliverer_warnings(Lake(intake.home), load(intake.home.policy), taken, known):
            console.warn(line)
    for problem in problems:
        console.warn(problem)
    if problems:
        raise typer.Exit(1)


def _manifest(
    paths: list[Path],
    deliverer: str | None,
    kind: str | None,
    when: date,
    sequence: int | None,
    source: str | None,
    holder: str | None,
    mode: str,
    resource: str | None,
) -> Manifest:
    if deliverer is None or kind is None:
        raise MisuseError(
            "--from and --kind are needed without a manifest.toml 没有 manifest.toml 时须给出 --from 和 --kind"
        )
    if kind not in KINDS:
        raise MisuseError(f"--kind {kind}: no such kind 交付类别不存在{near(kind, KINDS)}")
    if mode not in MODES:
        raise MisuseError(f"--mode {mode}: no such mode 交付方式不存在{near(mode, MODES)}")
    if resource and kind != CONTENT:
        raise MisuseError(f"--resource is for --kind {CONTENT} alone 只有数据内容才给 --resource")
    files = [
        (str(file.relative_to(path.parent if path.is_file() else path)), file)
        for path in paths
        for file in ([path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file()))
    ]
    if len({name for name, _ in files}) < len(files):
        raise MisuseError(
            "two files have the same name; deliver a folder that holds both 文件重名，请放入同一文件夹交付"
        )
    codes = {name: resource for name, _ in files} if resource else {}
    source = source or default_source(codes.values())
    return Manifest(deliverer, kind, when, sequence, source, mode, holder, tuple(files), codes)


def _today(last_receipt: datetime | None) -> date:
    """The day of receipt, which is never before the last one's."""
    now = datetime.now(UTC)
    return max(now, last_receipt or now).astimezone().date()


def withdraw(
    delivery_id: Annotated[str, typer.Argument(help="交付标识 / delivery")],
    reason: Annotated[str, typer.Option(help="撤回原因 / why")],
    force: Annotated[
        bool,
        typer.Option("--force", help="即使消失的记录超过上限 / even if more records are gone than the guard lets pass"),
    ] = False,
    home: HomeOption = None,
) -> None:
    """撤回一次交付；撤回与交付都留档 / take a delivery back; both stay on record."""
    lake = Lake(opened(home))
    withdraw_delivery(lake, load(lake.home.policy), delivery_id, reason, force=force)
    console.say(f"{delivery_id}: 已撤回，下次运行生效 / withdrawn; the next run leaves it out")

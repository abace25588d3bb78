"""The command line `shuzhang`: deliver, run, status, rejected, held, card, list, trace, verify, lineage, history, sql, export,
template, withdraw, harvest, rebuild, reconcile, ungraded, value, policy, quality, audit, period, example.

Belongs here: options, exit codes (deliveries.md: 0 completed, 1 a person must do something, 2 misuse). Does not belong here:
what the commands do (`warehouse`, `pipelines/run.py`) and how tables look (`console.py`).
"""

from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from pipelines.cli import console
from pipelines.cli.audit import audit_app
from pipelines.cli.card import card
from pipelines.cli.deliver_dry import show_dry_run
from pipelines.cli.guard import held, refuse, release
from pipelines.cli.harvest import harvest
from pipelines.cli.history import history
from pipelines.cli.home_option import HomeOption, disk_named, opened
from pipelines.cli.lineage import lineage
from pipelines.cli.lists import show_list
from pipelines.cli.period import demand_period, period_app
from pipelines.cli.policy import policy_app
from pipelines.cli.quality import quality_app
from pipelines.cli.rebuild import rebuild
from pipelines.cli.reconcile import reconcile
from pipelines.cli.ungraded import ungraded
from pipelines.cli.value import value
from pipelines.misuse import MisuseError
from readers.kinds import CONTENT, KINDS
from readers.near import near
from readers.policy.files import load
from readers.policy.problems import PolicyError
from warehouse.asking.judge import RefusedError, UnknownTableError
from warehouse.asking.query import query
from warehouse.asking.status import reconciliation
from warehouse.asking.status import status as figures
from warehouse.intake import received
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
from warehouse.intake.guard import GuardError, refusal, undecided
from warehouse.intake.guard import withdraw as withdraw_delivery
from warehouse.intake.landed import landed
from warehouse.intake.received import VanishedError, damaged
from warehouse.intake.units import deliverer_warnings
from warehouse.publish.database import export_database
from warehouse.publish.dictionary import dictionary_text
from warehouse.publish.lineage_page import publish_lineage
from warehouse.publish.template import write_template
from warehouse.store.chain import AnchorError, Chain, ChainError
from warehouse.store.clock import ClockError
from warehouse.store.disk import placed, write_whole
from warehouse.store.home import DamagedBlobError
from warehouse.store.lake import Lake, SchemaDriftError
from warehouse.store.on_record import NotOnRecordError, lost_files, not_on_record, told, told_lost
from warehouse.tables.definitions import all_tables
from warehouse.trace.proof import prove
from warehouse.trace.walk import TraceError
from warehouse.trace.walk import trace as trace_row

_TEMPLATES = tuple(kind.code for kind in KINDS.values() if kind.has_template)

#: What a person can mend: one message, and no traceback.
_MENDABLE = (
    DamagedBlobError, DeliveryError, OSError, SchemaDriftError, TraceError, UnknownTableError, ValueError, duckdb.Error,
)  # fmt: skip

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="数账：公共数据资产台账 / the ledger of public data assets",
)

JsonOption = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
AnswerFormatOption = Annotated[
    console.Format | None, typer.Option("--format", help="输出格式 / output format; default: table, csv into a pipe")
]
FormatOption = Annotated[console.Format, typer.Option("--format", help="输出格式 / output format")]

for command in (card, lineage, history, harvest, held, release, refuse, rebuild, reconcile, ungraded, value):
    app.command()(command)
app.command("list")(show_list)
app.add_typer(policy_app, name="policy")
app.add_typer(quality_app, name="quality")
app.add_typer(audit_app, name="audit")
app.add_typer(period_app, name="period")

#: What of the record is not as it was or would not stay so: a person must look.
_BROKEN_RECORD = (NotOnRecordError, VanishedError, ChainError, AnchorError, ClockError, GuardError)


def main() -> None:
    """Entry point: errors that a person can mend end in one message and an exit code, not in a traceback."""
    try:
        with disk_named():
            app()
    except (MisuseError, RefusedError) as error:
        console.fail(str(error), 2)
    except (*_MENDABLE, *_BROKEN_RECORD) as error:
        console.fail(str(error), 1)


def _lake(home: Path | None) -> Lake:
    return Lake(opened(home))


@app.command()
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
    from pipelines.run import show_deliverers  # see `run`

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


@app.command()
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
    lake = _lake(home)
    withdraw_delivery(lake, load(lake.home.policy), delivery_id, reason, force=force)
    console.say(f"{delivery_id}: 已撤回，下次运行生效 / withdrawn; the next run leaves it out")


@app.command()
def run(
    period: Annotated[
        str | None,
        typer.Option(help="期间 YYYY-MM / period; 默认为最新账期 / default: the latest in the ledgers"),
    ] = None,
    deliverers: Annotated[
        list[str] | None, typer.Option("--from", help="只接收这些单位的交付 / take in these deliverers alone")
    ] = None,
    job: Annotated[str, typer.Option(help="作业 / job: everything, ingest, month_end, year_end")] = "everything",
    home: HomeOption = None,
) -> None:
    """生成所有过期的表，一次 Dagster 运行 / materialise all that is stale, in one Dagster run."""
    from pipelines.run import (
        run as run_all,  # Dagster takes two seconds to import; the other commands do without
    )

    demand_period(period)
    target = opened(home)
    known = {delivery.deliverer_code for delivery in Intake(target).deliveries()}
    if unknown := sorted(set(deliverers or ()) - known):
        raise DeliveryError(
            f"--from {unknown[0]}: nothing was delivered by it 该单位没有交付{near(unknown[0], known, listed=False)}"
        )
    before = landed(Lake(target))
    with console.RunDisplay() as display:
        outcome = run_all(
            target,
            job=job,
            period=period,
            deliverers=deliverers or (),
            starting=lambda plan: display.start(plan.period, len(plan.assets)),
            progress=display.advance,
        )
    if outcome.restored:
        console.warn(told(outcome.restored))
    for problem in outcome.problems:
        console.warn(problem)
    console.say(f"事件链链首 / head of the chain of events: {Chain(target).head()}")
    if not outcome.succeeded:
        raise typer.Exit(1)
    lake = Lake(target)
    if outcome.run_id is None:
        console.say(f"{outcome.period}: 没有过期的表，未启动运行 / nothing is stale, no run was started")
    else:
        publish_lineage(lake)
        console.show_summary(figures(lake), reconciliation(lake, outcome.period), outcome.period, target)
    console.show_file_warnings(lake, landed(lake) - before)
    with lake.reading() as connection:
        waiting = undecided(connection)
    for line in waiting:
        console.warn(line)
    if waiting:
        raise typer.Exit(1)


@app.command()
def status(
    json: JsonOption = False,
    deliveries: Annotated[bool, typer.Option(help="逐次列出交付 / list deliveries")] = False,
    home: HomeOption = None,
) -> None:
    """家目录的数字 / the figures of the home."""
    from pipelines.run import last_run

    lake = _lake(home)
    if deliveries:
        columns = "d.delivery_id, d.deliverer_code, d.status, o.* EXCLUDE (delivery_id, deliverer_code, source_name, kind, status)"
        answer = query(
            lake,
            f"SELECT {columns} FROM landing.delivery AS d LEFT JOIN landing.delivery_outcome AS o USING (delivery_id) ORDER BY ALL",
        )
        console.show(answer, console.Format.JSON if json else None)
        return
    # First: of a table that is not there, no figure can be given.
    with lake.reading() as connection:
        if changed := not_on_record(lake, connection):
            console.warn(told(changed))
        if gone := lost_files(lake, connection):
            console.warn(told_lost(gone))
    if lost := received.vanished(lake.home):
        console.warn(received.told(lost))
    found: dict[str, Any] = figures(lake) | {"last_run": last_run(lake.home)}
    if json:
        console.print_json(found)
    else:
        console.show_status(found)


@app.command()
def rejected(
    delivery: Annotated[str | None, typer.Option(help="只看一次交付 / one delivery only")] = None,
    output: FormatOption = console.Format.TABLE,
    home: HomeOption = None,
) -> None:
    """拒收的文件和记录，以及提示：位置、规则、改正方法 / rejected files and records, and warnings: place, rule, mend."""
    lake = _lake(home)
    if delivery:
        Intake(lake.home).must_have(delivery)
    console.show_rejections(console.rejections(lake, delivery), output)


@app.command()
def trace(
    table: Annotated[str, typer.Argument(help="阶段.表 / stage.table")],
    key: Annotated[list[str], typer.Argument(help="键 / KEY=VALUE ...")],
    column: Annotated[str | None, typer.Option(help="只追溯影响该列的行 / what influences this column alone")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="从保存的字节重新推得并比较 / prove it from the kept bytes")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="列出的来源数 / sources listed")] = 20,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """一行由哪些行得来，直到交付的字节 / the rows that took part in a row, down to the delivered bytes."""
    wrong = [part for part in key if "=" not in part]
    if wrong:
        raise MisuseError(f"{wrong[0]}: KEY=VALUE is wanted 键应写作 列名=值")
    values = dict(part.split("=", 1) for part in key)
    found = trace_row(_lake(home), table, values, column=column, verify=verify, limit=limit, offset=offset)
    if json:
        console.print_json(found.document())
    else:
        console.show_trace(found)
    if found.verified is False:
        raise typer.Exit(1)


@app.command()
def verify(
    tables: Annotated[
        list[str] | None,
        typer.Argument(help="阶段.表，缺省为全部推得的表 / stage.table ..., default all derived tables"),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="每张表抽取的行数 / rows drawn of each table")] = 20,
    seed: Annotated[int, typer.Option(help="同一种子抽取同样的行 / the same seed draws the same rows")] = 1,
    read_bytes: Annotated[
        bool, typer.Option("--bytes", help="并把保存的每个字节读一遍 / and read every kept byte once")
    ] = False,
    home: HomeOption = None,
) -> None:
    """证明：各表行集与提交时一致，抽取的行由保存的字节推得 / prove each table's set of rows, and rows drawn of it from the kept bytes."""
    lake, failed = _lake(home), False
    unproven: set[str] = set()
    if read_bytes:
        for line in damaged(lake.home):
            failed = True
            console.warn(line)
    for proof in prove(lake, rows=rows, seed=seed, tables=tables or ()):
        failed |= bool(proof.failures)
        verdict = "不一致 / DIFFERENT" if proof.failures else "一致 / proven"
        console.say(f"{proof.table}: {proof.sampled} / {proof.row_count} 行 rows, {verdict}")
        for failure in proof.failures:
            console.warn(failure)
        unproven.update(proof.unproven)
    for line in sorted(unproven):
        console.warn(line)
    if failed:
        raise typer.Exit(1)


@app.command()
def sql(
    text: Annotated[
        str | None, typer.Argument(help="查询语句，缺省读标准输入 / query; default: standard input")
    ] = None,
    output: AnswerFormatOption = None,
    home: HomeOption = None,
) -> None:
    """用 SQL 查询，只读 / query with SQL, reading only."""
    console.show(query(_lake(home), text if text is not None else typer.get_text_stream("stdin").read()), output)


@app.command()
def export(target: Annotated[Path, typer.Argument(help="FILE.duckdb")], home: HomeOption = None) -> None:
    """导出为一个 DuckDB 文件，附注释 / export as one DuckDB file, with comments."""
    if not target.absolute().parent.is_dir():
        raise MisuseError(f"{target.parent}: no such folder 文件夹不存在")
    exported = export_database(_lake(home), target)
    console.say(f"{target}: {len(exported.counts)} 张表，{sum(exported.counts.values())} 行 / tables, rows")
    if not exported.is_on_record:
        console.say(
            "家目录不可写，此次导出未记入事件链 / the home may not be written: the chain of events does not say of this export"
        )


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help=", ".join(_TEMPLATES))],
    target: Annotated[Path | None, typer.Option("--output", "-o", help="默认 KIND.xlsx / default KIND.xlsx")] = None,
    home: HomeOption = None,
) -> None:
    """写出交付模板，附填写说明 / write the XLSX template of a kind, with notes."""
    if kind not in _TEMPLATES:
        raise MisuseError(f"{kind}: no such template 没有该类别的模板{near(kind, _TEMPLATES)}")
    file = target or Path(f"{kind}.xlsx")
    policy = load(opened(home).policy).on(datetime.now(UTC).astimezone().date())
    if not file.absolute().parent.is_dir():
        raise MisuseError(f"{file.parent}: no such folder 文件夹不存在")
    # In memory first: a half-written archive complains once more when it is let go.
    written = BytesIO()
    write_template(kind, policy, written)
    write_whole(file, written.getvalue(), "template")
    console.say(f"{file}: 模板已写出 / template written")


@app.command()
def dictionary(target: Annotated[Path, typer.Argument(help="FILE.md")]) -> None:
    """写出数据字典 / write the data dictionary."""
    with placed(target, "dictionary") as aside:
        aside.write_text(dictionary_text(all_tables()), "utf-8")
    console.say(f"{target}: 数据字典已写出 / data dictionary written")


@app.command()
def example(
    folder: Annotated[Path, typer.Argument(help="写入的文件夹 / folder to write to")], home: HomeOption = None
) -> None:
    """写出示例市的交付（虚构），并在空的家目录中指定其部门 / write the deliveries of the example city (invented), and name its
    authorities in the home if nothing was delivered there."""
    from example_city import AUTHORITIES, write_city

    summary = write_city(folder)
    console.say(f"{folder}: 示例市 {summary.deliveries} 次交付 / deliveries of the example city (invented)")
    own = opened(home)
    if Intake(own).deliveries() or load(own.policy).lists["authority_unit"]:
        # Nobody's authorities become those of an invented city.
        console.say(
            f"{folder / AUTHORITIES}: 家目录已在使用，未写入其政策清单 / the home is in use, its policy was left as it is"
        )
        return
    write_whole(own.policy / AUTHORITIES, (folder / AUTHORITIES).read_bytes(), "policy")
    console.say(f"{own.policy / AUTHORITIES}: 已指定示例市的部门 / the authorities of the example city are named")

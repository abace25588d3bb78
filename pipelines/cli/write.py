"""`shuzhang export`, `template`, `dictionary`, `example`: files that are written where a person says.

Belongs here: the commands. Does not belong here: what is in the files (`warehouse/publish`, `example_city`).
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from readers.kinds import KINDS
from readers.near import near
from readers.policy.files import load
from warehouse.intake.deliveries import Intake
from warehouse.publish.database import export_database
from warehouse.publish.dictionary import dictionary_text
from warehouse.publish.template import write_template
from warehouse.store.disk import placed, write_whole
from warehouse.store.lake import Lake
from warehouse.tables.definitions import all_tables

_TEMPLATES = tuple(kind.code for kind in KINDS.values() if kind.has_template)


def export(target: Annotated[Path, typer.Argument(help="FILE.duckdb")], home: HomeOption = None) -> None:
    """导出为一个 DuckDB 文件，附注释 / export as one DuckDB file, with comments."""
    if not target.absolute().parent.is_dir():
        raise MisuseError(f"{target.parent}: no such folder 文件夹不存在")
    exported = export_database(Lake(opened(home)), target)
    console.say(f"{target}: {len(exported.counts)} 张表，{sum(exported.counts.values())} 行 / tables, rows")
    if not exported.is_on_record:
        console.say(
            "家目录不可写，此次导出未记入事件链 / the home may not be written: the chain of events does not say of this export"
        )


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


def dictionary(target: Annotated[Path, typer.Argument(help="FILE.md")]) -> None:
    """写出数据字典 / write the data dictionary."""
    with placed(target, "dictionary") as aside:
        aside.write_text(dictionary_text(all_tables()), "utf-8")
    console.say(f"{target}: 数据字典已写出 / data dictionary written")


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

"""The README.txt of a published version: whose report it is, what its files are, and how a reader checks them, in Chinese and English.

Does not belong here: what the files say.
"""

from collections.abc import Sequence
from pathlib import Path

from warehouse.publish.report.edition import STATES, Report
from warehouse.store.folders import SUMS

FILE_NAME = "README.txt"


def write_leaflet(
    report: Report, folder: Path, files: Sequence[tuple[str, str]], by: str, restates: int | None
) -> None:
    """Write README.txt.

    Args:
        report: as the open edition has it: whoever is given that edition is given this too.
        files: names with what each is.
        by: who reviewed or published it, if anybody.
        restates: the number of the version that this one corrects, if it does.
    """
    edition = report.edition
    lines = [
        edition.title,
        "",
        f"期间 / period: {edition.period}",
        f"范围 / scope: {edition.scope.name}（{edition.scope.level} {edition.scope.code}）",
        f"报告 / report: {edition.kind_name}（{edition.report_kind}）",
        f"版本 / version: {edition.version}",
        f"状态 / state: {STATES[edition.state]} / {edition.state}",
        *([f"由 / by: {by}"] if by else []),
        *([f"更正 / restates: 第 {restates} 版 / version {restates}"] if restates else []),
        f"数据快照 / snapshot of the lake: {edition.snapshot}",
        "",
        "文件 / files:",
        *(f"  {name}: {what}" for name, what in files),
        f"  {SUMS}: 各文件的 SHA-256 / the hashes of all files",
        "",
        "核对 / check:",
        f"  sha256sum -c {SUMS}",
        "  本清单的 SHA-256 记入事件链；已发布的版本不再改动，更正另出新版本。",
        f"  The chain of events has the hash of {SUMS}. A published version is never changed; a correction is a new one.",
        "",
        "追溯一格 / trace a cell:",
        f"  shuzhang trace {_example(report)}",
        "",
    ]
    if report.notes:
        lines += ["公开版的说明 / notes of the open edition:", *(f"  {note}" for note in report.notes), ""]
    (folder / FILE_NAME).write_text("\n".join(lines), "utf-8")


def _example(report: Report) -> str:
    page = next((page for page in report.pages if page.rows), None)
    if page is None:
        return "TABLE KEY=VALUE --column COLUMN"
    numbers = [column.name for column in page.columns if column.number_format in ("money", "count")]
    return page.reference(0, numbers[0] if numbers else page.columns[0].name)

"""`shuzhang deliver --dry-run`: what a delivery would be, printed; nothing is kept.

Does not belong here: taking it in aside (`warehouse/asking/dry_run.py`).
"""

from itertools import groupby

from pipelines.cli import console
from readers.problems import WARNING
from readers.tables.header import named
from warehouse.asking.dry_run import DryRun, dry_run
from warehouse.intake.deliveries import Manifest
from warehouse.intake.units import words
from warehouse.store.home import Home

_SHOWN_CHARS = 2000


def show_dry_run(home: Home, manifest: Manifest) -> None:
    """Print how a delivery is understood: its files, headings, first records, and what would be rejected or warned of."""
    found = dry_run(home, manifest)
    _show_files(found)
    for (file, place), headings in groupby(found.headings, key=lambda heading: heading[:2]):
        console.say(f"\n{file} {place}: 列名 / headings")
        others = []
        for heading in headings:
            if heading.column:
                console.say(f"  {heading.heading} → {heading.column}")
            elif not heading.heading.startswith("_extra_"):
                others.append(heading.heading)
        if others:
            console.say(f"  {named(others)} → （不在模板中，原样保留 / not in the template, kept as it is）")
    console.say("\n前几条记录 / first records")
    for file, place, outcome, body, raw in found.records.rows:
        verdict = "接受 / accepted" if outcome == "accepted" else "拒收 / rejected"
        console.say(f"  {file} {place} {verdict}: {(body or raw)[:_SHOWN_CHARS]}")
    console.say("")
    console.show_rejections(found.rejections, console.Format.TABLE)
    for doubt in found.doubts:
        console.warn(words(doubt))
    console.say("试读，未登记 / dry run: nothing was kept")


def _show_files(found: DryRun) -> None:
    for name, format_, encoding, records, status, notes in found.files.rows:
        console.say(f"{name}: {format_ or status}{f', {encoding}' if encoding else ''}, {records} 条记录 / records")
        for note in (notes or "").splitlines():
            if note.startswith(WARNING):
                console.warn(f"  {note}")
            else:
                console.say(f"  {note}")

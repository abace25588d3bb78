"""What a delivery would be, before it is one: taken in by a home of its own, which is gone when all is told.

Belongs here: that home, and what is asked of it. Does not belong here: how it is shown (`pipelines/cli`). Rejections are those of the
models that judge every delivery; what would follow from earlier deliveries (changes, deletions, the guard) is not looked at.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from readers.kinds import CONTENT
from readers.policy.files import PolicyOnDay, PolicySet, load
from readers.records import DeliveredFile, Unreadable, read
from readers.shapes import Column, Layout
from warehouse.asking.query import Answer, query
from warehouse.asking.rejections import rejections
from warehouse.building.policy_entries import build_policy
from warehouse.intake.deliveries import Delivery, Intake, Manifest
from warehouse.intake.ingest import ingest
from warehouse.intake.units import Doubt, Units, doubts_of_codes, doubts_of_deliverer, known_units, named_codes
from warehouse.queries import text
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake

#: Of each file as many records are shown.
SHOWN_RECORDS = 3


class Heading(NamedTuple):
    """A heading of a delivered table: where its header stands, and the label of the column that it means, if any."""

    source_file: str
    place: str
    heading: str
    column: str | None


@dataclass(frozen=True)
class DryRun:
    """What a delivery would be.

    records: the first of each file: file, place, what it would be. rejections: as `shuzhang rejected` has them, but for doubts. files:
    name, format, encoding, number of records, status, notes. doubts: of the codes of units that it names, by the organisations of the home.
    """

    headings: tuple[Heading, ...]
    records: Answer
    rejections: Answer
    files: Answer
    doubts: tuple[Doubt, ...]


def dry_run(home: Home, manifest: Manifest) -> DryRun:
    """Take a delivery in aside, under the policy of a home; neither the home nor its lake is touched.

    Raises:
        DeliveryError: the delivery would not be received.
    """
    policy = load(home.policy)
    with _aside(home) as aside:
        intake = Intake(aside)
        delivery = manifest.delivery(intake)
        intake.receive(delivery, sequence_given=manifest.sequence is not None, known=intake.known())
        lake = Lake(aside)
        build_policy(lake, policy, CommitInfo("dry-run", "policy", "dry-run"))
        ingest(lake, policy, (), CommitInfo("dry-run", "landing", "dry-run"))
        return DryRun(
            tuple(_headings(aside, policy, delivery)),
            query(lake, text("dry_run_records"), {"shown": SHOWN_RECORDS}),
            rejections(lake, None, with_doubts=False),
            query(lake, text("dry_run_files")),
            tuple(_doubts(Lake(home), lake, policy.on(delivery.delivery_date), delivery)),
        )


def _doubts(of_home: Lake, aside: Lake, policy: PolicyOnDay, delivery: Delivery) -> Iterator[Doubt]:
    if not of_home.exists:
        return
    with of_home.reading() as connection:
        units = Units.of(policy, known_units(connection))
    yield from doubts_of_deliverer([code for code in (delivery.deliverer_code, delivery.holder_code) if code], units)
    with aside.reading() as connection:
        yield from doubts_of_codes(named_codes(connection, [delivery.delivery_id]), units, policy)


def _headings(home: Home, policy: PolicySet, delivery: Delivery) -> Iterator[Heading]:
    """How each heading of the delivered tables was understood; catalogues in other forms have none."""
    if delivery.kind == CONTENT:
        return
    found: list[Heading] = []
    for file in delivery.files:

        def told(place: str, headings: Sequence[tuple[str, Column | None]], name: str = file.name) -> None:
            found.extend(Heading(name, place, heading, column and column.label_zh) for heading, column in headings)

        layout = replace(Layout.of(policy.on(delivery.delivery_date), delivery.kind), told=told)
        with suppress(Unreadable):  # told with the rejections
            next(read(DeliveredFile(file.name, file.sha256, home.blob(file.sha256)), layout).batches, None)
        yield from found
        found.clear()


@contextmanager
def _aside(home: Home) -> Iterator[Home]:
    """A home with the policy of another, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shuzhang-dry-run-") as folder:
        root = Path(folder)
        shutil.copytree(home.policy, root / "policy")
        yield Home(root).create()

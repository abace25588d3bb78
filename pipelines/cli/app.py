"""The command line `shuzhang`: deliver, run, status, rejected, held, card, list, trace, verify, lineage, history, sql, export,
template, withdraw, harvest, rebuild, reconcile, publish, diff, ungraded, value, policy, quality, audit, period, example.

Belongs here: which commands there are, in the order of the help; exit codes (deliveries.md: 0 completed, 1 a person must do something,
2 misuse). Does not belong here: a command and its options (the module of its group, beside this one), what it does (`warehouse`,
`pipelines/run.py`) and how tables look (`console.py`).
"""

import duckdb
import typer

from pipelines.cli import console
from pipelines.cli.ask import rejected, sql, status
from pipelines.cli.audit import audit_app
from pipelines.cli.card import card
from pipelines.cli.deliver import deliver, withdraw
from pipelines.cli.diff import diff
from pipelines.cli.guard import held, refuse, release
from pipelines.cli.harvest import harvest
from pipelines.cli.history import history
from pipelines.cli.home_option import disk_named
from pipelines.cli.lineage import lineage
from pipelines.cli.lists import show_list
from pipelines.cli.period import period_app
from pipelines.cli.policy import policy_app
from pipelines.cli.publish import publish
from pipelines.cli.quality import quality_app
from pipelines.cli.rebuild import rebuild
from pipelines.cli.reconcile import reconcile
from pipelines.cli.run import run
from pipelines.cli.trace import trace, verify
from pipelines.cli.ungraded import ungraded
from pipelines.cli.value import value
from pipelines.cli.write import dictionary, example, export, template
from pipelines.misuse import MisuseError
from warehouse.asking.judge import RefusedError, UnknownTableError
from warehouse.intake.deliveries import DeliveryError
from warehouse.intake.guard import GuardError
from warehouse.intake.received import VanishedError
from warehouse.store.chain import AnchorError, ChainError
from warehouse.store.clock import ClockError
from warehouse.store.home import DamagedBlobError
from warehouse.store.lake import SchemaDriftError
from warehouse.store.on_record import NotOnRecordError
from warehouse.trace.walk import TraceError

#: What a person can mend: one message, and no traceback.
_MENDABLE = (
    DamagedBlobError, DeliveryError, OSError, SchemaDriftError, TraceError, UnknownTableError, ValueError, duckdb.Error,
)  # fmt: skip
#: What of the record is not as it was or would not stay so: a person must look.
_BROKEN_RECORD = (NotOnRecordError, VanishedError, ChainError, AnchorError, ClockError, GuardError)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="数账：公共数据资产台账 / the ledger of public data assets",
)

for command in (
    card,
    lineage,
    history,
    harvest,
    held,
    release,
    refuse,
    rebuild,
    reconcile,
    publish,
    diff,
    ungraded,
    value,
):
    app.command()(command)
app.command("list")(show_list)
for command in (deliver, withdraw, run, status, rejected, trace, verify, sql, export, template, dictionary, example):
    app.command()(command)
app.add_typer(policy_app, name="policy")
app.add_typer(quality_app, name="quality")
app.add_typer(audit_app, name="audit")
app.add_typer(period_app, name="period")


def main() -> None:
    """Entry point: errors that a person can mend end in one message and an exit code, not in a traceback."""
    try:
        with disk_named():
            app()
    except (MisuseError, RefusedError) as error:
        console.fail(str(error), 2)
    except (*_MENDABLE, *_BROKEN_RECORD) as error:
        console.fail(str(error), 1)

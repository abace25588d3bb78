"""The steps of a run as plain calls, one after the other: tables, chain, receipts and workbooks are those of a run in Dagster.

Dagster's own work (plan, event log, snapshot of the job) is half of the processor of a small run. Most tests look at what is in the home
afterwards. Does not belong here: tests of Dagster, of the command line and of the example city, which run in it (`run_home(stored=True)`).
"""

import inspect
import logging
import uuid
from collections.abc import Callable, Collection, Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg

from assets_defs.landing import LandingConfig
from pipelines.definitions import assets_of
from pipelines.jobs import INGEST
from pipelines.plan import Plan
from pipelines.run import Outcome
from warehouse.resource import LakeResource
from warehouse.store import run_events
from warehouse.store.home import Home

_Result = dg.MaterializeResult | dg.AssetCheckResult


def execute(
    home: Home,
    job: dg.JobDefinition,
    chosen: Plan,
    deliverers: Collection[str],
    progress: Callable[[str], None],
) -> Outcome:
    """Build what is chosen of a job, up to the first step that fails or is blocked; stands in for `pipelines.run._execute`."""
    if not chosen.assets:
        return Outcome(chosen.period, None, (), ())
    run_id, written, problems = str(uuid.uuid4()), list[str](), list[str]()
    lake = LakeResource(home=str(home.root))
    given = {
        "config": LandingConfig(deliverers=[*deliverers]),
        "lake": lake,
        # It has been read when the period was chosen.
        "first_reading": job.resource_defs["first_reading"].resource_fn(None),  # pyright: ignore
    }
    for step in assets_of(lake.open().tables):
        context = _context(job, run_id, chosen, step)
        if not context.selected_asset_keys or problems:
            continue
        for result in _results(step, context, given, problems):
            name = result.asset_key.path if result.asset_key else ()
            if isinstance(result, dg.MaterializeResult):
                written.append(".".join(name))
                progress(written[-1])
            elif not result.passed and result.severity == dg.AssetCheckSeverity.ERROR:
                problems.append(f"{'/'.join(name)} {result.check_name}: {result.description}")
    store, periods = lake.open(), [] if job.name == INGEST else [chosen.period]
    run_events.end(store.chain, run_id, job.name, periods, "failed" if problems else "succeeded")
    store.close()
    return Outcome(chosen.period, run_id, tuple(written), tuple(problems))


def _context(job: dg.JobDefinition, run_id: str, chosen: Plan, step: dg.AssetsDefinition) -> Any:
    """What the steps ask of Dagster's context."""
    selected = step.keys & {*chosen.assets}
    return SimpleNamespace(
        selected_asset_keys=selected,
        selected_asset_check_keys={key for key in step.check_keys if key.asset_key in selected},
        has_partition_key=job.name != INGEST,
        partition_key=chosen.period,
        job_def=job,
        run=SimpleNamespace(run_id=run_id, job_name=job.name),
        log=logging.getLogger(__name__),
        instance=SimpleNamespace(add_run_tags=lambda *_: None),
        op_execution_context=SimpleNamespace(op=SimpleNamespace(name=step.op.name)),
    )


def _results(step: dg.AssetsDefinition, context: Any, given: dict[str, Any], problems: list[str]) -> Iterator[_Result]:
    function = step.op.compute_fn.decorated_fn  # pyright: ignore
    wanted = {name: value for name, value in given.items() if name in inspect.signature(function).parameters}
    try:
        yield from function(context, **wanted)
    except dg.Failure as failure:
        problems.append(f"{step.op.name}: {failure.description}")

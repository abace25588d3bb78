"""What all stages share: asset specs made from the tables' definitions, and the step that builds a stage's models.

Belongs here: descriptions, column schema and lineage as Dagster metadata, the generic stage. Does not belong here: what is
particular to a stage (its own module).
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

import dagster as dg

from quality.checks import FINDINGS_CHECKS
from warehouse.building.build import Built, build
from warehouse.publish.dictionary import anchor
from warehouse.publish.lineage_table import lineage_table
from warehouse.resource import LakeResource
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.on_record import restore, told
from warehouse.tables.definitions import all_tables
from warehouse.tables.periods import checked
from warehouse.tables.table import POLICY, STAGES, Table, Tables
from warehouse.trace.graph import table_lineage

#: Periods are months YYYY-MM; `shuzhang run` and the schedules add them.
PERIODS = dg.DynamicPartitionsDefinition(name="period")

OWNERS = ["team:data-team"]

#: Checks of a stage, by name: what Dagster is told of each, and what is looked at once the stage is built.
Checks = Mapping[str, tuple[dg.AssetCheckSpec, Callable[[Lake, dg.AssetKey], dg.AssetCheckResult]]]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def cause_first(step: Callable[Arguments, Iterator[Result]]) -> Callable[Arguments, Iterator[Result]]:
    """Have a step that fails say first what is wrong and what to do: Dagster would begin with its own error and the op's name."""

    @wraps(step)
    def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Iterator[Result]:
        try:
            yield from step(*args, **kwargs)
        except dg.Failure:
            raise
        except Exception as error:
            raise dg.Failure(f"{error}" or type(error).__name__, allow_retries=False) from error

    return told


def asset_key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.stage, table.name])


def asset_spec(
    table: Table,
    *,
    deps: list[dg.AssetKey] | None = None,
    gate: dg.AssetKey | None = None,
    tables: Tables | None = None,
) -> dg.AssetSpec:
    """The spec of a table's asset; `deps` only where Python fills it, else its model's inputs.

    Args:
        gate: an asset whose blocking checks must pass first, although nothing is read from it.
        tables: all that there are; by default the shipped ones.
    """
    tables = tables or all_tables()
    # What lays out the workbooks of a table is read after it was built.
    layouts = (f"{POLICY}.{name}" for name in table.layout_lists)
    inputs = list(deps) if deps is not None else [asset_key(tables[name]) for name in (*table.inputs, *layouts)]
    if gate is not None and gate not in inputs:
        inputs.append(gate)
    # Dagster searches keys, groups, owners, kinds and tags, and of these kinds alone take Chinese (1.13.27); it takes three of them.
    kinds = {"duckdb", "sql" if table.model else "python", table.label}
    return dg.AssetSpec(
        asset_key(table),
        deps=inputs,
        description=_description(table),
        group_name=table.stage,
        owners=OWNERS,
        kinds=kinds,
        code_version=hashlib.sha256(table.model.encode()).hexdigest()[:12] if table.model else None,
        metadata=_metadata(table, tables),
    )


def findings_checks(stage: str) -> Checks:
    """The checks of the tables of findings of a stage."""
    tables = {table.qualified: table for table in all_tables().of_stage(stage)}
    return {
        name: (dg.AssetCheckSpec(name, asset=asset_key(tables[check.table]), description=check.title), check.result)
        for name, check in FINDINGS_CHECKS.items()
        if check.table in tables
    }


def stage_assets(
    stage: str,
    *,
    by_period: bool = False,
    gate: dg.AssetKey | None = None,
    without: Collection[str] = (),
    checks: Checks | None = None,
    numbers: Mapping[str, Callable[[Lake], Mapping[str, dg.MetadataValue]]] | None = None,
) -> dg.AssetsDefinition:
    """The models of a stage: one step that replaces the selected tables in one transaction, once `gate` has passed.

    A step has one partitioning in Dagster, so a stage that has both takes two: its tables by period, and its other ones.

    Args:
        without: qualified names of tables that have a step of their own.
        numbers: what is counted of a table once it is built, beside what is told of all; by qualified name.
    """
    chosen = [table for table in all_tables().of_stage(stage) if table.qualified not in without]
    tables = {asset_key(t): t for t in chosen if (t.partition is not None) == by_period}
    looks = checks or {}
    counts = numbers or {}

    @dg.multi_asset(
        name=f"{stage}_by_period" if by_period else stage,
        specs=[asset_spec(table, gate=gate) for table in tables.values()],
        check_specs=[spec for spec, _ in looks.values()],
        can_subset=True,
        partitions_def=PERIODS if by_period else None,
        description=f"{STAGES[stage]} / {stage}",
    )
    @cause_first
    def build_stage(
        context: dg.AssetExecutionContext, lake: LakeResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        selected = [table for key, table in tables.items() if key in context.selected_asset_keys]
        built = build_selected(context, lake, selected, stage)
        counted = {one.table.qualified for one in built} & counts.keys()
        yield from results(built, {name: counts[name](lake.open()) for name in counted})
        for check in sorted(context.selected_asset_check_keys):
            yield looks[check.name][1](lake.open(), check.asset_key)

    return build_stage


def build_selected(
    context: dg.AssetExecutionContext, lake: LakeResource, selected: list[Table], stage: str
) -> list[Built]:
    """Build the selected tables of a stage, for the run's period where they are partitioned."""
    policy = lake.policy()
    return build(
        restored(context, lake),
        [table.under(policy) for table in selected],
        period=run_period(context),
        policy_hashes=policy.list_hashes,
        info=commit_info(context, stage),
    )


def run_period(context: dg.AssetExecutionContext) -> str | None:
    """The period that a run is for, if it is for one; the partitions of the job `ingest` are deliverers.

    Raises:
        PeriodError: the UI takes any text for a new partition, and this one is no period.
    """
    of_job = context.job_def.partitions_def
    if not context.has_partition_key or (of_job is not None and of_job != PERIODS):
        return None
    return checked(context.partition_key)


def restored(context: dg.AssetExecutionContext, lake: LakeResource) -> Lake:
    """The lake, with tables that something else than a commit on record had changed given back their rows.

    Every step begins with it, so that a run of a false period ends before anything is written.

    Raises:
        PeriodError: see `run_period` and `LakeResource.begin`.
    """
    store = lake.begin(context.run, run_period(context))
    if found := restore(store, CommitInfo("shuzhang", "restore", context.run.run_id)):
        context.log.warning(told(found))
    return store


def commit_info(context: dg.AssetExecutionContext, stage: str) -> CommitInfo:
    return CommitInfo("shuzhang", f"build {stage}", context.run.run_id, step=context.op_execution_context.op.name)


def results(
    built: list[Built],
    extra: Mapping[str, Mapping[str, dg.MetadataValue]] | None = None,
    versions: Mapping[str, str] | None = None,
) -> Iterator[dg.MaterializeResult]:
    """What Dagster is told of each table that was written.

    Args:
        extra: metadata by qualified name.
        versions: data versions by qualified name; by default the snapshot, which is another one after every commit.
    """
    for one in built:
        # The UI plots numbers, and its numbers are floats; the exact amounts stand beside them as text.
        money = {name: f"{value:,}" for name, value in one.totals.items() if isinstance(value, Decimal)}
        counts = {name: value for name, value in one.totals.items() if not isinstance(value, Decimal)}
        yield dg.MaterializeResult(
            asset_key=asset_key(one.table),
            metadata={
                "dagster/row_count": one.row_count,
                "snapshot": one.snapshot_id,
                **counts,
                **{name: float(value) for name, value in one.totals.items() if isinstance(value, Decimal)},
                **({"exact": dg.MetadataValue.json(money)} if money else {}),
                **(extra or {}).get(one.table.qualified, {}),
            },
            data_version=dg.DataVersion((versions or {}).get(one.table.qualified, f"{one.snapshot_id}")),
        )


def _description(table: Table) -> str:
    key = ", ".join(table.key)
    # Lists and the graph show the beginning of it as it is written, so there is no Markdown in it.
    return f"{table.label}：{table.zh}。{table.grain_zh}。\n\n{table.en}. {table.grain_en}. Key: {key}."


def _metadata(table: Table, tables: Tables) -> dict[str, object]:
    columns = [
        dg.TableColumn(
            c.name,
            c.type,
            description=f"{c.label}：{c.zh} / {c.en}" + (f" [{c.unit}]" if c.unit else ""),
            constraints=dg.TableColumnConstraints(nullable=c.name not in table.key),
        )
        for c in table.columns
    ]
    metadata: dict[str, object] = {
        "dagster/table_name": f"lake.{table.qualified}",
        "dagster/column_schema": dg.TableSchema(columns),
        "dictionary": dg.MetadataValue.path(f"docs/data-dictionary.md#{anchor(table)}"),
    }
    if table.model:
        lineage = table_lineage(tables, table)
        # The open-source UI stores column lineage and shows none of it (1.13.27), so it stands there as text as well.
        metadata["lineage"] = dg.MetadataValue.md(lineage_table(tables, table))
        metadata["model"] = dg.MetadataValue.md(f"```sql\n{table.model}```")
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: list(
                    dict.fromkeys(
                        dg.TableColumnDep(asset_key(tables[source]), source_column)
                        for source, source_column, influence in origins
                        if influence == "value"
                    )
                )
                for column, origins in lineage.items()
            }
        )
    return metadata

"""Stage report: the state-asset report forms of a period, as tables and as workbooks; those of a city's own beside the shipped ones."""

from collections.abc import Iterator, Sequence

import dagster as dg
import duckdb

from assets_defs.stage import PERIODS, asset_spec, build_selected, cause_first, results, run_period
from warehouse.building.build import ModelError
from warehouse.intake.landed import judged_day
from warehouse.publish.workbook import publish_forms
from warehouse.resource import LakeResource
from warehouse.store.owed import owe
from warehouse.tables.own_forms import home_standing, own_tables
from warehouse.tables.table import Table, Tables
from warehouse.trace.column_grade import DOORS, DoorError, keep_door

#: What the rows or the layout of a city's own form may break. Its text was judged when it was loaded.
_FAULTS = (ModelError, DoorError, LookupError, duckdb.Error)


def report_stage(tables: Tables) -> dg.AssetsDefinition:
    """The step of the stage, over the tables that a home has."""
    specs = [asset_spec(table, tables=tables) for table in tables.of_stage("report")]

    @dg.multi_asset(
        name="report",
        specs=specs,
        can_subset=True,
        partitions_def=PERIODS,
        description="报告 / report",
    )
    @cause_first
    def build_report(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
        """Build the forms of the period, then write each as a workbook under the home's `reports/<period>/`."""
        here = lake.open().tables
        for refused in home_standing(lake.open().home.policy).refused:
            context.log.warning(str(refused))
        names = [".".join(spec.key.path) for spec in specs if spec.key in context.selected_asset_keys]
        faults = [_gone(name) for name in names if name not in here]
        own = {table.qualified for table in own_tables(here)}
        for together in _turns([here[name] for name in names if name in here], here.under(lake.policy()), own):
            try:
                yield from _built(context, lake, together, own)
            except _FAULTS as error:
                if together[0].qualified not in own:
                    raise
                # A city's own form stops nothing but itself.
                of = f"{together[0].qualified}: " if isinstance(error, duckdb.Error) else ""  # it names no table
                faults.append(f"{of}{error}")
        if faults:
            raise ModelError("\n".join(faults))

    return build_report


def _turns(chosen: Sequence[Table], under_policy: Tables, own: set[str]) -> Iterator[list[Table]]:
    """The tables that are built in one transaction each: the shipped ones, every own form by itself, then what checks own forms."""
    after = [table for table in chosen if own & set(under_policy[table.qualified].inputs)]
    yield [table for table in chosen if table not in after and table.qualified not in own]
    yield from ([table] for table in chosen if table.qualified in own)
    yield after


def _built(
    context: dg.AssetExecutionContext, lake: LakeResource, together: list[Table], own: set[str]
) -> Iterator[dg.MaterializeResult]:
    if not together:
        return
    store = lake.open()
    shown = {table.qualified for table in together} & own
    for door in DOORS if shown else ():
        keep_door(store.tables, lake.policy().on(judged_day(store)), door, shown)
    forms = [table for table in together if table.layout_lists]
    for table in forms:
        owe(store.home, table.qualified, [str(run_period(context))])
    built = build_selected(context, lake, together, "report")
    files = publish_forms(store, forms, context.partition_key)
    yield from results(built, {name: {"workbook": dg.MetadataValue.path(file)} for name, file in files.items()})


def _gone(name: str) -> str:
    return (
        f"{name}: 政策中已没有这张自有报表，或它未通过检查；请重新载入代码位置 / policy has no such form of the city's own any more, or it "
        "breaks a rule; reload the code location"
    )

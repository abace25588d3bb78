"""The gate: Great Expectations judges the measures against the thresholds of policy and writes them as Data Docs.

Great Expectations takes 6 to 9 seconds to import, so this module is imported where the gate is asked, and nowhere else. It counts no
rows of big tables: the measures were counted by the model. Does not belong here: measuring (`rules.py`), Dagster (`checks.py`).
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when it is imported

import great_expectations as gx
import pandas as pd
from great_expectations.checkpoint.actions import UpdateDataDocsAction
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.metadata_types import FailureSeverity

from quality.data_docs import make_self_contained
from quality.rules import RuleMeasure
from warehouse.store.disk import full_disk_named

_SITE = "quality"


class GateError(Exception):
    """Great Expectations itself failed; that says nothing about the data."""


def judge(measures: Sequence[RuleMeasure], folder: Path) -> Mapping[str, bool]:
    """Whether each assessed rule reaches its threshold; rules that were not assessed are not asked.

    Args:
        folder: where the Data Docs are put, as a whole; `index.html` is their first page.

    Raises:
        GateError: the tool failed on an expectation.
        DiskError: the Data Docs cannot be written; those that were there stand.
    """
    assessed = [measure for measure in measures if measure.is_assessed]
    with full_disk_named(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".quality-"))
        try:
            verdicts = _validate(assessed, aside)
            make_self_contained(aside)
            aside.chmod(0o755)
            _put_in_place(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return verdicts


def _validate(measures: Sequence[RuleMeasure], docs: Path) -> dict[str, bool]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(
        _SITE,
        {
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    suite = gx.ExpectationSuite(name="目录质量 catalogue quality")
    for measure in measures:
        suite.add_expectation(
            ExpectColumnValuesToBeBetween(
                column=_named(measure),
                # A share that is cut off after two places reaches a whole number just when the exact share does.
                min_value=measure.threshold_pct,
                severity=FailureSeverity.CRITICAL if measure.severity == "block" else FailureSeverity.WARNING,
                meta={
                    "rule": measure.rule_code,
                    "notes": {"format": "markdown", "content": [_note(measure)]},
                },
            )
        )
    asset = context.data_sources.add_pandas("quality.measure").add_dataframe_asset("各规则 rules")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name="gate", data=asset.add_batch_definition_whole_dataframe("gate"), suite=context.suites.add(suite)
        )
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="gate",
            validation_definitions=[definition],
            actions=[UpdateDataDocsAction(name="docs", site_names=[_SITE])],
            result_format="BASIC",
        )
    )
    # One row, a column a rule: what each expectation asks of the frame as a whole is then computed once for all of them.
    frame = pd.DataFrame({_named(measure): [measure.share_pct] for measure in measures})
    (result,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
    verdicts: dict[str, bool] = {}
    for one in result.results:
        rule = ((one.expectation_config and one.expectation_config.meta) or {})["rule"]
        if error := _tool_error(one.exception_info or {}):
            raise GateError(
                f"{rule}: Great Expectations 出错，与数据无关 / Great Expectations failed, which says nothing about the data: {error}"
            )
        verdicts[rule] = bool(one.success)
    return verdicts


def _tool_error(info: Mapping[str, Any]) -> str:
    """What Great Expectations says of its own failure; it stands at the top, or once for each metric that failed."""
    for one in (info, *(value for value in info.values() if isinstance(value, Mapping))):
        if one.get("raised_exception"):
            return str(one.get("exception_message"))
    return ""


def _named(measure: RuleMeasure) -> str:
    return f"{measure.name_zh} {measure.rule_code}"


def _note(measure: RuleMeasure) -> str:
    worst = f"；最差 worst: {'; '.join(measure.worst)}" if measure.worst else ""
    return (
        f"**{measure.dimension} {measure.indicator_code}** {measure.name_zh} / {measure.name_en}："
        f"{measure.numerator} / {measure.denominator}，{measure.failing} 个未达到 below{worst}。{measure.mend}"
    )


def _put_in_place(aside: Path, folder: Path) -> None:
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".quality-"))
    if folder.exists():
        folder.rename(old / folder.name)
    aside.rename(folder)
    shutil.rmtree(old)

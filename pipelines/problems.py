"""What went wrong in a run, in words that say what a person must do.

Does not belong here: where the words go (`cli/`, `sensors.py`).
"""

from collections.abc import Iterable

import dagster as dg


def problems(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """A line for each step that failed and each check that blocks, from a run's events."""
    found = []
    for event in events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error.cause if error and error.cause else error
            found.append(f"{event.step_key}: {cause.message.strip() if cause else 'failed'}")
        elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                found.append(f"{check.asset_key.to_user_string()} {check.check_name}: {check.description}")
    return found

"""Runs in the chain of events: that one began, and how it ended.

A run that has no end was killed, or is going on. Does not belong here: what it committed, which the chain has as commits.
"""

from collections.abc import Iterable, Sequence

from warehouse.store.chain import COMMIT, READING, RUN, Chain, Event, Note

BEGIN, END = "begin", "end"


def begin(chain: Chain, run_id: str, job: str, periods: Sequence[str]) -> None:
    """Put on record that a run begins."""
    chain.append([Note(RUN, run_id, {"phase": BEGIN, "job": job, "periods": [*periods]})])


def end(chain: Chain, run_id: str, job: str, periods: Sequence[str], outcome: str) -> None:
    """Put on record how a run ended, with the deliveries that it took in."""
    deliveries = _taken_in(chain.events(), run_id)
    body = {"phase": END, "job": job, "periods": [*periods], "outcome": outcome, "deliveries": deliveries}
    chain.append([Note(RUN, run_id, body)])


def _taken_in(events: Iterable[Event], run_id: str) -> list[str]:
    """The deliveries that a run's commits were the first to read."""
    found: list[str] = []
    known: set[str] = set()
    waiting: list[str] = []
    for event in events:
        if event.kind == READING and event.subject not in known:
            waiting.append(event.subject)
        elif event.kind == COMMIT:
            # What a commit read stands before it.
            known.update(waiting)
            found += waiting if event.body["run_id"] == run_id else ()
            waiting = []
    return found


def without_end(events: Iterable[Event]) -> list[Event]:
    """The beginnings of runs that have no end."""
    open_runs: dict[str, Event] = {}
    for event in events:
        if event.kind == RUN and event.body["phase"] == BEGIN:
            open_runs[event.subject] = event
        elif event.kind == RUN:
            open_runs.pop(event.subject, None)
    return [*open_runs.values()]

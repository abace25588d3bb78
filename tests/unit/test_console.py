"""What the command line shows on a terminal of 80 columns, and into a pipe."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipelines.cli import console
from warehouse.asking.query import Answer
from warehouse.trace.tracer import Trace

WIDE = Answer(
    ["holder_code", "单位名称", "abstract", "issued_date", "cost_cny"],
    [
        ("1199", "示例市某局", "用于城市道路照明的公共数据，" * 6, date(2026, 6, 30), Decimal("12.30")),
        ("1", None, "", None, None),
    ],
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    out = io.StringIO()
    monkeypatch.setattr(console, "_OUT", Console(file=out, width=80, force_terminal=True, color_system=None))
    return out


def test_a_row_that_does_not_fit_is_a_block_and_nothing_of_it_is_lost(terminal: io.StringIO) -> None:
    console.show(WIDE, None)
    lines = terminal.getvalue().splitlines()
    assert lines[0] == "── 1 ──"
    assert lines[1] == "holder_code  1199"
    assert lines[2] == "单位名称     示例市某局"
    assert all(cell_len(line) <= 80 for line in lines)
    assert "".join(line.strip() for line in lines).count("用于城市道路照明的公共数据，") == 6
    assert lines[-1] == "2 行 / rows"


def test_numbers_stand_to_the_right_in_a_table_that_fits(terminal: io.StringIO) -> None:
    console.show(Answer(["name", "cost_cny"], [("a", Decimal("1200.00")), ("[b]", Decimal("3.50")), ("c", None)]), None)
    told = terminal.getvalue()
    assert "│ a    │  1200.00 │" in told
    assert "│ [b]  │     3.50 │" in told


def test_markup_in_a_value_is_text(terminal: io.StringIO) -> None:
    console.show(Answer(["[red]x"], [("[bold]y[/bold]",)]), console.Format.TABLE)
    assert "[bold]y[/bold]" in terminal.getvalue()
    assert "[red]x" in terminal.getvalue()


def test_an_answer_goes_into_a_pipe_as_csv(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "_OUT", Console(file=io.StringIO()))
    console.show(Answer(["a", "b"], [(Decimal("1.50"), "x,y")]), None)
    assert capsys.readouterr().out == 'a,b\n1.50,"x,y"\n'


def test_a_source_has_deliverer_file_place_and_text_in_lines_of_their_own(terminal: io.StringIO) -> None:
    source = {"table": "landing.record", "key": {}, "sha256": "ab" * 32, "deliverer": "1199", "file": "成本.csv"}
    source |= {"pointer": "record 1, line 2", "raw": "1,2\n"}
    console.show_trace(Trace("report.form_r1", {}, {"period": "2026-06"}, [], [source], 3, True, [], []))
    lines = [line.strip() for line in terminal.getvalue().splitlines()]
    for line in (
        "单位 deliverer  1199",
        "文件 file       成本.csv",
        "位置 place      record 1, line 2",
        "原文 text       1,2",
    ):
        assert line in lines
    assert "来源 / sources: 1 / 3" in lines


def test_the_status_speaks_both_languages_and_fits(terminal: io.StringIO) -> None:
    counts = dict.fromkeys(("in", "accepted", "rejected", "unchanged", "held"), 1_234_567)
    figures: dict[str, Any] = {
        "home": "/h",
        "deliveries": 1200,
        "records_by_kind": {"authorisations": counts, "organisations": counts, "catalog.field": counts},
        "quality_score_pct": None,
        "missing": ["A", "B"],
        "harvest": [],
        "unauthorised": [],
        "contested_lines": [],
        "unnamed_authorities": [],
        "first_deliverer": None, "removed_periods": [],
        "last_run": {
            "run_id": "r", "job": "everything", "status": "SUCCESS",
            "started_at": "2026-06-30T08:00:00.5+00:00", "ended_at": "2026-06-30T08:01:00+00:00",
        },
    }  # fmt: skip
    console.show_status(figures)
    told = terminal.getvalue()
    assert all(cell_len(line) <= 80 for line in told.splitlines())
    assert "organisations" in told
    assert "交付 / deliveries" in told
    assert "1,200" in told
    assert "A、B" in told
    assert "成功 / succeeded, 2026-06-30 08:00:00 – 2026-06-30 08:01:00 UTC" in " ".join(told.split())


def test_a_run_says_n_of_n_and_the_time_left_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(console, "_OUT", Console(file=out, width=80))
    with console.RunDisplay() as display:
        display.start("2026-06", 2)
        display.advance("catalog.resource")
        display.advance("report.form_r1")
    first, second, third = out.getvalue().splitlines()
    assert first.startswith("2026-06: 2 张表")
    assert second.startswith("  1 / 2  catalog.resource  剩余约 / left ")
    assert third == "  2 / 2  report.form_r1  剩余约 / left 0:00:00"

"""`shuzhang value` over the example city: reference values beside the book value, as text and as a workbook with charts."""

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app, main
from warehouse.asking.query import query
from warehouse.store.home import Home
from warehouse.store.lake import Lake


def _call(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)], catch_exceptions=False)


def _one(home: Home, sql: str) -> tuple[object, ...]:
    (row,) = query(Lake(home), sql).rows
    return row


def test_it_shows_each_method_beside_the_book_value_and_why_there_is_none(city: Home) -> None:
    shown = _call(city, "value", "--period", "2026-06").output
    cards, book = _one(
        city,
        "SELECT count(*), sum(closing_carrying_cny) FROM valuation.snapshot "
        "WHERE period = '2026-06' AND snapshot_status IN ('valued', 'unvalued')",
    )
    assert f"卡片 / cards {cards:,}    账面价值 / book value {book:,.2f}" in shown
    for _, name, value in query(
        Lake(city),
        "SELECT method_position, method_name_zh, sum(value_cny) FROM valuation.reference_value "
        "WHERE period = '2026-06' GROUP BY ALL ORDER BY ALL",
    ).rows:
        block = shown.split(f"\n{name} / ")[1].split("\n\n")[0]
        assert ("参考值 / value " in block) == (value is not None)
        assert value is None or f"参考值 / value      {value:,.2f}" in block
        assert "无 / none" in block
    assert _call(city, "value").output == shown  # the latest period


def test_a_card_is_shown_by_its_code_with_the_bars_and_the_workbook_has_the_same(city: Home, tmp_path: Path) -> None:
    card, code, value, book = _one(
        city,
        "SELECT card_id, c.resource_code, v.value_cny, v.closing_carrying_cny FROM valuation.reference_value AS v "
        "JOIN registry.asset_card AS c USING (card_id) WHERE v.reference_method = 'appraisal' AND v.has_evidence ORDER BY 1 LIMIT 1",
    )
    shown = _call(city, "value", "--card", str(card), "--out", str(tmp_path)).output
    assert f"参考值 / value      {value:,.2f}" in shown
    assert f"账面价值 / book value {book:,.2f}" in shown
    assert "± 质量得分 / score of quality 5: " in shown
    assert "没有可比案例 / no comparable was delivered" in shown
    assert _call(city, "value", "--card", str(code)).output in shown

    (file,) = tmp_path.iterdir()
    assert file.name == f"reference-value-2026-06-{card}.xlsx"
    workbook = openpyxl.load_workbook(file)
    assert workbook.sheetnames == ["参考估值", "敏感性", "敏感性图"]
    rows = {str(row[3]): row for row in workbook["参考估值"].iter_rows(min_row=4, values_only=True)}
    assert len(rows) == 8
    assert Decimal(str(rows["评估值"][5])) == value
    assert Decimal(str(rows["评估值"][4])) == book
    assert rows["市场法"][5] is None
    assert rows["市场法"][9] == "没有可比案例"
    bars = list(workbook["敏感性"].iter_rows(min_row=4, values_only=True))
    with ZipFile(file) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == len({str(row[0]) for row in bars})
    for row in bars:
        base, low, high = (float(str(cell)) for cell in row[3:6])
        assert (float(str(row[6])), float(str(row[7]))) == pytest.approx((low - base, high - base), abs=0.001)


def test_the_workbook_of_all_cards_has_a_row_a_card_and_method(city: Home, tmp_path: Path) -> None:
    _call(city, "value", "--out", str(tmp_path))
    (count, total) = _one(
        city, "SELECT count(*), sum(value_cny) FROM valuation.reference_value WHERE period = '2026-06'"
    )
    rows = list(openpyxl.load_workbook(tmp_path / "reference-value-2026-06.xlsx")["参考估值"].iter_rows(min_row=4))
    assert len(rows) == count
    assert sum((Decimal(str(row[5].value)) for row in rows if row[5].value is not None), Decimal(0)) == total


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2026-13"], "2026-13"),
        (["--period", "2031-01"], "no card is held in it"),
        (["--card", "nothing"], "no such card is held in it"),
        (["--out", "/nowhere/at/all"], "no such folder"),
    ],
)
def test_what_is_not_there_is_misuse(
    city: Home, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["shuzhang", "value", *arguments, "--home", str(city.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.replace("\n", " ")

"""`shuzhang reconcile` over the example city: units and items that differ, files to sign and to book, exit codes."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.cli.app import main
from tests.homes import ask, one
from warehouse.store.home import Home

PERIOD = "2026-06"


@pytest.fixture
def said(city: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # a function
    monkeypatch.setenv("SHUZHANG_HOME", str(city.root))

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["shuzhang", "reconcile", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out + captured.err

    return call


def test_what_differs_is_told_by_unit_with_mend_and_age(city: Home, said) -> None:
    code, text = said("--period", PERIOD)
    assert code == 1
    units, items = ask(
        city, "SELECT count(DISTINCT holder_code), count(DISTINCT (holder_code, item_code)) FROM finance.difference"
    )[0]
    assert f"{units} 个单位 / units, {items} 项不符" in text
    cost, net = ask(city, "SELECT difference_cost_cny, difference_net_cny FROM finance.unit_rate WHERE level = 'city'")[
        0
    ]
    assert f"{cost:,}" in text
    assert f"{net:,}" in text
    assert "自 / since 2026-05（或更早）/ or before" in text
    assert "改正：按卡片补记财务账" in text
    assert "mend: book the card" in text


def test_a_unit_that_agrees_ends_well(city: Home, said) -> None:
    unit = one(
        city,
        "SELECT min(holder_code) FROM finance.journal_entry WHERE holder_code NOT IN (SELECT holder_code FROM finance.difference)",
    )
    code, text = said("--period", PERIOD, "--unit", unit, "--entries")
    assert code == 0
    assert "0 项不符" in text
    charge = one(
        city,
        "SELECT max(debit_cny) FROM finance.journal_entry WHERE holder_code = $u AND booking_month = $p",
        u=unit,
        p=PERIOD,
    )
    assert f"{charge:,}" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--period", "2026-13"), 2, "2026-13"),
        (("--period", "2019-01"), 1, "shuzhang run --period 2019-01"),
        (("--period", PERIOD, "--unit", "nobody"), 1, "nobody"),
        (("--period", PERIOD, "--entries"), 2, "--unit"),
    ],
)
def test_what_cannot_be_told_says_why(said, arguments: tuple[str, ...], code: int, words: str) -> None:
    found, text = said(*arguments)
    assert (found, words in text) == (code, True)


def test_the_files_have_the_entries_of_the_unit_and_a_statement_to_sign(city: Home, said, tmp_path: Path) -> None:
    unit = one(city, "SELECT min(holder_code) FROM finance.difference WHERE difference_kind = 'period_shift'")
    out = tmp_path / "new" / "folder"
    code, text = said("--period", PERIOD, "--unit", unit, "--out", str(out))
    assert code == 1
    assert "2 个文件" in text
    assert {file.name for file in out.iterdir()} == {f"statement-{unit}.xlsx", f"journal-{unit}.csv"}
    sides: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with (out / f"journal-{unit}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            sides[row["科目代码"]][0] += Decimal(row["借方金额"] or 0)
            sides[row["科目代码"]][1] += Decimal(row["贷方金额"] or 0)
    booked = "SELECT account_code, sum(debit_cny), sum(credit_cny) FROM finance.journal_entry WHERE holder_code = $u GROUP BY ALL"
    assert dict(sides) == {account: [debit, credit] for account, debit, credit in ask(city, booked, u=unit)}


def test_the_entries_of_the_city_balance_and_sum_to_the_movements_of_its_cards(city: Home) -> None:
    unequal = "SELECT card_id FROM finance.journal_entry GROUP BY card_id, journal_no HAVING sum(debit_cny) <> sum(credit_cny)"
    assert ask(city, unequal) == []
    for measure, account, sign in (("cost", "1701", 1), ("amortisation", "1702", -1)):
        booked = one(
            city, "SELECT sum(debit_cny - credit_cny) FROM finance.journal_entry WHERE account_code = $a", a=account
        )
        moved = one(
            city,
            f"SELECT sum(adjustment_{measure}_cny + addition_{measure}_cny - reduction_{measure}_cny) FROM valuation.snapshot",
        )
        assert booked * sign == moved

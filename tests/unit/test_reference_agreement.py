"""Income and market values agree to the cent with other calculations: exact fractions, numpy-financial, and LibreOffice's own NPV.

Does not belong here: what is refused (`test_reference_values.py`), rates that are looked for (`test_implied_rate.py`).
"""

import csv
import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy_financial
import pytest
import xlsxwriter

from tests.reference_facts import ReferenceFacts

pytestmark = pytest.mark.slow

#: In place of the result of a formula: LibreOffice would show a number that stands there and not reckon.
UNKNOWN: Any = ""
SECOND = {"share": "share_rate", "excess": "contributory_cost_cny", "incremental": "income_without_cny"}


class Income(NamedTuple):
    """A forecast: by year the income, and the share or what is deducted."""

    kind: str
    rate: Decimal
    years: list[tuple[Decimal, Decimal]]

    def flows(self) -> list[Fraction]:
        if self.kind == "share":
            return [Fraction(income) * Fraction(share) for income, share in self.years]
        return [Fraction(income) - Fraction(other) for income, other in self.years]


def _incomes() -> list[Income]:
    """Cases of all kinds, lengths and rates, the awkward ones first; drawn the same way every time."""
    draw = Random(20_260_630)  # noqa: S311
    cents = lambda most: Decimal(draw.randrange(1, most)).scaleb(-2)  # noqa: E731
    long = [(Decimal("9999999999999999.99"), Decimal(0))] * 15
    found = [Income("direct", Decimal("0.02"), long), Income("direct", Decimal("0.3"), [(Decimal("0.01"), Decimal(0))])]
    for number in range(60):
        kind = ("direct", "share", "excess", "incremental")[number % 4]
        rate = Decimal(draw.randrange(20_000, 300_001)).scaleb(-6)
        years = []
        for _ in range(draw.randrange(1, 16)):
            income = cents(10 ** draw.randrange(3, 13))
            share = Decimal(draw.randrange(0, 500_001)).scaleb(-6)
            other = {"direct": Decimal(0), "share": share}.get(kind, (income * share).quantize(Decimal("0.01")))
            years.append((income, other))
        found.append(Income(kind, rate, years))
    return found


class Comparable(NamedTuple):
    """A comparable: its price and five factors."""

    price: Decimal
    factors: list[Decimal]


def _markets() -> list[list[Comparable]]:
    draw = Random(17)  # noqa: S311
    factor = lambda: Decimal(draw.randrange(500_000, 1_500_001)).scaleb(-6)  # noqa: E731
    return [
        [
            Comparable(Decimal(draw.randrange(1, 10 ** draw.randrange(3, 15))).scaleb(-2), [factor() for _ in range(5)])
            for _ in range(draw.randrange(1, 5))
        ]
        for _ in range(12)
    ]


INCOMES, MARKETS = _incomes(), _markets()


@pytest.fixture(scope="module")
def found() -> ReferenceFacts:
    """A card a case, in one build."""
    facts = ReferenceFacts()
    for number, case in enumerate(INCOMES):
        facts.card(f"i{number}", score=None)
        for year, (income, other) in enumerate(case.years, 1):
            facts.forecast(
                case.kind, [str(income)], str(case.rate), resource_code=f"i{number}", year_no=year,
                **({SECOND[case.kind]: str(other)} if case.kind in SECOND else {}),
            )  # fmt: skip
    for number, comparables in enumerate(MARKETS):
        facts.card(f"m{number}", score=None)
        for position, one in enumerate(comparables):
            facts.comparable(
                str(position),
                str(one.price),
                " ".join(map(str, one.factors)),
                resource_code=f"m{number}",
                part_no=position + 1,
            )
    facts.build()
    return facts


def _value(found: ReferenceFacts, card: str, method: str) -> Decimal:
    return Decimal(found.shown(method, card))


def _to_cents(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator * 10**12 // exact.denominator).scaleb(-12)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_income_is_the_exact_sum_to_the_cent(found: ReferenceFacts) -> None:
    """Fractions, which round nothing: F_t / (1 + r)^t as the formula has it."""
    for number, case in enumerate(INCOMES):
        exact = sum(
            (flow / (1 + Fraction(case.rate)) ** year for year, flow in enumerate(case.flows(), 1)), start=Fraction(0)
        )
        assert _value(found, f"i{number}", case.kind) == _to_cents(exact), case


def test_income_agrees_with_numpy_financial(found: ReferenceFacts) -> None:
    """Its first flow is of today, ours of the first year; its floats hold 15 digits."""
    for number, case in enumerate(INCOMES):
        theirs = float(numpy_financial.npv(float(case.rate), [0, *map(float, case.flows())]))
        assert float(_value(found, f"i{number}", case.kind)) == pytest.approx(theirs, rel=1e-12, abs=0.0051), case


def test_comparables_are_the_exact_sum_to_the_cent(found: ReferenceFacts) -> None:
    for number, comparables in enumerate(MARKETS):
        parts = []
        for one in comparables:
            exact = Fraction(one.price)
            for factor in one.factors:
                exact *= Fraction(factor)
            parts.append(_to_cents(exact))
        assert _value(found, f"m{number}", "market") == sum(parts), comparables


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_income_and_comparables_agree_with_a_spreadsheet_that_libreoffice_evaluates(
    found: ReferenceFacts, tmp_path: Path
) -> None:
    """NPV and products as formulas of a workbook, without the values of any program in it."""
    source = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet()
        for row, case in enumerate(INCOMES):
            sheet.write_number(row, 1, float(case.rate))
            for column, flow in enumerate(case.flows(), 2):
                sheet.write_number(row, column, float(flow))
            last = chr(ord("C") + len(case.years) - 1)
            sheet.write_formula(row, 0, f"=NPV(B{row + 1},C{row + 1}:{last}{row + 1})", value=UNKNOWN)
        for number, comparables in enumerate(MARKETS):
            row, terms = len(INCOMES) + number, []
            for position, one in enumerate(comparables):
                for column, value in enumerate((one.price, *one.factors), 1 + 6 * position):
                    sheet.write_number(row, column, float(value))
                first, end = _cell(row, 1 + 6 * position), _cell(row, 6 + 6 * position)
                terms.append(f"ROUND(PRODUCT({first}:{end}),2)")
            sheet.write_formula(row, 0, f"={'+'.join(terms)}", value=UNKNOWN)
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "csv", "--outdir",
            str(tmp_path), str(source),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (tmp_path / "cases.csv").open(encoding="utf-8") as file:
        theirs = [float(row[0]) for row in csv.reader(file)]
    ours = [_value(found, f"i{number}", case.kind) for number, case in enumerate(INCOMES)]
    ours += [_value(found, f"m{number}", "market") for number in range(len(MARKETS))]
    assert len(theirs) == len(ours)
    for one, other in zip(ours, theirs, strict=True):
        assert float(one) == pytest.approx(other, rel=1e-12, abs=0.0051)


def _cell(row: int, column: int) -> str:
    letters = chr(ord("A") + column) if column < 26 else chr(ord("A") + column // 26 - 1) + chr(ord("A") + column % 26)
    return f"{letters}{row + 1}"

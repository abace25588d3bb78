"""Dates, months, amounts and integers: every notation gives the same plain form, and no cent is lost."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readers.values import amount, date, integer, month, settled

WIDE = {ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789.,-()"}

dates = st.dates(datetime.date(1000, 1, 1))
cents = st.integers(-(10**18), 10**18)


def as_money(value: int) -> Decimal:
    return Decimal(value).scaleb(-2)


@given(
    dates,
    st.sampled_from(
        [
            "{0:04}-{1:02}-{2:02}",
            "{0:04}-{1}-{2}",
            "{0:04}/{1}/{2}",
            "{0:04}.{1}.{2}",
            "{0:04}年{1}月{2}日",
            "{0:04} 年 {1:02} 月 {2:02} 号",
            "{0:04}{1:02}{2:02}",
        ]
    ),
    st.sampled_from(["", " 16:35:36", "T00:00:00.000Z", " 9:05", "T23:59:59+08:00"]),
    st.booleans(),
)
def test_a_date_in_any_notation(day: datetime.date, notation: str, time: str, is_wide: bool) -> None:
    text = f"  {notation.format(day.year, day.month, day.day)}{time}　"
    assert date(text.translate(WIDE) if is_wide else text) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "2024-13-01",
        "2024年3月",
        "2024-3/5",
        "24-03-05",
        "0024-03-05",
        "0001-01-01",
        "115/1/31",
        "31/01/2026",
        "infinity",
        "epoch",
        "2017-03-11 01:00:03 2017-02-23 11:49:08",
        "2015-01-01/2015-12-31",
        "2024-01-01至2024-12-31",
        "R/P1Y",
        "12345",
        "2024-03-05x",
        "²⁰²⁴-1-1",
    ],
)
def test_no_date(text: str) -> None:
    assert date(text) is None
    assert settled("date", text) is None


@given(
    dates,
    st.sampled_from(["{0:04}-{1:02}", "{0:04}/{1}", "{0:04}.{1:02}", "{0:04}年{1}月份", "{0:04}{1:02}"]),
)
def test_a_month_in_any_notation(day: datetime.date, notation: str) -> None:
    assert month(notation.format(day.year, day.month)) == day.isoformat()[:7]
    assert month(f"{day.isoformat()} 00:00:00") == day.isoformat()[:7]


@pytest.mark.parametrize("text", ["2024.1", "2024-13", "2024-00", "202413", "6月", "0000-01"])
def test_no_month(text: str) -> None:
    assert month(text) is None


@given(
    cents,
    st.sampled_from(
        [
            "{sign}{plain}",
            "{sign}{grouped}",
            "{sign}￥{grouped}",
            "¥{sign}{plain}",
            "{sign}{grouped}元",
            "人民币 {sign}{plain} 元整",
            "CNY {sign}{grouped}",
        ]
    ),
    st.booleans(),
)
def test_an_amount_keeps_every_cent(value: int, notation: str, is_wide: bool) -> None:
    money = as_money(value)
    text = notation.format(sign="-" if money < 0 else "", plain=abs(money), grouped=f"{abs(money):,}")
    got = amount(text.translate(WIDE) if is_wide else text)
    assert got == f"{money}"


@given(cents)
def test_parentheses_and_the_minus_sign_make_an_amount_negative(value: int) -> None:
    money = abs(as_money(value))
    assert amount(f"({money:,})") == amount(f"（￥{money}）") == amount(f"−{money}") == f"-{money}"


@given(st.from_regex(r"(0|[1-9][0-9]{0,20})(\.[0-9]{1,2})?", fullmatch=True))
def test_a_plain_amount_stays_exact_text(text: str) -> None:
    assert amount(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "—",
        "12万元",
        "1.2E5",
        "1,23",
        "1,2345.00",
        "1.2.3",
        "100²",
        "½",
        "①",
        "合计",
        "元",
        "1 000",
        "--5",
        "5-",
    ],
)
def test_no_amount(text: str) -> None:
    assert amount(text) is None
    assert settled("amount", text) is None


@pytest.mark.parametrize(("text", "plain"), [(".5", "0.5"), ("5.", "5"), ("+7", "7"), ("12000.5", "12000.5")])
def test_unusual_amounts(text: str, plain: str) -> None:
    assert amount(text) == plain


@pytest.mark.parametrize(
    ("value_type", "text"),
    [
        ("amount", "1.005"),
        ("amount", "12345678901234567"),
        ("amount", "1e3"),
        ("amount", "1_234"),
        ("decimal", "0.0800001"),
        ("decimal", "0.12345%"),
        ("decimal", "8‰"),
        ("decimal", "12345678"),
        ("integer", "1234567890"),
        ("integer", "12.5"),
        ("integer", "0x1F"),
        ("integer", "1_234"),
    ],
)
def test_what_a_typed_column_cannot_hold_is_not_settled(value_type: str, text: str) -> None:
    assert settled(value_type, text) is None


@given(st.text(max_size=12), st.sampled_from(["date", "amount", "integer"]))
def test_what_is_settled_means_to_a_cast_what_it_says_and_nothing_else(text: str, value_type: str) -> None:
    plain = settled(value_type, text)
    if plain is not None:
        assert settled(value_type, plain) == plain
        if value_type == "date":
            assert datetime.date.fromisoformat(plain).isoformat() == plain
        else:
            assert Decimal(plain) == (Decimal(plain).quantize(Decimal("0.01")))


@given(st.integers(-(10**8), 10**8))
def test_a_per_cent_is_a_hundredth_of_its_number(value: int) -> None:
    number = Decimal(value).scaleb(-4)
    texts = [f"{number:f}%", f" {number:f} ％ ", f"{number:f}%".translate(WIDE)]
    assert {settled("decimal", text) for text in texts} == {f"{number.scaleb(-2):f}"}


@given(st.integers(-(10**9), 10**9))
def test_an_integer_in_any_notation(value: int) -> None:
    texts = [f"{value}", f"{value:,}", f" {value}.00 ", f"{value}".translate(WIDE), f"{value:012}"]
    assert {integer(text) for text in texts} == {str(value)}


@pytest.mark.parametrize("text", ["", "1.5", "12个月", "1,00", "x"])
def test_no_integer(text: str) -> None:
    assert integer(text) is None

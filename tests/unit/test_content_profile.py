"""What is said of a delivered table's content, against plain counting, and what is not said."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from column_cases import MARKS, NUMBERS, columns
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import load
from readers.profiling.profile import ContentRules, profile
from readers.tables.content import ContentTable

pytestmark = pytest.mark.slow

RULES = ContentRules.of(load(POLICY).on(date.max))
KEY = b"a key of the tests"
CELL = st.none() | st.sampled_from(["甲", "乙 ", "１", "1", "12.5", "2024-01-05", "无", "是", "A-1", "a1", "锟斤拷"])


def table(headings: list[str], rows: Sequence[tuple[str | None, ...]]) -> ContentTable:
    content = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    return ContentTable(
        "", "", "line 1", tuple(headings), pa.table(content, [f"c{n + 1}" for n in range(len(headings))])
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=25))
def test_figures_are_those_of_plain_counting(rows: list[tuple[str | None, ...]]) -> None:
    found = profile(table(["编码", "取值"], rows), RULES, KEY)
    assert found.table["row_count"] == len(rows)
    assert found.table["duplicate_row_count"] == len(rows) - len(set(rows)) or _has_serial(rows)
    for position, column in enumerate(found.columns):
        values = [row[position] for row in rows if row[position] is not None]
        assert column["row_count"] == len(rows)
        assert column["filled_count"] == len(values)
        assert column["distinct_count"] == len(set(values))
        kinds = ("date_count", "boolean_count", "integer_count", "decimal_count", "text_count", "placeholder_count")
        assert sum(column.get(kind, 0) for kind in kinds) == len(values)
        if values:
            assert column["max_length"] == max(map(len, filter(None, values)))
            assert column["placeholder_count"] == values.count("无")
            assert column["garbled_count"] == values.count("锟斤拷")
            assert column["wide_count"] == values.count("１")


def _has_serial(rows: list[tuple[str | None, ...]]) -> bool:
    return any(all((cell or "x").isdigit() for cell in column) for column in zip(*rows, strict=True))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_makes_no_difference(rows: list[tuple[str | None, ...]], random) -> None:
    other = list(rows)
    random.shuffle(other)
    assert profile(table(["甲", "乙"], rows), RULES, KEY) == profile(table(["甲", "乙"], other), RULES, KEY)


def test_one_changed_value_changes_the_digest_of_its_column_alone() -> None:
    before, after = (
        profile(table(["甲", "乙"], [("a", "x"), ("b", value)]), RULES, KEY).columns for value in ("y", "z")
    )
    assert before[0] == after[0]
    assert before[1]["digest"] != after[1]["digest"]


def test_a_day_is_a_date_and_an_interval_is_none() -> None:
    days = ["2024-01-05", "2024-01-05 10:20", "2024/1/5 3:04:05 PM", "2024年1月5日 10时20分", "2024-01-05T10:20:30.5Z"]
    days += ["2024-01-05T10:20:30+08:00", "20240105", "2024-01-05 下午 3:04"]
    intervals = ["2020-01-01/2020-12-31", "2020-01-01 至 2020-12-31", "2020-01-01 - 2020-12-31", "2020年1月-12月"]
    intervals += ["2017-03-11 01:00:03 2017-02-23 11:49:08", "2020-01-01 08:00 ~ 2020-12-31 18:00"]
    (column,) = profile(table(["时间"], [(text,) for text in [*days, *intervals]]), RULES, KEY).columns
    assert (column["date_count"], column["text_count"]) == (len(days), len(intervals))


def test_values_are_shown_where_nothing_speaks_against_it() -> None:
    rows = [("是" if n % 2 else "否", f"甲{n}", "汉族") for n in range(20)]
    shown, various, guarded = profile(table(["是否收费", "名称", "民族"], rows), RULES, KEY).columns
    assert shown["top_values"] == [{"rows": 10, "value": "否"}, {"rows": 10, "value": "是"}]
    assert "top_values" not in various  # each value is in fewer rows than policy asks for
    assert not guarded["is_shown"]
    assert "top_values" not in guarded


def test_no_value_of_a_personal_column_leaves_the_profile() -> None:
    known = [case for case in columns(5) if case.content and case.content not in ("address", "credit_code")]
    for case in known:
        rows = [(value,) for value in case.values]
        text = json.dumps(profile(table([case.heading], rows), RULES, KEY).columns, ensure_ascii=False)
        for value, count in Counter(case.values).items():
            # Short words, as of nationalities, stand in patterns by chance.
            assert len(value) < 5 or value not in text, (case.heading, count)


@pytest.mark.parametrize("mark", MARKS)
def test_no_number_leaves_the_profile_with_any_mark_around_it(mark: str) -> None:
    headings = [f"c{position}" for position, _ in enumerate(NUMBERS)]
    found = profile(table(headings, [tuple(mark.format(number) for number in NUMBERS.values())] * 20), RULES, KEY)
    text = json.dumps(found.columns, ensure_ascii=False)
    assert [number for number in NUMBERS.values() if number in text] == []
    assert not any(column["is_shown"] for column in found.columns)


@pytest.mark.parametrize("heading", ["c2", "编码", "批次号"])
def test_no_value_is_shown_of_a_column_that_is_not_proven_harmless(heading: str) -> None:
    """Numbers with a wrong check digit, in full-width digits or in groups; a column of which a part alone was judged."""
    for value in ("110105194912310021", "１３８１２３４５６７８", "1381 234 5678", "138-1234-5678"):
        (column,) = profile(table([heading], [(value,)] * 20), RULES, KEY).columns
        assert value not in json.dumps(column, ensure_ascii=False)
        assert not column["is_shown"]
    limited = replace(RULES, limits={**RULES.limits, "detector_values": 2})
    (column,) = profile(table([heading], [(value,) for value in "abc" for _ in range(9)]), limited, KEY).columns
    assert "top_values" not in column


def test_repeated_rows_are_counted_whatever_the_serial_number() -> None:
    rows = [(str(n), "甲", "1") for n in range(4)] + [("4", "乙", "2")]
    assert profile(table(["序号", "名称", "数量"], rows), RULES, KEY).table["duplicate_row_count"] == 3


def test_values_that_are_written_in_two_ways_are_near_duplicates() -> None:
    rows = [("杭州（西湖）",), ("杭州(西湖)",), ("ABC 公司",), ("ａｂｃ公司",), ("另一",)]
    assert profile(table(["名称"], rows), RULES, KEY).columns[0]["near_duplicate_count"] == 2


def test_detectors_judge_a_sample_by_hash_where_policy_says_so() -> None:
    rules = ContentRules(
        {**RULES.limits, "detector_values": 10}, RULES.placeholders, RULES.guarded_names, RULES.detectors
    )
    case = next(case for case in columns(2) if case.content == "credit_code")
    whole, part = (profile(table(["代码"], [(v,) for v in case.values]), r, KEY).columns[0] for r in (RULES, rules))
    (all_of_it,) = whole["evidence"]
    (sampled,) = part["evidence"]
    assert all_of_it["judged_rows"] == len(case.values)
    assert sampled["judged_rows"] < 20

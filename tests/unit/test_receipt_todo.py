"""What a receipt says must be done: the costliest first, and places as people count them."""

from typing import Any

import pytest

from readers.problems import WARNING
from warehouse.intake.units import Doubt
from warehouse.publish.receipt_todo import Fault, Weight, todos

FACTS: dict[str, Any] = {"status": "accepted", "status_reason": None, "held_count": 0, "rejected_count": 0}
FILE: dict[str, Any] = {"source_file": "a.csv", "status": "read", "record_count": 9, "place": None, "notes": None}


def fault(rule: str, *places: str, records: int | None = None, is_run: bool = False, column: str = "c") -> Fault:
    count = len(places) if records is None else records
    return Fault("a.csv", rule, column, "错", "wrong", "改", "mend", count, is_run, places[-1], places, None)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (("表!2",), "表!2"),
        (("表!2", "表!3", "表!4", "表!9"), "表!2-4；表!9"),
        (("表!2-3", "表!4-5"), "表!2-5"),
        (("record 1, line 2", "record 2, line 3", "record 4, line 7-8"), "line 2-3；line 7-8"),
        (("/dataset/0", "/dataset/1"), "/dataset/0-1"),
        (("表!9", "另!10"), "表!9；另!10"),
        (("json", "json"), "json；json"),
    ],
)
def test_places_that_follow_each_other_are_one(places: tuple[str, ...], told: str) -> None:
    assert fault("r", *places).where == told


def test_a_run_of_records_is_one_place_however_many_they_are() -> None:
    assert fault("missing_value", "表!2", "表!3", "表!90001", records=90_000, is_run=True).where == "表!2-90001"
    scattered = fault("r", *(f"表!{2 * n}" for n in range(1, 51)), records=80)
    assert scattered.where.endswith("表!24 …")


def test_what_costs_most_comes_first() -> None:
    rejected_file = FILE | {
        "status": "rejected",
        "record_count": 0,
        "place": "line 3",
        "message_zh": "坏",
        "message_en": "bad",
    }
    rejected_file |= {"mend_zh": "改", "mend_en": "mend"}
    warned_file = FILE | {"notes": f"普通\n{WARNING}表!1: 已乘以 10000"}
    found = todos(
        FACTS | {"status": "refused", "status_reason": "重复", "rejected_count": 9},
        [warned_file, rejected_file, FILE | {"record_count": 0}],
        [fault("few", "表!2"), fault("many", "表!2", "表!3"), fault("many", "表!5", "表!7")],
        [fault("rare", "表!2"), fault("common", "表!2", "表!4")],
        [Doubt("单位", "unit", "核对", "check")],
    )
    assert [(of.weight, of.records) for of in found] == [
        (Weight.DELIVERY, 9),
        (Weight.FILE, 0),
        (Weight.FILE, 0),
        (Weight.RECORDS, 4),
        (Weight.RECORDS, 1),
        (Weight.WARNING, 0),
        (Weight.WARNING, 0),
        (Weight.WARNING, 2),
        (Weight.WARNING, 1),
    ]
    assert found[5].message_zh == "表!1: 已乘以 10000"
    assert found[3].message_zh == "错（等）"


def test_a_delivery_without_fault_leaves_nothing_to_do() -> None:
    assert todos(FACTS, [FILE], [], [], []) == []

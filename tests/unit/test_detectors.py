"""Detectors: vectors of the standards and of other validators, columns with known content, and the laws of evidence."""

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from column_cases import MARKS, NUMBERS, ColumnCase, columns
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import load
from readers.profiling.detectors import Detectors
from readers.profiling.detectors.masking import masked
from readers.tables.content import read_content

DETECTORS = Detectors.of(load(POLICY).on(date.max))
KEY = b"a key of the tests"


def detect(cases: list[tuple[str, list[str]]]) -> list[dict[str, object]]:
    """The evidence in columns given by name and values."""
    table = pa.table(
        {
            "column_no": pa.array(range(len(cases)), pa.int64()),
            "heading": pa.array([heading for heading, _ in cases], pa.string()),
        }
    )
    counted = [(no, value, n) for no, (_, values) in enumerate(cases) for value, n in Counter(values).items()]
    numbers, values, counts = zip(*counted, strict=True) if counted else ((), (), ())
    given_values = pa.table(
        {
            "column_no": pa.array(numbers, pa.int64()),
            "value": pa.array(values, pa.string()),
            "n": pa.array(counts, pa.int64()),
        }
    )
    return DETECTORS.judge(table, given_values, KEY).evidence.to_pylist()


def withheld(heading: str, *values: str) -> bool:
    """Whether no value of a column of these may be shown."""
    counted = Counter(values)
    columns = pa.table({"column_no": pa.array([1]), "heading": [heading]})
    given = pa.table({"column_no": pa.array([1] * len(counted)), "value": [*counted], "n": [*counted.values()]})
    return DETECTORS.judge(columns, given, KEY).withheld == {1}


def found_in(heading: str, *values: str) -> set[str]:
    return {str(row["detector"]) for row in detect([(heading, list(values))])}


@pytest.mark.parametrize(
    ("detector", "heading", "values"),
    [
        ("resident_id", "x", ["11010519491231002X", "440524188001010014"]),
        ("credit_code", "x", ["91350100M000100Y43", "91330000733796106P", "91330100799655058B", "52100000500000784G"]),
        ("organisation_code", "x", ["M000100Y4", "73379610-6", "500000784"]),
        ("mobile", "x", ["13812345678", "+86 138-1234-5678"]),
        (
            "mobile",
            "x",
            ["0086 13812345678", "138.1234.5678", "138·1234·5678", "138\t1234\n5678", "\u202a13812345678\u202c"],
        ),
        ("mobile", "x", ["１３８１２３４５６７８", "١٣٨١٢٣٤٥٦٧٨", "138\u20051234\u20055678", "138\ufe0f12345678"]),
        ("resident_id", "x", ["11010519491231002×", "11010519491231002Х", "11010519491231002х"]),
        ("email", "x", ["zhang.san＠example.com", "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ"]),
        (
            "landline_code",
            "x",
            ["0571-87654321", "(010)-87654321", "0571 87654321", "（0571）87654321", "(0571) 87654321"],
        ),
        ("plate", "x", ["浙A12345", "沪AD12345", "京A1234警"]),
        ("coordinates", "x", ["120.1234,30.2345", "30.2345 120.1234"]),
        ("bank_card", "银行卡", ["4111 1111 1111 1111", "4012-8888-8888-1881"]),
        ("mobile", "备注", ["tel13812345678", "n13812345679x"]),
        ("resident_id", "备注", ["张三身份证11010519491231002X，已核"]),
    ],
)
def test_what_the_standards_give_is_known(detector: str, heading: str, values: list[str]) -> None:
    assert detector in found_in(heading, *values)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_known_with_any_mark_around_it(number: str, mark: str) -> None:
    (row,) = [row for row in detect([("x", [mark.format(NUMBERS[number])] * 9)]) if row["detector"] == number]
    assert row["matched_rows"] == 9
    assert NUMBERS[number] not in str(row["masked_example"])
    assert row["masked_example"] == masked(NUMBERS[number])


def test_a_number_hashes_alike_with_any_mark_around_it() -> None:
    found = detect([("x", [mark.format(NUMBERS["mobile"])]) for mark in MARKS])
    assert len({row["example_hash"] for row in found if row["detector"] == "mobile"}) == 1


def test_columns_that_any_detector_knows_a_value_of_are_withheld_whatever_their_name() -> None:
    assert withheld("批次号", *["甲"] * 99, NUMBERS["mobile"])  # no evidence: the name speaks against it
    assert withheld("c2", *["李伟", "王芳", "张强"] * 5)
    assert withheld("证件号", "尚未填写")
    assert withheld("备注", *["甲"] * 9, "护照 E12345678", "护照 G87654321", "护照 G87654322")
    assert not withheld("街道", *["甲街道", "乙街道"] * 5)
    assert not withheld("批次号", "20260101-0001")


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("身份证号", "110105194912310021"),  # check digit
        ("身份证号", "440524188013010014"),  # no such month
        ("身份证号", "99010519491231002X"),  # no such province
        ("身份证号", "110105190002300016"),  # no such day, whatever its check digit
        ("信用代码", "91350100M000100Y44"),
        ("编号", "4111111111111111"),  # Luhn, but neither name nor issuer
        ("订单号", "6222020000000000008"),
        ("备注", "订单11010519491231002，已核"),
        ("名称", "王府井"),
        ("学年", "1999/2000"),
        ("型号", "SCN-125"),
        ("版本", "10.0.1.22"),
        ("地址段", "138.0013.8000.1"),
        ("金额", "138,001,380.00"),
    ],
)
def test_what_only_looks_like_it_is_not(heading: str, value: str) -> None:
    assert found_in(heading, value) == set()


#: Heading under which the vectors of a kind stand, and the detectors of which one must know them.
VECTORS = {
    "CN_RESIDENT_ID": ("身份证号", {"resident_id", "resident_id_15"}),
    "CN_RESIDENT_ID(15/18, HK/MO/TW residence permits)": ("身份证号", {"resident_id", "resident_id_15"}),
    "CN_USCC": ("统一社会信用代码", {"credit_code"}),
    "CREDIT_CARD": ("银行卡号", {"bank_card"}),
    "LUHN": ("银行卡号", {"bank_card"}),
    "EMAIL_ADDRESS": ("电子邮箱", {"email"}),
    "PHONE_NUMBER": ("联系电话", {"mobile", "landline", "landline_code"}),
}
#: Kinds that no detector is for: numbers of other countries, which agencies here do not keep.
FOREIGN = {"EU_VAT", "IBAN", "IBAN_CODE", "US_SSN", "TW_UBN"}
OTHERWISE = {
    "500154199301135886": "stands with both answers: whether a division must have existed in the year of birth",
    "411082198901010002": "stands with both answers, for the same reason",
    "1748503543012": "passes Luhn, and the column's name speaks for it; only the issuer is none",
    "4992739871": "no bank card has so few digits",
    "49927398716": "no bank card has so few digits",
    "142857": "no bank card has so few digits",
    "1428572": "no bank card has so few digits",
    "78949": "no bank card has so few digits",
    "398438246238642378648236487236482734": "no bank card has so many digits",
}


def test_the_vectors_of_other_validators_are_judged_as_labelled(real_data: Path) -> None:
    with (real_data / "pii-vectors" / "pii_vectors.csv").open(encoding="utf-8", newline="") as stream:
        vectors = list(csv.DictReader(stream))
    assert len(vectors) == 1766
    assert {vector["kind"] for vector in vectors} == VECTORS.keys() | FOREIGN
    ours = [vector for vector in vectors if vector["kind"] in VECTORS]
    found = defaultdict(set)
    for row in detect([(VECTORS[vector["kind"]][0], [vector["value"]]) for vector in ours]):
        found[row["column_no"]].add(row["detector"])
    wrong = []
    for number, vector in enumerate(ours):
        expected = vector["expected"].startswith("valid") or vector["expected"].endswith(("=1", "=2", "=3"))
        # A telephone number of another country is none of ours.
        is_foreign = vector["kind"] == "PHONE_NUMBER" and "CN" not in vector["value"]
        known = bool(found[number] & VECTORS[vector["kind"]][1])
        if known != (expected and not is_foreign) and vector["value"] not in OTHERWISE:
            wrong.append((vector["kind"], vector["value"], vector["expected"]))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 2024, 330100])
def test_columns_with_known_content_are_told_from_those_that_look_alike(seed: int) -> None:
    cases = columns(seed)
    assert len(cases) == 200
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    present = Counter(case.content for case in cases if case.content)
    assert present.keys() == {detector.detector_id for detector in DETECTORS.definitions}
    mistakes = []
    for row in detect([(case.heading, case.values) for case in cases]):
        case, detector = cases[int(str(row["column_no"]))], str(row["detector"])
        if detector == case.content:
            right[detector] += 1
        elif detector not in case.allowed:
            wrong[detector] += 1
            mistakes.append((detector, case.heading, case.values[:3]))
    missed = {content: (right[content], total) for content, total in present.items() if right[content] < 0.95 * total}
    assert missed == {}
    imprecise = [detector for detector in wrong if right[detector] < 0.98 * (right[detector] + wrong[detector])]
    assert imprecise == [], mistakes


def _cells(case: ColumnCase) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(set(case.values))), min_size=1, max_size=30)


SOME = {case.content: case for case in columns(1) if case.content}


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_laws_of_evidence(data: st.DataObject) -> None:
    """Matched is at most judged, order does not matter, and what is not known lowers the rate."""
    case = SOME[data.draw(st.sampled_from(sorted(SOME)))]
    values = data.draw(_cells(case))
    rows = detect([(case.heading, values)])
    for row in rows:
        assert 0 <= int(str(row["matched_values"])) <= int(str(row["judged_values"]))
        assert 0 <= int(str(row["matched_rows"])) <= int(str(row["judged_rows"])) == len(values)
        assert 0 <= float(str(row["confidence"])) <= 1
    assert detect([(case.heading, data.draw(st.permutations(values)))]) == rows
    diluted = {row["detector"]: row["hit_rate"] for row in detect([(case.heading, [*values, "见附件说明"])])}
    for row in rows:
        assert float(str(diluted.get(row["detector"], 0.0))) <= float(str(row["hit_rate"]))


@given(st.text(min_size=1, max_size=60).filter(lambda value: value.strip("*") != ""))
def test_a_masked_value_hides_most_of_it(value: str) -> None:
    hidden = masked(value)
    assert "***" in hidden
    # Of what was given: a value may have asterisks of its own.
    assert not any(value in shown for shown in hidden.split("***"))
    if len(value) >= 8 and "@" not in value:
        assert hidden == value[:3] + "***" + value[-2:]


def test_no_evidence_holds_a_value() -> None:
    cases = [(case.heading, case.values) for case in columns(3) if case.content]
    values = {value for _, column in cases for value in column if len(value) > 3}
    for row in detect(cases):
        assert row["masked_example"] not in values
        assert not any(value in str(row["example_hash"]) for value in values)


def test_names_alone_are_judged_once_each() -> None:
    found = DETECTORS.name_verdicts(pa.array(["身份证号", "手机", "身份证号", "停车场名称"] * 1000))
    assert len(found) == 4000
    assert len(found.dictionary) == 3
    assert found.to_pylist()[:4] == ["resident_id;resident_id_15", "mobile", "resident_id;resident_id_15", ""]


@pytest.mark.slow
def test_the_credit_codes_of_real_tables_are_found(real_data: Path) -> None:
    """The columns of credit codes in the published tables of Beijing, counted here cell by cell."""
    cases = [
        (heading, [value for value in table.columns[f"c{number}"].to_pylist() if value])
        for file in sorted((real_data / "cn-beijing-tables").glob("*.csv"))
        for table in read_content(file).tables
        for number, heading in enumerate(table.headings, start=1)
    ]
    by_hand = {number for number, (_, values) in enumerate(cases) if _mostly_credit_codes(values)}
    told = {
        row["column_no"] for row in detect(cases) if row["detector"] == "credit_code" and row["verdict"] == "confirmed"
    }
    assert len(by_hand) > 40
    assert told == by_hand


def _mostly_credit_codes(values: list[str]) -> bool:
    """One of the tables has branches: 911100000939254583(01)."""
    codes = [code.removesuffix(")").partition("(")[0] for code in values]
    return bool(values) and sum(map(_is_credit_code, codes)) >= 0.8 * len(values)


def _is_credit_code(text: str) -> bool:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = "".join(text.upper().split()).replace("-", "")
    if len(code) != 18 or any(character not in alphabet for character in code) or not code[2:8].isdigit():
        return False
    return sum(alphabet.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])) % 31 == (
        -alphabet.index(code[17]) % 31
    )

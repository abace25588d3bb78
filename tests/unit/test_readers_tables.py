"""CSV and XLSX: any table comes back cell by cell, and every pointer leads to its row."""

import csv
import datetime
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import Got, layout, read_all

from readers.tables.cells import plain
from readers.tables.header import Header

LINE_ENDS = ("\r\n", "\n", "\r")
#: Heading -> canonical column (None: it has none), of text columns of a kind.
HEADINGS = {
    "authorisations": {"法定依据": "legal_basis", "备注": None, "文号": "document_no", "scope": "scope"},
    "catalog": {"資料集名稱": "title", "聯絡人": None, "資料來源": "provider_name", "資料說明": "abstract"},
}
TITLES = (["目次", "", "", ""], [], ["", "計：元", "", ""])

Table = list[list[str]]


def encodable(codec: str) -> st.SearchStrategy[str]:
    # cp950 writes these, but as characters that it reads as others
    exclude = "\0" + ("¢£¥•‾∼☉♁､" if codec == "cp950" else "")
    characters = st.characters(codec=codec, exclude_characters=exclude)
    common = st.sampled_from('a,;|\t"\n\r 　0中')
    return st.text(st.one_of(common, characters), max_size=6)


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[Table]:
    return st.lists(st.lists(st.one_of(st.just(""), cells), max_size=6), max_size=6)


def expected(kind: str, table: Table, left: int = 0) -> list[dict[str, object]]:
    """The bodies that a table below HEADINGS must give. left: columns that are empty before it."""
    bodies = []
    for row in table:
        body: dict[str, object] = {}
        extras = {}
        for position, (cell, heading) in enumerate(zip_longest(row, HEADINGS[kind])):
            if text := plain((cell or "").strip()):
                column = HEADINGS[kind].get(heading)
                (body if column else extras)[column or heading or f"_extra_{left + position + 1}"] = text
        if any(cell.strip() for cell in row):
            bodies.append(body | ({"extras": extras} if extras else {}))
    return bodies


def csv_text(table: Sequence[Sequence[str]], delimiter: str, line_end: str) -> str:
    out = io.StringIO(newline="")
    # The writer itself quotes only the line ends that it writes.
    has_lines = any(end in cell for row in table for cell in row for end in "\r\n")
    quoting = csv.QUOTE_ALL if has_lines else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)
    return out.getvalue()


def check_lines(got: Sequence[Got], text: str) -> None:
    """Each pointer of a CSV leads to the physical lines that are the record's text."""
    parts = re.split(r"(\r\n|\r|\n)", text)
    lines = [line + end for line, end in zip_longest(parts[::2], parts[1::2], fillvalue="")]
    number = 0
    for record in got:
        match = re.fullmatch(r"record (\d+)(?:-(\d+))?, line (\d+)(?:-(\d+))?", record.pointer)
        assert match
        assert int(match[1]) == number + 1
        number = int(match[2] or match[1])
        first, last = int(match[3]), int(match[4] or match[3])
        assert record.raw == re.sub(r"(\r\n|\r|\n)$", "", "".join(lines[first - 1 : last]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("codec", "encoding", "kind"),
    [
        ("utf-8", "utf-8", "authorisations"),
        ("utf-8-sig", "utf-8", "authorisations"),
        ("gb18030", "gb18030", "authorisations"),
        ("utf-16", "utf-16", "authorisations"),
        ("utf-16-le", "utf-16-le", "authorisations"),
        ("utf-16-be", "utf-16-be", "authorisations"),
        ("cp950", "big5", "catalog"),
    ],
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_csv_comes_back(tmp_path: Path, codec: str, encoding: str, kind: str, data: st.DataObject) -> None:
    table = data.draw(tables(encodable(codec)))
    titles = data.draw(st.sampled_from([TITLES[:n] for n in range(4)]))
    line_end = data.draw(st.sampled_from(LINE_ENDS))
    text = csv_text([*titles, list(HEADINGS[kind]), *table], data.draw(st.sampled_from(",\t;|")), line_end)
    if data.draw(st.booleans()):
        text = text.removesuffix(line_end)  # the last line need not be ended
    (tmp_path / "file").write_bytes(text.encode(codec))
    reading, got = read_all(tmp_path / "file", kind)
    assert (reading.format, reading.encoding) == ("csv", encoding)
    assert [record.body for record in got] == expected(kind, table)
    check_lines(got, text)


XLSX_TEXT = st.text(
    st.one_of(st.sampled_from("a中 　0\n"), st.characters(exclude_categories=["Cc", "Cs"], max_codepoint=0xFFFD)),
    max_size=6,
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tables(XLSX_TEXT), st.integers(0, 3), st.integers(0, 2), st.booleans())
def test_any_xlsx_comes_back(tmp_path: Path, table: Table, above: int, left: int, is_titled: bool) -> None:
    path = tmp_path / "file"
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("填写说明")
        notes.write_string(0, 0, "每行填写一项")
        sheet = book.add_worksheet("数据 1")
        if is_titled:
            sheet.write_string(0, left, "某某清单")
        for number, row in enumerate([list(HEADINGS["authorisations"]), *table], start=above + is_titled):
            for position, cell in enumerate(row, start=left):
                if cell:
                    sheet.write_string(number, position, cell)
    reading, got = read_all(path, "authorisations")
    assert (reading.format, reading.encoding) == ("xlsx", None)
    assert [record.body for record in got] == expected("authorisations", table, left)
    assert any("填写说明" in note for note in reading.notes)
    cells = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))["数据 1"]
    for record in got:
        name, _, row = record.pointer.rpartition("!")
        seen = [plain(str(cell.value).strip()) for cell in cells[int(row)] if cell.value is not None]
        values = {**record.body.pop("extras", {}), **record.body}.values()
        assert name == "数据 1"
        assert sorted(values) == sorted(filter(None, seen))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=200))
def test_money_in_number_cells_keeps_every_cent(tmp_path: Path, cents: list[int]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["凭证号", "金额（元）"])
    for value in cents:
        sheet.append([f"记-{value}", value / 100])
    book.save(tmp_path / "file")
    _, got = read_all(tmp_path / "file", "costs")
    assert [Decimal(record.body["amount_cny"]) for record in got] == [Decimal(value).scaleb(-2) for value in cents]


def test_cells_that_are_no_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["凭证号", "金额（元）", "分录号", "入账日期", "备注", "可使用日期"])
    sheet.append(
        [
            12,
            0.1 + 0.2,
            3.0,
            datetime.date(2025, 9, 30),
            True,
            datetime.datetime.fromisoformat("2025-10-01 08:30"),
        ]
    )
    sheet.append(
        [
            "0012",
            "￥1,200.50",
            "１２",
            "2025年9月30日",
            datetime.datetime.fromisoformat("2025-10-01 08:30"),
            "待定",
        ]
    )
    book.save(tmp_path / "file")
    _, got = read_all(tmp_path / "file", "costs")
    assert [record.body for record in got] == [
        {
            "voucher_no": "12",
            "amount_cny": "0.3",
            "line_no": "3",
            "posted_date": "2025-09-30",
            "available_date": "2025-10-01",
            "extras": {"备注": "true"},
        },
        {
            "voucher_no": "0012",
            "amount_cny": "1200.50",
            "line_no": "12",
            "posted_date": "2025-09-30",
            "unread": {"available_date": "待定"},
            "extras": {"备注": "2025-10-01 08:30:00"},
        },
    ]
    assert got[1].raw == (
        '{"凭证号":"0012","金额（元）":"￥1,200.50","分录号":"１２","入账日期":"2025年9月30日",'
        '"备注":"2025-10-01 08:30:00","可使用日期":"待定"}'
    )
    assert [record.key for record in got] == ["|12|3|2025-09", "|0012|12|2025-09"]


RESOURCE = ("信息资源代码", "信息资源名称", "信息资源提供方", "共享类型", "序号", "信息项名称", "数据类型")
CODES = st.integers(1, 10**6).map(lambda n: f"307/{n}")
RESOURCES = st.lists(
    st.tuples(
        CODES,
        st.sampled_from(["停车场", "桥梁"]),
        st.lists(st.sampled_from(["名称", "地址"]), min_size=1, max_size=4),
    ),
    max_size=5,
    unique_by=lambda resource: resource[0],
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(RESOURCES, st.booleans(), st.booleans(), st.booleans())
def test_rows_of_a_resource_are_one_record(
    tmp_path: Path,
    resources: list[tuple[str, str, list[str]]],
    is_merged: bool,
    is_xlsx: bool,
    is_ended: bool,
) -> None:
    rows = []
    for code, title, fields in resources:
        for number, name in enumerate(fields):
            is_blank = is_merged and number > 0
            head = ["", "", "", ""] if is_blank else [code, title, "城管局", "无条件共享"]
            rows.append([*head, "甲", name, "字符型C"])
        if is_ended:
            rows.append([""] * len(RESOURCE))
    path = tmp_path / "file"
    if is_xlsx:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("目录")
            for number, row in enumerate([RESOURCE, *rows]):
                sheet.write_row(number, 0, row)
    else:
        path.write_text(csv_text([RESOURCE, *rows], ",", "\n"), "utf-8")
    _, got = read_all(path, "catalog")
    assert [record.key for record in got] == [code for code, _, _ in resources]
    line = number = 1
    for record, (code, title, fields) in zip(got, resources, strict=True):
        assert record.body == {
            "identifier": code,
            "title": title,
            "provider_name": "城管局",
            "share_type": "无条件共享",
            "fields": [{"name": name, "data_type": "字符型C"} for name in fields],
            "extras": {"序号": "甲"},
        }
        end = line + len(fields)
        lines = f"{line + 1}" if len(fields) == 1 else f"{line + 1}-{end}"
        records = f"{number}" if len(fields) == 1 else f"{number}-{number + len(fields) - 1}"
        assert record.pointer == (f"目录!{lines}" if is_xlsx else f"record {records}, line {lines}")
        line, number = end + is_ended, number + len(fields)
    if not is_xlsx:
        check_lines(got, path.read_text("utf-8"))


def read_catalog(tmp_path: Path, *rows: str) -> tuple[list[Got], list[str]]:
    (tmp_path / "file").write_text("\n".join(rows), "utf-8")
    reading, got = read_all(tmp_path / "file", "catalog")
    return got, reading.notes


def test_rows_that_do_not_belong_together_stay_apart(tmp_path: Path) -> None:
    got, _ = read_catalog(
        tmp_path,
        "信息资源名称,信息资源提供方,信息资源摘要,信息项名称",
        "停车场,甲局,,名称",
        "停车场,乙局,,名称",  # another provider
        ",,别的,地址",  # a resource without a title: not a further field of the one above
        ",,,",
        ",,,地址",  # a blank row ends a block
        "桥梁,甲局,,",
        "桥梁,甲局,,",  # no field: a duplicate, for the models to reject
    )
    assert [(record.pointer, record.body.get("title")) for record in got] == [
        ("record 1, line 2", "停车场"),
        ("record 2, line 3", "停车场"),
        ("record 3, line 4", None),
        ("record 4, line 6", None),
        ("record 5, line 7", "桥梁"),
        ("record 6, line 8", "桥梁"),
    ]


def test_what_later_rows_say_differently_is_kept(tmp_path: Path) -> None:
    (record,), _ = read_catalog(
        tmp_path,
        "信息资源代码,信息资源名称,共享类型,开放条件,备注,信息项名称",
        "1/1,停车场,无条件共享,,a,名称",
        "1/1,停车场,有条件共享,申请,b,地址",
    )
    assert record.body == {
        "identifier": "1/1",
        "title": "停车场",
        "share_type": "无条件共享",
        "open_condition": "申请",
        "fields": [{"name": "名称"}, {"name": "地址"}],
        "extras": {"备注": "a", "_later_rows": {"2": {"备注": "b", "share_type": "有条件共享"}}},
    }
    assert record.pointer == "record 1-2, line 2-3"


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    got, notes = read_catalog(
        tmp_path,
        "某市政务信息资源目录,,,,,",
        "信息资源名称,信息资源分类,,共享属性,,更新周期",
        ",类,项,共享类型,共享方式,",
        "停车场,主题,城乡建设,无条件共享,共享平台,每月",
    )
    assert [record.body for record in got] == [
        {
            "title": "停车场",
            "class_name": "主题",
            "group_name": "城乡建设",
            "share_type": "无条件共享",
            "share_method": "共享平台",
            "update_cycle": "每月",
        }
    ]
    assert got[0].pointer == "record 1, line 4"
    assert any("某市政务信息资源目录" in note for note in notes)


def test_repeated_missing_and_competing_headings(tmp_path: Path) -> None:
    got, notes = read_catalog(
        tmp_path,
        "名称,备注,,备注,信息资源名称,更新时间*,更新频度：,金额",
        "甲,乙,丙,丁,戊,2024-1-2,每月,己,庚",
    )
    assert got[0].body == {
        "title": "戊",  # the label itself wins over the synonym 名称
        "modified_date": "2024-01-02",
        "update_cycle": "每月",
        "extras": {
            "名称": "甲",
            "备注": "乙",
            "_extra_3": "丙",
            "备注_2": "丁",
            "金额": "己",
            "_extra_9": "庚",
        },
    }
    assert len(notes) == 3


def test_headings_are_told_apart_however_often_they_repeat() -> None:
    headings = Header.of(["a_2", "a", "a", "", "_extra_4", "a"], layout("costs")).headings
    assert headings == ("a_2", "a", "a_3", "_extra_4", "_extra_4_2", "a_4")
    # A stray delimiter that repeats makes so many of a broken row.
    assert Header.of(["a"] * 50_000, layout("costs")).headings[-1] == "a_50000"


def test_a_heading_that_is_not_known_is_noted_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("凭证号,分录号,金额（含税价）\n记-1,1,5", "utf-8")
    reading, got = read_all(tmp_path / "file", "costs")
    assert got[0].body == {"voucher_no": "记-1", "line_no": "1", "extras": {"金额（含税价）": "5"}}
    (note,) = reading.notes
    assert "line 1" in note
    assert "“金额（含税价）”" in note
    assert "“金额（元）”" in note


def test_headings_that_are_not_known_are_one_note_but_for_those_that_are_like_a_column(tmp_path: Path) -> None:
    many = [f"指标{number}" for number in range(10_000)]
    (tmp_path / "file").write_text(
        f"凭证号,分录号,{','.join(many[:9])},金额（含税价）,{','.join(many[9:])}\n记-1,1", "utf-8"
    )
    reading, _ = read_all(tmp_path / "file", "costs")
    like, others = reading.notes
    assert "“金额（元）”" in like
    assert others.startswith("line 1: 模板中没有列“指标0”、“指标1”、")
    assert "“指标9” 等 10,000 列" in others
    assert len(others) < 400


def test_english_names_and_labels_are_headings(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Voucher_No;LINE NUMBER;amount (CNY)\n1;2;3,50", "utf-8")
    _, got = read_all(tmp_path / "file", "costs")
    assert got[0].body == {"voucher_no": "1", "line_no": "2", "unread": {"amount_cny": "3,50"}}


def test_a_file_of_several_batches_is_read_the_same_again(tmp_path: Path) -> None:
    rows = [f"记-{number},{number},{number}.00" for number in range(25_000)]
    (tmp_path / "file").write_text("\n".join(["凭证号,分录号,金额（元）", *rows]), "utf-8")
    _, got = read_all(tmp_path / "file", "costs")
    assert [record.raw for record in got] == rows
    assert read_all(tmp_path / "file", "costs")[1] == got

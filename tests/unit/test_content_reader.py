"""Tables of unknown columns: where they begin, what does not fit, and the same table in every format."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from readers.problems import Unreadable
from readers.tables.content import ContentTable, read_content

Rows = Sequence[Sequence[str]]


def tables(folder: Path, data: bytes, name: str = "file") -> list[ContentTable]:
    (folder / name).write_bytes(data)
    return list(read_content(folder / name).tables)


def only(folder: Path, text: str, encoding: str = "utf-8") -> ContentTable:
    (table,) = tables(folder, text.encode(encoding))
    return table


def cells(table: ContentTable) -> list[tuple[str | None, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns.columns), strict=True))


@pytest.mark.parametrize(
    ("text", "headings", "title", "place", "rows"),
    [
        ("名称,数量\n甲,1\n", ("名称", "数量"), "", "line 1", 1),
        ("停车场一览,\n\n名称,数量\n甲,1\n乙,2\n", ("名称", "数量"), "停车场一览", "line 3", 2),
        (
            "附件1,Unnamed: 1\n停车场一览,Unnamed: 1\n名称,数量\n甲,1\n",
            ("名称", "数量"),
            "附件1 停车场一览",
            "line 3",
            1,
        ),
        ("共享属性,,名称\n类型,条件,\n甲,乙,丙\n丁,,戊\n", ("共享属性 类型", "共享属性 条件", "名称"), "", "line 1", 2),
        ("名称\n甲\n乙\n", ("名称",), "", "line 1", 2),
        ("名称,,,\n甲,,,\n", ("名称",), "", "line 1", 1),
        ("名称,数量,\n甲,1,备注写在这里\n", ("名称", "数量", "column_3"), "", "line 1", 1),
        ("名称,名称\n甲,乙\n", ("名称", "名称_2"), "", "line 1", 1),
        ("名称\t数量\n甲\t1\n", ("名称", "数量"), "", "line 1", 1),
        ("名称;数量\n甲;1\n", ("名称", "数量"), "", "line 1", 1),
        ("年份,2021年,2022年\n甲,1,2\n乙,3,4\n", ("年份", "2021年", "2022年"), "", "line 1", 2),
    ],
)
def test_the_header_is_found(
    tmp_path: Path, text: str, headings: tuple[str, ...], title: str, place: str, rows: int
) -> None:
    table = only(tmp_path, text)
    assert (table.headings, table.title, table.place, table.columns.num_rows) == (headings, title, place, rows)
    assert table.has_header


def test_a_table_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    table = only(tmp_path, "甲,91330000733796106P,2021/3/4\n乙,91350100M000100Y43,2021/3/5\n")
    assert not table.has_header
    assert table.headings == ("column_1", "column_2", "column_3")
    assert cells(table)[0] == ("甲", "91330000733796106P", "2021/3/4")


def test_rows_that_do_not_fit_are_counted_and_placed(tmp_path: Path) -> None:
    table = only(tmp_path, "名称,数量,单位\n甲,1,个\n乙,2\n丙,3,个,多出\n")
    assert (table.ragged_rows, table.ragged_places) == (2, ("line 3", "line 4"))
    assert cells(table)[1:] == [("乙", "2", None, None), ("丙", "3", "个", "多出")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])
def test_every_encoding_gives_the_same_table(tmp_path: Path, encoding: str) -> None:
    table = only(tmp_path, "名稱,數量\n停車場,1\n", encoding)
    assert cells(table) == [("停車場", "1")]


def test_a_cell_of_several_lines_is_one(tmp_path: Path) -> None:
    assert cells(only(tmp_path, '名称,说明\n甲,"一\n二"\n')) == [("甲", "一\n二")]


def as_csv(rows: Rows) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()


def as_xlsx(rows: Rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([cell or None for cell in row])
    book.save(out)
    return out.getvalue()


def as_xls(rows: Rows) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Sheet")
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            sheet.write(number, position, cell)
    book.save(out)
    return out.getvalue()


def as_parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    columns = zip(*rows[1:], strict=True)
    pq.write_table(pa.table(dict(zip(rows[0], map(list, columns), strict=True))), out)
    return out.getvalue()


WORD = st.text(st.sampled_from("停车场信息甲乙丙abc"), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(WORD, WORD, WORD), min_size=2, max_size=20))
def test_every_format_gives_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("formats")
    whole = [("编号", "名称", "地点"), *rows]
    found = [tables(folder, write(whole)) for write in (as_csv, as_xlsx, as_xls, as_parquet)]
    assert [table[0].headings for table in found] == [("编号", "名称", "地点")] * 4
    assert [cells(table[0]) for table in found] == [rows] * 4


def test_each_sheet_with_rows_is_a_table(tmp_path: Path) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for name, rows in (("甲表", [["名称"], ["一"]]), ("乙表", [["编号", "名称"], ["1", "二"]]), ("空表", [])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(out)
    assert [(t.sheet, t.headings) for t in tables(tmp_path, out.getvalue())] == [
        ("甲表", ("名称",)),
        ("乙表", ("编号", "名称")),
    ]


def test_columns_of_types_come_from_parquet_as_text(tmp_path: Path) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"n": [1, None], "d": [{"a": 1.5}, None], "t": [" x ", ""]}), out)
    (table,) = tables(tmp_path, out.getvalue())
    assert cells(table) == [("1", "{'a': 1.5}", "x"), (None, None, None)]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"),
        (b"<html><body>log in</body></html>", "html_page"),
        (b'{"a": 1}', "content_not_taken"),
        (b"PAR1 and no more", "damaged_parquet"),
        ("名称,数量\n".encode(), "no_table"),
        (as_xlsx([["名称", "数量"]]), "no_table"),
        (b"PK\x03\x04 and no more", "damaged_workbook"),
        ('名称,数量\n甲,"1\n'.encode(), "open_quote"),
    ],
)
def test_what_is_no_table_is_refused_by_its_rule(tmp_path: Path, data: bytes, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        tables(tmp_path, data)
    assert caught.value.rule == rule
    assert all((caught.value.mend_zh, caught.value.mend_en))


def test_a_row_that_asks_for_more_empty_cells_than_a_table_may_have_is_refused_as_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "名称,数量\n".encode() + b"a,1\n" * 10 + b"b,2" + b"," * 8 + b"x\n"
    monkeypatch.setattr("readers.tables.content.MAX_GRID_CELLS", 80)
    assert len(tables(tmp_path, data)) == 1
    monkeypatch.setattr("readers.tables.content.MAX_GRID_CELLS", 79)
    with pytest.raises(Unreadable) as caught:
        tables(tmp_path, data)
    assert (caught.value.rule, caught.value.place) == ("too_large", "line 12")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (as_xlsx([("名称", "数量"), ("甲", "x" * 101)]), "Sheet!2"),
        (as_parquet([("a", "b"), ("1", "x" * 101)]), "row 1"),
        ("名称,数量\n甲,{}\n".format("x" * 101).encode(), "line 2"),
    ],
    ids=["xlsx", "parquet", "csv"],
)
def test_a_cell_may_be_as_long_in_every_format(tmp_path: Path, data: bytes, place: str) -> None:
    limit = csv.field_size_limit(101)
    try:
        assert len(tables(tmp_path, data)) == 1
        csv.field_size_limit(100)
        with pytest.raises(Unreadable) as caught:
            tables(tmp_path, data)
    finally:
        csv.field_size_limit(limit)
    assert (caught.value.rule, caught.value.place) == ("long_cell", place)


def test_a_parquet_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readers.tables.content.MAX_UNPACKED_BYTES", 10)
    with pytest.raises(Unreadable) as caught:
        tables(tmp_path, as_parquet([("a", "b"), ("1", "2")]))
    assert caught.value.rule == "too_large"


@pytest.mark.parametrize(
    "rows",
    [
        [["code", "u" * 70, "v" * 80], ["01", "10", "20"], ["02", "11", "21"]],
        [
            ["企业名称", f"研发费用（{'单位：万元，' * 12}）", f"营业收入（{'单位：万元，' * 12}）"],
            ["甲公司", "10.5", "200"],
        ],
    ],
)
def test_long_headings_are_told_by_how_they_differ_from_what_is_below(tmp_path: Path, rows: Rows) -> None:
    (table,) = tables(tmp_path, as_csv(rows))
    assert table.has_header
    assert list(table.headings) == rows[0]


def test_prose_in_the_first_row_is_no_header(tmp_path: Path) -> None:
    prose = [[f"{number}{'甲' * 70}", f"{number}{'乙' * 70}"] for number in range(3)]
    (table,) = tables(tmp_path, as_csv(prose))
    assert not table.has_header


def test_hidden_sheets_of_content_are_not_read(tmp_path: Path) -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for name in ("旧", "新"):
        sheet = book.create_sheet(name)
        sheet.append(["名称", "数量"])
        sheet.append([name, 1])
    book["旧"].sheet_state = "hidden"
    book.save(out)
    (tmp_path / "file").write_bytes(out.getvalue())
    found = read_content(tmp_path / "file")
    assert [table.sheet for table in found.tables] == ["新"]
    assert any("旧" in note for note in found.notes)

"""The real files: as many records as other means count, the same titles, and pointers that lead back."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import fastexcel
import openpyxl
import pytest
from reading import delivered, layout, read_all, shipped

from readers.kinds import FIELD_KIND
from readers.records import Layout, Unreadable, read
from readers.shapes import Column, heading_key
from readers.tables.header import HEADER_MIN_COLUMNS

pytestmark = pytest.mark.slow

FEDERAL = {"gsa": 339, "dol": 465, "treasury": 233, "cms": 139, "consumerfinance": 11}


@pytest.mark.parametrize("day", ["2025-01-31", "2025-02-04"])
def test_the_federal_catalogues(real_data: Path, day: str) -> None:
    counts = {}
    for agency in FEDERAL:
        path = real_data / "us-federal-2025" / day / f"{agency}.json"
        _, got = read_all(path, "catalog")
        datasets = json.loads(path.read_bytes())["dataset"]
        assert [json.loads(record.raw) for record in got] == datasets
        assert all(record.raw in path.read_text("utf-8") for record in got)
        assert [record.body["title"] for record in got] == [dataset["title"].strip() for dataset in datasets]
        assert [record.body["open_type"] for record in got] == [dataset["accessLevel"] for dataset in datasets]
        assert len({record.key for record in got}) == len(got)
        counts[agency] = len(got)
    assert counts == FEDERAL
    assert sum(counts.values()) == 1187


def test_the_state_and_county_portals(real_data: Path) -> None:
    count = 0
    for path in sorted((real_data / "us-state-county-dcatus").rglob("*.json")):
        datasets = json.loads(path.read_text("utf-8-sig"))["dataset"]
        _, got = read_all(path, "catalog")
        assert [json.loads(record.raw) for record in got] == datasets
        assert [record.body.get("title", "") for record in got] == [str(d["title"]).strip() for d in datasets]
        count += len(got) if path.parent.name != "prior" else 0
    assert count == 6677


def test_the_catalogue_of_beijing(real_data: Path) -> None:
    path = real_data / "cn-beijing-catalog" / "目录清单.xlsx"
    reading, got = read_all(path, "catalog")
    assert (reading.format, len(got), len({record.key for record in got})) == ("xlsx", 4432, 4432)
    sheet = openpyxl.load_workbook(path, read_only=True)["Sheet1"]
    rows = list(sheet.iter_rows(values_only=True))
    headings = [str(heading) for heading in rows[0]]
    for record in got:
        row = rows[int(record.pointer.removeprefix("Sheet1!")) - 1]
        cells = {heading: str(cell) for heading, cell in zip(headings, row, strict=True) if cell not in (None, "")}
        assert json.loads(record.raw) == cells
        body = record.body
        assert body.pop("extras") == {name: cells[name] for name in ("序号", "下载次数", "调用次数")}
        assert body.pop("modified_date") == cells["更新日期"][:10]
        mapped = {
            "provider_name": "所属部门",
            "title": "数据集名称",
            "theme": "所属主题",
            "format_type": "格式类型",
            "abstract": "摘要",
            "landing_page": "文章访问路径",
        }
        stripped = {name: cells.get(heading, "").strip() for name, heading in mapped.items()}
        assert body == {name: text for name, text in stripped.items() if text}
    departments = {record.body["provider_name"] for record in got}
    assert len(departments - {"往年开放数据"}) == 73  # that one is no department


def test_the_catalogue_of_harbin(real_data: Path) -> None:
    _, got = read_all(real_data / "cn-portal-catalogs-2018" / "hrbdata.xlsx", "catalog")
    assert len(got) == 810
    assert got[0].pointer == "Sheet1!3"  # the second row is empty
    assert Counter(name for record in got for name in record.body)["open_type"] == 810
    assert got[0].body | {"extras": {}} == {
        "title": "哈尔滨市市属企业注销信息",
        "open_type": "无条件开放",
        "theme": "经济建设",
        "modified_date": "2018-03-01",
        "provider_name": "市场监督管理局",
        "keywords": "企业信息,企业类型,法定代表,企业名称,注销,注销日期,市属,法定代表人,日期",
        "update_cycle": "每年",
        "format": "数据集 文件集",
        "issued_date": "2018-03-01",
        "abstract": "提供哈哈尔滨市市属企业注销信息，包括企业名称、企业类型、法定代表人、注销日期等信息。",
        "extras": {},
    }


def test_listings_in_big5_and_without_a_header(real_data: Path) -> None:
    folder = real_data / "tw-catalogs-2018" / "Datasets"
    path = folder / "yilan.gov.tw" / "yilan.2018.03.20.OpenData.csv"
    reading, got = read_all(path, "catalog")
    assert reading.encoding == "big5"
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("cp950"), newline="")))
    assert [record.body["title"] for record in got] == [row["資料集名稱"].strip() for row in rows]
    for name, count in (
        ("kaohsiung.gov.tw/kaohisung.2018.03.20.OD.csv", 1495),
        ("yilan.gov.tw/yilan.2018.03.20.OD.csv", 357),
    ):
        reading, got = read_all(folder / name, "catalog")
        text = (folder / name).read_text("utf-8-sig")
        cells = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
        columns = ("title", "abstract", "landing_page")
        assert [[record.body.get(column, "") for column in columns] for record in got] == cells
        assert len({record.key for record in got}) == len(got) == count
        assert any("title_abstract_page" in note for note in reading.notes)


def made_for(headings: list[str]) -> Layout:
    """A layout of which the first two of these headings are the columns."""
    known = layout("authorisations")
    columns = [Column(f"c{n}", known.kind, heading, "text", True) for n, heading in enumerate(headings[:2])]
    return Layout(known.kind, tuple(columns), {heading_key(c.label_zh): c for c in columns}, frozenset())


def test_the_ugly_tables_of_beijing(real_data: Path) -> None:
    """As many records as the csv module finds rows with content, and each one's text is in the file."""
    seen: Counter[str] = Counter()
    for path in sorted((real_data / "cn-beijing-tables").glob("*.csv")):
        data = path.read_bytes()
        if data.startswith((b"PK", b"\xd0\xcf")):
            seen[check_workbook(path, data)] += 1
            continue
        text = data.decode("utf-8-sig" if is_whole(data, "utf-8-sig") else "gb18030")
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
        start, header = next(((n, row) for n, row in enumerate(rows) if len(set(row) - {""}) > 1), (0, rows[0]))
        made = made_for([heading for heading in dict.fromkeys(header) if heading])
        if len(made.columns) < HEADER_MIN_COLUMNS:
            seen["one column"] += 1
            with pytest.raises(Unreadable, match="no_header"):
                read(delivered(path), made)
            continue
        reading = read(delivered(path), made)
        got = [row for batch in reading.batches for row in batch.to_pylist()]
        assert len(got) == sum(any(row) for row in rows[start + 1 :]), path.name
        place = 0
        for row in got:
            place = text.index(row["raw"], place) + len(row["raw"])
        seen[reading.encoding or ""] += 1
    assert seen == {"gb18030": 89, "utf-8": 67, "xlsx": 5, "xls": 7, "one column": 1}


def check_workbook(path: Path, data: bytes) -> str:
    """As many records as another library finds rows with content below the headings; returns the format."""
    is_xlsx = data.startswith(b"PK")
    sheets: dict[str, list[list[str]]] = {}
    if is_xlsx:
        for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True):
            sheets[sheet.title] = [[str(c or "").strip() for c in row] for row in sheet.iter_rows(values_only=True)]
    else:  # which our reader of XLS does not use
        book = fastexcel.read_excel(data)
        for name in book.sheet_names:
            table = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_arrow()
            sheets[name] = [[(c or "").strip() for c in row] for row in zip(*table.to_pydict().values(), strict=True)]
    rows = next(iter(sheets.values()))
    header = next(row for row in rows if len(set(row) - {""}) > 1)
    made = made_for([heading for heading in dict.fromkeys(header) if heading])
    wanted = {column.label_zh for column in made.columns}
    reading = read(delivered(path), made)
    got = [row for batch in reading.batches for row in batch.to_pylist()]
    starts = {
        name: next((n for n, row in enumerate(rows[:50]) if wanted <= set(row)), None) for name, rows in sheets.items()
    }
    counts = {
        name: sum(any(row) for row in sheets[name][start + 1 :]) for name, start in starts.items() if start is not None
    }
    assert Counter(row["source_pointer"].rpartition("!")[0] for row in got) == counts, path.name
    assert reading.format == ("xlsx" if is_xlsx else "xls")
    return reading.format


def is_whole(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def test_every_heading_of_the_shipped_synonyms_is_read() -> None:
    for entry in shipped().lists["heading_synonym"]:
        kind = entry.body["kind"].partition(".")[0]
        of_field = entry.body["kind"] == FIELD_KIND
        column = layout(kind).column(f" {entry.body['heading']}：", of_field=of_field)
        assert column is not None
        assert column.name == entry.body["column"].removeprefix("field_" if "." in entry.body["kind"] else "")

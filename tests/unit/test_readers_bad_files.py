"""Files that cannot be split into records: each is refused by its rule, says where, and how to mend it."""

import csv
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from reading import delivered, layout, read_all

from readers.problems import RULES
from readers.records import Unreadable, read

HEADER = "凭证号,分录号,金额（元）\n"


def refused(path: Path, data: bytes, kind: str = "costs") -> Unreadable:
    (path / "file").write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        list(read(delivered(path / "file"), layout(kind)).batches)
    problem = caught.value
    assert all((problem.message_zh, problem.message_en, problem.mend_zh, problem.mend_en))
    assert "{" not in problem.message_zh + problem.mend_en
    return problem


def workbook(*rows: list[object], cell: tuple[str, str] | None = None) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if cell:
        sheet[cell[0]] = cell[1]
    book.save(out)
    return out.getvalue()


def archive_of(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
GOOD = workbook(["凭证号", "分录号"], ["记-1", 1])


def of_two_sheets_with_one_name() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for name in ("Sheet", "Twin"):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(["凭证号", "分录号"])
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("Twin", "Sheet")
    return archive_of(parts)


def of_a_hidden_sheet() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("旧表")
    sheet.append(["凭证号", "分录号"])
    sheet.sheet_state = "hidden"
    book.save(out)
    return out.getvalue()


CATALOG = b'{"dataset": [{"title": "a"}, {"title": "b"}]}'


TURTLE = "@prefix dct: <http://purl.org/dc/terms/> .\n"
RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>
"""


SHACL_REPORT = """@prefix sh: <http://www.w3.org/ns/shacl#> .
[] a sh:ValidationReport ; sh:conforms false ; sh:result [ a sh:ValidationResult ; sh:focusNode <http://d> ] .
"""


def doctype(declarations: bytes) -> bytes:
    return RDF.replace(b"?>\n", b"?>\n<!DOCTYPE rdf:RDF " + declarations + b">")


@pytest.mark.parametrize(
    ("kind", "data", "rule", "place"),
    [
        ("costs", b"", "empty_file", ""),
        ("costs", b"\xef\xbb\xbf \r\n\n", "empty_file", ""),
        ("costs", "\ufeff\r\n".encode("utf-16-le"), "empty_file", ""),
        ("costs", workbook(), "empty_file", "Sheet"),
        ("costs", b"\n<!DOCTYPE html><html><body>login</body></html>", "html_page", ""),
        ("catalog", "<TABLE><tr><td>信息资源名称</td></tr></TABLE>".encode(), "html_page", ""),
        ("costs", b'<?xml version="1.0"?><rdf:RDF/>', "not_recognised", ""),
        ("costs", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "not_recognised", ""),
        ("costs", OLE + "Workbook".encode("utf-16-le"), "damaged_workbook", ""),
        ("costs", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook", ""),
        ("costs", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "not_recognised", ""),
        ("costs", b"%PDF-1.7\n\x01\xff\xff\xfe", "not_recognised", ""),
        ("costs", archive_of({"word/document.xml": "<w/>"}), "not_recognised", ""),
        ("costs", GOOD[:-40], "damaged_workbook", ""),
        ("costs", GOOD.replace(b"PK\x05\x06", b"PK\x00\x00"), "damaged_workbook", ""),
        ("costs", archive_of({"xl/workbook.xml": "<workbook"}), "damaged_workbook", ""),
        ("costs", of_two_sheets_with_one_name(), "damaged_workbook", "Sheet"),
        ("costs", workbook(["说明"], ["请填写"]), "no_header", "Sheet"),
        (
            "costs",
            workbook(["凭证号", "分录号", "", "凭证号", "分录号"], ["记-1", 1, "", "记-2", 1]),
            "side_by_side",
            "Sheet!1",
        ),
        ("costs", of_a_hidden_sheet(), "hidden_sheets", "旧表"),
        (
            "costs",
            workbook(["凭证号", "分录号"], cell=("XFD1048576", "x")),
            "too_large",
            "xl/worksheets/sheet1.xml",
        ),
        (
            "costs",
            workbook(["凭证号", "分录号"], cell=("ZZ100000", "x")),
            "too_large",
            "xl/worksheets/sheet1.xml",
        ),
        ("costs", b'{"dataset": []}', "json_not_taken", ""),
        ("costs", b'[{"a": 1}, {"b": 2}]', "json_not_taken", ""),
        ("costs", b"[" * 100_000, "invalid_json", ""),
        ("costs", b'[{"a": "\xff"}]', "unknown_encoding", "byte 8"),
        ("catalog", CATALOG[:-10], "truncated_json", ""),
        ("catalog", b'{"dataset": [{"title": "a"}, ]}', "invalid_json", "line 1, column 29"),
        ("catalog", b'{"dataset": [{"title": "a"}], "x": }', "invalid_json", "line 1, column 36"),
        ("catalog", CATALOG + b"]", "invalid_json", f"line 1, column {len(CATALOG) + 1}"),
        ("catalog", b'{"success": false, "error": 1e999}', "ckan_error", "/error"),
        ("catalog", b'{"success": false, "error": {"message": "x"}}', "ckan_error", "/error"),
        ("catalog", b'{"success": false, "error": "\xff"}', "not_utf8", "/error"),
        ("catalog", b'{"conformsTo": "dcat-us/3", "@graph": [{"@id": "\xff"}]}', "not_utf8", "/@graph/0"),
        ("catalog", b'{"packages": []}', "not_a_catalogue", ""),
        (
            "catalog",
            b'{"conformsTo": "dcat-us/3", "@graph": [{"@type": "Organization", "name": "a"}]}',
            "not_a_catalogue",
            "",
        ),
        ("catalog", b'{"success": false, "result": null}', "ckan_error", ""),
        ("catalog", SHACL_REPORT.encode(), "validation_report", ""),
        (
            "catalog",
            b'{"@context": {"sh": "http://www.w3.org/ns/shacl#"}, "@type": "sh:ValidationReport"}',
            "validation_report",
            "",
        ),
        (
            "catalog",
            b'{"@context": "dcat-us-3.0.jsonld", "@graph": [{"@type": ["sh:ValidationReport"]}]}',
            "validation_report",
            "",
        ),
        (
            "catalog",
            b'{"valid": false, "dataset": [{"identifier": "1", "title": "a"}], "errors": ["b"]}',
            "validation_report",
            "",
        ),
        ("catalog", b'[{"identifier": "1", "title": "a", "valid": false, "errors": ["b"]}]', "validation_report", ""),
        (
            "catalog",
            b'[{"instancePath": "/dataset/0", "keyword": "required", "message": "a"}]',
            "validation_report",
            "",
        ),
        ("catalog", b'{"result": "FAILURE", "counters": {}, "reports": {"error": []}}', "validation_report", ""),
        (
            "catalog",
            b'<TestStepReport xmlns="http://www.gitb.com/tr/v1/"><result>FAILURE</result></TestStepReport>',
            "validation_report",
            "",
        ),
        ("catalog", b'{"status": 404, "title": "Not Found"}', "error_answer", ""),
        ("costs", b'{"code": 500, "msg": "busy", "data": null}', "error_answer", ""),
        ("costs", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "error_answer", ""),
        (
            "catalog",
            b"<?xml version='1.0'?>\n<!DOCTYPE metadata SYSTEM 'a.dtd'>\n<metadata><idinfo/></metadata>",
            "geographic_metadata",
            "",
        ),
        ("catalog", b"<metadata>\n <idinfo>\n </idinfo></metadata>", "geographic_metadata", ""),
        (
            "costs",
            b'<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"></gmd:MD_Metadata>',
            "geographic_metadata",
            "",
        ),
        ("catalog", b'{"dataset": {"title": "a"}}', "not_a_catalogue", ""),
        ("catalog", b'[{"title": "a"}]', "not_a_catalogue", ""),
        ("catalog", CATALOG.replace(b"b", b"\xff"), "not_utf8", "/dataset/1"),
        ("costs", RDF, "rdf_not_taken", ""),
        ("costs", TURTLE.encode(), "rdf_not_taken", ""),
        ("catalog", RDF, "no_dataset", ""),
        ("catalog", b"<http://a> <http://b> <http://c> .\n", "no_dataset", ""),
        ("catalog", f"{TURTLE}<a> dct:title 't' .\n<b> dct:title".encode(), "invalid_rdf", "line 3, column 14"),
        ("catalog", f"{TURTLE}<a> dct:title 't' .\n<b> dct:title ???".encode(), "invalid_rdf", "line 3, column 15"),
        ("catalog", f"{TURTLE}<a> dct:title 'é'".encode("latin-1"), "not_utf8", "line 2, column 16"),
        ("catalog", f"{TURTLE}<a> dct:title {'[' * 50_000}".encode(), "invalid_rdf", "line 2, column 16"),
        ("catalog", f"{TURTLE}<a> dct:title {'(' * 50_000}".encode(), "invalid_rdf", "line 2, column 50015"),
        ("catalog", RDF.replace(b"</rdf:RDF>", b""), "invalid_rdf", "line 3, column 1"),
        ("catalog", RDF.replace(b"</rdf:RDF>", b"<b></rdf:RDF>"), "invalid_rdf", "line 2, column 71"),
        ("catalog", RDF.replace(b"</rdf:RDF>", b"\xff</rdf:RDF>"), "invalid_rdf", "line 2, column 66"),
        ("catalog", RDF.replace(b"</rdf:RDF>", b"&x;</rdf:RDF>"), "invalid_rdf", "line 2, column 66"),
        ("catalog", RDF.replace(b"?>", b" encoding='x-none'?>"), "unknown_encoding", ""),
        ("catalog", RDF.replace(b"?>", b" encoding='ascii85'?>"), "unknown_encoding", ""),
        ("catalog", RDF.replace(b"?>", b" encoding='gb18030'?>").replace(b"</", b"\xff</"), "unknown_encoding", ""),
        ("catalog", doctype(b'SYSTEM "http://elsewhere/x.dtd"'), "xml_entity", "line 2"),
        ("catalog", doctype(b'[<!ENTITY x SYSTEM "file:///etc/passwd">]'), "xml_entity", "line 2"),
        ("catalog", doctype(b'[<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]'), "xml_entity", "line 2"),
        ("catalog", doctype(b'[<!ENTITY % p "x"> %p;]'), "xml_entity", "line 2"),
        ("catalog", doctype(b'[<!ENTITY a "' + b"a" * 300 + b'">]'), "xml_entity", "line 2"),
        (
            "catalog",
            b'{"@context": "https://elsewhere/context.jsonld", "@id": "a"}',
            "remote_context",
            "line 1, column 14",
        ),
        ("catalog", b'{"@context": "https://elsewhere/", "@id": "a", "b": 1e999}', "invalid_rdf", ""),
        ("catalog", b'{"@context": {"@import": "https://elsewhere/"}, "@id": "a"}', "remote_context", ""),
        (
            "catalog",
            b'{"@context": {}, "@graph": [\n{"@id": "http://a"}, {"@id": 5}]}',
            "invalid_rdf",
            "line 2, column 22",
        ),
        ("catalog", b'{"@context": {},\n"@id": 5}', "invalid_rdf", "line 1, column 1"),
        ("catalog", b'[{"@id": "http://a"},\n {"@id": "http://b", "@type": [1]}]', "invalid_rdf", "line 2, column 2"),
        ("catalog", b'{\n"@context": {"a": 5}, "@graph": []}', "invalid_rdf", "line 2, column 1"),
        ("catalog", RDF.replace(b"</rdf", b"\n<rdf:Description rdf:nodeID='a b'/>\n</rdf"), "invalid_rdf", "line 3"),
        ("costs", "单位,金额\n甲,5\n".encode(), "no_header", "line 1"),
        ("costs", "\n\n凭证号\n记-1\n".encode(), "no_header", "line 3"),
        ("costs", (HEADER + "记-1,1,5\n").encode() + b"\xff\xfe\xff\n", "unknown_encoding", "line 3"),
        ("costs", (HEADER + "记账凭证-1,1,5\n记").encode()[:-1], "unknown_encoding", "line 3"),
        ("costs", HEADER.encode("gb18030") + b"1,1,5\n\xff,2,5\n", "unknown_encoding", "line 3"),
        ("costs", (HEADER + '记-1,1,5\n记-2,"2,5\n记-3,3,5\n').encode(), "open_quote", "line 3"),
        ("costs", (HEADER + '记-1,"' + "x" * 140_000 + '",5\n').encode(), "long_cell", "line 2"),
    ],
)
def test_a_bad_file_is_refused_by_its_rule(tmp_path: Path, kind: str, data: bytes, rule: str, place: str) -> None:
    problem = refused(tmp_path, data, kind)
    assert (problem.rule, problem.place) == (rule, place)


def test_every_rule_is_tested() -> None:
    (mark,) = [m for m in test_a_bad_file_is_refused_by_its_rule.pytestmark if m.name == "parametrize"]  # type: ignore[attr-defined]
    of_content = {"content_not_taken", "damaged_parquet", "no_table"}  # tests/unit/test_content_reader.py
    of_reader = {"too_costly", "reader_broke"}  # tests/unit/test_reading_apart.py
    assert {rule for _, _, rule, _ in mark.args[1]} | {"rdf_too_large"} | of_content | of_reader == set(RULES)


@pytest.mark.parametrize(("bound", "most"), [("MAX_TRIPLES", 5), ("MAX_BYTES", 300)])
def test_rdf_beyond_its_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(f"readers.catalogues.rdf.{bound}", most)
    # prefixes and entities make more of a file than it has bytes
    grown = f"@prefix p: <http://p/{'x' * 60}/> .\n" + "".join(f"p:{n} p:{n} p:{n} ." for n in range(6))
    xml = doctype(b'[<!ENTITY e "' + b"e" * 250 + b'">]').replace(b"</rdf", b"<!-- " + b"&e;" * 6 + b" --></rdf")
    for data in (grown.encode(), *([xml] if bound == "MAX_BYTES" else [])):
        assert refused(tmp_path, data, "catalog").rule in ("rdf_too_large", "xml_entity")


def test_descriptions_that_share_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readers.catalogues.rdf.MAX_TRIPLES", 60)
    chain = " ".join(f"_:{n} <http://p> _:{n + 1} ." for n in range(20))
    datasets = " ".join(f"<http://{n}> a <http://www.w3.org/ns/dcat#Dataset> ; <http://p> _:0 ." for n in range(5))
    assert refused(tmp_path, f"{TURTLE}{chain} {datasets}".encode(), "catalog").rule == "rdf_too_large"


@pytest.mark.parametrize(
    "reference",
    ['r="D24294967295"', 'r="xfd1048576"', 'r = "XFD1048576"', "r=\n'ZZ100000'", 'r="A0000099999999"', 'r="AAAAA1"'],
)
def test_a_reference_far_away_however_written_is_refused(tmp_path: Path, reference: str) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert 'r="B2"' in sheet
    problem = refused(tmp_path, archive_of(parts | {"xl/worksheets/sheet1.xml": sheet.replace('r="B2"', reference)}))
    assert (problem.rule, problem.place) == ("too_large", "xl/worksheets/sheet1.xml")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readers.tables.xlsx_file.MAX_UNPACKED_BYTES", 10_000)
    parts = {"xl/workbook.xml": "<workbook/>", "xl/media/image1.png": "0" * 10_001}
    assert refused(tmp_path, archive_of(parts)).rule == "too_large"


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = b"<workbook/>" + b" " * 10_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    sizes = struct.pack("<LLL", zlib.crc32(content), len(packed), 11)  # it says 11 bytes
    name = b"xl/workbook.xml"
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\x03\x04" + common + name + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    assert refused(tmp_path, local + central + end).rule == "damaged_workbook"


def test_what_looks_odd_but_can_be_read(tmp_path: Path) -> None:
    # another format in the name, a stray quotation mark, a cell of many lines, blank lines, a form feed
    text = '\n清单,,\n凭证号,分录号,金额（元）\n"记 ""1""",1,5"\n\n"记\n-\n2",2,\f6\n'
    (tmp_path / "file.xls").write_bytes(text.encode("gb18030"))
    reading, got = read_all(tmp_path / "file.xls", "costs")
    assert reading.encoding == "gb18030"
    assert [(record.pointer, record.body["voucher_no"]) for record in got] == [
        ("record 1, line 4", '记 "1"'),
        ("record 2, line 6-8", "记\n-\n2"),
    ]
    assert got[0].body["unread"] == {"amount_cny": '5"'}
    assert got[1].body["amount_cny"] == "6"


def test_a_header_without_records_is_an_empty_delivery(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(HEADER, "utf-8")
    assert read_all(tmp_path / "file", "costs")[1] == []
    (tmp_path / "file").write_text('{"dataset": []}', "utf-8")
    assert read_all(tmp_path / "file", "catalog")[1] == []


@pytest.mark.parametrize("width", [700, 16_000])
def test_a_wide_sheet_of_few_rows_is_not_too_large(tmp_path: Path, width: int) -> None:
    rows = [["凭证号", "分录号", *(f"列{n}" for n in range(width))], ["记-1", 1, *range(width)]]
    path = tmp_path / "file"
    path.write_bytes(workbook(*rows))
    _, (record,) = read_all(path, "costs")
    assert (record.body["voucher_no"], record.body["line_no"]) == ("记-1", "1")
    assert record.body["extras"] == {f"列{n}": str(n) for n in range(width)}


def test_a_cell_of_a_table_in_json_may_be_as_long_as_one_of_csv(tmp_path: Path) -> None:
    rows = [{"凭证号": "记-1", "分录号": "1"}, {"凭证号": "x" * (csv.field_size_limit() + 1), "分录号": "2"}]
    problem = refused(tmp_path, json.dumps(rows).encode())
    assert (problem.rule, problem.place) == ("long_cell", "/1")
    assert "131,073 > 131,072" in problem.message_en

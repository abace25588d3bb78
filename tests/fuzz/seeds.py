"""Whole files of every format and encoding that the readers take, small, to be damaged.

Does not belong here: how they are damaged (`mutations.py`).
"""

import csv
import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyoxigraph as ox
import xlsxwriter
import xlwt

from benchmarks.catalogues import write_catalogue

HEADINGS = ("信息资源代码", "信息资源名称", "信息资源提供方", "信息资源摘要", "共享类型", "更新周期", "发布日期")
RESOURCES = (
    ("30701/1", "停车场", "城管局", "市内停车场，\n含车位数", "无条件共享", "每月", "2024年3月5日"),
    ("30701/2", "桥梁", "交通局", "桥梁名录", "有条件共享", "每年", "20240305"),
    ("30701/3", "学校", "教育局", "学校名录", "不予共享", "实时", "45356"),
)
FIELDS = (("30701/1", "停车场", "名称", "name", "字符型C"), ("30701/1", "停车场", "车位数", "places", "数值型N"))
FIELD_HEADINGS = ("信息资源代码", "信息资源名称", "信息项名称", "字段英文名称", "数据类型")
COSTS = (
    ("凭证号", "分录号", "成本类别", "阶段", "金额（元）", "入账日期"),
    ("记-1", "1", "采集", "开发", "1,200.50", "2026-02-01"),
    ("记-2", "2", "采集", "开发", "￥８０", "2026/2/3"),
)
BARE = (
    ("停車場", "停車場的位置", "https://data.example.gov.tw/dataset/1"),
    ("橋梁", "橋梁名錄", "https://data.example.gov.tw/dataset/2"),
)

_TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://city/catalog> a dcat:Catalog ; dct:title "Catalogue"@en ; dcat:dataset <http://city/parking>, <http://city/gone> .
<http://city/parking> a dcat:Dataset ; dct:title "Car parks"@en, "停车场"@zh ; dct:description "Where to park" ;
    dct:identifier "P-1" ; dcat:keyword "parking"@en, "cars"@en ; dct:issued "2024-03-05"^^xsd:date ;
    dct:publisher [ a foaf:Agent ; foaf:name "City"@en ] ; dct:temporal [ dcat:startDate "2020"^^xsd:gYear ] ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
    dcat:distribution <http://city/csv>, [ a dcat:Distribution ; dcat:accessURL <http://city/api> ] .
<http://city/csv> a dcat:Distribution ; dct:title "Table" ; dcat:downloadURL <http://city/parking.csv> ; dcat:byteSize 12 .
[] a dcat:Dataset ; dct:title "nameless" .
"""


class Seed(NamedTuple):
    """A whole file: its name for people, the kind that it is delivered as, and its bytes."""

    name: str
    kind: str
    data: bytes


@cache
def seeds() -> tuple[Seed, ...]:
    """The seeds, always in the same order."""
    return (*_json_catalogues(), *_json_tables(), *_rdf(), *_delimited(), *_workbooks())


def _json_catalogues() -> list[Seed]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "data.json"
        write_catalogue(file, 2)
        generated = file.read_bytes()
    dataset = {
        "identifier": "1", "title": "Car parks", "description": "Where to park", "accessLevel": "public", "modified": "2024-03-05",
        "publisher": {"name": "City"}, "contactPoint": {"fn": "a", "hasEmail": "mailto:a@city.gov"}, "keyword": ["parking", "cars"],
        "distribution": [{"title": "Table", "downloadURL": "https://city.gov/a.csv", "mediaType": "text/csv"}],
        "fields": [{"name": "places", "title": "Places", "type": "integer"}], "spatial": {"a": [1.50, -2e3, None, True]},
    }  # fmt: skip
    third = {
        "@type": "dcat:Dataset", "@id": "https://city.gov/1", "title": {"@value": "Car parks"}, "descriptionMap": {"en": "Where"},
        "publisher": "https://city.gov/org", "keyword": ["a"], "theme": [{"prefLabel": "Traffic"}],
        "distribution": [{"@type": "dcat:Distribution", "downloadURL": "https://city.gov/a.csv", "format": "CSV"}],
    }  # fmt: skip
    context = "https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld"
    package = {
        "id": "0a", "name": "parking", "title": "Car parks", "notes": "Where", "metadata_created": "2024-03-05T01:02:03.000001",
        "title_translated": {"en": "Car parks", "fr": "Parcs"}, "keywords": {"en": ["a", "b"]}, "tags": [{"name": "cars"}],
        "organization": {"name": "city", "title": "City"}, "extras": [{"key": "frequency", "value": "P1M"}],
        "resources": [{"name": "Table", "format": "CSV", "url": "https://city.gov/a.csv", "url_type": "upload"}],
    }  # fmt: skip
    lines = "\n".join(json.dumps(package | {"id": str(n)}, ensure_ascii=n > 1) for n in range(3))
    made = {
        "dcat_us_1_1": {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [dataset, {"title": "x"}, 7]},
        "dcat_us many": {"dataset": [{"identifier": str(n), "title": "x" * 90, "x": "}, {" * (n == 9)} for n in range(20)]},
        "dcat_us_3": {"@context": context, "@type": "dcat:Catalog", "dataset": [third, "https://city.gov/2"]},
        "dcat_us_3 graph": {
            "@context": context,
            "@graph": [third, {"@id": "https://city.gov/org", "name": "City"}, {"dataset": [third]}],
        },
        "dcat_us_3 alone": {"@context": context, **third},
        "ckan search": {"success": True, "result": {"count": 3, "results": [package, package | {"id": "0b"}]}},
        "ckan show": {"success": True, "result": package},
        "ckan list": [package, package | {"id": "0c"}],
        "ckan error": {"success": False, "error": {"message": "Not found", "__type": "Not Found Error"}},
    }  # fmt: skip
    found = [Seed(name, "catalog", json.dumps(value, indent=1).encode()) for name, value in made.items()]
    return [Seed("dcat_us generated", "catalog", generated), *found, Seed("ckan lines", "catalog", lines.encode())]


def _json_tables() -> list[Seed]:
    objects = [
        dict(zip(HEADINGS, row, strict=True)) | {"备注": {"甲": [1, None]}, "关键字": ["a", 2]} for row in RESOURCES
    ]
    nested = [
        objects[0] | {"信息项": [{"信息项名称": "名称", "数据类型": "C"}, {"信息项名称": "车位数"}]},
        *objects[1:],
    ]
    english = ["identifier", "title", "provider_name"]
    described = [
        dict(zip(english, HEADINGS, strict=False)), *({k: row[n] for n, k in enumerate(english)} for row in RESOURCES)
    ]  # fmt: skip
    arrays = {"code": 200, "data": {"total": 3, "rows": [list(HEADINGS), *map(list, RESOURCES), [1, None, {"a": 1}]]}}
    made = {
        "objects": objects,
        "fields inside": nested,
        "described": described,
        "arrays": arrays,
        "odd one": [{"信息资源名称": "a", "identifier": str(n)} for n in range(55)] + [5],
    }
    found = [
        Seed(f"json {name}", "catalog", json.dumps(value, ensure_ascii=False).encode()) for name, value in made.items()
    ]
    costs = [dict(zip(COSTS[0], row, strict=True)) for row in COSTS[1:]]
    text = json.dumps(costs, ensure_ascii=False)
    return [*found, Seed("json costs", "costs", text.encode()), Seed("json gb18030", "costs", text.encode("gb18030"))]


def _rdf() -> list[Seed]:
    graph = list(ox.parse(_TURTLE, format=ox.RdfFormat.TURTLE))
    formats = {"n-triples": ox.RdfFormat.N_TRIPLES, "rdf/xml": ox.RdfFormat.RDF_XML, "json-ld": ox.RdfFormat.JSON_LD}
    written = {name: ox.serialize(graph, format=format_) or b"" for name, format_ in formats.items()}
    xml = written["rdf/xml"].decode()
    written["rdf/xml utf-16"] = xml.replace("UTF-8", "UTF-16").encode("utf-16")
    written["rdf/xml entity"] = xml.replace("<rdf:RDF", '<!DOCTYPE rdf:RDF [<!ENTITY c "City">]>\n<rdf:RDF', 1).encode()
    context = {"@vocab": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
    compact = {
        "@context": context,
        "@id": "http://city/1",
        "@type": "Dataset",
        "dct:title": {"@value": "停车场", "@language": "zh"},
    }
    written["json-ld compact"] = json.dumps({"@graph": [compact], "@context": context}).encode()
    return [
        Seed("turtle", "catalog", _TURTLE.encode()),
        *(Seed(name, "catalog", data) for name, data in written.items()),
    ]


def _delimited() -> list[Seed]:
    catalogue = _csv([("资源目录清单", ""), (), HEADINGS, *RESOURCES])
    found = [
        Seed(f"csv {codec}", "catalog", catalogue.encode(codec))
        for codec in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
    ]
    merged = [(*row, "名称" if n else "信息项名称") for n, row in enumerate((HEADINGS, *RESOURCES))]
    return [
        *found,
        Seed("csv big5", "catalog", _csv([("資料集名稱", "資料來源", "資料說明"), *BARE]).encode("cp950")),
        Seed("csv bare", "catalog", _csv(BARE).encode()),
        Seed("csv fields inside", "catalog", _csv([*merged, ("",) * 7 + ("地址",)]).encode()),
        Seed("csv list of fields", "catalog", _csv([FIELD_HEADINGS, *FIELDS]).encode()),
        Seed("csv costs", "costs", _csv(COSTS, ";").encode()),
    ]


def _csv(rows: object, delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def _workbooks() -> list[Seed]:
    return [
        Seed("xlsx", "catalog", _xlsx()),
        Seed("xlsx costs", "costs", _xlsx_of(COSTS)),
        Seed("xls", "catalog", _xls()),
    ]


def _xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("目录")
        sheet.merge_range(0, 0, 0, 6, "资源目录清单")
        for number, row in enumerate((HEADINGS, *RESOURCES), start=1):
            sheet.write_row(number, 0, row)
        sheet.merge_range(2, 2, 3, 2, "城管局")
        sheet.write_number(3, 6, 45356, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_formula(3, 7, "=1/0")
        fields = book.add_worksheet("信息项")
        for number, row in enumerate((FIELD_HEADINGS, *FIELDS)):
            fields.write_row(number, 0, row)
        book.add_worksheet("填写说明").write_string(0, 0, "每行填写一项")
    return out.getvalue()


def _xlsx_of(rows: tuple[tuple[str, ...], ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 1, row)
    return out.getvalue()


def _xls() -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("目录")
    for number, row in enumerate((HEADINGS, *RESOURCES)):
        for position, cell in enumerate(row):
            sheet.write(number, position, cell)
    sheet.write_merge(4, 5, 1, 1, "医院")
    sheet.write(4, 0, 12.5)
    sheet.write(4, 2, True)
    sheet.write(4, 6, 45356, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    fields = book.add_sheet("信息项")
    for number, row in enumerate((FIELD_HEADINGS, *FIELDS)):
        for position, cell in enumerate(row):
            fields.write(number, position, cell)
    book.save(out)
    return out.getvalue()

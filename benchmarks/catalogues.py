"""Generated catalogues of any size, the same for the same size: DCAT-US of 5 KB a dataset, one in ten invalid, and Chinese workbooks.

Does not belong here: deliveries of a whole city (`benchmarks/deliveries.py`) and what is measured.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

#: Described fields of a dataset.
FIELDS = 20
#: Of a hundred datasets, this many are invalid, in each of the five ways in turn.
INVALID_PERCENT = 10
_WORDS = ("water", "permit", "school", "budget", "transit", "housing", "inspection", "parcel", "licence", "grant")


def write_catalogue(path: Path, datasets: int, *, changed_percent: int = 0) -> None:
    """Write a `data.json` of so many datasets; `changed_percent` of a hundred have another title and date."""
    head = {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "dataset": [\n')
        for number in range(datasets):
            file.write(json.dumps(_dataset(number, changed=number % 100 < changed_percent)))
            file.write(",\n" if number + 1 < datasets else "\n")
        file.write("]}\n")


def _dataset(number: int, *, changed: bool) -> dict[str, Any]:
    topic, other = _WORDS[number % 10], _WORDS[number // 10 % 10]
    dataset: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": f"https://data.example.gov/id/{number}",
        "title": f"{topic.title()} and {other} records, part {number}{' (revised)' if changed else ''}",
        "description": f"Monthly {topic} records joined to {other} records of the county, part {number}. " * 16,
        "keyword": [topic, other, f"series {number % 50}"],
        "modified": "2026-06-30" if changed else f"2026-{1 + number % 6:02d}-01",
        "issued": "2020-01-01",
        "publisher": {"@type": "org:Organization", "name": f"Department of {topic.title()}"},
        "contactPoint": {"@type": "vcard:Contact", "fn": "Data Office", "hasEmail": "mailto:data@example.gov"},
        "accessLevel": "public",
        "bureauCode": ["010:86"],
        "programCode": ["010:000"],
        "accrualPeriodicity": "R/P1M",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "distribution": list(_distributions(number)),
        "fields": [
            {"name": f"{topic}_{n}", "type": "string", "description": f"Field {n} of the {topic} records"}
            for n in range(FIELDS)
        ],
    }
    if number % 100 >= 100 - INVALID_PERCENT:
        _spoil(dataset, number % 5)
    return dataset


def _distributions(number: int) -> Iterator[dict[str, str]]:
    for suffix, media_type in (("csv", "text/csv"), ("json", "application/json")):
        yield {
            "@type": "dcat:Distribution",
            "title": f"Records as {suffix.upper()}",
            "downloadURL": f"https://data.example.gov/files/{number}.{suffix}",
            "mediaType": media_type,
            "format": suffix.upper(),
            "description": f"All records of part {number}, one a row, as {suffix.upper()} in UTF-8. " * 8,
        }


def _spoil(dataset: dict[str, Any], way: int) -> None:
    """The five ways: no title, an access level that is none, no contact, a keyword as text, a date that is none."""
    if way == 0:
        del dataset["title"]
    elif way == 1:
        dataset["accessLevel"] = "secret"
    elif way == 2:
        del dataset["contactPoint"]
    elif way == 3:
        dataset["keyword"] = "water"
    else:
        dataset["modified"] = "yesterday"


def write_workbook(path: Path, resources: int) -> None:
    """Write a Chinese catalogue of so many resources, one a row, with the headings of 发改高技〔2017〕1272号."""
    columns = (
        "信息资源代码", "信息资源名称", "信息资源提供方", "信息资源提供方代码", "信息资源摘要", "信息资源格式", "共享类型", "共享条件",
        "是否向社会开放", "开放条件", "更新周期", "发布日期",
    )  # fmt: skip
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = workbook.add_worksheet("目录")
    sheet.write_row(0, 0, columns)
    for number in range(resources):
        unit = number % 73
        row = (
            f"30701{unit:03d}/{number}", f"登记信息第{number}号", f"示例市第{unit}局", f"1133010000{unit:08d}",
            f"第{unit}局履行职责过程中形成的登记信息，按月汇总，第{number}号", "电子表格", "有条件共享", "经审批", "无条件开放", "", "每月",
            f"2026-{1 + number % 6:02d}-01",
        )  # fmt: skip
        sheet.write_row(number + 1, 0, row)
    workbook.close()

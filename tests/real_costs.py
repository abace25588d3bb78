"""Invented costs laid over real catalogues, so that a report can be made of them: units, authority, evidence and costs.

Nothing of it is real, and each document number says so (虚构). Amounts are drawn as the example city draws them: by name, the same each
time.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from example_city.chance import choose, draw
from example_city.costs import yuan
from tests.homes import ask, deliver_files, name_authorities
from warehouse.store.home import Home

#: Who delivers what was invented, for all.
INVENTOR = "INVENTED"
PERIOD, _DAY = "2026-06", "2026-07-05"
#: So many resources of a holder become cards.
_OF_HOLDER = 50
_KINDS = ("采集加工", "清洗标注", "系统开发", "数据建模")

_Row = Mapping[str, str]


def lay_over(home: Home, folder: Path) -> int:
    """Deliver invented papers and costs for some resources of each holder of a home that has run; returns how many cards there will be."""
    name_authorities(home, finance_authority=INVENTOR, data_authority=INVENTOR)
    found = ask(
        home,
        "SELECT holder_code, min(holder_name), list(resource_code ORDER BY resource_code)[:$most] FROM catalog.resource "
        "GROUP BY holder_code ORDER BY holder_code",
        most=_OF_HOLDER,
    )
    folder.mkdir()
    units = [
        {
            "organisation_code": code, "name": name or code, "level": "市", "district_code": "990100",
            "unit_kind": "国有企业" if number % 5 == 4 else "行政单位",
            "accounting_system": "企业会计准则" if number % 5 == 4 else "政府会计制度", "valid_from": "2020-01-01",
        }
        for number, (code, name, _) in enumerate(found)
    ]  # fmt: skip
    bases = [
        {"holder_code": code, "legal_basis": "虚构的授权", "document_no": "虚构〔2020〕1号", "valid_from": "2020-01-02"}
        for code, _, _ in found
    ]
    cards = [(code, resource) for code, _, resources in found for resource in resources]
    papers = [
        {
            "holder_code": code, "resource_code": resource, "criterion": criterion, "statement": "符合",
            "document_no": f"虚构〔2024〕{number}号", "issued_date": "2024-01-02",
        }
        for number, (code, resource) in enumerate(cards, 1) for criterion in ("控制", "效益")
    ]  # fmt: skip
    lines = [_line(number, code, resource) for number, (code, resource) in enumerate(cards, 1)]
    for kind, rows in (("organisations", units), ("authorisations", bases), ("evidence", papers), ("costs", lines)):
        deliver_files(home, [_file(folder / f"{kind}.csv", rows)], INVENTOR, kind, _DAY)
    return len(cards)


def _line(number: int, code: str, resource: str) -> _Row:
    name = (code, resource)
    month = f"20{choose(('24', '25', '26'), *name, 'year')}-0{1 + draw(6, *name, 'month')}"
    return {
        "holder_code": code, "resource_code": resource, "voucher_no": f"虚构-{number}", "line_no": "1",
        "cost_kind": choose(_KINDS, *name, "kind"), "phase": "开发",
        "amount_cny": yuan(10_000 + draw(50_000_000, *name, "amount")),
        "posted_date": f"{month}-15", "available_date": f"{month}-20", "life_months": "60",
    }  # fmt: skip


def _file(file: Path, rows: Sequence[_Row]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file

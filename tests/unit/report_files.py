"""Small reports in memory, and a catalogue for the doors to look at: one resource of each standing."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.form_keys import whole
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Check, CheckCounts, Edition, Report, Scope
from warehouse.tables.definitions import all_tables

TABLES = all_tables()
HOLDER = "11990100000000107X"
#: What no file of an open edition may have.
CLOSED_TITLE, SECRET_TITLE = "重点人员走访台账", "涉密工程名录（绝密）"
RESIDENT, MOBILE, EMAIL = "11010519491231002X", "13800138000", "zhang.san@example.com"
NEVER_OPEN = (CLOSED_TITLE, SECRET_TITLE, RESIDENT, MOBILE, EMAIL)
OPEN_TITLE, NUMBER_TITLE, FORMULA_TITLE = "公共停车场信息", f"登记人{RESIDENT}名录", "=HYPERLINK(1)"
#: resource -> title, open access, share limit, term of confidentiality.
RESOURCES = {
    "open": (OPEN_TITLE, "unconditional", "unconditional", None),
    "number": (NUMBER_TITLE, "unconditional", "unconditional", None),
    "formula": (FORMULA_TITLE, "conditional", "unconditional", None),
    "closed": (CLOSED_TITLE, "none", "conditional", None),
    "undeclared": ("尚未声明的资源", None, "conditional", None),
    "secret": (SECRET_TITLE, "none", "none", "state_secret"),
}

_R1 = [
    FormColumn("entity_name", "", "单位", "text"),
    FormColumn("entity_code", "", "代码", "text"),
    FormColumn("closing_count", "期末", "数量", "count"),
    FormColumn("closing_cost_cny", "期末", "原值", "money"),
]
_LIST = [
    FormColumn("asset_name", "", "资产名称", "text"),
    FormColumn("resource_code", "", "信息资源代码", "text"),
    FormColumn("entity_name", "", "单位", "text"),
    FormColumn("recognised_date", "", "确认日期", "text"),
    FormColumn("closing_cost_cny", "期末", "原值", "money"),
]
_RATE = [FormColumn("entity_name", "", "单位", "text"), FormColumn("agreed_pct", "比率", "相符率", "percent")]


def page(
    table: str,
    form: str,
    label: str,
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[Any]],
    keys: Sequence[tuple[str, ...]],
) -> FormPage:
    title = f"表 {form}"
    of = TABLES[table]
    return FormPage(form, of, "2026-06", label, title, f"{title}（{label}）", "说明", columns, rows, whole(of, keys))


def sums(period: str = "2026-06", cost: str = "999999999999999999.99") -> list[FormPage]:
    """Sums on two sheets."""
    city = [("全市", "city", 6, Decimal(cost))]
    units = [("示例市数据局", HOLDER, 5, Decimal("-0.01")), ("无数据单位", "11990100000000019F", None, None)]
    return [
        page("report.form_r1", "r1", "全市", _R1, city, [(period, "city", "city")]),
        page("report.form_r1", "r1", "单位", _R1, units, [(period, "unit", str(row[1])) for row in units]),
    ]


def asset_list() -> FormPage:
    """A card of each resource, and one of a resource that the catalogue does not know."""
    names = {resource: title for resource, (title, *_) in RESOURCES.items()} | {"gone": "已经撤下的资源"}
    rows = [
        (title, f"c-{resource}", "示例市数据局", date(2026, 1, 2), Decimal(number) + Decimal("0.10"))
        for number, (resource, title) in enumerate(names.items(), 1)
    ]
    return page("report.asset_list", "asset_list", "清单", _LIST, rows, [("2026-06", f"card-{name}") for name in names])


def report(pages: Sequence[FormPage] | None = None, notes: Sequence[str] = ("有一个单位未报。",)) -> Report:
    edition = Edition("2026-06", Scope("city", "990100", "示例市"), GOVERNMENT, "行政事业性国有资产", 2, DRAFT, 7)
    check = Check("r1", "R1-1", "期末＝期初＋增减", "unit", HOLDER, "示例市数据局", "1.00", "2.00", "-1.00", "")
    above = Check("r1", "R1-1", "期末＝期初＋增减", "city", "city", "全市", "1.00", "2.00", "-1.00", "")
    return Report(
        edition,
        pages or [*sums(), asset_list()],
        sums("2025-12", "1.00"),
        [check, above],
        list(notes),
        CheckCounts(7, 2),
    )


def planted() -> Report:
    """A report with everything that an open edition must not have, in cells, notes and checks."""
    told = [
        "有一个单位未报。", f"联系人张三，{MOBILE}", f"邮箱 {EMAIL}", f"{SECRET_TITLE}未列入合计", f"单位补报了{CLOSED_TITLE}。"
    ]  # fmt: skip
    whole = report(notes=told)
    named = Check("r1", "R1-2", f"核对{SECRET_TITLE}", "unit", HOLDER, "示例市数据局", "1", "2", "-1", f"经办{MOBILE}")
    unit = page(
        "report.form_r1",
        "r1",
        "部门",
        _R1,
        [(f"数据局（{MOBILE}）", "d", 1, Decimal(1))],
        [("2026-06", "department", "d")],
    )
    rates = page(
        "finance.unit_rate", "rate", "汇总", _RATE, [("全市", Decimal("88.20"))], [("2026-06", "city", "city")]
    )
    return Report(
        whole.edition, [*whole.pages, unit, rates], whole.before, [*whole.checks, named], told, whole.check_counts
    )


def catalogue() -> duckdb.DuckDBPyConnection:
    """A plain DuckDB with the tables that the doors and the open catalogue read."""
    connection = duckdb.connect()
    for name in (
        "catalog.organisation", "catalog.resource", "catalog.distribution", "classification.resource_access",
        "registry.asset_card",
    ):  # fmt: skip
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
        connection.execute(TABLES[name].ddl())
    for resource, (title, access, share, term) in RESOURCES.items():
        _put(connection, "catalog.resource", resource_id=resource, holder_code=HOLDER, holder_name="示例市数据局",
             resource_code=f"c-{resource}", title=title, abstract=f"{title}的说明", keywords="停车;交通", theme="公共服务",
             update_cycle="monthly", issued_date=date(2025, 3, 1), landing_page=f"https://data.example.org/{resource}")  # fmt: skip
        _put(connection, "classification.resource_access", resource_id=resource, holder_code=HOLDER, open_access=access,
             share_limit=share, confidential_term=term)  # fmt: skip
        _put(connection, "registry.asset_card", card_id=f"card-{resource}", resource_id=resource, asset_name=title)
        _put(connection, "catalog.distribution", resource_id=resource, distribution_no=1, title=title, format="csv",
             media_type="text/csv", access_url=f"https://data.example.org/{resource}.csv")  # fmt: skip
    return connection


def _put(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files of a folder, and what is packed in them."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        yield file.name, file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                yield from ((f"{file.name}/{name}", packed.read(name)) for name in packed.namelist())

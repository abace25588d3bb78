"""What one unit sells and what an appraiser says of it: contracts, receipts, comparables, forecasts.

Belongs here: these four kinds, of two cards of one unit. Does not belong here: costs and books (`ledger.py`), which they never touch.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from example_city.agencies import UNITS
from example_city.ledger import Asset, assets
from example_city.model import Delivery, Layout, Record
from example_city.recognition import table_file

_SELLER, _BUYERS = "urban", ("bus", "watergroup")
_DAY = date(2026, 7, 3)
_APPRAISAL = {
    "appraiser": "示例资产评估有限公司",
    "appraisal_date": "2026-05-31",
    "valid_to": "2027-05-30",
    "document_no": "示评报〔2026〕3号",
}
#: The year's income of the first card in yuan, direct, and of the second, of which a share counts.
_INCOME = {"直接": ("60000.00", "66000.00", "70000.00"), "分成": ("180000.00", "190000.00", "200000.00")}
#: What reference data sets brought, and by how much the first card differs: quality, supply, date, capacity, other.
_REFERENCES = (("210000.00", ("0.95", "1", "1", "0.8", "1")), ("186000.00", ("0.9", "1", "0.98", "1", "1")))
_FACTORS = ("quality_factor", "supply_factor", "date_factor", "capacity_factor", "other_factor")


def market_deliveries() -> list[Delivery]:
    """A delivery of each of the four kinds."""
    unit = UNITS[_SELLER]
    first, second = _sold()
    found = {
        "contracts": ("数据合同", _contracts(first, second)),
        "receipts": ("收款", _receipts()),
        "comparables": ("可比案例", _comparables(first)),
        "forecasts": ("收益预测", _forecasts(first, second)),
    }
    deliveries = []
    for kind, (name, rows) in found.items():
        records = [Record({"holder_code": unit.code, **row}) for row in rows]
        file = table_file(unit, kind, name, records, Layout(form="csv"))
        deliveries.append(Delivery(unit.short, unit.code, kind, _DAY, (file,)))
    return deliveries


def _sold() -> list[Asset]:
    """The first two cards of the seller that are in use and have cost."""
    held = [a for a in assets() if a.plan.resource.holder is UNITS[_SELLER] and a.is_held(_DAY)]
    return [a for a in held if a.balance(date(2026, 6, 30)).cost][:2]


def _contracts(*sold: Asset) -> Iterator[Mapping[str, str]]:
    codes = ";".join(asset.plan.resource.code for asset in sold)
    for number, (buyer, payment, purpose) in enumerate(
        ((_BUYERS[0], "有偿", "产业发展"), (_BUYERS[1], "无偿", "公共治理")), start=1
    ):
        yield {
            "contract_no": f"示数合〔2026〕{number}号",
            "counterpart_code": UNITS[buyer].code,
            "product_code": f"P-{number:03d}",
            "resource_codes": codes,
            "purpose": purpose,
            "payment": payment,
            "amount_cny": "60000.00" if payment == "有偿" else "",
            "signed_date": f"2026-0{number + 1}-10",
            "valid_from": f"2026-0{number + 2}-01",
            "valid_to": "2027-12-31",
        }


def _receipts() -> Iterator[Mapping[str, str]]:
    for number, (amount, day, state) in enumerate(
        (("15000.00", "2026-04-15", "已收"), ("15000.00", "2026-06-15", "已收"), ("30000.00", "2026-06-30", "应收")),
        start=1,
    ):
        yield {
            "receipt_no": f"收-{number:04d}",
            "contract_no": "示数合〔2026〕1号",
            "amount_cny": amount,
            "received_date": day,
            "payer_code": UNITS[_BUYERS[0]].code,
            "state": state,
        }


def _comparables(asset: Asset) -> Iterator[Mapping[str, str]]:
    for number, (amount, factors) in enumerate(_REFERENCES, start=1):
        yield {
            "resource_code": asset.plan.resource.code,
            "comparable_no": f"REF-{number}",
            "reference_name": f"虚构市数据集{number}",
            "transacted_cny": amount,
            "transacted_date": f"2025-{9 + number}-20",
            **dict(zip(_FACTORS, factors, strict=True)),
            **_APPRAISAL,
        }


def _forecasts(*sold: Asset) -> Iterator[Mapping[str, str]]:
    for asset, (kind, incomes) in zip(sold, _INCOME.items(), strict=True):
        for year, income in enumerate(incomes, start=1):
            yield {
                "resource_code": asset.plan.resource.code,
                "income_kind": kind,
                "year_no": str(year),
                "income_cny": income,
                "share_rate": "0.3" if kind == "分成" else "",
                "discount_rate": "0.08",
                **_APPRAISAL,
            }

"""The kinds of delivery, each defined once: its names, whether it has a template, and the table that holds its records.

The columns of a kind are rows of `policy/delivery_column.csv`. Does not belong here: how a kind is read (`records.py`), what a record
means (the models).
"""

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of delivery.

    code: as in manifests and `--kind`. name_zh: also the sheet of its template, and the word in the name of a file that came without a
    manifest. table: the table of stage `delivered` that holds its records; None where a record is no row of ours. has_template: whether
    it has columns to fill in. period_column: of the date whose month is the accounting period of a record, and part of its identity:
    voucher numbers start again each month.
    """

    code: str
    name_zh: str
    name_en: str
    table: str | None = None
    has_template: bool = True
    period_column: str | None = None


#: The kind whose records are resources, with fields of the kind FIELD_KIND. A field that comes in a list of its own is
#: a record of that kind.
CATALOG = "catalog"
FIELD_KIND = "catalog.field"
#: The kind whose records are tables that agencies deliver, and the columns of such tables.
CONTENT = "content"
COLUMN_KIND = "content.column"

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("organisations", "组织机构", "organisations", "organisation"),
        Kind(CATALOG, "目录", "catalogues"),
        Kind("authorisations", "授权依据", "authorisations", "authorisation"),
        Kind("evidence", "确认证据", "evidence for recognition", "evidence"),
        Kind("reviews", "审查评估", "reviews and appraisals", "review"),
        Kind("costs", "成本", "costs", "cost", period_column="posted_date"),
        Kind("events", "资产事项", "events of assets", "event"),
        Kind("ledger", "总账", "balances of accounts", "ledger"),
        Kind("contracts", "合同", "contracts", "contract"),
        Kind("receipts", "收款", "receipts", "receipt"),
        Kind("comparables", "可比案例", "comparable transactions", "comparable"),
        Kind("forecasts", "收益预测", "forecasts of income", "forecast"),
        Kind("decisions", "决定", "decisions of persons", "decision"),
        Kind("corrections", "汇总更正", "corrections of totals", "correction"),
        # What the operator puts on record (`pipelines/closing.py`); nobody fills it in.
        Kind("closings", "结账", "books of closed periods", "closing", has_template=False),
        Kind(CONTENT, "数据内容", "content of resources", has_template=False),
    )
}

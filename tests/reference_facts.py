"""What is known of one card, fact by fact, and what the methods make of it: the models of reference values over small tables.

Does not belong here: files and readers (`world.py`), what is right (the tests).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from readers.policy.files import load
from tests.policies import put_policy
from warehouse.building.build import check_key, parameters
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import POLICY, POLICY_ENTRY

SHIPPED = Path(__file__).parents[1] / "policy"
METHODS = (
    *("appraisal", "quality_adjustment", "cost_method", "expert_method", "income_report", "income_method"),
    *("comparable_value", "market_method", "sensitivity", "reference_value"),
)
PERIOD = "2026-06"


class ReferenceFacts:
    """A card `c` of a unit `u`, and what the methods make of what is known of it."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        for table in all_tables().values():
            if table.stage != POLICY:
                self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
                self.connection.execute(table.ddl())
        self._policy = load(SHIPPED).entries
        self._touched: set[str] = set()
        self._count = 0
        put_policy(self.connection, self._policy)

    def clear(self) -> None:
        """Forget every fact, and what was changed of policy."""
        for table in self._touched:
            self.connection.execute(f"DELETE FROM {table}")
        if POLICY_ENTRY in self._touched:
            self.connection.register("shipped", self._policy)
            self.connection.execute(f"INSERT INTO {POLICY_ENTRY} BY NAME FROM shipped")
            self.connection.unregister("shipped")
            self._refill()
        self._touched.clear()

    def insert(self, table: str, **values: object) -> None:
        self._count += 1
        self._touched.add(table)
        keys: Mapping[str, object] = {"delivery_id": "d", "ordinal": self._count, "delivery_date": "2026-07-01"}
        columns = {column.name for column in all_tables()[table].columns}
        filled = {name: value for name, value in keys.items() if name in columns} | values
        assert set(filled) <= columns
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(filled)}) VALUES ({', '.join('?' * len(filled))})", [*filled.values()]
        )

    def card(self, card: str = "c", score: str | None = "72", cost: str | None = "100000.00", **more: object) -> None:
        """score: of quality, `None` for none. more: columns of the snapshot."""
        self.insert("registry.asset_card", card_id=card, resource_id=card, holder_code="u", resource_code=card)
        zero = None if cost is None else "0.00"
        amounts = {
            "closing_cost_cny": cost, "closing_development_cny": zero, "closing_stock_cny": zero, "closing_carrying_cny": cost,
        }  # fmt: skip
        self.insert(
            "valuation.snapshot",
            **{"period": PERIOD, "card_id": card, "holder_code": "u", "snapshot_status": "valued"} | amounts | more,
        )
        if score is not None:
            self.insert(
                "quality.resource_score", resource_id=card, dimension_code="all", score_pct=score, assessed_pct="60"
            )

    def fields(self, *access: tuple[str, str], card: str = "c") -> None:
        for number, (open_access, share_access) in enumerate(access, 1):
            self.insert(
                "classification.field_access",
                resource_id=card, field_no=number, open_access=open_access, share_access=share_access,
            )  # fmt: skip

    def appraisal(self, day: str = "2026-01-31", amount: str | None = "90000.00", **more: object) -> None:
        given = {"holder_code": "u", "resource_code": "c", "review_kind": "appraisal", "result": "pass"}
        self.insert(
            "delivered.review",
            **given | {"reviewer": "甲", "issued_date": day, "amount_cny": amount, "document_no": f"评{day}"} | more,
        )

    def forecast(self, kind: str, flows: Iterable[str], rate: str = "0.08", **more: object) -> None:
        """flows: by year, `income` or `income/share or deduction`."""
        second = {"share": "share_rate", "excess": "contributory_cost_cny", "incremental": "income_without_cny"}
        for year, flow in enumerate(flows, 1):
            income, _, other = flow.partition("/")
            given = {
                "holder_code": "u",
                "resource_code": "c",
                "income_kind": kind,
                "year_no": year,
                "income_cny": income,
            }
            report = {"appraiser": "甲", "appraisal_date": "2026-01-31", "document_no": "评1", "discount_rate": rate}
            extra = {second[kind]: other} if other else {}
            self.insert("delivered.forecast", **given | report | extra | more)

    def comparable(self, number: str, price: str, factors: str = "1 1 1 1 1", **more: object) -> None:
        """factors: quality, supply, date, capacity, other; one above 1 has a basis unless `more` says otherwise."""
        names = ("quality", "supply", "date", "capacity", "other")
        given = {"holder_code": "u", "resource_code": "c", "comparable_no": number, "transacted_cny": price}
        report = {"appraiser": "甲", "appraisal_date": "2026-01-31", "document_no": "评2"}
        adjusted = {f"{name}_factor": factor for name, factor in zip(names, factors.split(), strict=True)}
        basis = {f"{name}_basis": "成交记录" for name in names}
        self.insert("delivered.comparable", **given | report | adjusted | basis | more)

    def set(self, name: str, **cells: str) -> None:
        """Change cells of a parameter of policy."""
        for column, value in cells.items():
            self.connection.execute(
                f'UPDATE policy.entry SET body = json_merge_patch(body, \'{{"{column}": "{value}"}}\') '
                "WHERE list_name = 'valuation_parameter' AND entry_key = ?",
                [name],
            )
        self._touched.add(POLICY_ENTRY)
        self._refill()

    def _refill(self) -> None:
        table = all_tables()["policy.valuation_parameter"]
        self.connection.execute(f"DELETE FROM {table.qualified}")
        self.connection.execute(f"INSERT INTO {table.qualified} {table.model}")

    def build(self) -> None:
        for name in METHODS:
            table = all_tables()[f"valuation.{name}"]
            self.connection.execute(f"DELETE FROM {table.qualified}")
            self.connection.execute(
                f"INSERT INTO {table.qualified} {table.model}", parameters(str(table.model), PERIOD)
            )
            check_key(self.connection, table, table.qualified)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def found(self, method: str, card: str = "c") -> str:
        """A method's value as text, or why there is none."""
        self.build()
        return self.shown(method, card)

    def shown(self, method: str, card: str = "c") -> str:
        """The same, as it was built."""
        ((value, has_evidence, reason, message),) = self.ask(
            "SELECT value_cny, has_evidence, no_value_reason, message_zh FROM valuation.reference_value "
            f"WHERE card_id = '{card}' AND reference_method = '{method}'"
        )
        assert has_evidence == (value is not None) == (reason is None) == (message is None)
        return str(value) if value is not None else reason

    def bars(self, method: str) -> dict[str, tuple[str, str]]:
        """The value with each parameter a step lower and higher."""
        rows = self.ask(
            "SELECT parameter_name, decreased_value_cny, increased_value_cny FROM valuation.sensitivity "
            f"WHERE reference_method = '{method}' ORDER BY spread_cny DESC, parameter_name"
        )
        return {name.removeprefix("step_"): (str(low), str(high)) for name, low, high in rows}

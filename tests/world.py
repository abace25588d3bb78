"""All models on a plain DuckDB in memory, over files of a test that were read as a run reads them: no home, lake or Dagster.

A second in all, where a home's run takes fifteen. Does not belong here: what the lake adds (commits, traces), which the tests of homes see.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from readers.kinds import CONTENT
from readers.policy.files import load
from readers.records import DeliveredFile, Layout, read
from tests.policies import put_policy
from warehouse.building.build import check_key, parameters
from warehouse.intake.content_records import ContentRules, content_reading
from warehouse.intake.landing_models import fill_models
from warehouse.tables.definitions import all_tables

HOLDER = "11990100000000107X"
#: What makes cards of resources: a registered unit, its authority, and per resource a catalogue entry, evidence and reviews.
_BASE = {
    "organisations": "organisation_code,name,level,district_code,unit_kind,accounting_system,valid_from\n"
    f"{HOLDER},示例市数据局,市,990100,{{0}},{{1}},2020-01-01\n",
    "authorisations": "legal_basis,document_no,valid_from\n办法第八条,示数发1号,2020-01-02\n",
}
_OF_RESOURCE = {
    "catalog": ("identifier,title,provider_code,share_type", "{0},资源{0},{1},无条件共享"),
    "evidence": (
        "resource_code,criterion,statement,document_no,issued_date",
        "{0},控制,符合,证{0}控制,2020-01-02\n{0},效益,符合,证{0}效益,2020-01-02",
    ),
    "reviews": (
        "resource_code,review_kind,result,document_no,issued_date",
        "{0},安全审查,通过,审{0}安全,2020-01-02\n{0},风险评估,通过,审{0}风险,2020-01-02",
    ),
}

#: A table's name in a query.
_NAME = re.compile(r"\b[a-z_]+\.[a-z_0-9]+\b")


class World:
    """Deliveries of one unit, and the tables that follow from them.

    folder: where files lie until they are read. unit_kind, accounting_system: of the unit, as delivered.
    """

    def __init__(self, folder: Path, unit_kind: str = "行政单位", accounting_system: str = "政府会计") -> None:
        self._folder = folder
        self._is_of = unit_kind, accounting_system
        self._count = 0
        self._lake = duckdb.connect(config={"threads": 1})
        self._unbuilt: dict[str, str] = {}
        with as_file(files("policy")) as policy:
            self._policy = load(policy)
        for table in all_tables().values():
            if table.stage != "policy":
                self._lake.execute(f"CREATE SCHEMA IF NOT EXISTS {table.stage}")
                self._lake.execute(table.ddl())
        put_policy(self._lake, self._policy.entries)

    def cards(self, codes: Collection[str]) -> None:
        """Deliver all but costs, so that each resource that has a cost becomes a card."""
        for kind, text in _BASE.items():
            self.deliver(kind, text.format(*self._is_of), "2020-02-01")
        for kind, (headings, rows) in _OF_RESOURCE.items():
            self.deliver(kind, "\n".join([headings, *(rows.format(code, HOLDER) for code in codes)]), "2020-02-01")

    def deliver(
        self,
        kind: str,
        text: str,
        day: str = "2026-07-01",
        mode: str = "incremental",
        *,
        deliverer: str = HOLDER,
        source: str = "default",
        name: str = "",
    ) -> str:
        """Deliver a file, by default the unit's own, under a name; gives the delivery's identifier."""
        path = self._folder / (name or f"{self._count + 1}")
        path.write_text(text, "utf-8")
        return self.deliver_file(kind, path, day, mode, deliverer=deliverer, source=source)

    def deliver_file(
        self,
        kind: str,
        path: Path,
        day: str = "2026-07-01",
        mode: str = "incremental",
        *,
        deliverer: str = HOLDER,
        source: str = "default",
    ) -> str:
        """Deliver a file as it lies there; gives the delivery's identifier."""
        self._count += 1
        delivery = f"d{self._count:03}"
        file = {"source_file": path.name, "source_sha256": f"{self._count:064}"}
        of = {"delivery_id": delivery, "deliverer_code": deliverer, "source_name": source}
        when = date.fromisoformat(day)
        read_from = DeliveredFile(path.name, file["source_sha256"], path)
        if kind == CONTENT:
            reading = content_reading(read_from, ContentRules.of(self._policy.on(when)), None)
        else:
            reading = read(read_from, Layout.of(self._policy.on(when), kind))
        records = [row for batch in reading.batches for row in batch.to_pylist()]
        self._insert("landing.record", [of | file | row | {"ordinal": n} for n, row in enumerate(records, 1)])
        self._insert(
            "landing.delivery",
            [
                of
                | {"kind": kind, "delivery_date": when, "sequence": self._count, "mode": mode, "status": "accepted"}
                | {"holder_code": deliverer, "file_count": 1, "recorded_at": datetime(2026, 7, 1, tzinfo=UTC)}
            ],
        )
        self._insert(
            "landing.delivery_file",
            [
                {"delivery_id": delivery, "file_no": 1, "size_bytes": path.stat().st_size, "status": "read"}
                | {"record_count": len(records)}
                | file
            ],
        )
        return delivery

    def build(self, period: str = "2026-06") -> None:
        """Build every table that is asked for from now on, and what it is made of; each asserts its key."""
        fill_models(self._lake, all_tables())
        self._unbuilt = {
            table.qualified: period
            for table in all_tables().derived
            if table.stage not in ("policy", "landing") and table.model
        }

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The tables, all of them built; who asks by `ask` has no others built than it names."""
        self._make(self._unbuilt)
        return self._lake

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.query(sql).fetchall()

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> duckdb.DuckDBPyConnection:
        self._make(_NAME.findall(sql))
        return self._lake.execute(sql, values)

    def _make(self, names: Iterable[str]) -> None:
        wanted, tables = {*names}, all_tables()
        for table in reversed([*tables.derived]):
            if table.qualified in wanted:
                wanted |= {*table.inputs}
        for table in tables.derived:
            if table.qualified in wanted and (period := self._unbuilt.pop(table.qualified, None)):
                self._lake.execute(f"DELETE FROM {table.qualified}")
                self._lake.execute(f"INSERT INTO {table.qualified} {table.model}", parameters(str(table.model), period))
                check_key(self._lake, table, table.qualified)

    def values(self, code: str) -> dict[str, str]:
        """The amounts of a card in the snapshot that was built, those that are not zero or NULL, without `_cny`."""
        self._make(["valuation.snapshot", "registry.asset_card"])
        relation = self._lake.execute(
            "SELECT s.* FROM valuation.snapshot AS s JOIN registry.asset_card AS c USING (card_id) WHERE c.resource_code = ?",
            [code],
        )
        names = [column[0] for column in relation.description or ()]
        (row,) = relation.fetchall()
        found = dict(zip(names, row, strict=True))
        return {name.removesuffix("_cny"): str(x) for name, x in found.items() if name.endswith("_cny") and x}

    def rules(self, delivery: str) -> dict[int, list[str]]:
        """What is wrong with the records of a delivery: `severity rule column` by ordinal."""
        found: dict[int, list[str]] = {}
        for ordinal, words in self._lake.execute(
            "SELECT ordinal, severity || ' ' || rule || ' ' || column_name FROM landing.violation "
            "WHERE delivery_id = ? ORDER BY ALL",
            [delivery],
        ).fetchall():
            found.setdefault(ordinal, []).append(words)
        return found

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._lake.register("incoming", pa.Table.from_pylist(rows))
            self._lake.execute(f"INSERT INTO {table} BY NAME FROM incoming")
            self._lake.unregister("incoming")

"""A lake with the tables that reports are made of, of any size: units in departments and districts, a card and a resource each row.

The rows come from plain queries instead of the models, each put on record as a model's are, so that a report of a million cards need not
wait for a run of them. Tables that are not named are empty. Does not belong here: what is measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from readers.policy.files import load
from warehouse.building.build import build
from warehouse.building.policy_entries import build_policy
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.tables.quoting import identifier
from warehouse.tables.table import Table

PERIOD = "2026-06"
#: Of a unit, by its number: ten to a department, twenty districts.
_DEPARTMENT, _DISTRICT = "printf('D%05d', n // 10)", "printf('99%04d', n // 10 % 20)"

#: Of each table the relation that it is made from, and what its columns are; the others are NULL. `{units}` and `{cards}` are the size.
_ROWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "catalog.organisation": (
        "range({units}) AS r (n)",
        {
            "organisation_code": "printf('U%06d', n)",
            "valid_from": "DATE '2020-01-01'",
            "name": "'第' || n || '单位'",
            "level": "CASE WHEN n % 2 = 0 THEN 'city' ELSE 'district' END",
            "unit_kind": "'administrative'",
        },
    ),
    "catalog.roll_up": (
        "range({units}) AS r (n) CROSS JOIN (VALUES ('unit'), ('department'), ('district'), ('city')) AS l (level)",
        {
            "unit_code": "printf('U%06d', n)",
            "level": "l.level",
            "entity_code": f"CASE l.level WHEN 'unit' THEN printf('U%06d', n) WHEN 'department' THEN {_DEPARTMENT} "
            f"WHEN 'district' THEN {_DISTRICT} ELSE 'city' END",
            "entity_name": "l.level || n",
            "parent_code": f"CASE l.level WHEN 'unit' THEN {_DEPARTMENT} WHEN 'department' THEN {_DISTRICT} "
            "WHEN 'district' THEN 'city' END",
            "valid_from": "DATE '0001-01-01'",
        },
    ),
    "catalog.resource": (
        "range({cards}) AS r (n)",
        {
            "resource_id": "printf('r%08d', n)",
            "holder_code": "printf('U%06d', n % {units})",
            "resource_code": "printf('%09d', n)",
            "title": "'第' || n || '项数据资源'",
            "share_type_label": "'有条件共享'",
            "open_type_label": "'不予开放'",
            "update_cycle_label": "'每日'",
        },
    ),
    "registry.asset_card": (
        "range({cards}) AS r (n)",
        {
            "card_id": "printf('card-%08d', n)",
            "resource_id": "printf('r%08d', n)",
            "holder_code": "printf('U%06d', n % {units})",
            "resource_code": "printf('%09d', n)",
            "asset_name": "'第' || n || '项数据资源'",
            "recognised_date": "DATE '2025-01-01' + CAST(n % 500 AS INTEGER)",
            "value_basis": "'cost'",
            "grade_label": "'一般数据' || n % 4 + 1 || '级'",
        },
    ),
    "valuation.snapshot": (
        "range({cards}) AS r (n)",
        {
            "period": "$period",
            "card_id": "printf('card-%08d', n)",
            "holder_code": "printf('U%06d', n % {units})",
            "resource_code": "printf('%09d', n)",
            "snapshot_status": "'valued'",
            "valuation_method": "'cost'",
            **dict.fromkeys(("opening_count", "closing_count"), "1"),
            **dict.fromkeys(("adjustment_count", "addition_count", "reduction_count"), "0"),
            **dict.fromkeys(("opening_cost_cny", "closing_cost_cny"), "CAST(n % 97 * 1000 + 960 AS DECIMAL(20, 2))"),
            "opening_amortisation_cny": "CAST(n % 97 * 100 + 96 AS DECIMAL(20, 2))",
            "addition_amortisation_cny": "CAST(n % 97 * 50 + 48 AS DECIMAL(20, 2))",
            "closing_amortisation_cny": "CAST(n % 97 * 150 + 144 AS DECIMAL(20, 2))",
            "closing_carrying_cny": "CAST(n % 97 * 850 + 816 AS DECIMAL(20, 2))",
        },
    ),
}
#: Amounts that a row of the snapshot has whether or not they are named above.
_AMOUNTS = "valuation.snapshot"


def report_lake(root: Path, units: int, cards: int) -> Lake:
    """A lake in a new home, with the report's tables built for `PERIOD`."""
    home = Home(root).create()
    lake, policy = Lake(home), load(home.policy)
    build_policy(lake, policy, CommitInfo("benchmark", "policy", ""))
    under = lake.tables.under(policy)
    report = under.of_stage("report")
    for tables in ([*_given(report, under, units, cards)], report):
        info = CommitInfo("benchmark", tables[0].stage, "")
        build(lake, tables, period=PERIOD, policy_hashes=policy.list_hashes, info=info)
    return lake


def _given(report: list[Table], tables: Mapping[str, Table], units: int, cards: int) -> Iterator[Table]:
    """What the report reads and the policy's stage has not, each with a query in place of its model."""
    wanted = {name for table in report for name in table.inputs} | {"finance.unit_rate"}
    for name in sorted(wanted - {table.qualified for table in report}):
        if tables[name].stage == "policy" or tables[name].model is None:
            continue
        source, columns = _ROWS.get(name, ("range(0) AS r (n)", {}))
        cells = []
        for column in tables[name].columns:
            default = "0" if name == _AMOUNTS and column.name.endswith("_cny") else "NULL"
            cells.append(f"CAST({columns.get(column.name, default)} AS {column.type}) AS {identifier(column.name)}")
        text = f"SELECT {', '.join(cells)} FROM {source}".format(units=units, cards=cards)
        yield replace(tables[name], model=text)

"""Traces of the example city prove themselves: seeded rows of every derived table, and of R1 by level."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import ask, deliver_files, lake_of, run_home
from warehouse.provenance.tree import inputs
from warehouse.store.home import DamagedBlobError, Home
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import Table
from warehouse.trace.proof import Proof, prove, row_keys
from warehouse.trace.tracer import Trace, Tracer, trace
from warehouse.trace.walk import TraceError

SEED = 20260630
ROWS = 20
CITY_ROW = {"period": "2026-06", "report_kind": "government", "level": "city", "entity_code": "city"}
#: Units whose whole trace is looked at.
UNITS = 3
#: The example city describes its fields in the catalogues themselves, so it has no rows of this one; `listed` has.
NOT_IN_THE_CITY = "catalog.listed_field"
#: No constraint, no reference and no system of a source is shipped: tests/integration/test_content.py proves rows of them.
NOT_SHIPPED = (
    *("catalog.content_constraint", "catalog.content_reference"),
    *("policy.content_constraint", "policy.content_reference", "policy.source_system"),
    # No form of a city's own: tests/integration/test_own_form.py.
    "policy.report_model",
)
#: Nobody speaks for others in the city, and nothing is brought twice.
IN_ORDER = (
    *("landing.unauthorised", "landing.contested_line", "catalog.gathered_resource"),
    # No month of this year is closed, nothing shared or written twice: small worlds in tests/unit have these.
    *("valuation.closed_movement", "valuation.closed_difference", "delivered.review_version"),
    *("valuation.resource_twin", "valuation.cost_share", "valuation.sales_circle", "classification.confidential_word"),
)
OTHERS = [
    t for t in all_tables().derived if t.qualified not in ("report.form_r1", NOT_IN_THE_CITY, *NOT_SHIPPED, *IN_ORDER)
]
#: Of the tables that no other reads, whose traces go through all others, those of one stage. `make test-long` takes every table.
ENDS = [
    t for t in OTHERS if t.stage == "finance" and not any(t.qualified in inputs(o.model) for o in OTHERS if o.model)
]


def test_tables_of_what_is_not_in_order_are_empty(city: Home) -> None:
    assert [name for name in IN_ORDER if ask(city, f"SELECT 1 FROM {name} LIMIT 1")] == []


@pytest.fixture(scope="module")
def tracer(city: Home) -> Iterator[Tracer]:
    """One tracer for the rows of all tests here."""
    with Tracer(lake_of(city), keep=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def city_row(city: Home) -> Trace:
    """The trace of R1's row of the city, with all its sources."""
    return trace(lake_of(city), "report.form_r1", CITY_ROW)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a catalogue and a list of its fields, which names a resource by its code, by its title, and not at all."""
    folder = tmp_path_factory.mktemp("listed")
    catalogue, fields = folder / "目录.csv", folder / "信息项.csv"
    catalogue.write_text("信息资源代码,信息资源名称,信息资源提供方\n1,停车场,城管局\n2,桥梁,交通局\n", "utf-8")
    lines = (
        "信息资源代码,信息资源名称,信息项名称,数据类型",
        "1,,名称,字符型C",
        "1,,车位数,数值型N",
        ",桥梁,跨度,数值型N",
        "9,,无主,字符型C",
    )
    fields.write_text("\n".join(lines), "utf-8")
    home = Home(folder / "home")
    deliver_files(home, [catalogue, fields], "A", "catalog", "2026-01-01")
    run_home(home, stages=("catalog",))
    return home


def test_rows_of_a_list_of_fields_prove_themselves(listed: Home) -> None:
    keys = row_keys(lake_of(listed), all_tables()[NOT_IN_THE_CITY])
    assert len(keys) == 4  # one links to no resource
    files = set()
    for key in keys:
        found = trace(lake_of(listed), NOT_IN_THE_CITY, key, verify=True)
        assert found.verified, found.differences
        files |= {source["file"] for source in found.sources}
    assert {"目录.csv", "信息项.csv"} <= files


@pytest.mark.parametrize("level", ["city", "district", "department", "unit"])
def test_rows_of_every_level_of_r1_prove_themselves(city: Home, tracer: Tracer, level: str) -> None:
    keys = [key for key in row_keys(lake_of(city), all_tables()["report.form_r1"]) if key["level"] == level]
    assert keys
    _prove_alone(tracer, "report.form_r1", keys)


@pytest.fixture(scope="module")
def proofs(city: Home) -> dict[str, Proof]:
    """What proving seeded rows of all tables together came to."""
    return {proof.table: proof for proof in prove(lake_of(city), rows=ROWS, seed=SEED)}


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.qualified)
def test_seeded_rows_prove_themselves(proofs: dict[str, Proof], table: Table) -> None:
    proof = proofs[table.qualified]
    assert proof.sampled == min(ROWS, proof.row_count) > 0
    assert (proof.failures, proof.unproven) == ((), ())


@pytest.mark.parametrize("table", ENDS, ids=lambda table: table.qualified)
def test_what_a_trace_names_suffices_for_its_row(city: Home, tracer: Tracer, table: Table) -> None:
    _prove_alone(tracer, table.qualified, row_keys(lake_of(city), table))


@pytest.mark.long
@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.qualified)
def test_what_a_trace_names_suffices_for_rows_of_every_table(city: Home, tracer: Tracer, table: Table) -> None:
    for seed in range(3):
        _prove_alone(tracer, table.qualified, row_keys(lake_of(city), table), seed)


def _prove_alone(tracer: Tracer, table: str, keys: list[dict[str, str]], seed: int = SEED) -> None:
    """Prove a seeded row from the sources that its trace names."""
    found = tracer.trace(table, random.Random(seed).choice(keys), verify=True, limit=0)  # noqa: S311
    assert found.verified, found.differences


def test_a_units_row_traces_to_that_units_records_only(city: Home, tracer: Tracer) -> None:
    units = ask(city, "SELECT entity_code, report_kind FROM report.form_r1 WHERE level = 'unit' ORDER BY ALL")
    names: dict[str, set[str]] = {}
    for code, name in ask(city, "SELECT organisation_code, name FROM catalog.organisation"):
        names.setdefault(code, set()).add(name)
    traced = 0
    for unit, kind in random.Random(SEED).sample(units, UNITS):  # noqa: S311
        key = {"period": "2026-06", "report_kind": kind, "level": "unit", "entity_code": unit}
        for source in tracer.trace("report.form_r1", key).sources:
            if source["table"] != "landing.record":
                continue
            traced += 1
            body, deliverer = _body(city, source["key"])
            about = (
                body.get("organisation_code")
                or body.get("provider_code")
                or body.get("holder_code")
                or (body["subject_key"].split("|")[0] if "subject_key" in body else None)
            )
            if about is None and "provider_name" in body:
                assert body["provider_name"] in names[unit]
            else:
                assert (about or deliverer) == unit
    assert traced > 25 * UNITS


def _body(home: Home, key: dict) -> tuple[dict, str]:
    ((body, deliverer),) = ask(
        home,
        "SELECT r.body, coalesce(d.holder_code, d.deliverer_code) FROM landing.record AS r JOIN landing.delivery AS d "
        "USING (delivery_id) WHERE r.delivery_id = $delivery_id AND r.ordinal = $ordinal",
        **key,
    )
    return json.loads(body), deliverer


@pytest.mark.long
def test_a_column_of_the_citys_row_proves_itself(city: Home) -> None:
    memo = trace(lake_of(city), "report.form_r1", CITY_ROW, column="memo_count", verify=True, limit=0)
    assert memo.verified, memo.differences


def test_a_column_traces_to_less_and_still_proves_itself(city: Home, city_row: Trace, tracer: Tracer) -> None:
    ((unit,),) = ask(
        city,
        "SELECT entity_code FROM report.form_r1 WHERE level = 'unit' AND report_kind = 'government' AND memo_count > 0 "
        "ORDER BY ALL LIMIT 1",
    )
    of_unit = CITY_ROW | {"level": "unit", "entity_code": unit}
    proven = tracer.trace("report.form_r1", of_unit, column="memo_count", verify=True, limit=0)
    assert proven.verified, proven.differences
    memo = tracer.trace("report.form_r1", CITY_ROW, column="memo_count", limit=0)
    assert memo.source_count < city_row.source_count
    # Whether a resource counts as memo depends on papers, not on what cards are worth.
    rows = [{step["table"]: step["rows"] for step in found.steps} for found in (memo, city_row)]
    assert "valuation.movement" not in rows[0]
    assert rows[1]["valuation.movement"] > 0


def test_pages_of_sources_keep_the_counts_whole(city: Home, city_row: Trace) -> None:
    page = trace(lake_of(city), "report.form_r1", CITY_ROW, limit=5, offset=10)
    assert page.sources == city_row.sources[10:15]
    assert page.steps == city_row.steps
    assert page.source_count == len(city_row.sources)


def test_sources_name_bytes_that_hold_the_raw_text(city: Home, city_row: Trace) -> None:
    for source in city_row.sources:
        data = city.read(source["sha256"])
        if source["file"].endswith(".csv"):
            assert any(source["raw"].encode(encoding) in data for encoding in ("utf-8", "gb18030", "utf-16-le"))


def test_changed_bytes_are_found(city: Home, city_row: Trace, tmp_path: Path) -> None:
    home = Home(shutil.copytree(city.root, tmp_path / "home"))
    source = next(s for s in city_row.sources if s["table"] == "landing.record")
    blob = home.blob(source["sha256"])
    data = blob.read_bytes()
    blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(DamagedBlobError, match=source["sha256"]):
        trace(lake_of(home), "report.form_r1", CITY_ROW, verify=True, limit=0)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("report.form_r99", {}),
        ("report.form_r1", {"period": "2026-06"}),
        ("report.form_r1", {"period": "2026-06", "report_kind": "other", "level": "unit", "entity_code": "nobody"}),
        ("report.form_r1", {"period": "1999-01", "report_kind": "government", "level": "city", "entity_code": "city"}),
    ],
)
def test_what_cannot_be_traced_is_refused(city: Home, table: str, key: dict[str, str]) -> None:
    with pytest.raises(TraceError):
        trace(lake_of(city), table, key)

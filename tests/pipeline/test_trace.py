"""Traces of the example city prove themselves: every row of R1 and 20 seeded rows of every other derived table."""

import json
import random
from collections.abc import Iterator

import pytest

from tests.homes import ask, lake_of
from warehouse.home import DamagedBlobError, Home
from warehouse.registry import Table, registry
from warehouse.trace import TraceError, Tracer, trace

SEED = 20260630
ROWS = 20
OTHERS = [table for table in registry().derived if table.qualified != "report.form_r1"]


def _keys(home: Home, table: Table) -> list[dict[str, str]]:
    rows = ask(home, f"SELECT {', '.join(table.key)} FROM {table.qualified} ORDER BY ALL")
    return [dict(zip(table.key, map(str, row), strict=True)) for row in rows]


@pytest.fixture(scope="module")
def tracer(city: Home) -> Iterator[Tracer]:
    """One tracer for the rows of all tests here."""
    with Tracer(lake_of(city), keep=True) as opened:
        yield opened


@pytest.mark.parametrize("level", ["city", "district", "department", "unit"])
def test_every_row_of_r1_proves_itself(city: Home, tracer: Tracer, level: str) -> None:
    keys = [key for key in _keys(city, registry()["report.form_r1"]) if key["level"] == level]
    assert keys
    for key in keys:
        found = tracer.trace("report.form_r1", key, verify=True, limit=0)
        assert found.verified, found.differences


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.qualified)
def test_seeded_rows_prove_themselves(city: Home, tracer: Tracer, table: Table) -> None:
    keys = _keys(city, table)
    assert keys
    for key in random.Random(SEED).sample(keys, min(ROWS, len(keys))):  # noqa: S311
        found = tracer.trace(table.qualified, key, verify=True, limit=0)
        assert found.verified, found.differences


def test_a_units_row_traces_to_that_units_records_only(city: Home, tracer: Tracer) -> None:
    units = ask(city, "SELECT DISTINCT entity_code FROM report.form_r1 WHERE level = 'unit' ORDER BY ALL")
    names: dict[str, set[str]] = {}
    for code, name in ask(city, "SELECT organisation_code, name FROM catalog.organisation"):
        names.setdefault(code, set()).add(name)
    traced = 0
    for (unit,) in units:
        key = {"period": "2026-06", "level": "unit", "entity_code": unit}
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
    assert traced > 2000


def _body(home: Home, key: dict) -> tuple[dict, str]:
    ((body, deliverer),) = ask(
        home,
        "SELECT r.body, coalesce(d.holder_code, d.deliverer_code) FROM landing.record AS r JOIN landing.delivery AS d "
        "USING (delivery_id) WHERE r.delivery_id = $delivery_id AND r.ordinal = $ordinal",
        **key,
    )
    return json.loads(body), deliverer


def test_a_column_traces_to_less_and_still_proves_itself(city: Home) -> None:
    key = {"period": "2026-06", "level": "city", "entity_code": "city"}
    whole = trace(lake_of(city), "report.form_r1", key, limit=0)
    memo = trace(lake_of(city), "report.form_r1", key, column="memo_count", verify=True, limit=0)
    assert memo.verified, memo.differences
    assert memo.source_count < whole.source_count
    # Whether a card counts as memo depends on what is valued, not on disposals: their movements take no part.
    rows = [{step["table"]: step["rows"] for step in found.steps} for found in (memo, whole)]
    assert rows[0]["valuation.movement"] < rows[1]["valuation.movement"]


def test_pages_of_sources_keep_the_counts_whole(city: Home) -> None:
    key = {"period": "2026-06", "level": "city", "entity_code": "city"}
    whole = trace(lake_of(city), "report.form_r1", key)
    page = trace(lake_of(city), "report.form_r1", key, limit=5, offset=10)
    assert page.sources == whole.sources[10:15]
    assert page.steps == whole.steps
    assert page.source_count == len(whole.sources)


def test_sources_name_bytes_that_hold_the_raw_text(city: Home) -> None:
    key = {"period": "2026-06", "level": "city", "entity_code": "city"}
    for source in trace(lake_of(city), "report.form_r1", key).sources:
        data = city.read(source["sha256"])
        if source["file"].endswith(".csv"):
            assert any(source["raw"].encode(encoding) in data for encoding in ("utf-8", "gb18030", "utf-16-le"))


def test_changed_bytes_are_found(city: Home, tmp_path) -> None:
    key = {"period": "2026-06", "level": "city", "entity_code": "city"}
    source = next(s for s in trace(lake_of(city), "report.form_r1", key).sources if s["table"] == "landing.record")
    blob = city.blob(source["sha256"])
    data = blob.read_bytes()
    try:
        blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(DamagedBlobError, match=source["sha256"]):
            trace(lake_of(city), "report.form_r1", key, verify=True, limit=0)
    finally:
        blob.write_bytes(data)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("report.form_r9", {}),
        ("report.form_r1", {"period": "2026-06"}),
        ("report.form_r1", {"period": "2026-06", "level": "unit", "entity_code": "nobody"}),
        ("report.form_r1", {"period": "1999-01", "level": "city", "entity_code": "city"}),
    ],
)
def test_what_cannot_be_traced_is_refused(city: Home, table: str, key: dict[str, str]) -> None:
    with pytest.raises(TraceError):
        trace(lake_of(city), table, key)

"""Real catalogues go through whole: `us-federal-2025`, one date after the other, and `cn-beijing-catalog`.

The counts and titles are taken from the raw files by other means than the readers: `json` and openpyxl.
"""

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.homes import ask, deliver_files, lake_of, one, run_home
from warehouse.home import Home
from warehouse.trace import trace

DATES = ("2025-01-31", "2025-02-04")


@pytest.fixture(scope="module")
def federal(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[dict[str, int]]]:
    """A home with both dates, and the outcome counts after each."""
    home, counts = Home(tmp_path_factory.mktemp("federal")), []
    for day in DATES:
        for file in sorted((real_data / "us-federal-2025" / day).glob("*.json")):
            deliver_files(home, [file], file.stem.upper(), "catalog", day)
        run_home(home)
        names = ("in", "accepted", "rejected", "unchanged", "held", "deleted")
        (row,) = ask(
            home,
            f"SELECT {', '.join(f'CAST(sum({n}_count) AS BIGINT)' for n in names)} FROM landing.delivery_outcome",
        )
        counts.append(dict(zip(names, row, strict=True)))
    return home, counts


def _datasets(real_data: Path, day: str) -> dict[tuple[str, str], dict]:
    found = {}
    for file in sorted((real_data / "us-federal-2025" / day).glob("*.json")):
        for dataset in json.loads(file.read_bytes())["dataset"]:
            found[file.stem.upper(), dataset["identifier"]] = dataset
    return found


def test_federal_titles_are_those_of_the_raw_files(federal: tuple[Home, list], real_data: Path) -> None:
    home, _ = federal
    wanted = {key: dataset["title"].strip() for key, dataset in _datasets(real_data, DATES[1]).items()}
    rows = ask(home, "SELECT deliverer_code, resource_code, title FROM catalog.resource")
    assert {(deliverer, code): title for deliverer, code, title in rows} == wanted
    assert len(rows) == len(wanted)


def test_federal_changes_are_those_of_a_plain_comparison(federal: tuple[Home, list], real_data: Path) -> None:
    _, counts = federal
    first, second = (_datasets(real_data, day) for day in DATES)
    # The same bytes again are a no-op: such an agency's second date is no delivery.
    same = {
        f.stem.upper()
        for f in (real_data / "us-federal-2025" / DATES[0]).glob("*.json")
        if f.read_bytes() == (real_data / "us-federal-2025" / DATES[1] / f.name).read_bytes()
    }
    delivered = {key: dataset for key, dataset in second.items() if key[0] not in same}
    unchanged = sum(1 for key, dataset in delivered.items() if first.get(key) == dataset)
    deleted = sum(1 for key in first if key[0] not in same and key not in second)
    assert counts[0] == {
        "in": len(first),
        "accepted": len(first),
        "rejected": 0,
        "unchanged": 0,
        "held": 0,
        "deleted": 0,
    }
    assert counts[1] == {
        "in": len(first) + len(delivered),
        "accepted": len(first) + len(delivered) - unchanged,
        "rejected": 0,
        "unchanged": unchanged,
        "held": 0,
        "deleted": deleted,
    }
    assert 0 < unchanged < len(delivered)


def test_federal_raw_text_is_a_slice_of_the_file(federal: tuple[Home, list]) -> None:
    home, _ = federal
    rows = ask(home, "SELECT source_sha256, raw, source_pointer FROM landing.record ORDER BY delivery_id, ordinal")
    kept = {sha256: home.read(sha256).decode() for sha256 in {row[0] for row in rows}}
    parsed = {sha256: json.loads(text)["dataset"] for sha256, text in kept.items()}
    for sha256, raw, pointer in rows:
        assert raw in kept[sha256]
        assert json.loads(raw) == parsed[sha256][int(pointer.removeprefix("/dataset/"))]


def test_federal_rows_prove_themselves(federal: tuple[Home, list]) -> None:
    home, _ = federal
    for (resource_id,) in ask(home, "SELECT resource_id FROM catalog.resource ORDER BY resource_id LIMIT 5"):
        assert trace(lake_of(home), "catalog.resource", {"resource_id": resource_id}, verify=True).verified
    key = {"period": "2025-02", "level": "city", "entity_code": "city"}
    assert trace(lake_of(home), "report.form_r1", key, verify=True, limit=0).verified


def test_beijing_goes_through_whole(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "cn-beijing-catalog" / "目录清单.xlsx"
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    heads, *rows = sheet.iter_rows(values_only=True)
    titles, departments = heads.index("数据集名称"), heads.index("所属部门")
    wanted = Counter((str(row[departments]).strip(), str(row[titles]).strip()) for row in rows)
    home = Home(tmp_path)
    deliver_files(home, [file], "BEIJING", "catalog", "2026-02-11")
    run_home(home)
    assert one(home, "SELECT count(*) FROM landing.record") == len(rows)
    ((accepted, rejected),) = ask(home, "SELECT accepted_count, rejected_count FROM landing.delivery_outcome")
    assert (accepted, rejected) == (len(rows), 0)
    assert Counter(ask(home, "SELECT holder_name, title FROM catalog.resource")) == wanted
    assert one(home, "SELECT count(*) FROM landing.delivery_file WHERE notes LIKE '%下载次数%'") == 1
    (memo,) = ask(home, "SELECT memo_count, closing_count FROM report.form_r1 WHERE level = 'city'")
    assert memo == (len(rows), 0)
    for (resource_id,) in ask(home, "SELECT resource_id FROM catalog.resource ORDER BY resource_id LIMIT 3"):
        assert trace(lake_of(home), "catalog.resource", {"resource_id": resource_id}, verify=True).verified

"""Real catalogues go through whole, four sets together in one home, with earlier snapshots of some.

Counts, titles and changes are taken from the raw files by other means than the readers: `json` and openpyxl.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from tests.homes import ask, deliver_files, lake_of, one, run_home
from tests.real import RealFile, deliver_round, real_rounds
from warehouse.intake.deliveries import OPERATOR
from warehouse.store.home import Home
from warehouse.trace.proof import prove
from warehouse.trace.tracer import trace

SEED = 20260630
#: Portals that gave nearly all of their records other identifiers from one snapshot to the next.
RENUMBERED = {"05C-01", "10C-03", "12B-17031"}
Outcome = dict[str, int]


class Real(NamedTuple):
    """The home of the four sets, and its deliveries in their order with the files they are of."""

    home: Home
    deliveries: dict[str, RealFile]


@pytest.fixture(scope="module")
def real(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    home, deliveries = Home(tmp_path_factory.mktemp("real")), {}
    for files in real_rounds(real_data):
        ids = deliver_round(home, files)
        for delivery_id, file in zip(ids, files, strict=True):
            deliveries.setdefault(delivery_id, file)
        _release(
            home, [i for i, file in zip(ids, files, strict=True) if file.deliverer in RENUMBERED], tmp_path_factory
        )
        run_home(home)
    return Real(home, deliveries)


def _release(home: Home, ids: list[str], folders: pytest.TempPathFactory) -> None:
    rows = [f"D-{i},交付,{i},放行,换了标识,数据局,2026-02-11" for i in ids]
    file = folders.mktemp("decisions") / "decisions.csv"
    head = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at"
    file.write_text("\n".join([head, *rows]), "utf-8")
    deliver_files(home, [file], OPERATOR, "decisions", "2026-02-11", mode="incremental")


def _records(path: Path) -> list[tuple[str, str, Any]]:
    """Key, title and content of each record of a file, in its order."""
    if path.suffix == ".json":
        datasets = json.loads(path.read_text("utf-8-sig"))["dataset"]
        return [(dataset["identifier"], str(dataset["title"]).strip(), dataset) for dataset in datasets]
    heads, *rows = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    title = next(n for n, head in enumerate(heads) if head in ("数据集名称", "数据目录名称"))
    provider = next(n for n, head in enumerate(heads) if head in ("所属部门", "来源部门"))
    # These portals give no identifier that is unique; Beijing's records have a number, Harbin's nothing but their name.
    number = heads.index("序号") if "序号" in heads else None
    found = []
    for row in rows:
        if any(cell not in (None, "") for cell in row):
            key = str(row[number]) if number is not None else f"{row[provider]}|{row[title]}"
            found.append((key, str(row[title]).strip(), row))
    return found


def _expected(real: Real) -> tuple[dict[str, Outcome], dict[tuple[str, str], str]]:
    """What each delivery comes to by plain comparison with the one before, and the titles that stand at the end."""
    current: dict[str, dict[str, tuple[str, Any]]] = {}
    outcomes: dict[str, Outcome] = {}
    for delivery_id, file in sorted(real.deliveries.items(), key=lambda item: item[1].day):
        records = _records(file.path)
        before, now = current.get(file.deliverer, {}), {}
        for key, title, content in records:
            now.setdefault(key, (title, content))
        gone = before.keys() - now.keys()
        unchanged = sum(before.get(key) == record for key, record in now.items())
        outcomes[delivery_id] = {
            "in": len(records),
            "accepted": len(now) - unchanged,
            "rejected": len(records) - len(now),
            "unchanged": unchanged,
            "held": 0,
            "deleted": len(gone),
        }
        current[file.deliverer] = now
    titles = {(deliverer, key): title for deliverer, records in current.items() for key, (title, _) in records.items()}
    return outcomes, titles


def test_every_delivery_comes_to_what_a_plain_comparison_says(real: Real) -> None:
    wanted, _ = _expected(real)
    names = ("in", "accepted", "rejected", "unchanged", "held", "deleted")
    rows = ask(
        real.home,
        f"SELECT delivery_id, {', '.join(f'{n}_count' for n in names)} FROM landing.delivery_outcome WHERE kind = 'catalog'",
    )
    assert {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows} == wanted
    total = Counter[str]()
    for outcome in wanted.values():
        assert outcome["in"] == outcome["accepted"] + outcome["rejected"] + outcome["unchanged"] + outcome["held"]
        total.update(outcome)
    assert all(total[name] > 0 for name in ("accepted", "rejected", "unchanged", "deleted"))


def test_the_guard_would_hold_what_was_renumbered_and_nothing_else(real: Real) -> None:
    rows = ask(
        real.home,
        "SELECT deliverer_code, standing_count, deleted_count FROM landing.delivery_guard "
        "WHERE deleted_count > limit_share * standing_count ORDER BY ALL",
    )
    assert rows == [("05C-01", 187, 187), ("10C-03", 163, 163), ("12B-17031", 220, 205)]


def test_warned_records_are_counted_beside_the_equation(real: Real) -> None:
    """How many records of each file are warned of stands in tests/unit/test_readers_conformance.py; three of them here."""
    rows = ask(
        real.home,
        "SELECT f.source_file, sum(o.warned_count) FROM landing.delivery_file AS f "
        "JOIN landing.delivery_outcome AS o USING (delivery_id) GROUP BY ALL",
    )
    warned = dict(rows)
    names = ("01b-18163_20220417.json", "02b-17113_20220417.json", "03c-02_20210529.json")
    assert [warned[name] for name in names] == [56, 9, 0]


def test_every_set_is_there_whole(real: Real) -> None:
    counts = Counter[str]()
    latest = {file.deliverer: file for _, file in sorted(real.deliveries.items(), key=lambda item: item[1].day)}
    for file in latest.values():
        counts[next(part for part in file.path.parts if part.startswith(("us-", "cn-")))] += len(_records(file.path))
    assert counts == {
        "us-federal-2025": 1187,
        "us-state-county-dcatus": 6677,
        "cn-beijing-catalog": 4432,
        "cn-portal-catalogs-2018": 810,
    }


def test_titles_are_those_of_the_raw_files(real: Real) -> None:
    _, wanted = _expected(real)
    rows = ask(real.home, "SELECT deliverer_code, title FROM catalog.resource")
    assert Counter(rows) == Counter((deliverer, title) for (deliverer, _), title in wanted.items())


def test_raw_text_is_a_slice_of_the_file(real: Real) -> None:
    rows = ask(
        real.home,
        "SELECT source_sha256, raw, source_pointer FROM landing.record WHERE source_pointer LIKE '/dataset/%'",
    )
    kept = {sha256: real.home.read(sha256).decode("utf-8-sig") for sha256 in {row[0] for row in rows}}
    parsed = {sha256: json.loads(text)["dataset"] for sha256, text in kept.items()}
    assert len(rows) > 8000
    for sha256, raw, pointer in rows:
        assert raw in kept[sha256]
        assert json.loads(raw) == parsed[sha256][int(pointer.removeprefix("/dataset/"))]


def test_resources_without_evidence_stand_in_no_register(real: Real) -> None:
    resources = one(real.home, "SELECT count(*) FROM catalog.resource")
    (row,) = ask(
        real.home, "SELECT unassessed_count, memo_count, closing_count FROM report.form_r1 WHERE level = 'city'"
    )
    assert row == (resources, 0, 0)
    notes = one(real.home, "SELECT notes FROM landing.delivery_file WHERE source_file = '目录清单.xlsx'")
    assert "下载次数" in notes


def test_seeded_rows_of_every_derived_table_prove_themselves(real: Real) -> None:
    proofs = list(prove(lake_of(real.home), rows=20, seed=SEED))
    assert [(proof.table, proof.failures) for proof in proofs if proof.failures] == []
    assert {proof.table for proof in proofs} == {table.qualified for table in lake_of(real.home).tables.derived}
    assert sum(proof.sampled for proof in proofs) > 200


def test_the_citys_row_of_r1_proves_itself(real: Real) -> None:
    key = {"period": "2026-02", "report_kind": "other", "level": "city", "entity_code": "city"}
    assert trace(lake_of(real.home), "report.form_r1", key, verify=True, limit=0).verified

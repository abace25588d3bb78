"""The inbox: what is complete is received once and archived, what is bad lies in quarantine; nothing is read through a link."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.sensors import inbox_sensor
from tests.homes import one, run_home
from warehouse.intake.deliveries import Intake
from warehouse.intake.inbox import STABLE_SECONDS, WAIT_SECONDS, Look, look
from warehouse.intake.unlabelled import manifest_of
from warehouse.resource import LakeResource
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DATA = '{"dataset": [{"identifier": "n-1", "title": "新目录"}]}'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def _put(home: Home, folder: str, deliverer: str = "A-1", data: str = DATA, **entries: object) -> Path:
    target = home.inbox / folder
    target.mkdir()
    (target / "data.json").write_text(data, "utf-8")
    facts: Mapping[str, object] = {
        "from": deliverer,
        "kind": "catalog",
        "date": "2026-06-30",
        "files": ["data.json"],
        **entries,
    }
    (target / "manifest.toml").write_text("".join(f"{name} = {value!r}\n" for name, value in facts.items()), "utf-8")
    return target


def test_a_complete_folder_is_received_and_archived(home: Home) -> None:
    folder = _put(home, "one")
    manifest = (folder / "manifest.toml").read_bytes()
    found = look(home)
    assert [(t.name, t.deliverer_code) for t in found.taken] == [("one", "A-1")]
    assert found.left == []
    (delivery,) = Intake(home).deliveries()
    assert delivery.delivery_id == found.taken[0].delivery_id
    assert list(home.inbox.iterdir()) == []
    assert home.read(delivery.files[0].sha256).decode() == DATA
    assert home.read(hashlib.sha256(manifest).hexdigest()) == manifest


def test_the_same_folder_again_is_the_same_delivery(home: Home) -> None:
    _put(home, "one")
    (first,) = look(home).taken
    _put(home, "one")
    (second,) = look(home).taken
    assert second.delivery_id == first.delivery_id
    assert len(Intake(home).deliveries()) == 1
    assert list(home.inbox.iterdir()) == []


def test_folders_are_received_in_the_order_of_their_dates(home: Home) -> None:
    _put(home, "a", date="2026-07-02", data=DATA.replace("新", "改"))
    _put(home, "b", date="2026-07-01")
    assert [t.name for t in look(home).taken] == ["b", "a"]


def test_what_the_manifest_does_not_name_is_not_lost(home: Home) -> None:
    (_put(home, "one") / "more.json").write_text("more")
    found = look(home)
    assert len(found.taken) == 1
    assert [(left.name, left.is_quarantined) for left in found.left] == [("one", True)]
    assert [p.name for p in (home.inbox / "quarantine" / "one").iterdir()] == ["more.json"]


def _drop(home: Home, path: str, data: str = DATA) -> Path:
    file = home.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(data, "utf-8")
    return file


def test_a_bare_file_is_taken_when_it_was_the_same_in_two_looks(home: Home) -> None:
    growing = _drop(home, "A-1/目录_20260630.json", "{")
    _drop(home, "A-1/.hidden")
    _drop(home, "A-1/download.part")
    at = [NOW + timedelta(seconds=STABLE_SECONDS * n / 2) for n in range(6)]
    first = look(home, {}, deliverers=["A-1"], now=at[0])
    growing.write_text(DATA, "utf-8")
    second = look(home, first.seen, deliverers=["A-1"], now=at[2])
    # Not the same, then the same but too soon.
    third = look(home, second.seen, deliverers=["A-1"], now=at[3])
    assert (first.taken, second.taken, third.taken) == ([], [], [])
    fourth = look(home, third.seen, deliverers=["A-1"], now=at[4])
    assert [(t.name, t.deliverer_code) for t in fourth.taken] == [("A-1/目录_20260630.json", "A-1")]
    assert fourth.seen == {}
    (delivery,) = Intake(home).deliveries()
    assert (delivery.kind, delivery.delivery_date, delivery.mode) == ("catalog", date(2026, 6, 30), "full")
    assert sorted(p.name for p in (home.inbox / "A-1").iterdir()) == [".hidden", "download.part"]


def test_a_bare_folder_is_one_delivery(home: Home) -> None:
    _drop(home, "A-1/成本 2026年6月5日/one.csv", "a")
    _drop(home, "A-1/成本 2026年6月5日/in/two.csv", "b")
    seen = look(home, deliverers=["A-1"], now=NOW).seen
    look(home, seen, deliverers=["A-1"], now=NOW + timedelta(seconds=STABLE_SECONDS))
    (delivery,) = Intake(home).deliveries()
    assert (delivery.kind, delivery.delivery_date) == ("costs", date(2026, 6, 5))
    assert [file.name for file in delivery.files] == ["in/two.csv", "one.csv"]
    assert list((home.inbox / "A-1").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("data.json", "no deliverer"),
        ("nobody/data.json", "deliverer 'nobody' is not known"),
        ("shuzhang/decisions.csv", "deliverer 'shuzhang' is not known"),
        ("A-1/目录和成本.json", "several kinds in its names: catalog, costs"),
        ("A-1/20260601 20260630.json", "several dates in its names: 2026-06-01, 2026-06-30"),
        ("A-1/data 2999-01-01.json", "still to come"),
    ],
)
def test_what_says_too_little_waits_for_its_manifest_and_then_lies_in_quarantine(
    home: Home, path: str, reason: str
) -> None:
    _drop(home, path)
    seen = look(home, deliverers=["A-1"], now=NOW).seen
    waiting = look(home, seen, deliverers=["A-1"], now=NOW + timedelta(seconds=WAIT_SECONDS - 1))
    assert (waiting.taken, waiting.left) == ([], [])
    found = look(home, waiting.seen, deliverers=["A-1"], now=NOW + timedelta(seconds=WAIT_SECONDS))
    assert [(left.name, left.is_quarantined) for left in found.left] == [(path, True)]
    report = (home.inbox / "quarantine" / f"{path}.report.txt").read_text("utf-8")
    assert reason in report
    assert "处理 / what to do" in report
    assert (home.inbox / "quarantine" / path).is_file()
    assert Intake(home).deliveries() == []


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("data.json", NOW.astimezone().date()),
        ("data-20260230.json", NOW.astimezone().date()),
        ("号1234567890123.json", NOW.astimezone().date()),
        ("2026.1.5 data.json", date(2026, 1, 5)),
        ("2026-06-30/20260630.json", date(2026, 6, 30)),
    ],
)
def test_the_date_is_the_one_in_the_name_else_the_day_of_receipt(name: str, day: date) -> None:
    manifest = manifest_of(name, [(name, Path(name))], "A-1", ["A-1"], NOW.astimezone().date())
    assert (manifest.kind, manifest.delivery_date) == ("catalog", day)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"kind": "nothing"}, "kind 'nothing'"),
        ({"files": ["missing.csv"]}, "'missing.csv' is not there"),
        ({"files": ["../../policy/parameter.csv"]}, "lies outside"),
        ({"files": ["/etc/hostname"]}, "lies outside"),
        ({"files": 3}, "not a list"),
        ({"files": []}, "not a list"),
        ({"sequence": "x"}, "sequence 'x'"),
        ({"deliverer": "a...b"}, "not a deliverer's code"),
        ({"deliverer": "shuzhang"}, "the operator's own code"),
    ],
)
def test_a_bad_folder_lies_in_quarantine_with_its_report_beside_it(home: Home, entries: dict, reason: str) -> None:
    _put(home, "bad", **entries)
    found = look(home)
    assert found.taken == []
    assert [(left.name, left.is_quarantined) for left in found.left] == [("bad", True)]
    assert reason in found.left[0].reason
    assert f"原因 / reason: {found.left[0].reason}\n" in (home.inbox / "quarantine" / "bad.report.txt").read_text(
        "utf-8"
    )
    assert (home.inbox / "quarantine" / "bad" / "manifest.toml").is_file()
    assert Intake(home).deliveries() == []
    assert look(home) == Look([], [], {})


def test_links_and_special_files_are_not_followed(home: Home, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(DATA, "utf-8")
    inside = _put(home, "file")
    (inside / "data.json").unlink()
    (inside / "data.json").symlink_to(secret)
    manifest = _put(home, "manifest")
    (manifest / "manifest.toml").rename(tmp_path / "manifest.toml")
    (manifest / "manifest.toml").symlink_to(tmp_path / "manifest.toml")
    outside = _put(home, "moved").rename(tmp_path / "outside")
    (home.inbox / "folder").symlink_to(outside)
    (home.inbox / "A-1").mkdir()
    (home.inbox / "A-1" / "link.json").symlink_to(secret)
    os.mkfifo(home.inbox / "A-1" / "pipe.json")
    found = look(home)
    assert found.taken == []
    assert {left.name: "symbolic link" in left.reason for left in found.left} == {
        "file": True, "manifest": True, "folder": True, "A-1/link.json": True, "A-1/pipe.json": False,
    }  # fmt: skip
    assert all(left.is_quarantined for left in found.left)
    assert (home.inbox / "quarantine" / "folder").is_symlink()
    assert not any(home.blobs.iterdir())
    # A link that takes a file's place after it was looked at.
    with pytest.raises(OSError, match="symbolic links"):
        home.keep_file(home.inbox / "quarantine" / "A-1" / "link.json", follow_links=False)


def _versions(instance: dg.DagsterInstance) -> dict[str, str]:
    """The data versions of landing's tables, as Dagster knows them."""
    found = {}
    for table in all_tables().of_stage("landing"):
        event = instance.get_latest_materialization_event(dg.AssetKey(["landing", table.name]))
        assert event is not None
        assert event.asset_materialization is not None
        found[table.name] = (event.asset_materialization.tags or {})["dagster/data_version"]
    return found


def test_the_sensor_asks_for_a_run_of_each_deliverer_and_that_run_takes_in_its_deliveries_alone(home: Home) -> None:
    _put(home, "a1", "A-1")
    _put(home, "a2", "A-1", date="2026-07-01", data=DATA.replace("新", "改"))
    _put(home, "b1", "B-1")
    _put(home, "bad", "B-1", kind="nothing")
    lake = LakeResource(home=str(home.root))
    with open_instance(home) as instance, dg.build_sensor_context(instance, resources={"lake": lake}) as context:
        first = inbox_sensor(context)
        assert isinstance(first, dg.SensorResult)
        keys = {request.partition_key: request.run_key for request in first.run_requests or ()}
        assert list(keys) == ["A-1", "B-1"]
        assert instance.get_dynamic_partitions("deliverer") == ["A-1", "B-1"]
        # The same delivery once more asks for the same run, which Dagster then does not start again.
        _put(home, "b1", "B-1")
        again = inbox_sensor(context)
        assert isinstance(again, dg.SensorResult)
        assert [(r.partition_key, r.run_key) for r in again.run_requests or ()] == [("B-1", keys["B-1"])]
        assert isinstance(inbox_sensor(context), dg.SkipReason)
        job = build_definitions(lake).resolve_job_def("ingest")
        assert job.execute_in_process(instance=instance, partition_key="B-1").success
        versions = _versions(instance)
        again = job.execute_in_process(
            instance=instance,
            partition_key="B-1",
            asset_selection=[dg.AssetKey(["landing", name]) for name in versions],
        )
        assert again.success
        assert _versions(instance) == versions
        # Once more after it was taken in: nothing to do. And the cursor keeps what is not complete.
        _put(home, "b1", "B-1")
        (home.inbox / "A-1").mkdir()
        (home.inbox / "A-1" / "data.json").write_text(DATA, "utf-8")
        assert isinstance(inbox_sensor(context), dg.SkipReason)
        assert list(json.loads(context.cursor or "")) == ["A-1/data.json"]
    assert one(home, "SELECT string_agg(DISTINCT deliverer_code) FROM landing.delivery") == "B-1"
    run_home(home, stored=True, job="ingest", deliverers=["A-1"])
    assert one(home, "SELECT count(*) FROM catalog.resource") == 2
    assert one(home, "SELECT title FROM catalog.resource WHERE deliverer_code = 'A-1'") == "改目录"
    with open_instance(home) as instance:
        assert all(version != versions[name] for name, version in _versions(instance).items())
        tags = [record.dagster_run.tags["dagster/partition"] for record in instance.get_run_records()]
        assert tags == ["A-1", "B-1", "B-1"]

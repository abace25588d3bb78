"""What becomes of records, in a real store: against a plain re-telling of the rules for random deliveries, and case by case."""

import json
import random
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import warehouse.intake.reading
import warehouse.intake.record_writer
from readers.apart import Reader
from readers.policy.files import PolicyOnDay, load
from readers.shapes import Layout, Reading
from tests import troubled_readers
from tests.homes import ask, deliver_files, lake_of, name_authorities, one, run_home, take_in
from warehouse.asking.status import status
from warehouse.building.policy_entries import build_policy
from warehouse.intake.deliveries import Delivery, DeliveryError, Intake
from warehouse.intake.ingest import pending
from warehouse.store.clock import ClockError
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.trace.proof import prove

INFO = CommitInfo("test", "test", "run")


def _take_in(home: Home) -> None:
    take_in(home, info=INFO)


def _catalogue(folder: Path, name: str, datasets: list[Mapping[str, object]]) -> Path:
    file = folder / name
    file.write_text(json.dumps({"dataset": datasets}, ensure_ascii=False), "utf-8")
    return file


#: A record: identifier, and a title of which None makes the record bad.
RECORD = st.tuples(st.sampled_from("abcd"), st.sampled_from(["x", "y", None]))
#: A delivery: full or incremental, and its records.
DELIVERY = st.tuples(st.sampled_from(["full", "full", "incremental"]), st.lists(RECORD, max_size=5))


def _retold(
    deliveries: list[tuple[str, list[tuple[str, str | None]]]],
) -> tuple[list[dict[str, int]], dict[str, str]]:
    """The rules in plain words, one delivery after the other: its counts, and what stands in the end."""
    current: dict[str, str] = {}
    counts = []
    for mode, records in deliveries:
        tally = dict.fromkeys(("in", "accepted", "rejected", "unchanged", "held", "deleted"), 0)
        seen: dict[str, str] = {}
        for identifier, title in records:
            tally["in"] += 1
            if title is None or identifier in seen:
                tally["rejected"] += 1
                continue
            seen[identifier] = title
            tally["unchanged" if current.get(identifier) == title else "accepted"] += 1
        gone = set(current) - {identifier for identifier, _ in records} if mode == "full" else set()
        if gone and (5 * len(gone) > len(current) or len(gone) == len(current)):
            counts.append(dict.fromkeys(tally, 0) | {"in": len(records), "held": len(records)})
            continue
        tally["deleted"] = len(gone)
        current = {k: v for k, v in current.items() if k not in gone} | seen
        counts.append(tally)
    return counts, current


@settings(max_examples=1, deadline=None, phases=[Phase.generate])
@given(
    sequences=st.lists(st.lists(DELIVERY, min_size=1, max_size=5), min_size=10, max_size=20),
    seed=st.integers(0, 99),
)
def test_any_sequence_of_deliveries_is_told_as_the_rules_say(sequences: list, seed: int) -> None:
    """Many deliverers at once, each with a sequence of its own, arriving in any order: the order is by date."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Home(folder / "home")
        order = [(who, place) for who, sequence in enumerate(sequences) for place in range(len(sequence))]
        random.Random(seed).shuffle(order)  # noqa: S311
        ids: dict[tuple[int, int], str] = {}
        for who, place in order:
            mode, records = sequences[who][place]
            datasets = [{"identifier": i, **({"title": t} if t else {})} for i, t in records]
            file = folder / "data.json"
            # A mark of its own in each file, so that equal records are not equal bytes.
            file.write_text(json.dumps({"mark": place, "dataset": datasets}), "utf-8")
            ids[who, place] = deliver_files(home, [file], f"A{who}", "catalog", f"2026-01-{place + 1:02d}", mode=mode)
        _take_in(home)
        names = ("in", "accepted", "rejected", "unchanged", "held", "deleted")
        rows = ask(
            home,
            f"SELECT delivery_id, {', '.join(f'{n}_count' for n in names)} FROM landing.delivery_outcome",
        )
        found = {delivery_id: dict(zip(names, row, strict=True)) for delivery_id, *row in rows}
        standing = ask(
            home,
            "SELECT c.deliverer_code, c.record_key, r.body ->> '$.title' "
            "FROM landing.current_record AS c JOIN landing.record AS r USING (delivery_id, ordinal)",
        )
        for who, sequence in enumerate(sequences):
            counts, current = _retold(sequence)
            assert [found[ids[who, place]] for place in range(len(sequence))] == counts
            assert {key: title for code, key, title in standing if code == f"A{who}"} == current
        lake_of.cache_clear()


GOOD = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("xy"), max_size=8)


@settings(max_examples=1, deadline=None, phases=[Phase.generate])
@given(st.lists(st.tuples(GOOD, GOOD, st.booleans()), min_size=20, max_size=30))
def test_of_two_full_deliveries_the_second_stands_as_if_it_were_alone(pairs: list) -> None:
    """Where the guard lets it through; whichever arrives first, and whether they are taken in together or one by one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Home(folder / "home")

        def deliver(who: str, day: int, records: Mapping[str, str]) -> None:
            datasets: list[Mapping[str, object]] = [{"identifier": i, "title": t} for i, t in records.items()]
            deliver_files(home, [_catalogue(folder, "data.json", datasets)], who, "catalog", f"2026-01-{day:02d}")

        for n, (first, second, is_late) in enumerate(pairs):
            deliver(f"A{n}", 2 if is_late else 1, second if is_late else first)
            deliver(f"B{n}", 2, second)
        _take_in(home)
        for n, (first, second, is_late) in enumerate(pairs):
            deliver(f"A{n}", 1 if is_late else 2, first if is_late else second)
        _take_in(home)
        rows = ask(
            home,
            "SELECT c.deliverer_code, c.record_key, r.canonical_hash "
            "FROM landing.current_record AS c JOIN landing.record AS r USING (delivery_id, ordinal)",
        )
        standing: dict[str, set[tuple[str, str]]] = {}
        for who, key, canonical in rows:
            standing.setdefault(who, set()).add((key, canonical))
        held = {who for (who,) in ask(home, "SELECT deliverer_code FROM landing.delivery WHERE status = 'held'")}
        through = [n for n in range(len(pairs)) if f"A{n}" not in held]
        assert through
        for n in through:
            assert standing.get(f"A{n}") == standing.get(f"B{n}")
        sums = "in_count = accepted_count + rejected_count + unchanged_count + held_count"
        assert one(home, f"SELECT count(*) FILTER (WHERE NOT ({sums})) FROM landing.delivery_outcome") == 0
        lake_of.cache_clear()


def test_a_b_a_is_a_real_reversal_and_the_same_again_is_none(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    a = _catalogue(tmp_path, "a.json", [{"identifier": "1", "title": "old"}])
    b = _catalogue(tmp_path, "b.json", [{"identifier": "1", "title": "new"}])
    for day, file in (("2026-01-01", a), ("2026-01-02", b), ("2026-01-03", a), ("2026-01-04", a)):
        copied = tmp_path / "data.json"
        copied.write_bytes(file.read_bytes())
        deliver_files(home, [copied], "A", "catalog", day)
    assert len(Intake(home).deliveries()) == 3
    _take_in(home)
    changes = [row[0] for row in ask(home, "SELECT change FROM landing.record_change ORDER BY delivery_id")]
    assert changes == ["create", "update", "update"]
    assert (
        one(
            home,
            "SELECT r.body ->> '$.title' FROM landing.current_record JOIN landing.record AS r USING (delivery_id, ordinal)",
        )
        == "old"
    )


def test_a_withdrawn_delivery_stays_on_record_and_counts_no_more(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = deliver_files(
        home,
        [_catalogue(tmp_path, "a.json", [{"identifier": "1", "title": "x"}])],
        "A",
        "catalog",
        "2026-01-01",
    )
    second = deliver_files(
        home,
        [_catalogue(tmp_path, "b.json", [{"identifier": "2", "title": "y"}])],
        "A",
        "catalog",
        "2026-01-02",
        mode="incremental",
    )
    _take_in(home)
    assert {row[0] for row in ask(home, "SELECT record_key FROM landing.current_record")} == {"1", "2"}
    Intake(home).withdraw(second, "wrong file")
    _take_in(home)
    assert {row[0] for row in ask(home, "SELECT record_key FROM landing.current_record")} == {"1"}
    assert dict(ask(home, "SELECT delivery_id, status FROM landing.delivery")) == {
        first: "accepted",
        second: "withdrawn",
    }
    assert one(home, "SELECT count(*) FROM landing.record") == 2
    assert status(lake_of(home))["records"] == {
        "in": 1,
        "accepted": 1,
        "rejected": 0,
        "unchanged": 0,
        "held": 0,
    }
    with pytest.raises(DeliveryError, match="withdrawn already"):
        Intake(home).withdraw(second, "again")


def test_a_full_delivery_with_an_unreadable_file_deletes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    good = [_catalogue(tmp_path, f"{n}.json", [{"identifier": n, "title": n}]) for n in "12"]
    deliver_files(home, good, "A", "catalog", "2026-01-01")
    (tmp_path / "2.json").write_text("<html><body>502 Bad Gateway</body></html>")
    deliver_files(home, good, "A", "catalog", "2026-01-02")
    _take_in(home)
    assert {row[0] for row in ask(home, "SELECT record_key FROM landing.current_record")} == {"1", "2"}
    files = ask(
        home,
        "SELECT source_file, status, rule, record_count FROM landing.delivery_file WHERE status = 'rejected'",
    )
    assert files == [("2.json", "rejected", "html_page", 0)]
    assert [row[0] for row in ask(home, "SELECT status FROM landing.delivery ORDER BY delivery_date")] == [
        "accepted",
        "partial",
    ]


def test_rejections_name_place_rule_and_mend_in_both_languages(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    file = tmp_path / "costs.csv"
    file.write_text(
        "凭证号,分录号,成本类别,阶段,金额（元）,入账日期\nJ-1,1,采集,开发,12.345,2026-02-30\nJ-2,1,采集,白日梦,1.00,2026-02-01\n",
        "utf-8",
    )
    deliver_files(home, [file], "A", "costs", "2026-03-01")
    _take_in(home)
    rows = ask(
        home,
        "SELECT source_pointer, rule, column_name, value, message_zh, message_en, mend_zh, mend_en, raw "
        "FROM landing.rejected_record ORDER BY ALL",
    )
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("record 1, line 2", "bad_amount", "amount_cny", "12.345"),
        ("record 1, line 2", "bad_date", "posted_date", "2026-02-30"),
        ("record 2, line 3", "unknown_code", "phase", "白日梦"),
    ]
    for row in rows:
        assert all(row[4:])
    assert "金额" in rows[0][4]
    assert rows[2][6:8] == ("改为其中之一：开发、研究、运维", "use one of: 开发、研究、运维")
    assert rows[0][8].startswith("J-1,1,采集,开发,12.345")


@pytest.mark.parametrize(
    ("code", "plain"),
    [
        ("Ａ／１", "A/1"),
        ("R－１０", "R-10"),
        ("R–1", "R-1"),
        ("АB", "AB"),
        ("R（1）", None),
        ("数据：甲，乙", None),
        ("A/1", None),
    ],
)
def test_a_code_that_only_looks_like_another_is_warned_of_and_taken_as_it_is(
    tmp_path: Path, code: str, plain: str | None
) -> None:
    home = Home(tmp_path / "home")
    file = tmp_path / "ledger.csv"
    file.write_text(
        "holder_code,period,account_code,account_name,resource_code,opening_cny,debit_cny,credit_cny,closing_cny\n"
        f"A,2026-01,1701,无形资产－１,{code},0,1,0,1\n",
        "utf-8",
    )
    deliver_files(home, [file], "A", "ledger", "2026-03-01")
    catalogue = _catalogue(tmp_path, "data.json", [{"identifier": code, "title": "全角Ａ"}])
    deliver_files(home, [catalogue], "A", "catalog", "2026-03-01")
    _take_in(home)
    found = ask(
        home,
        "SELECT kind, column_name, value, mend_zh LIKE '%改为 ' || $plain FROM landing.violation "
        "WHERE rule = 'look_alike_code' ORDER BY kind",
        plain=plain or "",
    )
    columns = [("catalog", "identifier"), ("ledger", "resource_code")] if plain else []
    (proof,) = prove(lake_of(home), rows=2, seed=1, tables=("landing.violation",))
    assert proof.failures == ()
    assert found == [(*column, code, True) for column in columns]
    assert one(home, "SELECT count(*) FROM landing.rejected_record") == 0


def test_a_ledger_line_that_is_the_sum_of_its_parts_is_warned_of_and_taken(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    lines = [
        *("2026-01,1701,,1,100.00", "2026-01,170101,A/1,1,60.00", "2026-01,170102,A/2,1,40.00"),
        *("2026-01,1702,,1,-7.00", "2026-01,1702,A/1,1,-4.00", "2026-01,1702,A/2,1,-3.00"),
        # Of another month, another account, not to the cent, of nothing, and of sub-accounts alone.
        *("2026-02,1701,,1,100.00", "2026-02,1702,A/1,1,100.00", "2026-03,1701,,1,99.99", "2026-03,1701,A/1,1,100.00"),
        *("2026-04,1701,,1,0.00", "2026-04,1701,A/1,1,0.00", "2026-05,1701,,1,9.00", "2026-05,170101,,1,9.00"),
    ]
    file = tmp_path / "ledger.csv"
    header = "period,account_code,resource_code,debit_cny,closing_cny,opening_cny,credit_cny"
    file.write_text("\n".join([header, *(f"{line},0,0" for line in lines)]), "utf-8")
    deliver_files(home, [file], "A", "ledger", "2026-06-01")
    _take_in(home)
    found = ask(
        home,
        "SELECT ordinal, value, severity, message_zh FROM landing.violation WHERE rule = 'total_among_parts' ORDER BY 1",
    )
    assert [row[:3] for row in found] == [(1, "100.00", "warn"), (4, "-7.00", "warn")]
    assert "科目 1701 未写资源代码的期末余额 100.00 恰为各资源之和" in found[0][3]
    assert one(home, "SELECT accepted_count FROM landing.delivery_outcome") == len(lines)
    (proof,) = prove(lake_of(home), rows=2, seed=1, tables=("landing.violation",))
    assert (proof.sampled, proof.failures) == (2, ())


def test_a_level_is_taken_as_people_write_it_and_what_is_none_is_told_all_that_there_are(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    name_authorities(home, data_authority="A")
    levels = ("市", "地级市", "区县", "县级", "县", "市辖区", "省级")
    rows = [f"U{n},单位{n},{level},990100,行政单位,2024-01-01" for n, level in enumerate(levels)]
    file = tmp_path / "units.csv"
    file.write_text("\n".join(["organisation_code,name,level,district_code,unit_kind,valid_from", *rows]), "utf-8")
    deliver_files(home, [file], "A", "organisations", "2026-03-01")
    run_home(home, stages=["delivered"])
    taken = ask(home, "SELECT level FROM delivered.organisation ORDER BY organisation_code")
    assert [level for (level,) in taken] == ["city", "city", *["district"] * 4]
    ((rule, value, mend),) = ask(home, "SELECT rule, value, mend_zh FROM landing.rejected_record")
    assert (rule, value) == ("unknown_code", "省级")
    assert {"区县", "市"} <= {*mend.removeprefix("改为其中之一：").split("、")}
    (proof,) = prove(lake_of(home), rows=1, seed=1, tables=("landing.rejected_record",))
    assert (proof.sampled, proof.failures) == (1, ())


def test_a_writer_waits_for_its_turn_and_readers_keep_their_snapshot(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver_files(
        home,
        [_catalogue(tmp_path, "a.json", [{"identifier": "1", "title": "x"}])],
        "A",
        "catalog",
        "2026-01-01",
    )
    _take_in(home)
    with Lake(home).reading() as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM landing.record").fetchall()
        deliver_files(
            home,
            [_catalogue(tmp_path, "b.json", [{"identifier": "2", "title": "x"}])],
            "A",
            "catalog",
            "2026-01-02",
        )
        _take_in(home)
        assert reader.execute("SELECT count(*) FROM landing.record").fetchall() == before
    assert one(home, "SELECT count(*) FROM landing.record") == 2


def test_a_home_can_be_moved(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver_files(
        home,
        [_catalogue(tmp_path, "a.json", [{"identifier": "1", "title": "x"}])],
        "A",
        "catalog",
        "2026-01-01",
    )
    _take_in(home)
    lake_of.cache_clear()
    moved = Home(home.root.rename(tmp_path / "elsewhere"))
    deliver_files(
        moved,
        [_catalogue(tmp_path, "b.json", [{"identifier": "2", "title": "x"}])],
        "A",
        "catalog",
        "2026-01-02",
    )
    _take_in(moved)
    assert one(moved, "SELECT count(*) FROM landing.record") == 2
    assert not home.root.exists()


def _reading_with(read: Callable[..., Reading]) -> Callable[[PolicyOnDay, str], Reader]:
    return lambda policy, kind: partial(read, layout=Layout.of(policy, kind))


def test_a_file_that_ends_or_breaks_its_reader_is_rejected_alone_and_read_again_under_another_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    files = [_catalogue(tmp_path, f"{name}.json", [{"identifier": name, "title": "x"}]) for name in "abc"]
    for file, deliverer in zip(files, "ABC", strict=True):
        deliver_files(home, [file], deliverer, "catalog", "2026-01-01")
    monkeypatch.setattr(warehouse.intake.reading, "_table_reader", _reading_with(troubled_readers.read))
    _take_in(home)
    outcome = "SELECT deliverer_code, rule, record_count FROM landing.delivery_file JOIN landing.delivery USING (delivery_id) ORDER BY 1"
    assert ask(home, outcome) == [("A", None, 1), ("B", "too_costly", 0), ("C", "reader_broke", 0)]
    assert "SIGKILL" in one(home, "SELECT message_en FROM landing.delivery_file WHERE rule = 'too_costly'")
    assert "boom" in one(home, "SELECT message_zh FROM landing.delivery_file WHERE rule = 'reader_broke'")

    # Another run tries neither again; under another limit what exceeded one is.
    monkeypatch.undo()
    assert not pending(Lake(home), load(home.policy))
    limits = home.policy / "intake_limit.csv"
    limits.write_text(limits.read_text("utf-8").replace(",2048,", ",2049,"), "utf-8")
    _take_in(home)
    assert ask(home, outcome) == [("A", None, 1), ("B", None, 1), ("C", "reader_broke", 0)]
    assert ask(home, "SELECT record_key FROM landing.record ORDER BY 1") == [("a",), ("b",)]


@pytest.mark.parametrize("portion_bytes", [0, 1 << 30], ids=["written already", "not written yet"])
def test_trouble_far_into_a_file_leaves_none_of_its_records_and_all_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion_bytes: int
) -> None:
    home = Home(tmp_path / "home")
    files = [
        _catalogue(tmp_path, f"{name}.json", [{"identifier": f"{name}{n}", "title": "x"} for n in range(3)])
        for name in "abc"
    ]
    deliver_files(home, files, "A", "catalog", "2026-01-01")
    monkeypatch.setattr(warehouse.intake.reading, "_table_reader", _reading_with(troubled_readers.cut_off))
    monkeypatch.setattr(warehouse.intake.record_writer, "_PORTION_BYTES", portion_bytes)
    _take_in(home)
    assert ask(home, "SELECT ordinal, record_key FROM landing.record ORDER BY ordinal") == [
        (n, key) for n, key in enumerate(["a0", "a1", "a2", "c0", "c1", "c2"], start=1)
    ]
    assert ask(home, "SELECT status, in_count, accepted_count FROM landing.delivery_outcome") == [("partial", 6, 6)]


def test_a_home_of_an_earlier_version_gets_new_columns_and_reads_its_deliveries_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver_files(
        home, [_catalogue(tmp_path, "a.json", [{"identifier": "1", "title": "x"}])], "A", "catalog", "2026-01-01"
    )
    _take_in(home)
    before = ask(home, "SELECT * FROM landing.record")

    def as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("ALTER TABLE landing.record DROP COLUMN keyed")
        connection.execute("UPDATE audit.materialization SET policy_sha256 = '' WHERE table_name = 'landing.record'")

    Lake(home).commit(INFO, as_it_was)
    lake_of.cache_clear()
    _take_in(home)
    assert ask(home, "SELECT * FROM landing.record") == before
    assert one(home, "SELECT change FROM landing.record_change") == "create"


def test_a_heading_that_means_no_column_is_told_once_a_delivery(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    files = []
    for name in ("a.csv", "b.csv"):
        files.append(tmp_path / name)
        files[-1].write_text(f"目录名称,提供方名称,摘要,更新周气,{name}\n{name},甲局,说明,每日,1\n", "utf-8")
    deliver_files(home, files, "A1", "catalog", "2026-07-01")
    _take_in(home)
    first, second = (notes for (notes,) in ask(home, "SELECT notes FROM landing.delivery_file ORDER BY source_file"))
    assert ("更新周气" in first, "a.csv" in first, "更新周期" in first) == (True, True, True)
    assert ("更新周气" in second, "b.csv" in second) == (False, True)


def _at(day: str, recorded_at: datetime, code: str = "A") -> Delivery:
    return Delivery(code, "default", "catalog", date.fromisoformat(day), 1, "full", None, (), recorded_at)


def test_a_clock_that_was_set_back_is_named_and_no_time_on_record_goes_backwards(tmp_path: Path) -> None:
    intake = Intake(Home(tmp_path / "home").create())
    last = datetime(2026, 6, 30, 12, tzinfo=UTC)
    intake.receive(_at("2026-06-30", last), sequence_given=False)
    with pytest.raises(DeliveryError, match=r"behind the last record by 11 s, and 10 s are taken"):
        intake.receive(_at("2026-06-30", last - timedelta(seconds=11), "B"), sequence_given=False)
    intake.receive(_at("2026-06-30", last - timedelta(seconds=10), "B"), sequence_given=False)
    assert {delivery.recorded_at for delivery in intake.deliveries()} == {last}


def test_a_delivery_dated_a_day_ahead_of_its_receipt_or_half_a_century_before_is_refused(tmp_path: Path) -> None:
    intake = Intake(Home(tmp_path / "home").create())
    noon = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for day in ("2026-07-03", "2062-06-30"):
        with pytest.raises(DeliveryError, match="delivery_days_ahead"):
            intake.receive(_at(day, noon), sequence_given=False)
    for day in ("1975-12-31", "0026-01-01"):
        with pytest.raises(DeliveryError, match="delivery_years_back"):
            intake.receive(_at(day, noon), sequence_given=False)
    assert intake.receive(_at("2026-07-01", noon), sequence_given=False).repeats is None


def test_a_commit_under_a_clock_that_was_set_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home").create()
    build_policy(Lake(home), load(home.policy), INFO)
    (last,) = ask(home, "SELECT max(snapshot_time), count(*) FROM lake.snapshots()")

    class Behind(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return last[0].astimezone(tz) - timedelta(seconds=11)

    monkeypatch.setattr("warehouse.store.lake.datetime", Behind)
    with pytest.raises(ClockError, match="set the clock right"):
        Lake(home).commit(INFO, lambda _: None)
    assert ask(home, "SELECT max(snapshot_time), count(*) FROM lake.snapshots()") == [last]

"""Content deliveries in a real store: linked, profiled, judged, read again when policy changes, and no personal value in the lake."""

import csv
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlrd
from typer.testing import CliRunner

from pipelines.cli.app import app
from readers.policy.files import load
from readers.tables.content import read_content
from tests.homes import ask, deliver_files, lake_of, one, run_home
from tests.unit.column_cases import MARKS, NUMBERS, columns
from warehouse.asking.policy_diff import policy_diff
from warehouse.intake.deliveries import DeliveryError, Intake, read_manifest
from warehouse.intake.ingest import ingest, pending
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo
from warehouse.trace.proof import prove
from warehouse.trace.tracer import trace

INFO = CommitInfo("test", "test", "run")
#: What these tests look at.
STAGES = ("quality",)
CATALOGUE = (
    "信息资源代码,信息资源名称,信息资源提供方,更新周期,信息项名称,数据类型,是否主键,是否可空\n"
    "100/1,公共停车场信息,某市城管局,每月,编号,字符型C,是,否\n"
    "100/1,公共停车场信息,某市城管局,每月,泊位数,整型I,否,否\n"
    "100/1,公共停车场信息,某市城管局,每月,启用日期,日期型D,否,是\n"
    "100/2,办理记录,某市城管局,每年,姓名,字符型C,否,否\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    file = tmp_path / "目录.csv"
    file.write_text(CATALOGUE, "utf-8")
    found = Home(tmp_path / "home").create()
    deliver_files(found, [file], "CG", "catalog", "2026-01-05")
    return found


def deliver(home: Home, folder: Path, name: str, text: str, *options: str, day: str = "2026-02-01") -> str:
    (folder / name).write_text(text, "utf-8")
    arguments = ["deliver", str(folder / name), "--from", "CG", "--kind", "content", "--date", day, *options]
    result = CliRunner().invoke(app, [*arguments, "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_code_is_its_holders_and_two_methods_that_are_trusted_alike_name_one_row(home: Home, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(
        CATALOGUE.replace("城管局", "公安局").replace("公共停车场信息", "另一单位的"), "utf-8"
    )
    deliver_files(home, [tmp_path / "b.csv"], "GA", "catalog", "2026-01-05")
    links = home.policy / "content_link.csv"
    links.write_text(links.read_text("utf-8").replace("code,95,", "code,100,"), "utf-8")
    deliver(home, tmp_path, "100_1.csv", parking(), "--resource", "100/1")
    deliver(home, tmp_path, "任意名.csv", parking(), "--resource", "100/1", "--source", "b")
    run_home(home, job="ingest")
    assert ask(
        home,
        "SELECT t.content_name, t.link_method, r.resource_code, r.deliverer_code FROM catalog.content_table AS t "
        "JOIN catalog.resource AS r USING (resource_id) ORDER BY 1",
    ) == [("100_1", "code", "100/1", "CG"), ("任意名", "manifest", "100/1", "CG")]
    (proof,) = prove(lake_of(home), rows=5, seed=1, tables=["catalog.content_table"])
    assert (proof.failures, proof.sampled) == ((), 2)


def parking(rows: int = 20) -> str:
    return "编号,泊位数,启用日期\n" + "".join(f"P{n:03d},{n * 10},2020-01-{n % 28 + 1:02d}\n" for n in range(rows))


def test_a_table_is_linked_by_code_by_name_and_by_what_is_left_of_its_name(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "任意名.csv", parking(), "--resource", "100/1")
    deliver(home, tmp_path, "100_1.csv", parking(), "--source", "b")
    deliver(home, tmp_path, "公共停车场信息.csv", parking(), "--source", "c")
    deliver(home, tmp_path, "2025年度公共停车场信息（汇总）.csv", parking(), "--source", "d")
    deliver(home, tmp_path, "别的什么东西.csv", parking(), "--source", "e")
    run_home(home, job="ingest")
    links = ask(
        home,
        "SELECT t.content_name, t.link_method, t.link_confidence_pct, r.resource_code FROM catalog.content_table AS t "
        "LEFT JOIN catalog.resource AS r USING (resource_id) ORDER BY 3 DESC NULLS LAST",
    )
    assert links == [
        ("任意名", "manifest", 100, "100/1"),
        ("100_1", "code", 95, "100/1"),
        ("公共停车场信息", "name", 90, "100/1"),
        ("2025年度公共停车场信息（汇总）", "stem", 70, "100/1"),
        ("别的什么东西", None, None, None),
    ]


def test_columns_stand_beside_the_fields_that_the_catalogue_declares(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "a.csv", parking(), "--resource", "100/1")
    run_home(home, stages=STAGES)
    found = ask(
        home,
        "SELECT heading, field_no, declared_type, value_type, min_value, max_value, distinct_count "
        "FROM catalog.content_column ORDER BY column_no",
    )
    assert found == [
        ("编号", 1, None, "text", None, None, 20),
        ("泊位数", 2, "integer", "integer", None, None, 20),
        ("启用日期", 3, "date", "date", "2020-01-01", "2020-01-20", 20),
    ]
    assert (
        one(home, "SELECT count(*) FROM quality.measure WHERE subject_kind IN ('table', 'column') AND NOT is_passed")
        == 0
    )


def test_what_is_wrong_with_a_table_is_found_by_rule_and_scored(home: Home, tmp_path: Path) -> None:
    run_home(home, stages=STAGES)
    score = (
        "SELECT score_pct FROM quality.resource_score AS s JOIN catalog.resource AS r USING (resource_id) "
        "WHERE resource_code = '100/1' AND dimension_code = 'all'"
    )
    before = one(home, score)
    good = parking().splitlines()
    good[3] = "P001,很多,"  # a key twice, text for a number
    good.append("P099,5")  # a cell too few
    deliver(home, tmp_path, "a.csv", "\n".join([*good, good[1]]) + "\n", "--resource", "100/1")
    run_home(home, stages=STAGES)
    broken = ask(
        home, "SELECT DISTINCT rule_code FROM quality.finding WHERE subject_kind IN ('table', 'column') ORDER BY 1"
    )
    assert [rule for (rule,) in broken] == [
        "content_key_unique",
        "content_rows_not_repeated",
        "content_rows_whole",
    ]
    assert one(home, "SELECT count(*) FROM landing.violation WHERE rule = 'ragged_rows'") == 1
    assert one(home, score) != before


@pytest.mark.long
def test_a_later_delivery_replaces_its_own_table_and_drift_is_seen(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "a.csv", parking(40), "--resource", "100/1")
    deliver(home, tmp_path, "b.csv", "姓名\n王某某\n李某某\n", "--resource", "100/2")
    run_home(home, stages=STAGES)
    deliver(home, tmp_path, "a.csv", parking(10), "--resource", "100/1", day="2026-03-01")
    run_home(home, stages=STAGES)
    assert ask(home, "SELECT content_name, data_row_count FROM catalog.content_table ORDER BY 1") == [
        ("a", 10),
        ("b", 2),
    ]
    assert ask(home, "SELECT rule_code FROM quality.finding WHERE rule_code = 'content_not_shrunk'") == [
        ("content_not_shrunk",)
    ]
    equation = "in_count = accepted_count + rejected_count + unchanged_count + held_count"
    assert ask(
        home, f"SELECT in_count, {equation} FROM landing.delivery_outcome WHERE kind = 'content' ORDER BY 1"
    ) == [
        (2, True),
        (4, True),
        (4, True),
    ]


def test_no_value_that_speaks_of_persons_is_in_the_lake(home: Home, tmp_path: Path) -> None:
    personal = {"resident_id", "mobile", "email", "bank_card", "home_address", "landline_code", "vin", "plate"}
    cases = [case for case in columns(11) if case.content in personal]
    rows = min(len(case.values) for case in cases)
    file = tmp_path / "办理记录.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([f"{case.heading}{number}" for number, case in enumerate(cases)])
        writer.writerows(zip(*(case.values[:rows] for case in cases), strict=True))
    deliver_files(home, [file], "CG", "content", "2026-02-01")
    run_home(home, stages=STAGES)
    found = ask(home, "SELECT DISTINCT detector FROM catalog.content_evidence")
    assert {detector for (detector,) in found} >= personal
    values = {value for case in cases for value in case.values if len(value) > 6 and value != "见附件"}
    for table in lake_of(home).tables.values():
        text = repr(ask(home, f"SELECT * FROM {table.qualified}"))
        assert not [value for value in values if value in text], table.qualified


@pytest.mark.long
def test_content_is_read_again_when_detectors_change_and_nothing_else_is(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "a.csv", "编号,检查单位\n" + "330106200,甲\n" * 20, "--resource", "100/1")
    run_home(home, job="ingest")
    lake = lake_of(home)
    assert not pending(lake, load(home.policy))
    file = home.policy / "detector.csv"
    line = next(line for line in file.read_text("utf-8").splitlines() if line.startswith("postcode,"))
    changed = line.replace("[0-8]\\d{5}", "\\d{9}").replace(",6,6,", ",9,9,").replace("邮编", "编号")
    file.write_text(file.read_text("utf-8").replace(line, changed), "utf-8")
    policy = load(home.policy)
    told = {diff.table.qualified: diff for diff in policy_diff(lake, policy, "2026-02").tables}
    assert told["catalog.content_evidence"].added == 1
    assert one(home, "SELECT count(*) FROM catalog.content_evidence") == 0
    taken, _ = ingest(lake, policy, (), INFO)
    assert {delivery.kind for delivery in taken.deliveries} == {"content"}
    run_home(home, job="ingest")
    assert ask(home, "SELECT detector, detection FROM catalog.content_evidence") == [("postcode", "confirmed")]
    assert one(home, "SELECT count(*) FROM catalog.resource") == 2


@pytest.mark.long
def test_constraints_of_policy_are_judged_for_the_tables_that_they_apply_to(home: Home, tmp_path: Path) -> None:
    (home.policy / "content_constraint.csv").write_text(
        "constraint_id,applies_to,constraint,name_zh,name_en,source,status,effective_from\n"
        'one_county,100/1,"t1&t2&EQ(t1.城市,t2.城市)&IQ(t1.区县,t2.区县)",城市决定区县,city decides county,测试,proposal,2025-01-01\n'
        'no_column,100/1,"t1&EQ(t1.没有,t1.城市)",无,none,测试,proposal,2025-01-01\n'
        'elsewhere,100/2,"t1&EQ(t1.城市,t1.区县)",无,none,测试,proposal,2025-01-01\n',
        "utf-8",
    )
    deliver(home, tmp_path, "a.csv", "城市,区县\n" + "甲,子\n" * 5 + "甲,丑\n乙,寅\n", "--resource", "100/1")
    run_home(home, stages=STAGES)
    assert ask(
        home,
        "SELECT constraint_id, broken_row_count, broken_cell_count, problem IS NULL FROM catalog.content_constraint ORDER BY 1",
    ) == [("no_column", None, None, False), ("one_county", 1, 1, True)]
    assert ask(
        home, "SELECT numerator, denominator FROM quality.measure WHERE rule_code = 'content_constraints_hold'"
    ) == [(0, 1)]
    ((table_id,),) = ask(home, "SELECT table_id FROM catalog.content_table")
    key = {"table_id": table_id, "constraint_id": "one_county"}
    found = trace(lake_of(home), "catalog.content_constraint", key, verify=True)
    assert found.verified, found.differences


@pytest.mark.long
def test_references_between_tables_are_judged_without_values_in_the_lake(home: Home, tmp_path: Path) -> None:
    (home.policy / "content_reference.csv").write_text(
        "reference_id,applies_to,column,refers_to,refers_column,name_zh,name_en,source,status,effective_from\n"
        "owner,100/1,单位代码,单位名录,代码,单位在名录中,the unit is listed,测试,proposal,2025-01-01\n"
        "nowhere,100/1,单位代码,没有的表,代码,无,none,测试,proposal,2025-01-01\n",
        "utf-8",
    )
    deliver(home, tmp_path, "单位名录.csv", "代码,名称\n" + "".join(f"UNIT{n:03d},甲\n" for n in range(40)))
    cars = "".join(f"UNIT{n:03d},乙\n" for n in (*range(10), 7, 50, 51)) + "无,丙\n"
    deliver(home, tmp_path, "a.csv", f"单位代码,说明\n{cars}", "--resource", "100/1")
    run_home(home, stages=STAGES)
    assert ask(
        home, "SELECT reference_id, checked_value_count, missing_value_count FROM catalog.content_reference"
    ) == [("owner", 12, 2)]
    measured = "SELECT numerator, denominator FROM quality.measure WHERE rule_code = 'content_references_hold' AND denominator > 0"
    assert ask(home, measured) == [(0, 1)]
    assert "UNIT050" not in repr(ask(home, "SELECT body FROM landing.record WHERE kind = 'content.column'"))
    ((table_id,),) = ask(home, "SELECT table_id FROM catalog.content_reference")
    found = trace(
        lake_of(home), "catalog.content_reference", {"table_id": table_id, "reference_id": "owner"}, verify=True
    )
    assert found.verified, found.differences


@pytest.mark.long
def test_a_large_column_is_compared_by_the_part_that_both_keep(home: Home, tmp_path: Path) -> None:
    (home.policy / "content_reference.csv").write_text(
        "reference_id,applies_to,column,refers_to,refers_column,name_zh,name_en,source,status,effective_from\n"
        "owner,100/1,单位代码,单位名录,代码,单位在名录中,the unit is listed,测试,proposal,2025-01-01\n",
        "utf-8",
    )
    limits = home.policy / "content_limit.csv"
    limits.write_text(limits.read_text("utf-8").replace("reference_values,100000", "reference_values,50"), "utf-8")
    units = [f"UNIT{n:04d}" for n in range(1000)]
    deliver(home, tmp_path, "单位名录.csv", "代码,名称\n" + "".join(f"{unit},甲\n" for unit in units))
    deliver(
        home, tmp_path, "a.csv", "单位代码,说明\n" + "".join(f"{unit},乙\n" for unit in units), "--resource", "100/1"
    )
    run_home(home, job="ingest")
    assert ask(home, "SELECT checked_value_count, missing_value_count FROM catalog.content_reference") == [(50, 0)]


def test_a_profile_is_traced_to_the_bytes_and_proven(home: Home, tmp_path: Path) -> None:
    deliver(home, tmp_path, "a.csv", parking(), "--resource", "100/1")
    run_home(home, job="ingest")
    ((table_id,),) = ask(home, "SELECT table_id FROM catalog.content_table")
    found = trace(lake_of(home), "catalog.content_column", {"table_id": table_id, "column_no": "2"}, verify=True)
    assert found.verified, found.differences
    assert {source["pointer"] for source in found.sources} >= {"line 1", "line 1, column 2"}


def test_keyed_hashes_stand_apart_and_what_else_is_said_is_proven_without_the_key(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").create()
    (other.root / "hash.key").write_bytes(b"another key")
    phones = "编号,电话\n" + "".join(f"{n},1381234{n:04d}\n" for n in range(30))
    for each in (home, other):
        (tmp_path / "a.csv").write_text(phones, "utf-8")
        (each.policy / "content_reference.csv").write_text(
            "reference_id,applies_to,column,refers_to,refers_column,name_zh,name_en,source,status,effective_from\n"
            "known,a,电话,a,电话,电话在名单中,the number is listed,测试,proposal,2025-01-01\n",
            "utf-8",
        )
        deliver_files(each, [tmp_path / "a.csv"], "CG", "content", "2026-02-01")
        run_home(each, job="ingest")
    of_content = "FROM landing.record WHERE kind LIKE 'content%' ORDER BY ordinal"
    ours, others = (ask(each, f"SELECT * EXCLUDE (keyed) {of_content}") for each in (home, other))
    assert ours == others
    assert "keyed" not in str(ours)
    mine, theirs = (
        ask(each, f"SELECT keyed ->> '$.examples', keyed ->> '$.values' {of_content}") for each in (home, other)
    )
    assert [row == (None, None) for row in mine] == [True, True, False]
    assert len(set(mine[2]) & set(theirs[2])) == 0
    (home.root / "hash.key").unlink()
    for table in ("catalog.content_column", "catalog.content_evidence", "catalog.content_reference"):
        (proof,) = prove(lake_of(home), rows=5, seed=1, tables=[table])
        assert (proof.failures, proof.sampled > 0) == ((), True)
        assert "hash.key" in str(proof.unproven)
    assert not (home.root / "hash.key").exists()
    said = CliRunner().invoke(app, ["verify", "catalog.content_evidence", "--home", str(home.root)])
    assert (said.exit_code, "hash.key is missing" in said.output) == (0, True)


def test_a_manifest_names_the_resource_of_each_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x\n1\n")
    head = 'from = "CG"\ndate = 2026-01-01\nfiles = ["a.csv", "b.csv"]\n'
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(head + 'kind = "content"\n[resource]\n"a.csv" = "100/1"\n')
    assert read_manifest(tmp_path).resource_codes == {"a.csv": "100/1"}
    assert read_manifest(tmp_path).source_name == "100/1"
    delivery = read_manifest(tmp_path).delivery(Intake(Home(tmp_path / "home").create()))
    assert [file.resource_code for file in delivery.files] == ["100/1", None]
    manifest.write_text(head + 'kind = "content"\nresource = "100/2"\n')
    assert set(read_manifest(tmp_path).resource_codes.values()) == {"100/2"}
    for wrong in (
        'kind = "costs"\nresource = "1"\n',
        'kind = "content"\nresource = 5\n',
        'kind = "content"\n[resource]\n"c.csv" = "1"\n',
    ):
        manifest.write_text(head + wrong)
        with pytest.raises(DeliveryError, match="resource"):
            read_manifest(tmp_path)


@pytest.mark.long
def test_all_real_tables_are_profiled(real_data: Path, tmp_path: Path) -> None:
    """169 published tables: every file is read, and its rows are as many as other means count below the header."""
    files = sorted((real_data / "cn-beijing-tables").glob("*.csv"))
    assert len(files) == 169
    home = Home(tmp_path / "home").create()
    deliver_files(home, [*(real_data / "cn-beijing-catalog").glob("*.xlsx")], "110000", "catalog", "2024-01-01")
    deliver_files(home, files, "110000", "content", "2024-06-01")
    run_home(home, job="ingest")
    assert ask(
        home, "SELECT status, count(*) FROM landing.delivery_file WHERE source_file LIKE '%.csv' GROUP BY 1"
    ) == [("read", 169)]
    counted = {file.name: _rows_by_other_means(file) for file in files}
    found = ask(
        home,
        "SELECT r.source_file, sum(t.data_row_count), sum(t.column_count), count(*) FROM catalog.content_table AS t "
        "JOIN landing.record AS r USING (delivery_id, ordinal) GROUP BY 1",
    )
    assert {name: int(rows) for name, rows, _, _ in found} == counted
    assert one(home, "SELECT count(*) FROM catalog.content_column") == sum(int(columns) for _, _, columns, _ in found)
    assert one(home, "SELECT count(*) FILTER (WHERE resource_id IS NOT NULL) FROM catalog.content_table") > 140
    assert (
        one(
            home,
            "SELECT count(*) FROM landing.delivery_file WHERE format IN ('xls', 'xlsx') AND source_file LIKE '%.csv'",
        )
        == 12
    )


def _rows_by_other_means(file: Path) -> int:
    """Rows with content below the place where each table's header was found."""
    data = file.read_bytes()
    places = [
        (table.sheet, table.place.rpartition("!")[2].removeprefix("line "), table.has_header)
        for table in read_content(file).tables
    ]
    total = 0
    for sheet, place, has_header in places:
        first = int(place) + has_header
        if data.startswith(b"PK"):
            cells = [
                list(row)
                for row in openpyxl.load_workbook(io.BytesIO(data), data_only=True)[sheet].iter_rows(values_only=True)
            ]
            rows = list(enumerate(cells, start=1))
        elif data.startswith(b"\xd0\xcf"):
            book = xlrd.open_workbook(str(file)).sheet_by_name(sheet)
            rows = [(number + 1, book.row_values(number)) for number in range(book.nrows)]
        else:
            rows = _csv_rows(data)
        total += sum(
            number >= first and any(str(cell if cell is not None else "").strip() for cell in row)
            for number, row in rows
        )
    return total


def _csv_rows(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    reader, found, before = csv.reader(io.StringIO(text, newline="")), [], 0
    for row in reader:
        found.append((before + 1, row))
        before = reader.line_num
    return found


def test_no_number_of_a_person_stands_in_any_file_of_a_home_but_the_kept_bytes(home: Home, tmp_path: Path) -> None:
    files = [tmp_path / f"表{place}.csv" for place, _ in enumerate(MARKS)]
    for file, mark in zip(files, MARKS, strict=True):
        rows = [[mark.format(number) for number in NUMBERS.values()]] * 20
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([[f"c{n}" for n in range(len(NUMBERS))], *rows])
    deliver_files(home, files, "CG", "content", "2026-02-01")
    run_home(home, job="ingest", stored=True)
    evidence = "SELECT count(DISTINCT table_id) FROM catalog.content_evidence GROUP BY detector HAVING detector IN (SELECT unnest($ids))"
    assert ask(home, evidence, ids=[*NUMBERS]) == [(len(MARKS),)] * len(NUMBERS)
    kept = [file for file in home.root.rglob("*") if file.is_file() and home.root / "blobs" not in file.parents]
    with duckdb.connect() as connection:
        for file in kept:
            content = file.read_bytes()
            if file.suffix == ".parquet":
                content = repr(connection.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()).encode()
            elif file.suffix == ".xlsx":
                content = b"".join(map(zipfile.ZipFile(file).read, zipfile.ZipFile(file).namelist()))
            assert [name for name, number in NUMBERS.items() if number.encode() in content] == [], file

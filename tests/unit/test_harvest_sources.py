"""The list of sources: what is taken, and what is wrong where; which schedules some day meets; which addresses are connected to."""

import re
from pathlib import Path

import pytest
from dagster._utils.schedules import is_valid_cron_schedule
from hypothesis import given
from hypothesis import strategies as st

from warehouse.harvest.cron import is_cron
from warehouse.harvest.network import is_allowed
from warehouse.harvest.problems import shown
from warehouse.harvest.run import file_name
from warehouse.harvest.sources import Source, parse_sources
from warehouse.store.home import Home

SHIPPED = Path(__file__).parents[2] / "policy" / "sources.toml"
GOOD = """
[portal]
deliverer = "A-1"
kind = "catalog"
url = "https://portal.test/data.json"
schedule = "30 2 * * *"
"""


def test_no_source_is_active_as_shipped_and_the_home_gets_the_file(tmp_path: Path) -> None:
    found = parse_sources(SHIPPED.read_bytes())
    assert (dict(found.good), dict(found.problems)) == ({}, {})
    assert (Home(tmp_path).create().policy / "sources.toml").read_bytes() == SHIPPED.read_bytes()


def test_the_shipped_examples_are_right_and_show_every_entry() -> None:
    text = re.sub(r"(?m)^# (\[|[a-z_]+ = )", r"\1", SHIPPED.read_text("utf-8"))
    found = parse_sources(text.encode())
    assert dict(found.problems) == {}
    assert list(found.good) == ["city_portal", "province_ckan", "intranet_costs"]
    shown_entries = set(re.findall(r"(?m)^([a-z_]+) = ", text))
    assert shown_entries == set(Source.__dataclass_fields__) - {"name"}


def test_what_is_not_said_has_a_default() -> None:
    (source,) = parse_sources(GOOD.encode()).good.values()
    assert source == Source(
        "portal", "A-1", "catalog", "https://portal.test/data.json", "30 2 * * *", source_name="portal"
    )
    assert (source.type, source.allow_private, source.allow_http) == ("file", False, False)


@pytest.mark.parametrize(
    ("entry", "line", "rule", "words"),
    [
        ('retries = "3"', 7, "bad_entry", "integer from 0 to 10"),
        ("retries = true", 7, "bad_entry", "integer from 0 to 10"),
        ("retries = 11", 7, "bad_entry", "integer from 0 to 10"),
        ("timeout = 0", 7, "bad_entry", "a number from 0.1"),
        ("timeout = nan", 7, "bad_entry", "a number from 0.1"),
        ("max_bytes = -1", 7, "bad_entry", "max_bytes"),
        ("allow_private = 1", 7, "bad_entry", "true or false"),
        ('mode = "incremental"', 7, "bad_entry", "full"),
        ('type = ["ckan"]', 7, "bad_entry", "one of file, ckan"),
        ('deliverer_code = "A"', 7, "unknown_entry", "deliverer_code"),
        ('header_env = { Authorization = "Bearer s3cret" }', 7, "bad_entry", "never a secret"),
        ('header_env = { Authorization = "PATH" }', 7, "bad_entry", "SHUZHANG_HARVEST_"),
        ('header_env = { Host = "SHUZHANG_HARVEST_KEY" }', 7, "bad_entry", "Host"),
        ('header_env = { "X\\r\\nY" = "SHUZHANG_HARVEST_KEY" }', 7, "bad_entry", "header_env"),
        ('type = "ckan"', 5, "bad_entry", "package_search"),
        ("[portal.header_env]\nX-Key = 3", 2, "bad_entry", "header_env"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(entry: str, line: int, rule: str, words: str) -> None:
    found = parse_sources((GOOD + entry).encode())
    assert dict(found.good) == {}
    ((problem,),) = found.problems.values()
    assert (problem.file, problem.line, problem.rule) == ("sources.toml", line, rule)
    assert words in str(problem)
    assert "[portal]" in problem.message_zh
    assert "s3cret" not in str(problem)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://portal.test/", "allow_http"), ("ftp://portal.test/", "https://"), ("file:///etc/passwd", "https://"),
        ("portal.test/data.json", "https://"), ("https:///data.json", "https://"), ("https://u:p@portal.test/", "header_env"),
        ("https://u@portal.test/", "header_env"), ("https://portal.test:99999/", "range"), ("https://portal.test/数据", "ASCII"),
        ("https://portal.test/a b", "blanks"), ("https://portal.test/a\\tb", "blanks"), ("https://[::1", "IPv6"), ("", "https://"),
    ],
)  # fmt: skip
def test_addresses_that_are_not_taken(url: str, words: str) -> None:
    found = parse_sources(GOOD.replace("https://portal.test/data.json", url).encode())
    ((problem,),) = found.problems.values()
    assert (problem.line, problem.rule) == (5, "bad_entry")
    assert words in str(problem)


@pytest.mark.parametrize("query", ["rows=5", "start=", "q=a&sort=name"])
def test_paging_is_not_for_the_address_to_set(query: str) -> None:
    text = GOOD.replace("data.json", f"package_search?{query}") + 'type = "ckan"'
    ((problem,),) = parse_sources(text.encode()).problems.values()
    assert "paging" in str(problem)


def test_a_wrong_source_keeps_no_other_from_being_taken() -> None:
    text = (
        GOOD + GOOD.replace("[portal]", "[Bad-Name]") + GOOD.replace("[portal]", "[twin]") + 'source_name = "portal"\n'
    )
    text += GOOD.replace("[portal]", "[other]") + "[empty]\n"
    found = parse_sources(f"stray = 1\n{text}".encode())
    assert list(found.good) == ["portal", "other"]
    assert found.names == ["Bad-Name", "empty", "other", "portal", "stray", "twin"]
    rules = {name: [(p.line, p.rule) for p in problems] for name, problems in found.problems.items()}
    assert rules == {
        "stray": [(1, "bad_source")],
        "Bad-Name": [(9, "bad_source")],
        "twin": [(20, "bad_entry")],
        "empty": [(27, "missing_entry")] * 4,
    }


@pytest.mark.parametrize(
    ("data", "line", "rule"),
    [
        (GOOD.encode() + b"url = 3\n", 7, "bad_toml"),
        (GOOD.encode() * 2, 8, "bad_toml"),
        (b"a = " + b"[" * 100_000, 0, "bad_toml"),
        (GOOD.encode() + "#数据".encode("gb18030"), 7, "bad_encoding"),
    ],
    ids=["twice", "section_twice", "deep", "gb18030"],
)
def test_a_file_that_is_no_toml_is_told_as_such(data: bytes, line: int, rule: str) -> None:
    found = parse_sources(data)
    assert dict(found.good) == {}
    ((problem,),) = found.problems.values()
    assert problem.rule == rule
    assert problem.line in (line, 0)


@pytest.mark.parametrize(
    "text",
    [
        "30 2 * * *", "*/15 * * * 1-5", "0 0 1,15 * *", "0 0 29 2 *", "0 0 31 2 1", "0 0 * * 7", "10-50/20 4 * 1-6/2 0",
    ],
)  # fmt: skip
def test_schedules_that_are_taken(text: str) -> None:
    assert is_cron(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "daily", "@daily", "* * * *", "* * * * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 * 13 *",
        "0 0 * * 8", "5-1 * * * *", "*/0 * * * *", "0 0 31 2 *", "0 0 31 4,6 *", "0 0 * * MON", "1,,2 * * * *",
        "-1 * * * *", "5/10 * * * *", "０ 0 * * *",
    ],
)  # fmt: skip
def test_schedules_that_are_not_taken(text: str) -> None:
    assert not is_cron(text)


_PARTS = st.sampled_from(
    ["*", "0", "1", "5", "7", "12", "31", "1-5", "5-1", "*/2", "*/40", "1-9/3", "1,2", "60", "x", ""]
)


@given(st.lists(_PARTS, min_size=5, max_size=5).map(" ".join))
def test_what_is_taken_the_scheduler_takes_too(text: str) -> None:
    assert not is_cron(text) or is_valid_cron_schedule(text)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_world_are_connected_to(address: str) -> None:
    assert is_allowed(address, allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "::1", "fd00::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_one_s_own_addresses_only_where_they_are_allowed(address: str) -> None:
    assert not is_allowed(address, allow_private=False)
    assert is_allowed(address, allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "0.1.2.3", "169.254.169.254", "224.0.0.251", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "192.0.0.8", "192.88.99.1", "192.0.2.1", "198.18.0.1", "203.0.113.1", "::", "::127.0.0.1", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2002:a00:1::1", "2001:0:a00:1::1",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100::1",
    ],
)  # fmt: skip
def test_special_addresses_never(address: str) -> None:
    assert not is_allowed(address, allow_private=True)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://portal.test/a/data.json?x=1", "data.json"), ("https://portal.test/", "data"), ("https://portal.test", "data"),
        ("https://portal.test/%E7%9B%AE%E5%BD%95.xlsx", "目录.xlsx"), ("https://portal.test/..%2f..%2fetc%2fpasswd", "_.._etc_passwd"),
        ("https://portal.test/a%00b", "a_b"), ("https://portal.test/..", "data"), ("https://portal.test/.hidden", "hidden"),
    ],
)  # fmt: skip
def test_the_name_of_the_file_is_a_plain_name(url: str, name: str) -> None:
    assert file_name(url) == name


@given(st.text())
def test_what_a_server_says_is_one_short_line(text: str) -> None:
    found = shown(text)
    assert found.isprintable()
    assert len(found) <= 200

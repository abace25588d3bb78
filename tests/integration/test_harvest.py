"""The harvest against a server that misbehaves: what comes is whole or does not come, and nothing outside is reached by it."""

import gzip
import itertools
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.bad_server import PUBLIC_ADDRESS, Internet, Request, Server
from warehouse.harvest.fetch import USER_AGENT
from warehouse.harvest.run import Harvested, harvest
from warehouse.harvest.state import overview
from warehouse.intake.deliveries import Delivery, Intake
from warehouse.store.home import Home

DATA = b'{"dataset": [{"identifier": "n-1", "title": "one"}]}'
NOW = datetime(2026, 6, 30, 20, 0, tzinfo=UTC)  # in Shanghai it is July already
JULY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server().serving() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _nothing_is_left(server: Server) -> None:
    server.routes.clear()
    server.seen.clear()


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").create()
    (made.policy / "sources.toml").write_text("", "utf-8")
    return made


def _source(home: Home, url: str, name: str = "portal", **entries: object) -> None:
    facts: dict[str, object] = {
        "deliverer": "A-1",
        "kind": "catalog",
        "schedule": "30 2 * * *",
        "url": url,
        "allow_http": True,
        "retries": 0,
        "timeout": 30,
        "read_timeout": 10,
        **entries,
    }
    with (home.policy / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(f"[{name}]\n")
        for entry, value in facts.items():
            text = f"{{ Authorization = {json.dumps(value)} }}" if entry == "header_env" else json.dumps(value)
            file.write(f"{entry} = {text}\n")


def _harvest(home: Home, internet: Internet, *names: str, now: datetime = NOW, **options: Any) -> list[Harvested]:
    return list(harvest(home, names, now=now, world=internet.world, **options))


def _one(home: Home, internet: Internet, **options: Any) -> Harvested:
    (found,) = _harvest(home, internet, **options)
    return found


def _fails(home: Home, internet: Internet, rule: str) -> str:
    """Harvest and insist that it fails by this rule, brings nothing, leaves nothing, and says so in the overview."""
    found = _one(home, internet)
    assert found.outcome == "failed"
    assert f"[{rule}]" in (found.reason or "")
    assert Intake(home).deliveries() == []
    assert {file.name for file in home.harvest.iterdir()} == {"portal.json", "portal.lock"}
    (seen,) = overview(home)
    assert (seen["outcome"], seen["reason"]) == ("failed", found.reason)
    return found.reason or ""


def _delivered(home: Home) -> list[tuple[Delivery, list[bytes]]]:
    return [(d, [home.read(file.sha256) for file in d.files]) for d in Intake(home).deliveries()]


# What comes.


def test_what_comes_is_a_delivery_like_any_other(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/data.json"] = lambda r: r.answer(DATA, etag='"1"')
    _source(home, server.url("/data.json?year=2026"), holder="H-1")
    found = _one(home, internet)
    assert (found.source, found.outcome, found.deliverer_code) == ("portal", "received", "A-1")
    ((delivery, (body,)),) = _delivered(home)
    assert delivery.delivery_id == found.delivery_id
    assert delivery.group == ("A-1", "portal", "catalog")
    assert (delivery.delivery_date, delivery.sequence, delivery.mode) == (JULY, 1, "full")
    assert (delivery.holder_code, delivery.recorded_at) == ("H-1", NOW)
    assert [file.name for file in delivery.files] == ["data.json"]
    assert body == DATA
    ((path, headers),) = server.seen
    assert path == "/data.json?year=2026"
    assert headers["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("Shuzhang/0.")
    assert "if-none-match" not in headers
    assert internet.connected == [PUBLIC_ADDRESS]


def test_the_same_bytes_are_no_delivery_even_if_the_validators_change(
    home: Home, server: Server, internet: Internet
) -> None:
    tags = (f'"{number}"' for number in itertools.count())
    server.routes["/d"] = lambda r: r.answer(DATA, etag=next(tags))
    _source(home, server.url("/d"))
    first, second = _one(home, internet), _one(home, internet, now=NOW + timedelta(days=1))
    assert (first.outcome, second.outcome) == ("received", "unchanged")
    assert second.delivery_id == first.delivery_id
    assert [headers.get("if-none-match") for _, headers in server.seen] == [None, '"0"']
    assert len(_delivered(home)) == 1


def test_what_did_not_change_is_asked_for_by_its_validators_and_starts_nothing(
    home: Home, server: Server, internet: Internet
) -> None:
    modified = "Sat, 06 Jun 2026 17:00:00 GMT"
    server.routes["/d"] = lambda r: (
        r.answer(status=304, etag='"a"') if "If-None-Match" in r.headers else r.answer(DATA, etag='W/"a"', last_modified=modified)
    )  # fmt: skip
    _source(home, server.url("/d"))
    first = _one(home, internet)
    assert _one(home, internet, now=NOW + timedelta(days=1)).outcome == "unchanged"
    assert {k: server.seen[1][1][k] for k in ("if-none-match", "if-modified-since")} == {
        "if-none-match": 'W/"a"',
        "if-modified-since": modified,
    }
    ((delivery, _),) = _delivered(home)
    assert delivery.delivery_date == date(2026, 6, 7)
    (seen,) = overview(home)
    assert (seen["outcome"], seen["delivery_id"]) == ("unchanged", first.delivery_id)
    assert (seen["harvested_at"], seen["changed_at"]) == ((NOW + timedelta(days=1)).isoformat(), NOW.isoformat())
    # --again asks without conditions, and the same bytes are the same delivery.
    assert _one(home, internet, again=True).outcome == "unchanged"
    assert "if-none-match" not in server.seen[2][1]


def test_a_304_for_something_else_is_not_believed(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [
        lambda r: r.answer(DATA, etag='"a"'),
        lambda r: r.answer(status=304, etag='"b"'),
        lambda r: r.answer(DATA + b" ", etag='"b"'),
    ]
    _source(home, server.url("/d"))
    assert [_one(home, internet).outcome for _ in range(2)] == ["received", "received"]
    assert [headers.get("if-none-match") for _, headers in server.seen] == [None, '"a"', None]
    assert [delivery.sequence for delivery, _ in _delivered(home)] == [1, 2]


def test_a_304_that_was_not_asked_for_is_a_failure(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(status=304)
    _source(home, server.url("/d"))
    _fails(home, internet, "http_status")


def test_a_reversal_is_a_delivery(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [lambda r, body=body: r.answer(body) for body in (DATA, DATA + b" ", DATA)]
    _source(home, server.url("/d"))
    assert [_one(home, internet).outcome for _ in range(4)] == ["received", "received", "received", "unchanged"]
    assert [body for _, (body,) in _delivered(home)] == [DATA, DATA + b" ", DATA]


def test_validators_are_forgotten_with_the_delivery_and_with_the_address(
    home: Home, server: Server, internet: Internet
) -> None:
    server.routes["/d"] = server.routes["/e"] = lambda r: r.answer(DATA, etag='"a"')
    _source(home, server.url("/d"))
    _one(home, internet)
    sources = home.policy / "sources.toml"
    sources.write_text(sources.read_text("utf-8").replace("/d", "/e"), "utf-8")
    # The same bytes under another file name are another delivery.
    assert _one(home, internet).outcome == "received"
    for file in home.intake.iterdir():
        file.unlink()
    assert _one(home, internet).outcome == "received"
    assert [headers.get("if-none-match") for _, headers in server.seen] == [None, None, None]


def test_a_withdrawn_delivery_does_not_come_back_until_the_source_changes(
    home: Home, server: Server, internet: Internet
) -> None:
    server.routes["/d"] = [lambda r: r.answer(DATA), lambda r: r.answer(DATA), lambda r: r.answer(DATA + b" ")]
    _source(home, server.url("/d"))
    Intake(home).withdraw(_one(home, internet).delivery_id or "", "wrong")
    assert [_one(home, internet).outcome for _ in range(2)] == ["unchanged", "received"]


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        ("Sat, 06 Jun 2026 17:00:00 GMT", date(2026, 6, 7)),
        ("Wed, 01 Jul 2026 17:00:00 GMT", JULY),  # in the future
        ("Sat, 06 Jun 2026", JULY),
        ("yesterday", JULY),
        ("", JULY),
    ],
)
def test_the_date_of_a_delivery(home: Home, server: Server, internet: Internet, modified: str, expected: date) -> None:
    server.routes["/d"] = lambda r: r.answer(DATA, last_modified=modified)
    _source(home, server.url("/d"))
    _one(home, internet)
    assert [delivery.delivery_date for delivery, _ in _delivered(home)] == [expected]


def test_what_the_source_shows_last_is_the_latest_delivery(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [
        lambda r: r.answer(DATA, last_modified="Sat, 20 Jun 2026 01:00:00 GMT"),
        lambda r: r.answer(DATA + b" ", last_modified="Mon, 01 Jun 2026 01:00:00 GMT"),
    ]
    _source(home, server.url("/d"))
    _one(home, internet)
    _one(home, internet)
    assert [(d.delivery_date, body) for d, (body,) in _delivered(home)] == [
        (date(2026, 6, 20), DATA),
        (JULY, DATA + b" "),
    ]


def test_a_source_that_fails_stops_no_other(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(DATA)
    server.routes["/gone"] = lambda r: r.answer(b"gone", status=410)
    _source(home, server.url("/gone"), "first")
    _source(home, server.url("/d"), "second", header_env="no such variable")
    _source(home, server.url("/d"), "third")
    found = {f.source: f for f in _harvest(home, internet)}
    assert {name: f.outcome for name, f in found.items()} == {
        "first": "failed",
        "second": "failed",
        "third": "received",
    }
    reason = found["first"].reason or ""
    for part in ("first", server.url("/gone"), "[http_status]", "410", "应答", "the answer", "稍后", "later"):
        assert part in reason
    assert "sources.toml:19 [bad_entry] [second]" in (found["second"].reason or "")
    assert [f.source for f in _harvest(home, internet, "third")] == ["third"]
    with pytest.raises(ValueError, match="fourth"):
        _harvest(home, internet, "third", "fourth")


def test_one_harvest_of_a_source_at_a_time(home: Home, server: Server, internet: Internet) -> None:
    inner: list[Harvested] = []

    def answer(request: Request) -> None:
        inner.extend(harvest(home, now=NOW, world=internet.world))
        request.answer(DATA)

    server.routes["/d"] = answer
    _source(home, server.url("/d"))
    assert _one(home, internet).outcome == "received"
    assert ["[busy]" in (found.reason or "") for found in inner] == [True]
    assert [seen["outcome"] for seen in overview(home)] == ["received"]


def test_what_a_killed_harvest_left_is_cleared_away(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(DATA, etag='"a"')
    _source(home, server.url("/d"))
    left = home.harvest / ".part-portal"
    left.mkdir(parents=True)
    (left / "answer").write_bytes(b"half")
    (home.harvest / "portal.lock").touch()
    (home.harvest / "portal.json").write_text('{"url": "half', "utf-8")
    first = _one(home, internet)
    assert first.outcome == "received"
    assert not left.exists()
    # It died after the delivery was received: the same bytes are the same delivery.
    (home.harvest / "portal.json").unlink()
    again = _one(home, internet)
    assert (again.outcome, again.delivery_id) == ("unchanged", first.delivery_id)


# Time.


def test_slow_headers_end_with_the_harvest(home: Home, server: Server, internet: Internet) -> None:
    head = itertools.chain([b"HTTP/1.1 200 OK\r\nX-Slow: "], itertools.repeat(b"x"))
    server.routes["/d"] = lambda r: r.drip(head)
    _source(home, server.url("/d"), timeout=0.3, retries=3)
    assert "raise timeout" in _fails(home, internet, "timeout")
    assert len(server.seen) == 1


@pytest.mark.parametrize("framing", [b"Content-Length: 99999", b"Transfer-Encoding: chunked", b"Connection: close"])
def test_a_body_that_drips_ends_with_the_harvest(
    home: Home, server: Server, internet: Internet, framing: bytes
) -> None:
    piece = b"1\r\n \r\n" if b"chunked" in framing else b" "
    body = itertools.chain([b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n"], itertools.repeat(piece))
    server.routes["/d"] = lambda r: r.drip(body)
    _source(home, server.url("/d"), timeout=0.3)
    assert "raise timeout" in _fails(home, internet, "timeout")


def test_silence_is_tried_again(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [lambda r: r.silence(), lambda r: r.answer(DATA)]
    _source(home, server.url("/d"), read_timeout=0.1, retries=1)
    assert _one(home, internet).outcome == "received"
    assert len(internet.waits) == 1
    server.routes["/d"] = lambda r: r.silence()
    (found,) = _harvest(home, internet)
    assert "raise read_timeout" in (found.reason or "")


# Size.


def test_an_endless_body_ends_at_the_limit(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.raw(b"HTTP/1.1 200 OK\r\n\r\n", *itertools.repeat(b"x" * 65536, 200))
    _source(home, server.url("/d"), max_bytes=1_000_000)
    _fails(home, internet, "too_large")


def test_an_announced_length_beyond_the_limit_is_not_read(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(DATA, content_length="10000000000")
    _source(home, server.url("/d"))
    _fails(home, internet, "too_large")


def test_a_gzip_bomb_ends_at_the_limit(home: Home, server: Server, internet: Internet) -> None:
    bomb = gzip.compress(bytes(8 << 20))
    assert len(bomb) < 10_000
    server.routes["/d"] = lambda r: r.answer(bomb, content_encoding="gzip")
    _source(home, server.url("/d"), max_bytes=1 << 20)
    _fails(home, internet, "too_large")


def test_packed_nothings_end_at_the_limit_too(home: Home, server: Server, internet: Internet) -> None:
    nothing = gzip.compress(b"") * 1000
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    server.routes["/d"] = lambda r: r.raw(head, *itertools.repeat(nothing, 20))
    _source(home, server.url("/d"), max_bytes=100_000)
    _fails(home, internet, "too_large")


@pytest.mark.parametrize("size", [1, 5_000, 3_000_000])
def test_what_is_packed_is_unpacked(home: Home, server: Server, internet: Internet, size: int) -> None:
    body = DATA + b" " * size
    packed = gzip.compress(body[:20]) + gzip.compress(body[20:])
    server.routes["/d"] = lambda r: r.answer(packed, content_encoding="gzip")
    _source(home, server.url("/d"))
    assert _one(home, internet).outcome == "received"
    assert [found for _, (found,) in _delivered(home)] == [body]


# mtime: the bytes name the case, and the processes that share the tests must name it alike.
PACKED = gzip.compress(DATA, mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding", "rule"),
    [
        pytest.param(PACKED[:-9], "gzip", "connection", id="cut"),
        pytest.param(PACKED[:20] + b"xxxxxxxxxxxxxxxxxx", "gzip", "bad_content_encoding", id="broken"),
        pytest.param(DATA, "gzip", "bad_content_encoding", id="plain"),
        pytest.param(DATA, "br", "bad_content_encoding", id="unknown-encoding"),
        pytest.param(b"", "gzip", "empty", id="empty"),
    ],
)
def test_what_cannot_be_unpacked_does_not_come(
    home: Home, server: Server, internet: Internet, body: bytes, encoding: str, rule: str
) -> None:
    server.routes["/d"] = lambda r: r.answer(body, content_encoding=encoding)
    _source(home, server.url("/d"))
    _fails(home, internet, rule)


# Broken answers.


@pytest.mark.parametrize(
    "answer",
    [
        lambda r: r.answer(DATA, content_length="200", connection="close"),
        lambda r: r.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30\r\n", DATA[:30]),
        lambda r: r.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n", DATA),
        lambda r: r.raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", DATA),
        lambda r: r.raw(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 200_000, b"\r\n\r\n"),
        lambda r: r.raw(b"what?\r\n\r\n"),
        lambda r: r.raw(b""),
        lambda r: r.reset(),
        lambda r: (r.answer(DATA, content_length="200"), r.reset()),
    ],
    ids=["short", "short_chunk", "two_lengths", "no_number", "long_head", "no_http", "nothing", "reset", "reset_later"],
)  # fmt: skip
def test_a_broken_answer_is_tried_again_and_never_comes_in(
    home: Home, server: Server, internet: Internet, answer: Any
) -> None:
    server.routes["/d"] = answer
    _source(home, server.url("/d"), retries=1)
    _fails(home, internet, "connection")
    assert len(server.seen) == 2
    server.routes["/d"] = [answer, lambda r: r.answer(DATA)]
    assert _one(home, internet).outcome == "received"
    assert [body for _, (body,) in _delivered(home)] == [DATA]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "html_page"),
        (b'\xef\xbb\xbf\n<?xml version="1.0"?>\n<HTML lang="zh">', "html_page"),
        (b"", "empty"),
    ],
)
def test_a_page_is_no_data(home: Home, server: Server, internet: Internet, body: bytes, rule: str) -> None:
    server.routes["/d"] = lambda r: r.answer(body, content_type="application/json")
    _source(home, server.url("/d"))
    _fails(home, internet, rule)


def test_a_page_is_known_in_the_smallest_pieces(home: Home, server: Server, internet: Internet) -> None:
    pieces = [b"1\r\n%c\r\n" % byte for byte in b"<!doctype html><p>x"]
    server.routes["/d"] = lambda r: r.drip(
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *pieces, b"0\r\n\r\n"]
    )
    _source(home, server.url("/d"))
    _fails(home, internet, "html_page")


# Asking again.


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_after_a_pause(
    home: Home, server: Server, internet: Internet, status: int
) -> None:
    server.routes["/d"] = [*[lambda r: r.answer(b"later", status=status)] * 3, lambda r: r.answer(DATA)]
    _source(home, server.url("/d"), retries=3)
    assert _one(home, internet).outcome == "received"
    assert [0.5 * 2**n <= wait <= 2**n for n, wait in enumerate(internet.waits)] == [True] * 3


def test_the_number_of_retries_is_kept(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(b"no", status=500)
    _source(home, server.url("/d"), retries=2)
    _fails(home, internet, "http_status")
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410, 501])
def test_what_does_not_pass_is_not_tried_again(home: Home, server: Server, internet: Internet, status: int) -> None:
    server.routes["/d"] = lambda r: r.answer(b"" if status == 204 else b"no", status=status)
    _source(home, server.url("/d"), retries=3)
    assert str(status) in _fails(home, internet, "http_status")
    assert len(server.seen) == 1


def test_retry_after_is_honoured(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [
        lambda r: r.answer(status=429, retry_after="7"),
        lambda r: r.answer(status=503, retry_after="Thu, 01 Jan 2026 00:00:00 GMT"),
        lambda r: r.answer(DATA),
    ]
    _source(home, server.url("/d"), retries=2)
    assert _one(home, internet).outcome == "received"
    assert internet.waits == [7.0, 0.0]


@pytest.mark.parametrize("wish", ["3600", "9" * 500, "Fri, 31 Dec 2100 00:00:00 GMT"])
def test_a_wish_to_wait_longer_than_the_harvest_ends_it(
    home: Home, server: Server, internet: Internet, wish: str
) -> None:
    server.routes["/d"] = lambda r: r.answer(status=429, retry_after=wish)
    _source(home, server.url("/d"), retries=3)
    _fails(home, internet, "asked_to_wait")
    assert internet.waits == []


# Where it leads.


def _to(location: str, status: int = 302) -> Any:
    return lambda r: r.answer(status=status, location=location)


def test_redirects_are_followed(home: Home, server: Server, internet: Internet) -> None:
    for number, status in enumerate((301, 302, 303, 307, 308)):
        server.routes[f"/{number}"] = _to(f"/{number + 1}#part", status)
    server.routes["/5"] = lambda r: r.answer(DATA)
    _source(home, server.url("/0"))
    assert _one(home, internet).outcome == "received"
    assert [file.name for d, _ in _delivered(home) for file in d.files] == ["0"]


def test_a_name_in_chinese_may_stand_in_a_redirect_as_it_is(home: Home, server: Server, internet: Internet) -> None:
    location = "/数据 目录.json".encode()
    server.routes["/d"] = lambda r: r.raw(
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    )
    server.routes["/%E6%95%B0%E6%8D%AE%20%E7%9B%AE%E5%BD%95.json"] = lambda r: r.answer(DATA)
    _source(home, server.url("/d"))
    assert _one(home, internet).outcome == "received"


def test_a_loop_ends(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/a"], server.routes["/b"] = _to("/b"), _to("/a")
    _source(home, server.url("/a"))
    _fails(home, internet, "too_many_redirects")
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]",
        "169.254.169.254", "2852039166", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.100.100.200", "224.0.0.1",
        "255.255.255.255", "inside.test", "both.test",
    ],
)  # fmt: skip
def test_no_redirect_leads_inside(home: Home, server: Server, internet: Internet, host: str) -> None:
    internet.addresses |= {"inside.test": [["10.0.0.1"]], "both.test": [[PUBLIC_ADDRESS, "127.0.0.1"]]}
    server.routes["/d"] = _to(f"http://{host}:{server.port}/secret")
    server.routes["/secret"] = lambda r: r.answer(DATA)
    _source(home, server.url("/d"), retries=2)
    _fails(home, internet, "refused_address")
    assert [path for path, _ in server.seen] == ["/d"]
    assert internet.connected == [PUBLIC_ADDRESS]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"])
def test_one_s_own_network_is_reached_where_it_is_allowed(
    home: Home, server: Server, internet: Internet, host: str
) -> None:
    server.routes["/d"] = _to(f"http://{host}:{server.port}/inside")
    server.routes["/inside"] = lambda r: r.answer(DATA)
    _source(home, server.url("/d"), allow_private=True)
    assert _one(home, internet).outcome == "received"


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::]", "224.0.0.1", "240.0.0.1", "[ff02::1]"])
def test_some_addresses_are_never_reached(home: Home, server: Server, internet: Internet, host: str) -> None:
    server.routes["/d"] = _to(f"http://{host}:{server.port}/secret")
    _source(home, server.url("/d"), allow_private=True)
    _fails(home, internet, "refused_address")
    assert internet.connected == [PUBLIC_ADDRESS]


def test_a_name_that_changes_its_address_gains_nothing(home: Home, server: Server, internet: Internet) -> None:
    internet.addresses["portal.test"] = [[PUBLIC_ADDRESS], ["127.0.0.1"]]
    server.routes["/d"] = [lambda r: r.raw(b""), lambda r: r.answer(DATA)]
    _source(home, server.url("/d"), retries=1)
    _fails(home, internet, "refused_address")
    assert internet.connected == [PUBLIC_ADDRESS]


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd", "ftp://portal.test/", "gopher://portal.test/", "http://u:p@portal.test/?key=k",
        "http://[", "http://a:0/", "http://a:99999/",
    ],
)  # fmt: skip
def test_no_redirect_leads_to_something_else_than_the_web(
    home: Home, server: Server, internet: Internet, location: str
) -> None:
    server.routes["/d"] = _to(location)
    _source(home, server.url("/d"))
    reason = _one(home, internet).reason or ""
    assert "[refused_url]" in reason or "[bad_redirect]" in reason
    assert "u:p" not in reason
    assert "key=k" not in reason
    assert len(server.seen) == 1


def test_a_redirect_to_nowhere_is_a_failure(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = lambda r: r.answer(status=302)
    _source(home, server.url("/d"))
    _fails(home, internet, "bad_redirect")


def test_a_secret_comes_from_the_environment_and_goes_to_the_source_alone(
    home: Home, server: Server, internet: Internet
) -> None:
    internet.addresses["other.test"] = [[PUBLIC_ADDRESS]]
    internet.environ["SHUZHANG_HARVEST_KEY"] = "Bearer s3cret"
    server.routes["/d"] = [_to("/e"), _to(f"http://other.test:{server.port}/f")]
    server.routes["/e"] = server.routes["/f"] = lambda r: r.answer(status=403)
    _source(home, server.url("/d"), header_env="SHUZHANG_HARVEST_KEY")
    reasons = [_fails(home, internet, "http_status") for _ in range(2)]
    assert [headers.get("authorization") for _, headers in server.seen] == [*["Bearer s3cret"] * 3, None]
    assert "s3cret" not in str(reasons)
    assert "s3cret" not in (home.harvest / "portal.json").read_text("utf-8")
    for value in ("", "a\r\nHost: b", "密"):
        internet.environ["SHUZHANG_HARVEST_KEY"] = value
        assert "SHUZHANG_HARVEST_KEY" in _fails(home, internet, "missing_variable")


def test_a_validator_goes_back_only_to_the_address_that_gave_it(home: Home, server: Server, internet: Internet) -> None:
    server.routes["/d"] = [_to("/1?key=k1"), _to("/1?key=k1"), _to("/2?key=k2")]
    server.routes["/1"] = server.routes["/2"] = lambda r: r.answer(DATA, etag='"a"')
    _source(home, server.url("/d"))
    for _ in range(3):
        _one(home, internet)
    asked = [(path.partition("?")[0], headers.get("if-none-match")) for path, headers in server.seen]
    assert asked == [("/d", None), ("/1", None), ("/d", None), ("/1", '"a"'), ("/d", None), ("/2", None)]
    assert "k1" not in (home.harvest / "portal.json").read_text("utf-8")


# TLS.


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server with a certificate of its own for `portal.test`, and that certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    options = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=portal.test",
    ]
    names = ["-addext", "subjectAltName=DNS:portal.test", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *options, *names], check=True, capture_output=True)  # noqa: S603, S607
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with server.serving():
        yield server, certificate


def test_the_certificate_is_of_the_name_and_not_of_the_address(
    home: Home, secure: tuple[Server, Path], internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = secure
    server.routes["/d"] = lambda r: r.answer(DATA)
    internet.addresses["other.test"] = [[PUBLIC_ADDRESS]]
    _source(home, server.url("/d", "https"), allow_http=False)
    _fails(home, internet, "certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert _one(home, internet).outcome == "received"
    _source(home, f"https://other.test:{server.port}/d", "other", allow_http=False)
    (other,) = _harvest(home, internet, "other")
    assert "[certificate]" in (other.reason or "")


def test_no_redirect_leads_to_plain_http_unless_it_is_allowed(
    home: Home, server: Server, secure: tuple[Server, Path], internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure[1]))
    secure[0].routes["/d"] = _to(server.url("/d"))
    server.routes["/d"] = lambda r: r.answer(DATA)
    _source(home, secure[0].url("/d", "https"), allow_http=False)
    assert "allow_http = true" in _fails(home, internet, "refused_url")
    assert server.seen == []


# CKAN.


class Catalogue:
    """A CKAN catalogue. changes: what happens to the ids before the n-th request is answered, from 0 on."""

    def __init__(self, *ids: str, most: int = 1000) -> None:
        self.ids = list(ids)
        self.most = most
        self.changes: dict[int, Any] = {}
        self._number = itertools.count()

    def __call__(self, request: Request) -> None:
        self.changes.get(next(self._number), lambda: None)()
        query = parse_qs(urlsplit(request.path).query)
        start, rows = int(query["start"][0]), min(int(query["rows"][0]), self.most)
        results = [{"id": name} for name in sorted(self.ids)[start : start + rows]]
        result = {"count": len(self.ids), "results": results}
        request.answer(json.dumps({"success": True, "result": result}).encode())


ACTION = "/api/3/action/package_search"


def _pages(home: Home) -> list[list[str]]:
    ((delivery, bodies),) = _delivered(home)
    assert [file.name for file in delivery.files] == [f"page-{n:05d}.json" for n in range(1, len(bodies) + 1)]
    return [[package["id"] for package in json.loads(body)["result"]["results"]] for body in bodies]


def test_the_pages_of_a_catalogue_are_the_files_of_one_delivery(home: Home, server: Server, internet: Internet) -> None:
    server.routes[ACTION] = Catalogue("a", "b", "c", "d", "e")
    _source(home, server.url(f"{ACTION}?fq=organization:x"), type="ckan", page_size=2)
    assert _one(home, internet).outcome == "received"
    assert _pages(home) == [["a", "b"], ["c", "d"], ["e"]]
    assert server.seen[1][0] == f"{ACTION}?fq=organization%3Ax&rows=2&start=2&sort=id+asc"
    assert _one(home, internet).outcome == "unchanged"


def test_a_server_that_gives_fewer_rows_than_asked_for_is_paged_all_the_same(
    home: Home, server: Server, internet: Internet
) -> None:
    server.routes[ACTION] = Catalogue("a", "b", "c", most=1)
    _source(home, server.url(ACTION), type="ckan")
    assert _one(home, internet).outcome == "received"
    assert _pages(home) == [["a"], ["b"], ["c"]]


def test_an_empty_catalogue_is_one_page(home: Home, server: Server, internet: Internet) -> None:
    server.routes[ACTION] = Catalogue()
    _source(home, server.url(ACTION), type="ckan")
    assert _one(home, internet).outcome == "received"
    assert _pages(home) == [[]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda ids: ids.append("z"), ["a", "b", "c", "d", "z"]),
        (lambda ids: ids.remove("a"), ["b", "c", "d"]),
        (lambda ids: ids.insert(0, "A"), ["A", "a", "b", "c", "d"]),
        # The count stays, but what moved up came already.
        (lambda ids: (ids.remove("d"), ids.append("A")), ["A", "a", "b", "c"]),
    ],
)
def test_a_catalogue_that_changes_while_it_is_paged_is_paged_again(
    home: Home, server: Server, internet: Internet, change: Any, expected: list[str]
) -> None:
    catalogue = Catalogue("a", "b", "c", "d")
    catalogue.changes[1] = lambda: change(catalogue.ids)
    server.routes[ACTION] = catalogue
    _source(home, server.url(ACTION), type="ckan", page_size=2)
    assert _one(home, internet).outcome == "received"
    assert list(itertools.chain.from_iterable(_pages(home))) == expected


def test_a_catalogue_that_keeps_changing_does_not_come(home: Home, server: Server, internet: Internet) -> None:
    catalogue = Catalogue("a", "b", "c")
    catalogue.changes = {n: lambda n=n: catalogue.ids.append(f"z{n:03d}") for n in range(1, 100)}
    server.routes[ACTION] = catalogue
    _source(home, server.url(ACTION), type="ckan", page_size=2)
    _fails(home, internet, "unstable_paging")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'{"success": false, "error": {"message": "Search\\u0020Query is invalid", "__type": "x"}}', "ckan_error"),
        (b'{"success": true}', "not_ckan"),
        (b'{"success": true, "result": {"count": 1, "results": [{"name": "no id"}]}}', "not_ckan"),
        (b'{"success": true, "result": {"count": 5, "results": []}}', "unstable_paging"),
        (b'{"success": true, "result": {"count": 0, "results": [{"id": "a"}]}}', "unstable_paging"),
        (b'{"success": true, "result": {"count": 2, "results": [{"id": "a"}, {"id": "a"}]}}', "unstable_paging"),
        (b'{"success": true, "result": {"count": 1, "results": [', "not_ckan"),
        (b"[" * 100_000, "not_ckan"),
        (b"<html>Down for maintenance</html>", "html_page"),
    ],
    ids=["error", "no_result", "no_id", "fewer", "more", "twice", "cut_off", "deep", "html"],
)
def test_what_is_no_catalogue_does_not_come(
    home: Home, server: Server, internet: Internet, body: bytes, rule: str
) -> None:
    server.routes[ACTION] = lambda r: r.answer(body)
    _source(home, server.url(ACTION), type="ckan")
    _fails(home, internet, rule)


def test_the_limit_is_for_all_pages_together(home: Home, server: Server, internet: Internet) -> None:
    server.routes[ACTION] = Catalogue(*map(str, range(10)))
    _source(home, server.url(ACTION), type="ckan", page_size=1, max_bytes=300)
    _fails(home, internet, "too_large")


def test_a_page_is_tried_again_like_any_request(home: Home, server: Server, internet: Internet) -> None:
    catalogue = Catalogue("a", "b", "c")
    server.routes[ACTION] = [catalogue, lambda r: r.answer(status=502), catalogue]
    _source(home, server.url(ACTION), type="ckan", page_size=2, retries=1)
    assert _one(home, internet).outcome == "received"
    assert _pages(home) == [["a", "b"], ["c"]]

"""One answer of a source into a file: redirects, retries, conditions, limits.

What a server sends is not trusted: each redirect is judged like the first address, every wait and every byte is counted, and what
is packed is unpacked in small steps. Does not belong here: which addresses are connected to (`network.py`), what the bytes mean.
"""

import hashlib
import random
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from warehouse.harvest.network import Deadline
from warehouse.harvest.problems import HarvestError
from warehouse.harvest.sources import Source, refusal

USER_AGENT = f"Shuzhang/{version('shuzhang')} (ledger of public data assets; harvest)"
MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
#: Answers after which the same request may succeed.
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_STEP_BYTES = 1 << 20
_BACK_OFF_SECONDS, _LONGEST_BACK_OFF_SECONDS = 1.0, 60.0
_HEAD_BYTES = 1024
_LONGEST_VALIDATOR = 1000


@dataclass(frozen=True)
class Conditions:
    """What an address said of its content last time; sent back to that address alone."""

    answered_by: str
    etag: str | None
    last_modified: str | None

    def headers(self, url: str) -> dict[str, str]:
        if identity(url) != self.answered_by:
            return {}
        sent = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in sent.items() if value}


@dataclass(frozen=True)
class Answer:
    """What came into the file, or `is_unchanged` where the source says that nothing did (304)."""

    is_unchanged: bool
    sha256: str = ""
    size_bytes: int = 0
    answered_by: str = ""
    etag: str | None = None
    last_modified: str | None = None

    @property
    def modified_at(self) -> datetime | None:
        """Last-Modified as a time, None where it is none."""
        try:
            found = parsedate_to_datetime(self.last_modified or "")
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def identity(url: str) -> str:
    """SHA-256 of an address."""
    return hashlib.sha256(url.encode()).hexdigest()


@dataclass
class Fetcher:
    """Gets answers of one source over one pool of connections, until the deadline. secrets: headers for the source's own origin."""

    source: Source
    pool: httpcore.ConnectionPool
    deadline: Deadline
    secrets: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep

    def get(self, url: str, target: Path, *, max_bytes: int, conditions: Conditions | None = None) -> Answer:
        """Get an address into a file, trying again what may pass.

        Raises:
            HarvestError: it cannot be had.
        """
        for attempt in count():
            try:
                return self._follow(url, target, max_bytes, conditions)
            except HarvestError as error:
                if not error.may_pass or attempt >= self.source.retries:
                    raise
                self.sleep(self._pause(error, attempt))
        raise AssertionError

    def _pause(self, error: HarvestError, attempt: int) -> float:
        """Seconds to wait before another attempt: what the source asked for, else a random part of a limit that doubles."""
        if error.retry_after_seconds is None:
            limit = min(_LONGEST_BACK_OFF_SECONDS, _BACK_OFF_SECONDS * 2**attempt)
            pause = random.uniform(limit / 2, limit)  # noqa: S311 - it spreads requests, it guards nothing
        else:
            pause = error.retry_after_seconds
        if pause >= self.deadline.left:
            raise error
        return pause

    def _follow(self, url: str, target: Path, max_bytes: int, conditions: Conditions | None) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            asked = conditions.headers(url) if conditions else {}
            with self._request(url, asked) as response:
                headers = _headers(response)
                if response.status == 200:
                    return self._take(url, response, headers, target, max_bytes)
                if response.status == 304 and asked:
                    if _same_etag(headers.get("etag"), asked.get("If-None-Match")):
                        return Answer(is_unchanged=True)
                    # It speaks of something that we do not have: ask again without conditions.
                    conditions = None
                    continue
                if response.status not in _REDIRECTS:
                    raise _refused_by_status(response, headers)
                url = self._next(url, response.status, headers.get("location"))
        raise HarvestError("too_many_redirects", limit=MAX_REDIRECTS)

    @contextmanager
    def _request(self, url: str, conditions: Mapping[str, str]) -> Iterator[httpcore.Response]:
        parts = urlsplit(url)
        own = urlsplit(self.source.url)
        headers = {"Host": parts.netloc, "User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
            headers |= self.secrets
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        address = httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=path)
        timeouts = {
            "connect": self.source.connect_timeout,
            "read": self.source.read_timeout,
            "write": self.source.read_timeout,
            "pool": self.source.connect_timeout,
        }
        with (
            _errors_named(self.source, self.deadline),
            self.pool.stream(
                "GET",
                address,
                headers=[(name, value) for name, value in (headers | dict(conditions)).items()],
                extensions={"timeout": timeouts},
            ) as response,
        ):
            yield response

    def _next(self, url: str, status: int, location: str | None) -> str:
        """Where a redirect leads, if it may be followed; its fragment means nothing to a server."""
        if not location:
            raise HarvestError("bad_redirect", status=status)
        try:
            # Many servers put a name in Chinese there as it is, not percent-encoded.
            location = quote(location, safe="%/:=&?~#+!$,;'@()*[]", encoding="latin-1")
            following = urljoin(url, location).partition("#")[0]
        except ValueError as error:
            raise HarvestError("bad_redirect", status=status) from error
        reason = refusal(following, allow_http=self.source.allow_http)
        if reason is not None:
            zh, en = reason
            # Query and user of a redirect may hold a key.
            raise HarvestError("refused_url", url=_without_keys(following), zh=zh, en=en)
        return following

    def _take(
        self, url: str, response: httpcore.Response, headers: Mapping[str, str], target: Path, max_bytes: int
    ) -> Answer:
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > max_bytes:
            raise HarvestError("too_large", limit=max_bytes)
        digest, size, head = hashlib.sha256(), 0, b""
        with target.open("wb") as out:
            # Counted before and after: packed nothings can go on for ever, too.
            packed = _limited(response.iter_stream(), max_bytes)
            for piece in _limited(_unpacked(packed, headers.get("content-encoding", "")), max_bytes):
                size += len(piece)
                head += piece[: _HEAD_BYTES - len(head)]
                digest.update(piece)
                out.write(piece)
        if not size:
            raise HarvestError("empty")
        if _is_html(head):
            raise HarvestError("html_page")
        return Answer(
            is_unchanged=False,
            sha256=digest.hexdigest(),
            size_bytes=size,
            answered_by=identity(url),
            etag=_validator(headers.get("etag")),
            last_modified=_validator(headers.get("last-modified")),
        )


@contextmanager
def _errors_named(source: Source, deadline: Deadline) -> Iterator[None]:
    """Errors of the network in our words."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        if isinstance(error, httpcore.TimeoutException):
            if not deadline.left:
                raise HarvestError("timeout", detail=f"{deadline.seconds:g} s", setting="timeout") from error
            connecting = isinstance(error, httpcore.ConnectTimeout | httpcore.PoolTimeout)
            setting = "connect_timeout" if connecting else "read_timeout"
            seconds = source.connect_timeout if connecting else source.read_timeout
            raise HarvestError("timeout", may_pass=True, detail=f"{seconds:g} s", setting=setting) from error
        # The pool takes the cause away; the first error is an argument of the one it became.
        if any(isinstance(argument, ssl.SSLCertVerificationError) for argument in error.args):
            raise HarvestError("certificate", detail=error) from error
        raise HarvestError("connection", may_pass=True, detail=str(error) or type(error).__name__) from error


def _without_keys(url: str) -> str:
    scheme, mark, rest = url.partition("?")[0].partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _headers(response: httpcore.Response) -> dict[str, str]:
    """Headers by lower-case name; of repeated ones the first."""
    found: dict[str, str] = {}
    for name, value in response.headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return found


def _refused_by_status(response: httpcore.Response, headers: Mapping[str, str]) -> HarvestError:
    reason = response.extensions.get("reason_phrase", b"").decode("latin-1")
    passing = response.status in _PASSING
    seconds = _retry_after(headers.get("retry-after")) if passing else None
    if seconds is None:
        return HarvestError("http_status", may_pass=passing, status=response.status, detail=reason)
    return HarvestError(
        "asked_to_wait",
        may_pass=True,
        retry_after_seconds=seconds,
        status=response.status,
        seconds=f"{seconds:.0f}",
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After, which may be a date."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - time.time())


def _limited(pieces: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            raise HarvestError("too_large", limit=max_bytes)
        yield piece


def _unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The content, unpacked in steps of at most 1 MiB."""
    if encoding.lower() in ("", "identity"):
        yield from pieces
        return
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise HarvestError("bad_content_encoding", detail=encoding)
    unpacker = zlib.decompressobj(wbits=31)
    started = False
    try:
        for piece in pieces:
            data = piece
            while data:
                if unpacker.eof:
                    # A gzip file may consist of several members.
                    unpacker = zlib.decompressobj(wbits=31)
                started = True
                yield unpacker.decompress(data, _STEP_BYTES)
                data = unpacker.unconsumed_tail or unpacker.unused_data
        while not unpacker.eof and (rest := unpacker.decompress(b"", _STEP_BYTES)):
            yield rest
    except zlib.error as error:
        raise HarvestError("bad_content_encoding", detail=f"{encoding}: {error}") from error
    if started and not unpacker.eof:
        raise HarvestError("connection", may_pass=True, detail="gzip is cut off / gzip 内容不完整")


def _same_etag(answered: str | None, sent: str | None) -> bool:
    """Whether a 304 speaks of what we have; one that names nothing does."""
    return answered is None or sent is None or answered.removeprefix("W/") == sent.removeprefix("W/")


def _validator(value: str | None) -> str | None:
    """A validator that can be sent back as it came."""
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def _is_html(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith(b"<") and any(mark in text for mark in (b"<!doctype html", b"<html"))

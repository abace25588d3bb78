"""The list of sources, `policy/sources.toml` of a home: what is fetched, from where, for whom, when.

Belongs here: what makes the file well-formed. A wrong source is told with line, rule and mend, and keeps no other from being
harvested. Does not belong here: fetching (`fetch.py`), starting by schedule (`pipelines/harvest.py`).
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from readers.kinds import KINDS
from readers.policy.problems import Problem
from warehouse.harvest.cron import is_cron
from warehouse.store.home import Home

FILE = "sources.toml"
#: A header's value may come from a variable of this prefix alone, so that the file cannot send other secrets anywhere.
VARIABLE_PREFIX = "SHUZHANG_HARVEST_"

FILE_TYPE, CKAN_TYPE = "file", "ckan"
#: CKAN's own parameters of a page, which paging sets.
PAGING = ("rows", "start", "sort")
_CKAN_ACTION = "package_search"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_VARIABLE = re.compile(rf"{VARIABLE_PREFIX}[A-Z0-9_]+")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
#: Headers that say how the bytes travel, or that the harvest sets itself.
_OWN_HEADERS = {
    "accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since", "if-none-match",
    "if-range", "if-unmodified-since", "proxy-authorization", "range", "te", "trailer", "transfer-encoding", "upgrade",
    "user-agent",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A source; times in seconds. `header_env`: header to the environment variable that holds its value."""

    name: str
    deliverer: str
    kind: str
    url: str
    schedule: str
    type: str = FILE_TYPE
    source_name: str = ""
    holder: str | None = None
    mode: str = "full"
    timeout: float = 900
    connect_timeout: float = 10
    read_timeout: float = 60
    max_bytes: int = 2 * 1024**3
    retries: int = 3
    allow_private: bool = False
    allow_http: bool = False
    page_size: int = 500
    header_env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def group(self) -> tuple[str, str, str]:
        """What its deliveries are compared within: deliverer, source system and kind."""
        return self.deliverer, self.source_name, self.kind


class _Entry(NamedTuple):
    holds: Callable[[Any], bool]
    zh: str
    en: str


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 100 and value.isprintable()


def _one_of(*values: str) -> _Entry:
    return _Entry(
        lambda value: value in values, f"应为 {'、'.join(values)} 之一", f"must be one of {', '.join(values)}"
    )


def _number(low: float, high: float, whole: bool = True) -> _Entry:
    types = (int,) if whole else (int, float)
    return _Entry(
        lambda value: type(value) in types and low <= value <= high,
        f"应为 {low:g} 到 {high:g} 的{'整' if whole else ''}数",
        f"must be {'an integer' if whole else 'a number'} from {low:g} to {high:g}",
    )


def _is_header_env(value: object) -> bool:
    return isinstance(value, dict) and all(
        _HEADER.fullmatch(name) and name.lower() not in _OWN_HEADERS and isinstance(v, str) and _VARIABLE.fullmatch(v)
        for name, v in value.items()
    )


_SECONDS = _number(0.1, 86_400, whole=False)
_BOOLEAN = _Entry(lambda value: type(value) is bool, "应为 true 或 false", "must be true or false")
_TEXT = _Entry(_text, "应为 1 至 100 个可见字符", "must be 1 to 100 printable characters")
_REQUIRED = ("deliverer", "kind", "url", "schedule")
_ENTRIES: Mapping[str, _Entry] = {
    "deliverer": _TEXT._replace(holds=lambda value: _text(value) and "..." not in value),
    "kind": _one_of(*KINDS),
    "url": _Entry(lambda value: isinstance(value, str), "应为文本", "must be text"),
    "type": _one_of(FILE_TYPE, CKAN_TYPE),
    "schedule": _Entry(
        lambda value: isinstance(value, str) and is_cron(value),
        '应为五段的 cron 表达式（分 时 日 月 周，数字），如 "30 2 * * *"，且有一天符合',
        'must be a cron expression of five fields (minute hour day month weekday, in numbers) that some day meets, as "30 2 * * *"',
    ),
    "source_name": _TEXT,
    "holder": _TEXT,
    "mode": _one_of("full"),
    "timeout": _SECONDS,
    "connect_timeout": _SECONDS,
    "read_timeout": _SECONDS,
    "max_bytes": _number(1, 2**40),
    "retries": _number(0, 10),
    "allow_private": _BOOLEAN,
    "allow_http": _BOOLEAN,
    "page_size": _number(1, 1000),
    "header_env": _Entry(
        _is_header_env,
        f'应为 {{ 请求头 = "{VARIABLE_PREFIX}…" }}：值只写环境变量名，不写密钥；Host 等由采集自定的请求头不可写',
        f'must be {{ Header = "{VARIABLE_PREFIX}…" }}: the name of a variable, never a secret; not a header such as Host',
    ),
}


@dataclass(frozen=True)
class Sources:
    """What the file says. `good`: sources by name; `problems`: what is wrong, by source, "" for the file as a whole."""

    good: Mapping[str, Source]
    problems: Mapping[str, tuple[Problem, ...]]

    @property
    def names(self) -> list[str]:
        """All sources that the file has, right or wrong."""
        return sorted({*self.good, *self.problems} - {""})


def read_sources(home: Home) -> Sources:
    """Read the home's list; one that is not there has no source."""
    file = home.policy / FILE
    return parse_sources(file.read_bytes()) if file.is_file() else Sources({}, {})


def parse_sources(data: bytes) -> Sources:
    """Read a list of sources: a TOML table a source, named after it."""
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        words = ("文件不是 UTF-8 编码", "the file is not in UTF-8", "另存为 UTF-8", "save it as UTF-8")
        return Sources({}, {"": (Problem(FILE, line, "bad_encoding", *words),)})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        words = (f"不是有效的 TOML：{error}", f"not valid TOML: {error}", "改正该行", "mend that line")
        return Sources({}, {"": (Problem(FILE, int(place[1]) if place else 0, "bad_toml", *words),)})
    good: dict[str, Source] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for name, entries in document.items():
        wrong = tuple(_problems(text, name, entries, good))
        if wrong:
            problems[name] = wrong
        else:
            good[name] = _source(name, entries)
    return Sources(good, problems)


def _source(name: str, entries: dict[str, Any]) -> Source:
    given: dict[str, Any] = {"source_name": name} | entries
    return Source(name=name, **given)


def _problems(text: str, name: str, entries: object, earlier: Mapping[str, Source]) -> list[Problem]:
    if not isinstance(entries, dict) or not _NAME.fullmatch(name):
        words = (
            f"“{name}”不是来源", f"“{name}” is no source",
            "每个来源写作 [名称]，名称为小写英文字母、数字和下划线",
            "write each source as [name], the name in lower-case letters, digits and underscores",
        )  # fmt: skip
        return [Problem(FILE, _line(text, name), "bad_source", *words)]
    found = [
        Problem(
            FILE, _line(text, name, entry), "unknown_entry",
            f"[{name}] 没有名为“{entry}”的项", f"[{name}] there is no entry “{entry}”",
            f"应为 {'、'.join(_ENTRIES)}", f"it must be one of {', '.join(_ENTRIES)}",
        )
        for entry in entries if entry not in _ENTRIES
    ]  # fmt: skip
    found += [
        Problem(
            FILE, _line(text, name), "missing_entry",
            f"[{name}] 缺少“{entry}”", f"[{name}] the entry “{entry}” is missing",
            "补上", f"add it: it {_ENTRIES[entry].en}",
        )
        for entry in _REQUIRED if entry not in entries
    ]  # fmt: skip
    found += [
        _bad(text, name, entry, _ENTRIES[entry].zh, _ENTRIES[entry].en)
        for entry, value in entries.items()
        if entry in _ENTRIES and not _ENTRIES[entry].holds(value)
    ]
    if found:
        return found
    source = _source(name, entries)
    found += [_bad(text, name, "url", zh, en) for zh, en in _url_problems(source)]
    if source.type == CKAN_TYPE and source.kind != "catalog":
        found.append(_bad(text, name, "kind", "CKAN 来源只能为 catalog", "must be catalog for CKAN"))
    for other in earlier.values():
        if other.group == source.group:
            zh = f"与 [{other.name}] 的 deliverer、source_name、kind 相同，会互相覆盖；应不同"
            en = f"must differ: [{other.name}] has the same deliverer, source_name and kind, and each would replace the other"
            found.append(_bad(text, name, "source_name", zh, en))
    return found


def _url_problems(source: Source) -> list[tuple[str, str]]:
    url = source.url
    reason = refusal(url, allow_http=source.allow_http)
    if reason is not None:
        return [(reason[0], f"is not allowed: {reason[1]}")]
    parts = urlsplit(url)
    if source.type == CKAN_TYPE:
        if parts.path.rpartition("/")[2] != _CKAN_ACTION:
            return [(f"应以 /{_CKAN_ACTION} 结尾", f"must lead to /{_CKAN_ACTION}")]
        taken = [name for name in PAGING if name in parse_qs(parts.query, keep_blank_values=True)]
        if taken:
            return [(f"不能含 {'、'.join(taken)}，由翻页设定", f"must not set {', '.join(taken)}, which paging sets")]
    return []


def refusal(url: str, *, allow_http: bool) -> tuple[str, str] | None:
    """Why a URL is not fetched, in Chinese and in English; None if it may be."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return "含空格或非 ASCII 字符，请用百分号编码", "it has blanks or is not ASCII; percent-encode it"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return str(error), str(error)
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "应为 https://主机/…", "https://host/… is wanted"
    if parts.username is not None or parts.password is not None:
        return "不能含用户名和密码，请用 header_env", "no user and password in it; use header_env"
    if parts.scheme == "http" and not allow_http:
        return "http 不加密，须写 allow_http = true", "plain http needs allow_http = true"
    return None


def _bad(text: str, name: str, entry: str, zh: str, en: str) -> Problem:
    words = (f"[{name}] “{entry}”不正确", f"[{name}] “{entry}” is wrong", zh, f"it {en}")
    return Problem(FILE, _line(text, name, entry), "bad_entry", *words)


def _line(text: str, name: str, entry: str | None = None) -> int:
    """The line of a source's heading, or of an entry below it; of the heading where the entry stands in another form."""
    lines = text.splitlines()
    heading = re.compile(rf"""\s*\[\s*["']?{re.escape(name)}["']?\s*\]|\s*["']?{re.escape(name)}["']?\s*=""")
    start = next((number for number, line in enumerate(lines, 1) if heading.match(line)), 0)
    if entry is None or not start:
        return start
    key = re.compile(rf"""\s*["']?{re.escape(entry)}["']?\s*[=.]""")
    for number, line in enumerate(lines[start:], start + 1):
        if re.match(r"\s*\[(?!.*=)", line):
            break
        if key.match(line):
            return number
    return start

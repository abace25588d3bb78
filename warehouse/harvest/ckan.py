"""The pages of a CKAN catalogue, each kept verbatim as a file, and only as a whole that fits together.

`package_search` is asked for in the order of ids, which stays as it is while datasets change. What is added or deleted while the
pages are fetched shifts the rest: then the count changes, or an id comes twice or not at all, and paging starts again. A full
delivery that lacks a dataset would delete it, so what does not fit is never delivered. Does not belong here: the records in the
pages (`readers`).
"""

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from warehouse.harvest.fetch import Answer, Fetcher
from warehouse.harvest.problems import HarvestError
from warehouse.harvest.sources import PAGING

#: A page is read into memory.
_PAGE_BYTES = 256 * 1024**2
_RESTARTS = 3


class _Package(msgspec.Struct):
    id: str


class _Result(msgspec.Struct):
    count: int
    results: list[_Package]


class _Page(msgspec.Struct):
    success: bool
    result: _Result | None = None
    error: msgspec.Raw = msgspec.Raw(b"")


class _Shifted(Exception):  # noqa: N818 - it is no error until it stays so
    """The catalogue changed while it was paged."""


def fetch_pages(fetcher: Fetcher, folder: Path) -> list[tuple[str, Path, Answer]]:
    """Get all pages into files of a folder; returns name, file and answer of each, in order.

    Raises:
        HarvestError: a page cannot be had, is none, or the catalogue does not keep still.
    """
    detail = ""
    for _ in range(_RESTARTS + 1):
        try:
            return _pages(fetcher, folder)
        except _Shifted as shift:
            detail = str(shift)
    raise HarvestError("unstable_paging", detail=detail)


def _pages(fetcher: Fetcher, folder: Path) -> list[tuple[str, Path, Answer]]:
    found: list[tuple[str, Path, Answer]] = []
    ids: set[str] = set()
    total, left = None, fetcher.source.max_bytes
    while total is None or len(ids) < total:
        name = f"page-{len(found) + 1:05d}.json"
        # The server may give fewer rows than are asked for, so the next page begins where this one ended.
        url = page_url(fetcher.source.url, fetcher.source.page_size, len(ids))
        answer = fetcher.get(url, folder / name, max_bytes=min(left, _PAGE_BYTES))
        left -= answer.size_bytes
        result = _result((folder / name).read_bytes())
        if total is not None and result.count != total:
            raise _Shifted(f"count {total} → {result.count}")
        total = result.count
        new = {package.id for package in result.results}
        if len(new) < len(result.results) or new & ids:
            raise _Shifted("an id twice / 标识重复")
        if not new and len(ids) < total:
            raise _Shifted(f"count {total}, {len(ids)} datasets / 个数据集")
        ids |= new
        found.append((name, folder / name, answer))
    if len(ids) > total:
        raise _Shifted(f"count {total}, {len(ids)} datasets / 个数据集")
    return found


def page_url(url: str, rows: int, start: int) -> str:
    """The address of a page; what the source's address asks for besides stays."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in PAGING]
    query += zip(PAGING, (str(rows), str(start), "id asc"), strict=True)
    return urlunsplit(parts._replace(query=urlencode(query)))


def _result(data: bytes) -> _Result:
    try:
        page = msgspec.json.decode(data, type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise HarvestError("not_ckan", detail=error) from error
    if not page.success:
        raise HarvestError("ckan_error", detail=bytes(page.error).decode("utf-8", "replace"))
    if page.result is None:
        raise HarvestError("not_ckan", detail="no result / 没有 result")
    return page.result

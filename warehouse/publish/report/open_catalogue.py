"""The open catalogue: the resources that may be opened, as DCAT-AP 3 (Turtle, JSON-LD) and DCAT-US 3 (JSON).

Whether a resource may be opened is the narrowest of its declaration, its grade and words of confidentiality
(`classification.resource_access`); nothing else is listed. Of its entry the catalogue's own particulars are written. What agencies wrote
freely (STEP) is left out where it names a person's number, speaks of confidentiality or names a resource that may not be opened.

Belongs here: which datasets, and what is said of each (`OpenDataset`). Does not belong here: how a standard writes it
(`open_catalogue_rdf.py`, `open_catalogue_json.py`); contact, licence and address of the catalogue, which a person gives (`Terms`).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from readers.policy.files import PolicyOnDay
from warehouse import queries
from warehouse.publish.report.door import Door
from warehouse.publish.report.edition import OPEN
from warehouse.publish.report.open_catalogue_json import dcat_us
from warehouse.publish.report.open_catalogue_rdf import JSON_LD, TURTLE, dcat_ap
from warehouse.publish.report.open_dataset import OpenDataset, OpenDistribution, Terms, public_url
from warehouse.tables.table import Lowering, Tables
from warehouse.trace.column_grade import DoorError, Overflow, overflows

#: What agencies write freely of a resource that may be opened, lowered by STEP; and which of its texts the door looks at.
_FREE = ("abstract", "theme", "keywords", "landing_page", "issued_date", "modified_date")
_SAID = ("holder_code", "holder_name", "resource_code", "abstract", "theme", "keywords", "landing_page")
_FREE_PARTS = ("title", "format", "media_type", "access_url", "download_url")
STEP = Lowering(
    _FREE,
    "general_1",
    "masking",
    "只取可以开放的资源的编目信息；含个人信息、保密用语或不得开放的资源名称的文字不取",
    "catalogue entries of resources that may be opened alone; no text with numbers of persons or words of confidentiality",
)
_READ = {
    "catalog.resource": ("holder_code", "holder_name", "resource_code", "title", "update_cycle", *_FREE),
    "catalog.distribution": _FREE_PARTS,
    "classification.resource_access": ("open_access",),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class OpenCatalogue:
    """The files that were written, the datasets in them, and what a person should know of them."""

    files: Sequence[Path]
    datasets: Sequence[OpenDataset]
    told: Sequence[str]


def write_catalogue(
    tables: Tables, connection: duckdb.DuckDBPyConnection, policy: PolicyOnDay, terms: Terms, folder: Path
) -> OpenCatalogue:
    """Write `catalogue.ttl`, `catalogue.jsonld` (DCAT-AP 3) and `dcat-us.json` (DCAT-US 3).

    Args:
        connection: reads the lake.
        policy: of the day by which access is judged (`landed.judged_day`).

    Raises:
        DoorError: a column that is read carries more than the open door lets out.
    """
    datasets, told = open_datasets(tables, connection, policy)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, data in (
        ("catalogue.ttl", dcat_ap(terms, datasets, TURTLE)),
        ("catalogue.jsonld", dcat_ap(terms, datasets, JSON_LD)),
        ("dcat-us.json", dcat_us(terms, datasets)),
    ):
        files.append(folder / name)
        files[-1].write_bytes(data)
    if terms.licence is None:
        told.append("未写明许可：没有提供许可的网址 no licence is named: none was given")
    if terms.contact_email is None:
        told.append("未写明联系方式：没有提供 no contact is named: none was given")
    return OpenCatalogue(files, datasets, told)


def open_datasets(
    tables: Tables, connection: duckdb.DuckDBPyConnection, policy: PolicyOnDay
) -> tuple[list[OpenDataset], list[str]]:
    """The resources that may be opened, in the order of holders and codes, and what was left out of them.

    Raises:
        DoorError: a column that is read carries more than the open door lets out.
    """
    if above := _above(tables.under(policy.policy), policy):
        raise DoorError("\n".join(map(str, above)))
    door = Door.of(OPEN, tables, connection, policy)
    asked = connection.execute(queries.text("open_resources"))
    names = [column[0] for column in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    bad = door.bars({text for row in rows for text in _texts(row)}, whole=False)
    # Its own title is what a resource that may be opened is called by; a person's number in it, or in its holder's code, closes it.
    barred = door.bars({row["title"] for row in rows if row["title"]}, whole=True)
    titled = [row for row in rows if row["title"] and row["title"] not in barred and row["holder_code"] not in bad]
    taken: dict[str, int] = {}
    datasets = [_dataset(row, bad, taken) for row in titled]
    told = [
        f"列出 {len(datasets)} 个可以开放的资源 resources that may be opened: {len(datasets)}",
        *(
            f"{what}：{count}"
            for what, count in (
                (
                    "名称为空、名称或提供方代码不得列出而未列的资源 not listed for their titles or holders",
                    len(rows) - len(titled),
                ),
                ("没有可列访问地址的资源 without an address", sum(not dataset.distributions for dataset in datasets)),
                ("未取文字的资源 with a text left out", sum(any(t in bad for t in _texts(row)) for row in titled)),
            )
            if count
        ),
    ]
    return datasets, told


def _above(tables: Tables, policy: PolicyOnDay) -> list[Overflow]:
    """The columns read that the open door does not let out by name, as their tables and STEP leave them."""
    resource, part = tables["catalog.resource"], tables["catalog.distribution"]
    stepped = Tables({
        **tables,
        resource.qualified: replace(resource, lowered=(*resource.lowered, STEP)),
        part.qualified: replace(part, lowered=(*part.lowered, replace(STEP, columns=_FREE_PARTS))),
    })  # fmt: skip
    found = overflows(stepped, policy, f"{OPEN}_asset", _READ)
    return [overflow for overflow in found if overflow.column.column in _READ[overflow.column.table]]


def _dataset(row: dict[str, Any], bad: frozenset[str], taken: dict[str, int]) -> OpenDataset:
    def said(name: str) -> str | None:
        text = row[name]
        return _plain(text) if text and text not in bad else None

    title, publisher = _plain(row["title"]), said("holder_name") or said("holder_code") or ""
    parts = [_distribution(part, bad) for part in row["distributions"] or ()]
    return OpenDataset(
        _path(row["holder_code"], said("resource_code"), row["title"], taken),
        said("resource_code"),
        title,
        said("abstract") or f"{publisher}的信息资源“{title}”",
        row["holder_code"] or "",
        publisher,
        [word for word in (said("keywords") or "").split(";") if word.strip()],
        said("theme"),
        row["update_cycle"],
        row["issued_date"],
        row["modified_date"],
        public_url(row["landing_page"]) if row["landing_page"] not in bad else None,
        row["open_access"] == "conditional",
        [part for part in parts if part],
    )


def _distribution(part: dict[str, Any], bad: frozenset[str]) -> OpenDistribution | None:
    """A distribution with a public address; None where it has none."""
    of = {name: None if text in bad else text for name, text in part.items()}
    access, download = public_url(of["access_url"]), public_url(of["download_url"])
    if not access and not download:
        return None
    title, format_, media_type = (_plain(of[name] or "") or None for name in ("title", "format", "media_type"))
    return OpenDistribution(title, format_, media_type, access or download or "", download)


def _path(holder: str | None, code: str | None, title: str, taken: dict[str, int]) -> str:
    """The name of a dataset: its holder's code and its own, or a hash of its title; a number behind what is there already."""
    own = code or hashlib.sha256(title.encode()).hexdigest()[:16]
    path = f"dataset/{quote(holder or '-', safe='')}/{quote(own, safe='')}"
    taken[path] = taken.get(path, 0) + 1
    return path if taken[path] == 1 else f"{path}/{taken[path]}"


def _texts(row: dict[str, Any]) -> Iterator[str]:
    """What agencies wrote of a resource, besides its title."""
    of = [row[name] for name in _SAID]
    of += [text for part in row["distributions"] or () for text in part.values()]
    yield from (text for text in of if text)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text).strip()

"""A dataset of the open catalogue, and what a person says of the catalogue itself.

Belongs here: what every standard is given. Does not belong here: which resources are datasets of it (`open_catalogue.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

#: What a query of an address is called that lets its holder in.
_SECRET = re.compile(r"token|secret|passw|pwd|sign|key|auth", re.IGNORECASE)
_UNSAFE_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f-\x9f]")


@dataclass(frozen=True)
class Terms:
    """What the standards want to know and no table holds; what is None is not written.

    address: under which the datasets have their names (IRIs), ending with `/`. modified: the day up to which deliveries stand.
    licence: an IRI. contact_email: of an office, never of a person.
    """

    address: str
    title: str
    description: str
    publisher: str
    modified: date
    licence: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None

    def __post_init__(self) -> None:
        if not self.address.endswith("/") or not public_url(self.address):
            raise ValueError(
                f"{self.address}: 目录地址须为以 / 结尾的公网网址 / the catalogue's address is a public URL that ends with /"
            )
        if (self.contact_name is None) != (self.contact_email is None):
            raise ValueError("联系方式须有名称和邮箱 / a contact has a name and an e-mail address")


@dataclass(frozen=True)
class OpenDistribution:
    title: str | None
    format: str | None
    media_type: str | None
    access_url: str
    download_url: str | None


@dataclass(frozen=True)
class OpenDataset:
    """A dataset of the catalogue. path: its name below the catalogue's address."""

    path: str
    identifier: str | None
    title: str
    description: str
    publisher_code: str
    publisher: str
    keywords: Sequence[str]
    theme: str | None
    update_cycle: str | None
    issued: date | None
    modified: date | None
    landing_page: str | None
    is_conditional: bool
    distributions: Sequence[OpenDistribution]


def public_url(text: str | None) -> str | None:
    """A public address of the web without a way in for its holder; None where a text is none."""
    if not text or _UNSAFE_IN_IRI.search(text.strip()):
        return None
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username or "." not in host or _is_inside(host):
        return None
    return None if any(_SECRET.search(name) for name, _ in parse_qsl(parts.query, True)) else text.strip()


def _is_inside(host: str) -> bool:
    """Whether an address is one of a network's own."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host.endswith((".local", ".internal", ".lan", ".localhost"))
